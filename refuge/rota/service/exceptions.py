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


def whole_days(session: Session, worker: Worker, first: date, last: date) -> tuple[datetime, datetime]:
    """Return the span of whole days: with the night that begins on the last, without that of the day before."""
    begins, ends = day_begins(first), day_begins(last + DAY)
    around = shifts(session, [worker.id], first - DAY, last)
    over_first = [one.until_at for one in around if one.from_at < begins < one.until_at]
    over_last = [one.until_at for one in around if begins <= one.from_at < ends < one.until_at]
    return max([begins, *over_first]), max([ends, *over_last])


def enter_exception(
    session: Session, worker: Worker, details: ExceptionDetails, *, by: Person, actor: Actor, at: datetime
) -> RotaException:
    """Keep what is not as the pattern says. Raise Refused if something is entered for that time already."""
    lock_worker(session, worker)
    with judged_by_database(session):
        added = _row(session, worker, details, details.extra, works=True, by=by, at=at) if details.extra else None
        taken = _row(session, worker, details, details.away, works=False, by=by, at=at) if details.away else None
        if added is not None and taken is not None:
            taken.swapped_for_id = added.id
            session.flush()
    row = taken or added
    if row is None:
        raise Refused("Enter which hours it is about", code="empty", field="from_on")
    record(session, "exception.entered", worker.ref, by=actor, at=at, exception=row.ref)
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


def withdraw_exception(
    session: Session, row: RotaException, *, version: int, by: Person, actor: Actor, at: datetime
) -> None:
    """Withdraw an exception; a swap as a whole. What is over stays: it is what happened."""
    session.refresh(row, with_for_update={"of": RotaException})
    if row.withdrawn_at is not None:
        raise Refused("This was withdrawn already.", code="withdrawn")
    refuse_if_stale(row.version, version)
    parts = [row, *_other_half(session, row)]
    if all(london_date(part.until_at) < london_date(at) for part in parts):
        raise Refused("This is over, so it stays: it is what happened.", code="over")
    for part in parts:
        part.withdrawn_at, part.withdrawn_by_id = at, by.id
    session.flush()
    record(session, "exception.withdrawn", row.worker.ref, by=actor, at=at, exception=row.ref)


def _other_half(session: Session, row: RotaException) -> list[RotaException]:
    """Return the other half of a swap."""
    halves = or_(RotaException.id == row.swapped_for_id, RotaException.swapped_for_id == row.id)
    return list(session.scalars(select(RotaException).where(halves, RotaException.worker_id == row.worker_id)))
