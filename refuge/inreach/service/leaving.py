"""When a woman has left or lives in another house: what becomes of her sessions to come, and her workers' tasks."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import or_, select
from sqlalchemy.orm import selectinload

from refuge.beds.models import Bed
from refuge.inreach.models import Booking, BookingKind, BookingPerson, BookingState
from refuge.inreach.service.booking import cancel
from refuge.inreach.service.groups import let_go
from refuge.inreach.service.tasks import Follows, raise_task
from refuge.london import london_date
from refuge.placements.service.following import when_she_changed_house, when_she_left
from support_plans.models import Allocation
from support_plans.service.needs import end_needs_of

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

    from refuge.audit.service import Actor
    from refuge.beds.models import Stay

MOVED_ON = "moved_on"
"""Of code list `session_cancelled`."""
WORKED_LATELY = timedelta(days=60)
"""A worker who saw her within this time, or was to see her, writes the discharge."""


@when_she_left
def close_sessions(session: Session, stay: Stay, *, actor: Actor, at: datetime) -> int:
    """Call off what was booked for her, end what her plan asks for, and give her workers their tasks.

    From a group she is taken out, and the group goes on. Return how many sessions were called off.
    """
    left_at = stay.ended_at or at
    workers = _her_workers(session, stay.referral_id, at)
    called_off = 0
    for booking in _to_come(session, stay.referral_id, left_at):
        if booking.kind is BookingKind.ONE_TO_ONE:
            cancel(session, booking, MOVED_ON, version=booking.version, actor=actor, at=at)
            called_off += 1
        else:
            let_go(session, booking, stay.referral_id, actor=actor, at=at)
    end_needs_of(session, stay.referral_id, why="She has moved on", actor=actor, at=at)
    for worker_id in sorted(workers):
        for kind in (Follows.HANDOVER, Follows.DISCHARGE):
            raise_task(session, kind, worker_id, stay.referral_id, actor=actor, at=at)
    return called_off


@when_she_changed_house
def ask_to_move_sessions(session: Session, left: Stay, came: Stay, *, actor: Actor, at: datetime) -> int:
    """Ask the workers of her 1-2-1s to move them with her: they stand among the sessions to mend, each with a time.

    A group of the house that she left goes on without her. Return how many 1-2-1s are to be moved.
    """
    to_move, house_id = 0, session.get_one(Bed, came.bed_id).refuge_id
    for booking in _to_come(session, left.referral_id, at):
        if booking.refuge_id == house_id:
            continue
        if booking.kind is BookingKind.ONE_TO_ONE:
            raise_task(session, Follows.CHANGED_HOUSE, booking.worker_id, left.referral_id, actor=actor, at=at)
            to_move += 1
        else:
            let_go(session, booking, left.referral_id, actor=actor, at=at)
    return to_move


def _to_come(session: Session, referral_id: int, left_at: datetime) -> list[Booking]:
    """Return her sessions after she left that have no outcome, locked, in order."""
    hers = select(BookingPerson.booking_id).where(
        BookingPerson.referral_id == referral_id, BookingPerson.live.is_(True), BookingPerson.outcome.is_(None),
        BookingPerson.from_at >= left_at,
    )  # fmt: skip
    return list(
        session.scalars(
            select(Booking)
            .where(Booking.id.in_(hers), Booking.state.in_([BookingState.UNCONFIRMED, BookingState.BOOKED]))
            .order_by(Booking.id)
            .with_for_update()
            .options(selectinload(Booking.people))
            .execution_options(populate_existing=True),
        ).unique(),
    )


def _her_workers(session: Session, referral_id: int, at: datetime) -> set[int]:
    booked = session.scalars(
        select(Booking.worker_id)
        .join(BookingPerson, BookingPerson.booking_id == Booking.id)
        .where(BookingPerson.referral_id == referral_id, Booking.live.is_(True))
        .where(Booking.kind == BookingKind.ONE_TO_ONE, Booking.from_at > at - WORKED_LATELY),
    )
    today = london_date(at)
    allocated = session.scalars(
        select(Allocation.worker_id).where(
            Allocation.referral_id == referral_id, or_(Allocation.until_on.is_(None), Allocation.until_on > today)
        ),
    )
    return {*booked, *allocated}
