"""Working patterns: a new one begins on a day, an old one ends on one, and the past stays as it was."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from refuge.audit.service import record
from refuge.database import new_ref
from refuge.errors import Refused
from refuge.london import london_date
from refuge.rota.hours import Weeks
from refuge.rota.models import Pattern, PatternPlace
from refuge.rota.service.judged import judged_by_database, lock_worker
from refuge.rota.service.versions import refuse_if_stale

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

    from refuge.audit.service import Actor
    from refuge.rota.models import Worker


@dataclass(frozen=True)
class PatternDetails:
    """A pattern as it was typed."""

    weekdays: tuple[int, ...]
    from_minute: int
    until_minute: int
    """Beyond 1440 if it ends on the next day."""
    shares: tuple[tuple[int, int], ...]
    """Refuge and share, a pair for each house."""
    valid_from: date
    valid_until: date | None
    weeks: Weeks = Weeks.EVERY


def add_pattern(session: Session, worker: Worker, details: PatternDetails, *, actor: Actor, at: datetime) -> Pattern:
    """Give a worker a pattern. Raise Refused if it meets another of hers, or lies outside her assignment."""
    lock_worker(session, worker)
    if not worker.is_assigned(details.valid_from):
        raise Refused("She is not assigned to the network on that day", code="not_assigned", field="valid_from")
    row = Pattern(
        ref=new_ref(session, Pattern),
        worker_id=worker.id,
        weekdays=sum(1 << day for day in details.weekdays),
        from_minute=details.from_minute,
        until_minute=details.until_minute,
        valid_from=details.valid_from,
        valid_until=details.valid_until,
        weeks=details.weeks,
        places=[PatternPlace(refuge_id=refuge_id, share=share) for refuge_id, share in details.shares],
    )
    with judged_by_database(session):
        session.add(row)
        session.flush()
    record(session, "pattern.added", worker.ref, by=actor, at=at, pattern=row.ref)
    return row


def end_pattern(session: Session, pattern: Pattern, last_on: date, *, version: int, actor: Actor, at: datetime) -> None:
    """Let a pattern end after `last_on`. What was worked stays: the day cannot lie before yesterday."""
    session.refresh(pattern, with_for_update={"of": Pattern})
    refuse_if_stale(pattern.version, version)
    if pattern.valid_until is not None and last_on > pattern.valid_until:
        raise Refused("It ends before that day already. Add a new pattern instead.", code="ended", field="last_on")
    earliest = max(london_date(at) - timedelta(days=1), pattern.valid_from)
    if last_on < earliest:
        sentence = f"Enter {earliest.day} {earliest:%B %Y} or a later day: what has been worked stays as it was"
        raise Refused(sentence, code="too_early", field="last_on")
    pattern.valid_until = last_on
    session.flush()
    record(session, "pattern.ended", pattern.worker.ref, by=actor, at=at, pattern=pattern.ref)


def withdraw_pattern(session: Session, pattern: Pattern, *, version: int, actor: Actor, at: datetime) -> None:
    """Take away a pattern that has not begun."""
    session.refresh(pattern, with_for_update={"of": Pattern})
    refuse_if_stale(pattern.version, version)
    if pattern.valid_from <= london_date(at):
        raise Refused("It has begun. Enter the last day on which she works it instead.", code="begun", field="last_on")
    record(session, "pattern.withdrawn", pattern.worker.ref, by=actor, at=at, pattern=pattern.ref)
    session.delete(pattern)
    session.flush()
