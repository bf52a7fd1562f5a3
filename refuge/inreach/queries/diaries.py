"""What a time must fit into: the worker's rota and sessions, the house's rooms, the women's own times."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import select

from refuge.codes.queries import labels
from refuge.inreach.models import Booking, BookingKind, BookingPerson
from refuge.inreach.slots import Asked, Busy, Cannot, Diary, OnRota, Room, Span
from refuge.london import day_begins
from refuge.rota.hours import instant
from refuge.rota.models import SessionRoom
from refuge.rota.queries import shifts, travel_minutes
from support_plans.models import TimeKind, TimeOfHers

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Sequence

    from sqlalchemy.orm import Session

    from refuge.beds.models import Refuge
    from refuge.rota.models import Worker

DAY = timedelta(days=1)


@dataclass(frozen=True)
class Days:
    """The London days that are looked at, both included, and a night on either side for what reaches over midnight."""

    from_on: date
    until_on: date

    @property
    def from_at(self) -> datetime:
        """The first instant that can matter."""
        return day_begins(self.from_on - DAY)

    @property
    def until_at(self) -> datetime:
        """The first instant that cannot matter any more."""
        return day_begins(self.until_on + 2 * DAY)

    def each(self) -> Iterator[date]:
        """Yield every day."""
        for number in range((self.until_on - self.from_on).days + 1):
            yield self.from_on + number * DAY


@dataclass(frozen=True)
class Wish:
    """A session that wants a time: for whom, where, with whom, how long."""

    worker: Worker
    refuge: Refuge
    minutes: int
    referral_ids: tuple[int, ...] = ()
    needs_room: bool = True
    places: int = 1
    """How many women the room must hold beside the worker."""
    instead_of: int | None = None
    """The booking that would be moved: its own time does not stand against it."""

    @property
    def length(self) -> timedelta:
        """How long it lasts."""
        return timedelta(minutes=self.minutes)


def asked_for(session: Session, wish: Wish, days: Days, *, at: datetime) -> Asked:
    """Return what the pure rules need to judge the times of these days, in a number of queries that does not grow."""
    return Asked(
        refuge_id=wish.refuge.id,
        house=wish.refuge.name,
        minutes=wish.minutes,
        rooms=rooms_of(session, wish.refuge.id, days, without=wish.instead_of) if wish.needs_room else None,
        diary=diary_of(session, wish.worker, days, without=wish.instead_of),
        hers=_sessions_of(session, wish.referral_ids, days, without=wish.instead_of),
        cannot=cannot(session, wish.referral_ids, days),
        people=max(wish.places, len(wish.referral_ids)),
        not_before=at,
    )


def diary_of(session: Session, worker: Worker, days: Days, *, without: int | None = None) -> Diary:
    """Return when a worker is on the rota and what she has already."""
    rows = session.scalars(
        select(Booking)
        .where(Booking.worker_id == worker.id, Booking.live.is_(True), Booking.id.is_distinct_from(without))
        .where(Booking.from_at < days.until_at, Booking.until_at > days.from_at)
        .order_by(Booking.from_at),
    ).all()
    return Diary(
        name=worker.name,
        on_rota=[
            OnRota(shift.from_at, shift.until_at, frozenset(shift.refuge_ids))
            for shift in shifts(session, [worker.id], days.from_on - DAY, days.until_on)
        ],
        busy=[Busy(row.from_at, row.until_at, row.refuge_id, row.kind is not BookingKind.DROP_IN) for row in rows],
        gap=timedelta(minutes=worker.gap_minutes),
        longest_day=timedelta(minutes=worker.longest_contact_minutes),
        rest=timedelta(minutes=worker.break_minutes),
        rest_in_shifts_from=timedelta(minutes=worker.break_after_minutes),
        travel=travel_minutes(session, worker.network_id),
    )


def rooms_of(session: Session, refuge_id: int, days: Days, *, without: int | None = None) -> list[Room]:
    """Return the rooms of a house, when each is open and when it is taken."""
    rows = session.scalars(
        select(SessionRoom).where(SessionRoom.refuge_id == refuge_id).order_by(SessionRoom.name),
    ).all()
    taken: dict[int, list[Span]] = {row.id: [] for row in rows}
    for room_id, from_at, until_at in session.execute(
        select(Booking.room_id, Booking.from_at, Booking.until_at)
        .where(Booking.room_id.in_(taken), Booking.live.is_(True), Booking.id.is_distinct_from(without))
        .where(Booking.from_at < days.until_at, Booking.until_at > days.from_at)
        .order_by(Booking.from_at),
    ):
        if room_id is not None:
            taken[room_id].append(Span(from_at, until_at))
    return [Room(row.id, row.name, row.capacity, open_hours(row, days), taken[row.id]) for row in rows]


def open_hours(room: SessionRoom, days: Days) -> list[Span]:
    """Return when a room can be used on these days."""
    return [
        Span(instant(on, hours.opens), instant(on, hours.closes))
        for on in days.each()
        if room.retired_on is None or on < room.retired_on
        for hours in room.hours
        if hours.weekday == on.weekday()
    ]


def _sessions_of(session: Session, referral_ids: Collection[int], days: Days, *, without: int | None) -> list[Span]:
    rows = session.execute(
        select(BookingPerson.from_at, BookingPerson.until_at)
        .where(BookingPerson.referral_id.in_(referral_ids), BookingPerson.live.is_(True))
        .where(BookingPerson.booking_id.is_distinct_from(without))
        .where(BookingPerson.from_at < days.until_at, BookingPerson.until_at > days.from_at)
        .order_by(BookingPerson.from_at),
    )
    return [Span(from_at, until_at) for from_at, until_at in rows]


def times_of_hers(session: Session, referral_ids: Collection[int]) -> Sequence[TimeOfHers]:
    """Return the times at which these women cannot come or would rather."""
    return session.scalars(
        select(TimeOfHers).where(TimeOfHers.referral_id.in_(referral_ids)).order_by(TimeOfHers.id),
    ).all()


def cannot(session: Session, referral_ids: Collection[int], days: Days) -> list[Cannot]:
    """Return when these women cannot come."""
    rows = [row for row in times_of_hers(session, referral_ids) if row.kind is TimeKind.CANNOT]
    words = labels(session, ["time_of_hers"])["time_of_hers"] if rows else {}
    return [
        Cannot(span.from_at, span.until_at, words.get(row.why, row.why)) for row in rows for span in spans_of(row, days)
    ]


def cannot_of(session: Session, rows: Sequence[TimeOfHers]) -> Callable[[int, Days], list[Cannot]]:
    """Return a way to ask when a woman cannot come on some days, from times that were read together."""
    words = labels(session, ["time_of_hers"])["time_of_hers"] if rows else {}

    def of(referral_id: int, days: Days) -> list[Cannot]:
        return [
            Cannot(span.from_at, span.until_at, words.get(row.why, row.why))
            for row in rows
            if row.referral_id == referral_id and row.kind is TimeKind.CANNOT
            for span in spans_of(row, days)
        ]

    return of


def spans_of(row: TimeOfHers, days: Days) -> Iterator[Span]:
    """Yield a time of hers as it falls on these days."""
    for on in days.each():
        if row.on_date == on or row.weekday == on.weekday():
            yield Span(instant(on, row.from_minute), instant(on, row.until_minute))
