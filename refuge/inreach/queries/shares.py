"""How a worker's divided hours were agreed, and how her sessions in them were given: house by house, about no woman."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import select

from refuge.inreach.models import Booking
from refuge.london import london_date
from refuge.rota.hours import Weeks, week_of
from refuge.rota.models import Pattern, weekdays_of

if TYPE_CHECKING:
    from datetime import date, datetime

    from sqlalchemy.orm import Session

WEEKS = timedelta(weeks=4)
"""How far back what was given is looked at."""


@dataclass(frozen=True)
class Share:
    """One house of a divided time."""

    house: str
    agreed: int
    """Per cent of the divided hours."""
    given: timedelta
    """How long her sessions there were, in these hours of the last weeks."""
    whole: timedelta
    """The same over all houses."""


def shares_of(session: Session, worker_id: int, *, at: datetime) -> list[Share]:
    """Return what was agreed and what was given for each house of her divided hours; empty if she divides none."""
    split = [
        row for row in session.scalars(select(Pattern).where(Pattern.worker_id == worker_id)).unique()
        if len(row.places) > 1 and _holds(row, london_date(at))
    ]  # fmt: skip
    agreed: dict[int, float] = defaultdict(float)
    names: dict[int, str] = {}
    for row in split:
        often = 2 if row.weeks is Weeks.EVERY else 1  # in a fortnight
        minutes = often * (row.until_minute - row.from_minute) * len(weekdays_of(row.weekdays))
        whole = sum(place.share for place in row.places)
        for place in row.places:
            agreed[place.refuge_id] += minutes * place.share / whole
            names[place.refuge_id] = place.refuge.name
    given = _given(session, worker_id, split, at)
    total, all_given = sum(agreed.values()), sum((given[one] for one in names), timedelta())
    return [
        Share(names[one], round(100 * agreed[one] / total), given[one], all_given)
        for one in sorted(names, key=lambda one: (-agreed[one], names[one]))
    ]


def _holds(row: Pattern, on: date) -> bool:
    return row.valid_from <= on and (row.valid_until is None or on <= row.valid_until)


def _given(session: Session, worker_id: int, split: list[Pattern], at: datetime) -> dict[int, timedelta]:
    """Return how long her sessions of the last weeks were that fell on days with divided hours, by house."""
    found: dict[int, timedelta] = defaultdict(timedelta)
    for refuge_id, from_at, until_at in session.execute(
        select(Booking.refuge_id, Booking.from_at, Booking.until_at)
        .where(Booking.worker_id == worker_id, Booking.live.is_(True))
        .where(Booking.from_at >= at - WEEKS, Booking.until_at <= at),
    ):
        on = london_date(from_at)
        if any(
            on.weekday() in weekdays_of(row.weekdays) and row.weeks in {Weeks.EVERY, week_of(on)} and _holds(row, on)
            for row in split
        ):
            found[refuge_id] += until_at - from_at
    return found
