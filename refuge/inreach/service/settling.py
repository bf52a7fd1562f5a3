"""Letting the database judge a booking: of two who reach for one time, one has it and the other reads a sentence."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.exc import DBAPIError

from refuge.beds.service.occupy import RACES
from refuge.errors import Refused
from refuge.referrals.models import Referral
from refuge.rota.models import SessionRoom, Worker

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from sqlalchemy.orm import Session

TAKEN = "session.taken"
NO_PLACE = "23001"
"""PostgreSQL: restrict violation, with which a room that is full refuses one more."""
BUSY = "Several people are booking at this moment. Nothing was changed: try again."
FULL = "No place is left in the room. Take another room, or another time for her."
SENTENCES: tuple[tuple[str, str], ...] = (
    ("lock timeout", BUSY),
    ("deadlock detected", BUSY),
    ("ex_session_booking_worker", "The worker has just been booked at that time. Choose another time."),
    ("ex_session_booking_room", "That room has just been booked at that time. Choose another time."),
    ("ex_session_booking_person", "She has just been booked for another session at that time. Choose another time."),
    ("who_comes_fits", FULL),
    ("booking_person", "She is in this session already."),
)
"""What the database says -> words."""
SQLITE_MARKS = (
    "ex_session_booking_worker",
    "ex_session_booking_room",
    "ex_session_booking_person",
    "who_comes_fits",
    "UNIQUE constraint failed: session_booking_person.booking_id",
)


def lock_time(session: Session, worker_id: int, refuge_ids: Iterable[int], referral_ids: Iterable[int]) -> None:
    """Let one transaction at a time decide about this worker, these houses' rooms and these women, in that order.

    On SQLite a writer is alone already. The worker is locked so that whatever refers to her waits as well: leave
    that is entered at this moment comes before the booking, which sees it then, or after.
    """
    session.execute(select(Worker.id).where(Worker.id == worker_id).with_for_update()).all()
    for query in (
        select(SessionRoom.id).where(SessionRoom.refuge_id.in_(sorted(refuge_ids))).order_by(SessionRoom.id),
        select(Referral.id).where(Referral.id.in_(sorted(referral_ids))).order_by(Referral.id),
    ):
        session.execute(query.with_for_update(key_share=True)).all()


@contextmanager
def settled_by_database(session: Session) -> Iterator[None]:
    """Let the database judge what is done inside; raise Refused, with that undone, where somebody was quicker."""
    try:
        with session.begin_nested():
            yield
    except DBAPIError as error:
        raise _refusal(error) from error


def _refusal(error: DBAPIError) -> Refused:
    """Return what to say about a lost race; raise anything else again, for it is a fault."""
    state, text = getattr(error.orig, "sqlstate", None), str(error.orig)
    lost = state in {*RACES, NO_PLACE} if state is not None else any(mark in text for mark in SQLITE_MARKS)
    if not lost:
        raise error
    for mark, sentence in SENTENCES:
        if mark in text:
            return Refused(sentence, code=TAKEN, field="slot")
    return Refused(BUSY, code=TAKEN, field="slot")
