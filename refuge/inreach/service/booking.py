"""Booking a session, moving it, cancelling it, and the interpreter without whom it is not confirmed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import select

from refuge.audit.service import record
from refuge.beds.models import Bed, Stay
from refuge.database import new_ref
from refuge.errors import Refused
from refuge.inreach.models import Booking, BookingKind, BookingPerson, BookingState
from refuge.inreach.queries.broken import house_for
from refuge.inreach.queries.diaries import Days, Wish, asked_for
from refuge.inreach.service.interpreting import (
    InterpreterDetails,
    follow_move,
    refuse_unfit,
    set_interpreter,
    state_with,
)
from refuge.inreach.service.settling import TAKEN, lock_time, settled_by_database
from refuge.inreach.slots import Span, slot_at, why_not
from refuge.london import london_date
from support_plans.models import Interpreter

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy.orm import Session

    from refuge.accounts.models import Person
    from refuge.audit.service import Actor
    from refuge.beds.models import Refuge
    from refuge.inreach.models import Series, SessionRun
    from refuge.inreach.slots import Slot
    from refuge.rota.models import Worker

STALE = "stale"
CHANGED = (
    "Somebody else changed this session while you had it open, and nothing of yours is saved yet. "
    "Read what is saved now, above, then save again."
)
NOT_HERE = "She does not live at that house now, so no session is booked for her there."
MOST_MINUTES = 480


@dataclass(frozen=True)
class Attending:
    """A woman who is booked, and the need that asked for it."""

    referral_id: int
    need_id: int | None = None


@dataclass(frozen=True)
class BookingDetails:
    """What is booked: who, where, when."""

    kind: BookingKind
    service: str
    worker: Worker
    refuge: Refuge
    from_at: datetime
    minutes: int
    people: Sequence[Attending] = ()
    needs_room: bool = True
    room_id: int | None = None
    """The room that is preferred; another is taken where it is not free."""
    places: int = 1
    """How many women the room must hold."""
    interpreter: Interpreter = Interpreter.NOT_NEEDED

    @property
    def wish(self) -> Wish:
        """What the rules are asked about."""
        ids = tuple(one.referral_id for one in self.people)
        return Wish(self.worker, self.refuge, self.minutes, ids, self.needs_room, self.places)


def book(
    session: Session,
    details: BookingDetails,
    *,
    by: Person,
    actor: Actor,
    at: datetime,
    series: Series | None = None,
    run: SessionRun | None = None,
) -> Booking:
    """Book a session at a time that is free for worker, women and room at this moment. Raise Refused if it is not."""
    ids = [one.referral_id for one in details.people]
    lock_time(session, details.worker.id, [details.refuge.id], ids)
    refuse_strangers(session, details.refuge, ids)
    slot = free_or_refuse(session, details.wish, details.from_at, details.room_id, at=at)
    booking = Booking(
        ref=new_ref(session, Booking), worker_id=details.worker.id, refuge_id=details.refuge.id, room_id=slot.room_id,
        kind=details.kind, service=details.service, from_at=slot.from_at, until_at=slot.until_at, live=True,
        state=state_with(details.interpreter), interpreter=details.interpreter,
        series_id=series.id if series else None, run_id=run.id if run else None, made_by_id=by.id, made_at=at,
    )  # fmt: skip
    with settled_by_database(session):
        session.add(booking)
        session.flush()
        add_people(session, booking, details.people)
    record(
        session, "session.booked", booking.ref, by=actor, at=at, worker=details.worker.ref, house=details.refuge.ref,
        service=details.service, kind=details.kind.value, women=stay_refs(session, ids),
        series=series.ref if series else None, run=run.ref if run else None,
    )  # fmt: skip
    return booking


def add_people(session: Session, booking: Booking, people: Sequence[Attending]) -> None:
    """Add women to a session; the caller lets the database judge."""
    for one in people:
        session.add(
            BookingPerson(
                booking_id=booking.id, referral_id=one.referral_id, need_id=one.need_id, from_at=booking.from_at,
                until_at=booking.until_at, live=booking.live,
            ),
        )  # fmt: skip
    session.flush()


def free_or_refuse(session: Session, wish: Wish, from_at: datetime, room_id: int | None, *, at: datetime) -> Slot:
    """Return the slot that begins then, computed now; raise Refused with what stands against it."""
    if not 0 < wish.minutes <= MOST_MINUTES:
        raise Refused(f"A session lasts from 5 to {MOST_MINUTES} minutes", field="minutes")
    on = london_date(from_at)
    asked = asked_for(session, wish, Days(on, on), at=at)
    slot = slot_at(asked, from_at, room_id)
    if slot is not None:
        return slot
    against = why_not(asked, Span(from_at, from_at + wish.length))
    raise Refused(against or "That time is not free.", code=TAKEN, field="slot")


def move(
    session: Session,
    booking: Booking,
    worker: Worker,
    from_at: datetime,
    *,
    version: int,
    actor: Actor,
    at: datetime,
    room_id: int | None = None,
) -> bool:
    """Move a session to another time, and to another worker if one is given; return whether that changed anything.

    `room_id`: in this room and no other; else it keeps its own if that is free, or takes another. A 1-2-1 of a woman
    who has moved to another house goes there with her. The caller has read it with its people,
    worker and house, locked. Raise Refused if the time is not free now.
    """
    refuse_if_over(booking)
    refuse_if_stale(booking, version)
    ids = tuple(one.referral_id for one in booking.people)
    refuge = house_for(session, booking)
    lock_time(session, worker.id, [booking.refuge_id, refuge.id], ids)
    room = room_id or booking.room_id
    same = (booking.worker_id, booking.from_at, booking.refuge_id, booking.room_id)
    if same == (worker.id, from_at, refuge.id, room):
        return False
    wish = Wish(
        worker, refuge, int((booking.until_at - booking.from_at).total_seconds() // 60), ids,
        room is not None, instead_of=booking.id,
    )  # fmt: skip
    slot = free_or_refuse(session, wish, from_at, room, at=at)
    if room_id is not None and slot.room_id != room_id:
        raise Refused("That room is taken, closed or too small then.", code=TAKEN, field="room")
    before = booking.from_at
    with settled_by_database(session):
        booking.worker, booking.room_id, booking.refuge_id = worker, slot.room_id, refuge.id
        booking.from_at, booking.until_at = slot.from_at, slot.until_at
        follow_move(session, booking)
        session.flush()
    session.expire(booking)
    record(
        session, "session.moved", booking.ref, by=actor, at=at, worker=worker.ref, house=refuge.ref,
        women=stay_refs(session, ids),
        minutes=int((from_at - before).total_seconds() // 60),
    )  # fmt: skip
    return True


def cancel(session: Session, booking: Booking, why: str, *, version: int, actor: Actor, at: datetime) -> None:
    """Call a session off: its time is free again. `why`: a code of list `session_cancelled`."""
    refuse_if_over(booking)
    refuse_if_stale(booking, version)
    booking.state, booking.live = BookingState.CANCELLED, False
    booking.cancelled_why, booking.cancelled_at = why, at
    session.flush()
    ids = [one.referral_id for one in booking.people]
    record(session, "session.cancelled", booking.ref, by=actor, at=at, why=why, women=stay_refs(session, ids))


def note_interpreter(
    session: Session, booking: Booking, details: InterpreterDetails, *, version: int, actor: Actor, at: datetime
) -> None:
    """Note how far the interpreter is. The session is confirmed by it, or goes back to being unconfirmed.

    One who is booked or confirmed is there for the whole session, and of those whom she agreed to: asked each time.
    """
    refuse_if_over(booking)
    refuse_if_stale(booking, version)
    refuse_unfit(session, booking, details)
    set_interpreter(booking, details)
    session.flush()
    record(
        session, "session.interpreter", booking.ref, by=actor, at=at, state=details.state.value,
        is_woman=details.is_woman, not_from_community=details.not_from_community,
    )  # fmt: skip


def refuse_if_over(booking: Booking) -> None:
    """Raise Refused once a session has an outcome or was cancelled."""
    if booking.state is BookingState.CANCELLED:
        raise Refused("This session was called off already. Look at it again.", code="session.over")
    if booking.state is BookingState.DONE:
        raise Refused("The outcome of this session is noted already. Look at it again.", code="session.over")


def refuse_if_stale(booking: Booking, version: int) -> None:
    """Raise Refused if the form was made from an older version."""
    if booking.version != version:
        raise Refused(CHANGED, code=STALE)


def refuse_strangers(session: Session, refuge: Refuge, referral_ids: Sequence[int]) -> None:
    """Refuse a woman who does not live in the house: her sessions are where she lives."""
    there = set(
        session.scalars(
            select(Stay.referral_id)
            .join(Bed, Bed.id == Stay.bed_id)
            .where(Stay.referral_id.in_(referral_ids), Stay.ended_at.is_(None), Bed.refuge_id == refuge.id),
        ),
    )
    if there != set(referral_ids):
        raise Refused(NOT_HERE, code="session.elsewhere", field="woman")


def stay_refs(session: Session, referral_ids: Sequence[int]) -> list[str]:
    """Return the refs of the women's newest stays, for the audit."""
    rows = session.execute(
        select(Stay.referral_id, Stay.ref).where(Stay.referral_id.in_(referral_ids)).order_by(Stay.started_at),
    )
    return sorted({row[0]: row[1] for row in rows}.values())
