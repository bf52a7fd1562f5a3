"""The board: every bed of the network as it is now and next. The number of queries does not grow with the beds."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sqlalchemy import select

from refuge.accounts.models import Person
from refuge.beds.filters import Filters
from refuge.beds.models import Bed, Refuge
from refuge.beds.occupancy import BedLife, Held, Occupancy, Occupied, State, expected_free_on, occupancy
from refuge.beds.queries.beds import beds_in_use
from refuge.beds.queries.lives import lives
from refuge.beds.queries.refuges import refuges, runs
from refuge.london import london_date

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from sqlalchemy.orm import Session

DAYS_AHEAD = 7


@dataclass(frozen=True)
class BoardBed:
    """One bed and what it is."""

    bed: Bed
    occupancy: Occupancy
    own: bool
    """Whether the reader's agency runs it."""


@dataclass
class House:
    """One refuge with its beds."""

    refuge: Refuge
    own: bool
    confirmed_by: str | None
    """Who confirmed its beds; only for the reader's own agency."""
    beds: list[BoardBed] = field(default_factory=list)
    shown: list[BoardBed] = field(default_factory=list)
    """Those that the filters let through."""


@dataclass(frozen=True)
class Board:
    """What the reader sees, and the figures over all of it, filtered or not."""

    at: datetime
    houses: list[House]
    filters: Filters

    @property
    def beds(self) -> list[BoardBed]:
        """Every bed, filtered or not."""
        return [bed for house in self.houses for bed in house.beds]

    @property
    def shown(self) -> list[BoardBed]:
        """Every bed that the filters let through."""
        return [bed for house in self.houses for bed in house.shown]

    @property
    def free(self) -> int:
        """How many beds are free now."""
        return sum(bed.occupancy.state is State.FREE for bed in self.beds)

    @property
    def held(self) -> list[Held]:
        """The holds that stand now, first to lapse first."""
        held = [bed.occupancy.now for bed in self.beds if isinstance(bed.occupancy.now, Held)]
        return sorted(held, key=lambda now: now.hold.end)

    @property
    def soon(self) -> int:
        """How many beds are expected to be free within a week."""
        today = london_date(self.at)
        return sum(expected_free_on(bed.occupancy, today=today, days=DAYS_AHEAD) is not None for bed in self.beds)


def board(session: Session, reader: Person, at: datetime, filters: Filters) -> Board:
    """Return the board as this reader may see it at this instant."""
    rows = session.scalars(beds_in_use(reader, on=london_date(at))).all()
    known = lives(session, reader, rows, at)
    names = _confirmers(session, reader)
    houses = {
        refuge.id: House(refuge, runs(reader, refuge), names.get(refuge.id)) for refuge in refuges(session, reader)
    }
    for row in rows:
        house = houses[row.refuge_id]
        bed = BoardBed(row, occupancy(known[row.id], at), house.own)
        house.beds.append(bed)
        if filters.fit(row, bed.occupancy.state):
            house.shown.append(bed)
    return Board(at, list(houses.values()), filters)


def life_of_bed(session: Session, reader: Person, bed: Bed, at: datetime) -> BedLife:
    """Return the life of one bed as this reader may know it."""
    return lives(session, reader, [bed], at)[bed.id]


def refs_of_people(beds: Iterable[BoardBed]) -> list[str]:
    """Return the refs of residents and referrals that these beds show, for the audit."""
    refs = set()
    for bed in beds:
        spans = [step.span for step in bed.occupancy.coming]
        now = bed.occupancy.now
        spans += [now.stay] if isinstance(now, Occupied) else [now.hold] if isinstance(now, Held) else []
        refs |= {getattr(span, "ref", None) or getattr(span, "referral_ref", None) for span in spans}
    return sorted(ref for ref in refs if ref)


def _confirmers(session: Session, reader: Person) -> dict[int, str]:
    rows = session.execute(
        select(Refuge.id, Person.name)
        .join(Person, Person.id == Refuge.confirmed_by_id)
        .where(Refuge.agency_id == reader.agency_id),
    )
    return {refuge_id: name for refuge_id, name in rows}  # noqa: C416  a row is not a pair to the type checker
