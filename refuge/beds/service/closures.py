"""Closing a bed and opening it again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import select

from refuge.audit.service import Actor, record
from refuge.beds.models import Bed, Closure
from refuge.beds.occupancy import BedLife, HoldSpan, StaySpan, gone_by
from refuge.beds.queries import life_of_bed
from refuge.beds.service.occupy import lock_bed, take_bed
from refuge.beds.service.versions import STALE
from refuge.errors import Refused
from refuge.london import date_words, day_begins, instant_words, london_date

if TYPE_CHECKING:
    from datetime import date, datetime

    from sqlalchemy.orm import Session

    from refuge.accounts.models import Person

CLEANING, OTHER = "cleaning", "other"
"""Of code list `closure_reason`."""


@dataclass(frozen=True)
class ClosureDetails:
    """Why a bed is closed, from when, and when it is expected back."""

    reason: str
    note: str
    from_at: datetime
    expected_ready: date | None


def close_bed(
    session: Session, bed: Bed, details: ClosureDetails, *, by: Person, actor: Actor, at: datetime
) -> Closure:
    """Close a bed of her own agency. Raise Refused while somebody lives there or it is held, or if it is retired."""
    session.refresh(bed, with_for_update={"of": Bed})
    _refuse_if_retired(bed, details)
    _refuse_if_taken(bed, life_of_bed(session, by, bed, at), details, at)
    closure = Closure(
        bed_id=bed.id,
        from_at=details.from_at,
        reason=details.reason,
        note=details.note,
        expected_ready=details.expected_ready,
        closed_by_id=by.id,
    )
    take_bed(session, closure)
    record(session, "bed.closed", bed.ref, by=actor, at=at, reason=details.reason)
    return closure


def turn_around(
    session: Session, bed: Bed, *, left_at: datetime, by: Person, actor: Actor, at: datetime
) -> Closure | None:
    """Close a bed for cleaning from when its resident left, as long as its refuge takes for that.

    None where the refuge takes no time, or where the bed is closed, or promised to somebody, already.
    """
    if not bed.refuge.turnaround_days:
        return None
    ready = london_date(left_at) + timedelta(days=bed.refuge.turnaround_days)
    closure = Closure(
        bed_id=bed.id, from_at=left_at, reason=CLEANING, note="", expected_ready=ready, closed_by_id=by.id
    )
    try:
        take_bed(session, closure)
    except Refused:
        return None
    record(session, "bed.closed", bed.ref, by=actor, at=at, reason=CLEANING)
    return closure


def keep_out_of_service(session: Session, bed: Bed, *, since: date, by: Person, at: datetime) -> None:
    """Keep that a bed which is back in service was out of it from the day after `since`: nobody could have had it.

    Nothing is kept of a time in which it was closed anyway, nor where it came back on the day on which it left.
    """
    closures = session.scalars(select(Closure).where(Closure.bed_id == bed.id)).all()
    over = [one.ended_at for one in closures if one.ended_at is not None and one.from_at < one.ended_at]
    from_at = max([day_begins(since + timedelta(days=1)), *over])
    ended_at = min([at, *(one.from_at for one in closures if one.ended_at is None)])
    if from_at < ended_at:
        note = "It was out of service."
        take_bed(
            session,
            Closure(bed_id=bed.id, from_at=from_at, ended_at=ended_at, reason=OTHER, note=note, closed_by_id=by.id),
        )


def seen_as(closure: Closure) -> str:
    """Return which closure a form was shown with, and how it stood: of a bed that was closed anew it is another."""
    return f"{closure.from_at.isoformat()}/{closure.expected_ready or ''}"


def open_bed(session: Session, bed: Bed, *, seen: str, actor: Actor, at: datetime) -> None:
    """Open a closed bed again, or call off a closure that has not begun. Raise Refused if it is not closed."""
    closure = open_closure(session, bed)
    _refuse_if_stale(closure, seen, at)
    closure.ended_at = max(at, closure.from_at)
    record(session, "bed.opened", bed.ref, by=actor, at=at)


def change_ready(
    session: Session, bed: Bed, expected_ready: date | None, *, seen: str, actor: Actor, at: datetime
) -> None:
    """Change the day on which a closed bed is expected back. Raise Refused if it is not closed."""
    closure = open_closure(session, bed)
    _refuse_if_stale(closure, seen, at)
    if expected_ready is not None and expected_ready < london_date(closure.from_at):
        raise Refused("Enter a date on or after the day it closes", field="expected_ready")
    closure.expected_ready = expected_ready
    record(session, "closure.changed", bed.ref, by=actor, at=at, fields=["expected_ready"])


def open_closure(session: Session, bed: Bed) -> Closure:
    """Return the closure of this bed that nobody has ended yet: it has one at most."""
    lock_bed(session, bed.id)
    found = session.scalar(select(Closure).where(Closure.bed_id == bed.id, Closure.ended_at.is_(None)))
    if found is None:
        raise Refused(f"{bed.name} is not closed. Somebody may have opened it a moment ago.", code="bed.not_closed")
    return found


def _refuse_if_stale(closure: Closure, seen: str, at: datetime) -> None:
    if seen_as(closure) == seen:
        return
    ready = closure.expected_ready
    words = "on no known day" if ready is None else date_words(ready, today=london_date(at))
    raise Refused(
        "Somebody changed this closure while you had it open, and nothing of yours is saved yet. It has been closed "
        f"since {instant_words(closure.from_at, now=at)} and is expected ready {words}. Do it again if it is right.",
        code=STALE, field="expected_ready",
    )  # fmt: skip


def _refuse_if_retired(bed: Bed, details: ClosureDetails) -> None:
    if bed.retired_on is not None and bed.retired_on <= london_date(details.from_at):
        raise Refused(f"{bed.name} is out of service for good, so it cannot be closed.", code="bed.retired")


def _refuse_if_taken(bed: Bed, life: BedLife, details: ClosureDetails, at: datetime) -> None:
    """Refuse in words that tell what stands in the way. The database refuses the same, without these words."""
    today = london_date(at)
    if any(closure.ended_at is None for closure in life.closures):
        raise Refused(f"{bed.name} is closed already, or will be. Open it again first.", code="bed.closed")
    for stay in life.stays:
        if not gone_by(stay, details.from_at, at):
            raise Refused(_lives_there(bed, stay, today), code="bed.occupied")
    for hold in life.holds:
        if _meets(hold, details):
            raise Refused(_is_held(bed, hold, at), code="bed.held")


def _meets(hold: HoldSpan, details: ClosureDetails) -> bool:
    """Return whether the bed is held at any time while it would be closed."""
    ready = details.expected_ready
    return hold.end > details.from_at and (ready is None or hold.from_at < day_begins(ready))


def _lives_there(bed: Bed, stay: StaySpan, today: date) -> str:
    move_on = stay.expected_move_on
    if move_on is None:
        return f"{stay.called} lives in {bed.name}. A bed can be closed once she has moved on."
    if move_on < today:
        return (
            f"{stay.called} still lives in {bed.name}; her move-on was expected {date_words(move_on, today=today)}. "
            "Record that she has moved on, or change the expected date, first."
        )
    return (
        f"{stay.called} lives in {bed.name} and is expected to move on {date_words(move_on, today=today)}. "
        "Choose that day or later."
    )


def _is_held(bed: Bed, hold: HoldSpan, at: datetime) -> str:
    until = instant_words(hold.end, now=at)
    return f"{bed.name} is held until {until} by {hold.held_by} for {hold.referral_ref}. Choose a later time."
