"""Free times for what was called off: on each of the nearest days the one nearest to the time that is lost."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from refuge.inreach.models import Booking, BookingKind, BookingState
from refuge.inreach.queries.broken import house_for, houses_of
from refuge.inreach.queries.diaries import Days, Wish, asked_for
from refuge.inreach.slots import free_slots
from refuge.london import london_date

if TYPE_CHECKING:
    from datetime import date, datetime

    from sqlalchemy.orm import Session

    from refuge.inreach.slots import Slot

BEFORE, AFTER = timedelta(days=3), timedelta(days=14)
"""How far from its own day, or from today once that is past, another time is looked for."""
MOST = 5
"""Times that are offered."""


def who_still_comes(session: Session, booking: Booking) -> tuple[int, ...]:
    """Return the women of a session who would come to it at another time: all, if they live where it is held."""
    homes = houses_of(session, [row.referral_id for row in booking.people])
    one = booking.kind is BookingKind.ONE_TO_ONE
    return tuple(
        row.referral_id
        for row in booking.people
        if row.referral_id in homes and (one or homes[row.referral_id].id == booking.refuge_id)
    )


def wish_again(session: Session, booking: Booking) -> Wish | None:
    """Return what a session that was called off wants again; None where it is not one, or nobody is left to come."""
    people = who_still_comes(session, booking)
    if booking.state is not BookingState.CANCELLED or (not people and booking.kind is not BookingKind.DROP_IN):
        return None
    minutes = int((booking.until_at - booking.from_at).total_seconds() // 60)
    return Wish(booking.worker, house_for(session, booking), minutes, people, booking.room_id is not None)


def times_again(session: Session, booking: Booking, *, at: datetime) -> list[Slot]:
    """Return the nearest free times, one of a day, in order of time; rather on days on which she has nothing else."""
    wish = wish_again(session, booking)
    if wish is None:
        return []
    today = london_date(at)
    middle = max(london_date(booking.from_at), today)
    asked = asked_for(session, wish, Days(max(today, middle - BEFORE), middle + AFTER), at=at)
    taken = {london_date(span.from_at) for span in asked.hers}
    nearest: dict[date, Slot] = {}
    for slot in free_slots(asked, booking.room_id):
        on = london_date(slot.from_at)
        if slot.from_at == booking.from_at or on in taken:
            continue
        best = nearest.get(on)
        if best is None or _apart(slot, booking) < _apart(best, booking):
            nearest[on] = slot
    days = sorted(nearest, key=lambda on: (abs(on - middle), on))[:MOST]
    return [nearest[on] for on in sorted(days)]


def _apart(slot: Slot, booking: Booking) -> timedelta:
    """Return how far a slot lies from the time of day that is lost."""
    days = timedelta(days=(london_date(slot.from_at) - london_date(booking.from_at)).days)
    return abs(slot.from_at - booking.from_at - days)
