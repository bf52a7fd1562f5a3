"""A session every week or every few: each is booked by itself; a day on which it cannot be is left out and listed."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING

from refuge.audit.service import record
from refuge.database import new_ref
from refuge.errors import Refused
from refuge.inreach.models import Booking, BookingState, Series
from refuge.inreach.off import off_words
from refuge.inreach.service.booking import CHANGED, STALE, book, cancel, move
from refuge.inreach.service.settling import TAKEN
from refuge.london import london_date
from refuge.rota.hours import instant
from refuge.rota.queries import rota_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import datetime

    from sqlalchemy.orm import Session

    from refuge.accounts.models import Person
    from refuge.audit.service import Actor
    from refuge.inreach.service.booking import BookingDetails
    from refuge.rota.models import Worker

STILL_TO_COME = (BookingState.UNCONFIRMED, BookingState.BOOKED)
MOST = 52
"""Sessions of one series."""


@dataclass(frozen=True)
class SeriesDetails:
    """What is booked, and how often."""

    session: BookingDetails
    """Its `from_at` is not looked at."""
    minute: int
    """When it begins, in minutes after midnight, London time."""
    from_on: date
    until_on: date
    every_weeks: int = 1

    def days(self) -> Iterator[date]:
        """Yield the days: the weekday of the first, until the last."""
        on = self.from_on
        while on <= self.until_on:
            yield on
            on += timedelta(weeks=self.every_weeks)


def book_series(
    session: Session, details: SeriesDetails, *, by: Person, actor: Actor, at: datetime
) -> tuple[Series, list[Booking]]:
    """Book every session that can be; what cannot is listed in the series. Raise Refused if none can be."""
    days = list(details.days())
    if not days:
        raise Refused("Enter a last day that is not before the first", field="until_on")
    if len(days) > MOST:
        raise Refused(f"A series has {MOST} sessions at most. Enter an earlier last day", field="until_on")
    series = Series(
        ref=new_ref(session, Series), network_id=by.network_id, weekday=details.from_on.weekday(),
        minute=details.minute, minutes=details.session.minutes, every_weeks=details.every_weeks,
        from_on=details.from_on, until_on=details.until_on, skipped={}, made_by_id=by.id, made_at=at,
    )  # fmt: skip
    session.add(series)
    session.flush()
    rota = rota_of(session, [details.session.worker.id], details.from_on, details.until_on)
    booked: list[Booking] = []
    skipped: dict[str, str] = {}
    for on in days:
        one = replace(details.session, from_at=instant(on, details.minute))
        try:
            booked.append(book(session, one, by=by, actor=actor, at=at, series=series))
        except Refused as refused:
            skipped[on.isoformat()] = off_words(rota, details.session.worker.id, on) or refused.sentence
    if not booked:
        raise Refused(
            f"None of the {len(days)} sessions can be. The first: {next(iter(skipped.values()))}", field="from_on"
        )
    series.skipped = skipped
    session.flush()
    record(session, "series.booked", series.ref, by=actor, at=at, booked=len(booked), skipped=len(skipped))
    return series, booked


@dataclass(frozen=True)
class SeriesChange:
    """What is to be different from a day on."""

    from_on: date
    worker: Worker
    weekday: int
    minute: int
    """When it begins, in minutes after midnight, London time."""
    room_id: int | None = None
    """None: each keeps its room, or takes another that is free."""


def change_series(
    session: Session,
    series: Series,
    bookings: Sequence[Booking],
    change: SeriesChange,
    *,
    version: int,
    actor: Actor,
    at: datetime,
) -> tuple[int, dict[date, str]]:
    """Move the sessions of a series from a day on that have not begun; return how many, and which not with why.

    One that cannot be as wished stays as it was booked, and the series lists it. Those before, and whatever is over or
    noted, stay. The caller has read them with their people, worker and house, locked, in order of time.
    """
    if version != version_of(bookings):
        raise Refused(CHANGED, code=STALE)
    later = _to_come(bookings, change.from_on, at)
    moved, kept = 0, {}
    for one in later:
        on = london_date(one.from_at)
        to = on + timedelta(days=change.weekday - on.weekday())
        try:
            moved += move(
                session, one, change.worker, instant(to, change.minute), version=one.version, actor=actor, at=at,
                room_id=change.room_id,
            )  # fmt: skip
        except Refused as refused:
            kept[on] = refused.sentence
    if not moved:
        why = next(iter(kept.values()), "They are like that already")
        raise Refused(
            f"None of the {len(later)} sessions can be changed so. The first: {why}", code=TAKEN, field="from_on"
        )
    series.weekday, series.minute = change.weekday, change.minute
    series.skipped = {**series.skipped, **{on.isoformat(): why for on, why in kept.items()}}
    session.flush()
    record(
        session, "series.changed", series.ref, by=actor, at=at, moved=moved, kept=len(kept), worker=change.worker.ref
    )
    return moved, kept


def version_of(bookings: Iterable[Booking]) -> int:
    """Return a number that rises whenever a session of a series changes: a form about all of them carries it."""
    return sum(one.version for one in bookings)


def _to_come(bookings: Iterable[Booking], from_on: date, at: datetime) -> list[Booking]:
    """Return what has not begun from a day on. Raise Refused if that is nothing."""
    later = [
        one
        for one in bookings
        if one.state in STILL_TO_COME and one.from_at > at and london_date(one.from_at) >= from_on
    ]
    if not later:
        raise Refused("No session of this series is to come from that day on.", code="series.over")
    return later


def end_series(
    session: Session,
    series: Series,
    bookings: Iterable[Booking],
    why: str,
    *,
    from_on: date,
    actor: Actor,
    at: datetime,
) -> int:
    """Call off the sessions of a series from a day on that have not begun; return how many. The others stay.

    The caller has read them with their people, locked. `why`: a code of list `session_cancelled`.
    """
    later = _to_come(bookings, from_on, at)
    for one in later:
        cancel(session, one, why, version=one.version, actor=actor, at=at)
    record(session, "series.ended", series.ref, by=actor, at=at, called_off=len(later), why=why)
    return len(later)
