"""The interpreter of a session: one whom she can trust, there for the whole of it, confirmed before the session is.

A plan says that she needs one, in which language, and whom she would not speak through; each session has an interpreter
of its own, who is asked about again when booked and when confirmed.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import select

from refuge.errors import Refused
from refuge.inreach.models import Booking, BookingState
from refuge.london import clock_words
from support_plans.models import Interpreter, SessionNeed

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from refuge.rota.models import Worker

READY = (Interpreter.NOT_NEEDED, Interpreter.CONFIRMED)
"""With these a session is confirmed."""
THERE = (Interpreter.BOOKED, Interpreter.CONFIRMED)
"""With these an interpreter has been found."""


@dataclass(frozen=True)
class InterpreterDetails:
    """How far the interpreter of a session is, from when until when, and what was asked about her."""

    state: Interpreter
    from_at: datetime | None = None
    until_at: datetime | None = None
    is_woman: bool = False
    not_from_community: bool = False


def state_with(interpreter: Interpreter) -> BookingState:
    """Return how far a session is with an interpreter who is so far."""
    return BookingState.BOOKED if interpreter in READY else BookingState.UNCONFIRMED


def interpreter_for(need: SessionNeed, worker: Worker) -> Interpreter:
    """Return whether a session of a need needs an interpreter with this worker: none where she speaks the language."""
    if need.interpreter is Interpreter.NOT_NEEDED or need.interpreter_language in worker.languages:
        return Interpreter.NOT_NEEDED
    return Interpreter.NEEDED


def needs_with_interpreter(session: Session, referral_ids: Collection[int]) -> Sequence[SessionNeed]:
    """Return what the plans of these women ask for with an interpreter."""
    return session.scalars(
        select(SessionNeed)
        .where(SessionNeed.referral_id.in_(referral_ids), SessionNeed.ended_at.is_(None))
        .where(SessionNeed.interpreter != Interpreter.NOT_NEEDED)
        .order_by(SessionNeed.id),
    ).all()


def interpreter_with(session: Session, referral_ids: Collection[int], worker: Worker) -> Interpreter:
    """Return whether a session of these women with this worker needs an interpreter, whatever asked for it."""
    needs = needs_with_interpreter(session, referral_ids)
    if any(interpreter_for(need, worker) is Interpreter.NEEDED for need in needs):
        return Interpreter.NEEDED
    return Interpreter.NOT_NEEDED


def refuse_unfit(session: Session, booking: Booking, details: InterpreterDetails) -> None:
    """Raise Refused if an interpreter who is booked or confirmed is not there throughout, or not whom she asked for."""
    if details.state not in THERE:
        return
    if details.from_at is None or details.until_at is None or details.until_at <= details.from_at:
        raise Refused("Enter from when until when the interpreter is there", field="there_from")
    if details.from_at > booking.from_at or details.until_at < booking.until_at:
        span = f"{clock_words(booking.from_at)} to {clock_words(booking.until_at)}"
        raise Refused(f"The session is from {span}: the interpreter must be there for all of it", field="there_from")
    needs = needs_with_interpreter(session, [row.referral_id for row in booking.people])
    if any(need.interpreter_same_gender for need in needs) and not details.is_woman:
        raise Refused(
            "She asked for a woman to interpret. Find another interpreter, or ask her first", field="is_woman"
        )
    if any(need.interpreter_not_from_community for need in needs) and not details.not_from_community:
        sentence = "She does not want an interpreter from her own community. Ask the agency, or find another"
        raise Refused(sentence, field="not_from_community")


def set_interpreter(booking: Booking, details: InterpreterDetails) -> None:
    """Put the interpreter and, by it, the state into a session that is still to come."""
    kept = details.state in THERE
    booking.interpreter, booking.state = details.state, state_with(details.state)
    booking.interpreter_from_at = details.from_at if kept else None
    booking.interpreter_until_at = details.until_at if kept else None


def follow_move(session: Session, booking: Booking) -> None:
    """See to the interpreter of a session that has just another time or worker, before the database sees it.

    One who is not there then must be found again; with a worker who speaks her language none is needed.
    """
    with session.no_autoflush:
        spoken = interpreter_with(session, [row.referral_id for row in booking.people], booking.worker)
    ends, begins = booking.interpreter_until_at, booking.interpreter_from_at
    stays = begins is not None and ends is not None and begins <= booking.from_at and booking.until_at <= ends
    if booking.interpreter is Interpreter.NOT_NEEDED:
        set_interpreter(booking, InterpreterDetails(spoken))
    elif booking.interpreter in THERE and not stays:
        set_interpreter(booking, InterpreterDetails(Interpreter.NEEDED))
