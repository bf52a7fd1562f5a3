"""Who comes to a group: one more woman, or one fewer, as long as the room holds them. The database decides at last."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.orm.attributes import flag_modified

from refuge.audit.service import record
from refuge.errors import Refused
from refuge.inreach.models import Booking, BookingKind, BookingPerson
from refuge.inreach.queries.diaries import Days, Wish, asked_for, cannot
from refuge.inreach.service.booking import (
    Attending,
    add_people,
    refuse_if_over,
    refuse_if_stale,
    refuse_strangers,
    stay_refs,
)
from refuge.inreach.service.interpreting import InterpreterDetails, interpreter_with, set_interpreter
from refuge.inreach.service.settling import FULL, TAKEN, lock_time, settled_by_database
from refuge.inreach.slots import Span, room_for
from refuge.london import clock_words, london_date
from refuge.rota.models import SessionRoom
from support_plans.models import Interpreter, SessionNeed

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

    from refuge.audit.service import Actor


def add_woman(
    session: Session, booking: Booking, referral_id: int, *, version: int, actor: Actor, at: datetime
) -> None:
    """Let one more woman come to a group. Raise Refused if the room is full or she is taken or cannot come.

    While it goes on and until its outcomes are noted, too: she came without being booked. Where its room is full, the
    group goes to a larger one that is free.
    The caller has read it with its people, worker, house and room, locked.
    """
    if booking.kind is not BookingKind.GROUP:
        raise Refused("Only a group is joined. Book her a session of her own.", code="session.no_group")
    refuse_if_over(booking)
    refuse_if_stale(booking, version)
    if any(row.referral_id == referral_id for row in booking.people):
        raise Refused("She is in this session already.", code=TAKEN, field="woman")
    lock_time(session, booking.worker_id, [booking.refuge_id], [referral_id])
    refuse_strangers(session, booking.refuge, [referral_id])
    if booking.room is not None and booking.room.capacity <= len(booking.people) + 1:
        booking.room = _larger_room(session, booking, at)
    if booking.from_at > at:
        _refuse_her_times(session, booking, referral_id)
    with settled_by_database(session):
        add_people(session, booking, [Attending(referral_id, _need_id(session, booking, referral_id))])
    session.refresh(booking, ["people"])
    if booking.from_at > at and booking.interpreter is Interpreter.NOT_NEEDED:
        set_interpreter(booking, InterpreterDetails(interpreter_with(session, [referral_id], booking.worker)))
    _change(session, booking)
    record(session, "session.joined", booking.ref, by=actor, at=at, women=stay_refs(session, [referral_id]))


def take_out(
    session: Session, booking: Booking, row: BookingPerson, *, version: int, actor: Actor, at: datetime
) -> None:
    """Take a woman out of a group, which goes on. Raise Refused once it is noted what came of it for her."""
    refuse_if_over(booking)
    refuse_if_stale(booking, version)
    if booking.kind is not BookingKind.GROUP:
        raise Refused("A session of hers alone is called off or moved.", code="session.no_group")
    if row.outcome is not None:
        raise Refused("The outcome is noted for her, so she stays in this session.", code="session.over")
    let_go(session, booking, row.referral_id, actor=actor, at=at)


def let_go(session: Session, booking: Booking, referral_id: int, *, actor: Actor, at: datetime) -> None:
    """Take her out of a group, whatever stands against it: she asked to, or she has moved on."""
    booking.people = [row for row in booking.people if row.referral_id != referral_id]
    _change(session, booking)
    record(session, "session.taken_out", booking.ref, by=actor, at=at, women=stay_refs(session, [referral_id]))


def _larger_room(session: Session, booking: Booking, at: datetime) -> SessionRoom:
    """Return a room of the house that is free then and holds one more. Raise Refused if there is none."""
    on, span = london_date(booking.from_at), Span(booking.from_at, booking.until_at)
    minutes = int((span.until_at - span.from_at).total_seconds() // 60)
    wish = Wish(booking.worker, booking.refuge, minutes, places=len(booking.people) + 1, instead_of=booking.id)
    found = room_for(asked_for(session, wish, Days(on, on), at=at), span)
    if found is None:
        raise Refused(FULL, code="session.full", field="woman")
    return session.get_one(SessionRoom, found.id)


def _change(session: Session, booking: Booking) -> None:
    flag_modified(booking, "state")  # so that its version rises: who comes is part of what was read
    session.flush()


def _refuse_her_times(session: Session, booking: Booking, referral_id: int) -> None:
    on = london_date(booking.from_at)
    span = Span(booking.from_at, booking.until_at)
    for time in cannot(session, [referral_id], Days(on, on)):
        if time.overlaps(span):
            why = f" ({time.why})" if time.why else ""
            sentence = f"She cannot come from {clock_words(time.from_at)} to {clock_words(time.until_at)}{why}."
            raise Refused(sentence, code=TAKEN, field="woman")


def _need_id(session: Session, booking: Booking, referral_id: int) -> int | None:
    """Return what of her plan asks for such a group, if anything does."""
    return session.scalar(
        select(SessionNeed.id)
        .where(SessionNeed.referral_id == referral_id, SessionNeed.service == booking.service)
        .where(SessionNeed.ended_at.is_(None))
        .order_by(SessionNeed.id)
        .limit(1),
    )
