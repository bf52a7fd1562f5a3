"""Leave, sickness, training, other work, extra hours and swaps: entered, and withdrawn where they were a mistake."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import or_, select

from refuge.audit.service import record
from refuge.database import new_ref
from refuge.errors import Refused
from refuge.london import day_begins, london_date
from refuge.rota.hours import Away, Shift, Why
from refuge.rota.models import ExceptionKind, ExceptionPlace, RotaException
from refuge.rota.queries.shifts import shifts
from refuge.rota.service.judged import judged_by_database, lock_worker
from refuge.rota.service.versions import refuse_if_stale

if TYPE_CHECKING:
    from collections.abc import Collection

    from sqlalchemy.orm import Session

    from refuge.accounts.models import Person
    from refuge.audit.service import Actor
    from refuge.rota.models import Worker

DAY = timedelta(days=1)


@dataclass(frozen=True)
class ExceptionDetails:
    """What is not as the pattern says: hours taken, hours given, or both for a swap."""

    kind: ExceptionKind
    note: str
    away: tuple[datetime, datetime] | None
    extra: tuple[datetime, datetime] | None
    refuge_ids: tuple[int, ...] = ()
    """The houses of the hours that are given."""

    def taken(self, worker: Worker) -> list[Away]:
        """Return the hours taken, as the rota counts them."""
        return [Away(worker.id, *self.away, Why(self.kind))] if self.away else []

    def given(self, worker: Worker) -> list[Shift]:
        """Return the hours given, as the rota counts them."""
        return [Shift(worker.id, self.refuge_ids, *self.extra)] if self.extra else []


def whole_days(
    session: Session, worker: Worker, first: date, last: date, *, without: Collection[int] = ()
) -> tuple[datetime, datetime]:
    """Return the span of whole days: with the night that begins on the last, without that of the day before.

    `without`: the ids of exceptions that this one comes in the place of.
    """
    begins, ends = day_begins(first), day_begins(last + DAY)
    around = shifts(session, [worker.id], first - DAY, last, without=without)
    over_first = [one.until_at for one in around if one.from_at < begins < one.until_at]
    over_last = [one.until_at for one in around if begins <= one.from_at < ends < one.until_at]
    return max([begins, *over_first]), max([ends, *over_last])


def enter_exception(
    session: Session, worker: Worker, details: ExceptionDetails, *, by: Person, actor: Actor, at: datetime
) -> RotaException:
    """Keep what is not as the pattern says. Raise Refused if something is entered for that time already."""
    lock_worker(session, worker)
    row = _add(session, worker, details, by=by, at=at)
    record(session, "exception.entered", worker.ref, by=actor, at=at, exception=row.ref)
    return row


def _add(session: Session, worker: Worker, details: ExceptionDetails, *, by: Person, at: datetime) -> RotaException:
    with judged_by_database(session):
        added = _row(session, worker, details, details.extra, works=True, by=by, at=at) if details.extra else None
        taken = _row(session, worker, details, details.away, works=False, by=by, at=at) if details.away else None
        if added is not None and taken is not None:
            taken.swapped_for_id = added.id
            session.flush()
    row = taken or added
    if row is None:
        raise Refused("Enter which hours it is about", code="empty", field="from_on")
    return row


def _row(
    session: Session,
    worker: Worker,
    details: ExceptionDetails,
    span: tuple[datetime, datetime],
    *,
    works: bool,
    by: Person,
    at: datetime,
) -> RotaException:
    row = RotaException(
        ref=new_ref(session, RotaException), worker_id=worker.id, kind=details.kind, works=works, from_at=span[0],
        until_at=span[1], entered_by_id=by.id, entered_at=at, note=details.note,
        places=[ExceptionPlace(refuge_id=one) for one in details.refuge_ids] if works else [],
    )  # fmt: skip
    session.add(row)
    session.flush()
    return row


def change_exception(
    session: Session,
    row: RotaException,
    details: ExceptionDetails,
    *,
    version: int,
    by: Person,
    actor: Actor,
    at: datetime,
) -> RotaException:
    """Put another in the place of an exception, a swap as a whole; what has been stays as it was. Return the new one.

    The old one is withdrawn and not written over, so that the past can be read.
    """
    lock_worker(session, row.worker)
    parts = _standing_parts(session, row, version=version, at=at)
    for part in parts:
        _refuse_another_past(part, details.extra if part.works else details.away, at)
        part.withdrawn_at, part.withdrawn_by_id = at, by.id
    session.flush()
    new = _add(session, row.worker, details, by=by, at=at)
    record(session, "exception.changed", row.worker.ref, by=actor, at=at, exception=row.ref, now=new.ref)
    return new


def _refuse_another_past(part: RotaException, span: tuple[datetime, datetime] | None, at: datetime) -> None:
    """Refuse a change of hours that are over: what is entered for them is what happened."""
    today = day_begins(london_date(at))
    if part.from_at >= today:
        return
    if span is None or span[0] != part.from_at or span[1] < min(part.until_at, today):
        field = "extra_on" if part.works else "from_on"
        raise Refused("It has begun, and what has been stays as it was: leave its first day as it is", field=field)


def withdraw_exception(
    session: Session, row: RotaException, *, version: int, by: Person, actor: Actor, at: datetime
) -> None:
    """Withdraw an exception; a swap as a whole. What is over stays: it is what happened."""
    for part in _standing_parts(session, row, version=version, at=at):
        part.withdrawn_at, part.withdrawn_by_id = at, by.id
    session.flush()
    record(session, "exception.withdrawn", row.worker.ref, by=actor, at=at, exception=row.ref)


def _standing_parts(session: Session, row: RotaException, *, version: int, at: datetime) -> list[RotaException]:
    """Return an exception, locked, with the other half of a swap. Raise Refused if it is withdrawn, stale or over."""
    session.refresh(row, with_for_update={"of": RotaException})
    if row.withdrawn_at is not None:
        raise Refused("This was withdrawn already, or changed.", code="withdrawn")
    refuse_if_stale(row.version, version)
    parts = [row, *other_half(session, row)]
    if all(london_date(part.until_at) < london_date(at) for part in parts):
        raise Refused("This is over, so it stays: it is what happened.", code="over")
    return parts


def other_half(session: Session, row: RotaException) -> list[RotaException]:
    """Return the other half of a swap."""
    halves = or_(RotaException.id == row.swapped_for_id, RotaException.swapped_for_id == row.id)
    return list(session.scalars(select(RotaException).where(halves, RotaException.worker_id == row.worker_id)))
