"""Sessions that are booked and can no longer be held as they are, and the nearest free time for each."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import or_, select

from refuge.beds.models import Bed, Refuge, Stay
from refuge.inreach.broken import Kept, why_broken
from refuge.inreach.models import Booking, BookingKind, BookingState
from refuge.inreach.queries.bookings import WHOLE, bookable_workers, visible_to
from refuge.inreach.queries.diaries import Days, Wish, asked_for, cannot_of, open_hours, times_of_hers
from refuge.inreach.slots import Busy, Span, free_slots
from refuge.london import london_date
from refuge.rota.models import Worker
from refuge.rota.queries import shifts
from support_plans.models import SessionNeed

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import date, datetime

    from sqlalchemy.orm import Session

    from refuge.accounts.models import Person
    from refuge.inreach.slots import Asked, Slot
    from refuge.rota.hours import Shift

AHEAD = timedelta(weeks=52)
"""How far ahead what is booked is looked at: as far as a series goes."""
DAY = timedelta(days=1)
BEFORE, AFTER = 3 * DAY, 14 * DAY
"""How far from its own day another time is looked for."""


@dataclass(frozen=True)
class Broken:
    """A session that cannot be held, and why in words."""

    booking: Booking
    why: str
    house: Refuge
    """Where it would be held now: where she lives."""


@dataclass(frozen=True)
class Mend:
    """The smallest repair of one session: with whom and when; none if there is no free time near it."""

    broken: Broken
    worker: Worker
    slot: Slot | None


def broken_sessions(session: Session, reader: Person, *, at: datetime, worker_id: int | None = None) -> list[Broken]:
    """Return what the reader may change and cannot be held as it is booked, in order of time.

    The number of queries does not grow with what is booked.
    """
    rows = _to_come(session, reader, at=at, worker_id=worker_id)
    if not rows:
        return []
    days = Days(london_date(at), london_date(rows[-1].until_at))
    worked: dict[int, list[Shift]] = defaultdict(list)
    for shift in shifts(session, {row.worker_id for row in rows}, days.from_on - DAY, days.until_on):
        worked[shift.worker_id].append(shift)
    people = {one.referral_id for row in rows for one in row.people}
    homes = houses_of(session, people)
    times = cannot_of(session, times_of_hers(session, people))
    found = []
    for row in rows:
        ids = [one.referral_id for one in row.people]
        lives = {homes[one].id: homes[one] for one in ids if one in homes and row.kind is BookingKind.ONE_TO_ONE}
        day = Days(london_date(row.from_at) - DAY, london_date(row.until_at))
        kept = Kept(
            Span(row.from_at, row.until_at), row.refuge_id, row.refuge.name, row.worker.name, worked[row.worker_id],
            {one: house.name for one, house in lives.items() if one != row.refuge_id},
            [time for one in ids for time in times(one, day)], row.room.name if row.room else "",
            open_hours(row.room, day) if row.room else None,
        )  # fmt: skip
        if (why := why_broken(kept)) is not None:
            found.append(Broken(row, why, next(iter(lives.values()), row.refuge)))
    return found


def _to_come(session: Session, reader: Person, *, at: datetime, worker_id: int | None) -> Sequence[Booking]:
    mine = or_(
        Booking.worker_id.in_(select(Worker.id).where(Worker.agency_id == reader.agency_id)),
        Booking.refuge_id.in_(select(Refuge.id).where(Refuge.agency_id == reader.agency_id)),
    )
    query = (
        select(Booking)
        .where(visible_to(session, reader, at=at), mine, Booking.from_at > at, Booking.from_at < at + AHEAD)
        .where(Booking.state.in_([BookingState.BOOKED, BookingState.UNCONFIRMED]))
        .order_by(Booking.from_at, Booking.id)
        .options(*WHOLE)
    )
    if worker_id is not None:
        query = query.where(Booking.worker_id == worker_id)
    return session.scalars(query).unique().all()


def houses_of(session: Session, referral_ids: Collection[int]) -> Mapping[int, Refuge]:
    """Return where these women live now, by the id of their referral."""
    rows = session.execute(
        select(Stay.referral_id, Refuge)
        .join(Bed, Bed.id == Stay.bed_id)
        .join(Refuge, Refuge.id == Bed.refuge_id)
        .where(Stay.referral_id.in_(referral_ids), Stay.ended_at.is_(None)),
    )
    return {row[0]: row[1] for row in rows}


def house_for(session: Session, booking: Booking) -> Refuge:
    """Return where a session would be held if it were moved: a 1-2-1 where she lives now, others where they are."""
    if booking.kind is not BookingKind.ONE_TO_ONE:
        return booking.refuge
    homes = houses_of(session, [one.referral_id for one in booking.people])
    return next(iter(homes.values()), booking.refuge)


def mends_of(session: Session, reader: Person, found: Sequence[Broken], *, at: datetime) -> list[Mend]:
    """Return the smallest repair of each: its own worker and the nearest time, or a colleague."""
    workers = bookable_workers(session, reader, on=london_date(at))
    without = _excluded(session, found)
    made: list[Mend] = []
    for one in found:
        same = [
            worker
            for worker in workers
            if worker.discipline is one.booking.worker.discipline
            and worker.id != one.booking.worker_id
            and worker.id not in without.get(one.booking.id, ())
        ]
        tried = (Mend(one, worker, _nearest(session, one, worker, made, at)) for worker in [one.booking.worker, *same])
        made.append(next((mend for mend in tried if mend.slot is not None), Mend(one, one.booking.worker, None)))
    return made


def _excluded(session: Session, found: Sequence[Broken]) -> dict[int, set[int]]:
    """Return, by booking, the workers whom she does not want to see."""
    needs = {row.need_id: one.booking.id for one in found for row in one.booking.people if row.need_id is not None}
    rows = session.execute(
        select(SessionNeed.id, SessionNeed.excluded_worker_id).where(
            SessionNeed.id.in_(needs), SessionNeed.excluded_worker_id.is_not(None)
        ),
    )
    without: dict[int, set[int]] = defaultdict(set)
    for need_id, worker_id in rows:
        if worker_id is not None:
            without[needs[need_id]].add(worker_id)
    return without


def _nearest(session: Session, one: Broken, worker: Worker, made: Sequence[Mend], at: datetime) -> Slot | None:
    """Return the free time nearest to the one that is lost, rather on a day on which she has no other session."""
    booking, on = one.booking, london_date(one.booking.from_at)
    ids = tuple(row.referral_id for row in booking.people)
    minutes = int((booking.until_at - booking.from_at).total_seconds() // 60)
    wish = Wish(worker, one.house, minutes, ids, booking.room_id is not None, instead_of=booking.id)
    asked = asked_for(session, wish, Days(max(london_date(at), on - BEFORE), on + AFTER), at=at)
    taken: set[date] = {london_date(span.from_at) for span in asked.hers}
    slots = free_slots(_with(asked, made, worker.id, set(ids)), booking.room_id)
    return min(
        slots,
        key=lambda slot: (london_date(slot.from_at) in taken, abs(slot.from_at - booking.from_at), slot.from_at),
        default=None,
    )


def _with(asked: Asked, made: Sequence[Mend], worker_id: int, ids: set[int]) -> Asked:
    """Return what is asked with the repairs that are proposed already taking their time."""
    for mend in made:
        slot = mend.slot
        if slot is None:
            continue
        if mend.worker.id == worker_id:
            busy = Busy(slot.from_at, slot.until_at, mend.broken.house.id)
            asked = replace(asked, diary=replace(asked.diary, busy=[*asked.diary.busy, busy]))
        if ids.intersection(row.referral_id for row in mend.broken.booking.people):
            asked = replace(asked, hers=[*asked.hers, slot])
        if asked.rooms is not None and slot.room_id is not None:
            rooms = [
                replace(room, taken=[*room.taken, slot]) if room.id == slot.room_id else room for room in asked.rooms
            ]
            asked = replace(asked, rooms=rooms)
    return asked
