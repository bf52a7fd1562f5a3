"""What loading the demonstration has made so far, and how days are told: from the day on which it is loaded."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from typing import TYPE_CHECKING

from sqlalchemy import select

from refuge.london import LONDON

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy.orm import Session

    from refuge.accounts.models import Agency, Network, Person
    from refuge.beds.models import Bed
    from refuge.database import Referable

SEED = 9
"""The demonstration’s year is drawn from it: one that by itself comes near what five years of most seeds do."""
FEWEST, REFS = 10_000, 90_000
"""Refs count from 10000, and there are so many of each letter."""


def _quiet(_said: str) -> None:
    """Say nothing."""


@dataclass
class Loading:
    """What has been made so far, by the names that the file uses."""

    db: Session
    at: datetime
    network: Network
    say: Callable[[str], None] = _quiet
    """Tells whoever waits how far it has come."""
    agencies: dict[str, Agency] = field(default_factory=dict)
    people: dict[str, Person] = field(default_factory=dict)
    beds: dict[str, Bed] = field(default_factory=dict)
    rng: Random = field(default_factory=lambda: Random(SEED))  # noqa: S311  invented people, the same each time
    _taken: dict[str, set[str]] = field(default_factory=dict)

    @property
    def today(self) -> date:
        """The London date on which the demonstration is loaded."""
        return self.at.astimezone(LONDON).date()

    def day(self, days: float) -> date:
        """Return the London date so many days from now; within the last day, that of the instant."""
        if -1 < days < 0:
            return self.moment(days).astimezone(LONDON).date()
        return (self.at.astimezone(LONDON) + timedelta(days=days)).date()

    def moment(self, days: float) -> datetime:
        """Return an instant so many days from now, in the working day unless it is within the last one."""
        if days > -1:
            return self.at + timedelta(days=days)
        return datetime.combine(self.day(days), time(11, 30), LONDON).astimezone(UTC)

    def ref(self, kind: type[Referable]) -> str:
        """Return an unused ref, drawn from the seed: of hundreds of rows, the database need not be asked for each."""
        taken = self._taken.get(kind.prefix)
        if taken is None:
            taken = self._taken[kind.prefix] = set(self.db.scalars(select(kind.ref)))
        while (found := f"{kind.prefix}-{FEWEST + self.rng.randrange(REFS)}") in taken:
            pass
        taken.add(found)
        return found

    def team(self, agency: Agency) -> list[Person]:
        """Return who works at an agency, in the order of the file."""
        return [person for person in self.people.values() if person.agency_id == agency.id]
