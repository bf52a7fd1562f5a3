"""Taking a bed: insert, or say that it has just been taken. The database settles a race, never a check made before."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.exc import DBAPIError

from refuge.beds.models import Bed, Closure, Hold, Stay
from refuge.errors import Refused

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy.orm import Session

TAKEN = "bed.taken"
TWO_BEDS = "woman.in_two_beds"
TWO_HOLDS = "woman.held_twice"
RACES = {"23P01", "23505", "40P01", "40001", "55P03"}
"""PostgreSQL: exclusion, unique, deadlock, serialization, lock timeout."""
BUSY = "Several people are deciding about this bed at this moment. Try again."
SENTENCES: tuple[tuple[str, str, str], ...] = (
    ("lock timeout", "bed.busy", BUSY),
    ("deadlock detected", "bed.busy", BUSY),
    ("stay_referral", TWO_BEDS, "She already lives in another bed. Record her move from there first."),
    ("stay_open_referral", TWO_BEDS, "She already lives in another bed. Record her move from there first."),
    ("stay.referral_id", TWO_BEDS, "She already lives in another bed. Record her move from there first."),
    ("ex_hold_referral", TWO_HOLDS, "Another bed is held for her already. Let that one go first."),
    ("it is held", TAKEN, "That bed has just been held for somebody else. Choose another bed."),
    ("ex_hold_bed", TAKEN, "That bed has just been held for somebody else. Choose another bed."),
    ("it is closed", TAKEN, "That bed has just been closed. Choose another bed."),
    ("closure", TAKEN, "That bed has just been closed by somebody else."),
    ("it is retired", TAKEN, "That bed is no longer in use. Choose another bed."),
)
"""What the database says -> code and words. Anything else that loses a race finds the bed taken."""
JUST_TAKEN = "That bed has just been taken: somebody lives there now. Choose another bed."


def lock_bed(session: Session, bed_id: int) -> None:
    """Let one transaction at a time decide about this bed, until it ends. On SQLite a writer is alone already."""
    session.execute(select(Bed.id).where(Bed.id == bed_id).with_for_update())


def take_bed(session: Session, row: Stay | Hold | Closure) -> None:
    """Add a stay, a hold or a closure; raise Refused if somebody was quicker. The rest of the transaction stands."""
    with settled_by_database(session):
        lock_bed(session, row.bed_id)
        session.add(row)


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
    state = getattr(error.orig, "sqlstate", None)
    text = str(error.orig)
    lost = state in RACES if state is not None else any(mark in text for mark in _SQLITE_MARKS)
    if not lost:
        raise error
    for mark, code, sentence in SENTENCES:
        if mark in text:
            return Refused(sentence, code=code)
    return Refused(JUST_TAKEN, code=TAKEN)


_SQLITE_MARKS = (
    "bed_not_taken",
    "ex_stay_bed",
    "ex_hold_bed",
    "ex_closure_bed",
    "ex_stay_referral",
    "ex_hold_referral",
    "UNIQUE constraint failed: stay.bed_id",
    "UNIQUE constraint failed: stay.referral_id",
    "UNIQUE constraint failed: closure.bed_id",
)
"""How the triggers and partial unique indexes of the encrypted file speak."""
