"""What came of a session, in one tap. Missed twice in a row raises a task for the worker, never a sanction."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.orm.attributes import flag_modified

from refuge.audit.service import record
from refuge.errors import Refused
from refuge.inreach.models import Booking, BookingKind, BookingPerson, BookingState
from refuge.inreach.service.booking import refuse_if_stale
from refuge.inreach.service.tasks import Follows, raise_task

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

    from refuge.accounts.models import Person
    from refuge.audit.service import Actor

CAME = frozenset({"attended", "late"})
"""Codes of list `session_outcome` with which there was contact."""
MISSED = "did_not_attend"
IN_A_ROW = 2


@dataclass(frozen=True)
class OutcomeDetails:
    """What came of it for one woman."""

    outcome: str
    """Code list `session_outcome`."""
    minutes: int | None = None
    """How long it really was; None: as long as it was booked, if she came."""
    next_step: str = ""


def note_outcome(
    session: Session,
    booking: Booking,
    row: BookingPerson,
    details: OutcomeDetails,
    *,
    version: int,
    by: Person,
    actor: Actor,
    at: datetime,
) -> None:
    """Note what came of a session for one woman, or correct it. The caller has read it with its people, locked."""
    _refuse_too_soon(booking, at)
    refuse_if_stale(booking, version)
    came = details.outcome in CAME
    booked = int((booking.until_at - booking.from_at).total_seconds() // 60)
    row.outcome, row.outcome_at, row.outcome_by_id = details.outcome, at, by.id
    row.minutes = (booked if details.minutes is None else details.minutes) if came else 0
    row.next_step = details.next_step
    if all(one.outcome is not None for one in booking.people):
        booking.state = BookingState.DONE
    flag_modified(booking, "state")  # so that its version rises whoever of several women it was about
    session.flush()
    record(session, "session.outcome", booking.ref, by=actor, at=at, outcome=details.outcome)
    if details.outcome == MISSED and _missed_in_a_row(session, booking, row):
        raise_task(session, Follows.MISSED_TWICE, booking.worker_id, row.referral_id, actor=actor, at=at)


def note_how_many_came(
    session: Session, booking: Booking, came: int, *, version: int, actor: Actor, at: datetime
) -> None:
    """Note how many came to a drop-in. Nobody is named."""
    if booking.kind is not BookingKind.DROP_IN:
        raise Refused("Only a drop-in is counted: note the outcome for each woman.")
    _refuse_too_soon(booking, at)
    refuse_if_stale(booking, version)
    booking.came, booking.state = came, BookingState.DONE
    session.flush()
    record(session, "session.outcome", booking.ref, by=actor, at=at, came=came)


def _refuse_too_soon(booking: Booking, at: datetime) -> None:
    if booking.state is BookingState.CANCELLED:
        raise Refused("This session was called off, so nothing came of it. Book another.", code="session.over")
    if booking.from_at > at:
        raise Refused("This session has not begun yet. If it will not be held, call it off.", code="session.too_soon")


def _missed_in_a_row(session: Session, booking: Booking, row: BookingPerson) -> bool:
    """Return whether this and her session before it with this worker were both missed."""
    last = session.scalars(
        select(BookingPerson.outcome)
        .join(Booking, Booking.id == BookingPerson.booking_id)
        .where(Booking.worker_id == booking.worker_id, Booking.live.is_(True))
        .where(BookingPerson.referral_id == row.referral_id, BookingPerson.outcome.is_not(None))
        .where(BookingPerson.from_at <= row.from_at)
        .order_by(BookingPerson.from_at.desc())
        .limit(IN_A_ROW),
    ).all()
    return len(last) == IN_A_ROW and all(outcome == MISSED for outcome in last)
