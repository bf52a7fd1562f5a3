"""The hours that workers work, read from patterns, exceptions and days off. Whose they may be is asked before."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import or_, select

from refuge.beds.working_days import BANK_HOLIDAYS
from refuge.london import day_begins
from refuge.rota import hours
from refuge.rota.hours import Away, DaysOff, Rota, Shift, Why, WorkingPattern
from refuge.rota.models import AgencyRota, ClosureDay, Pattern, RotaException, Worker, weekdays_of

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from sqlalchemy.orm import Session

DAY = timedelta(days=1)


def shifts(
    session: Session, worker_ids: Collection[int], from_on: date, until_on: date, *, without: Collection[int] = ()
) -> Sequence[Shift]:
    """Return the shifts of these workers that begin on the London days from `from_on` to `until_on`, both included."""
    return rota_of(session, worker_ids, from_on, until_on, without=without).shifts


def rota_of(
    session: Session,
    worker_ids: Collection[int],
    from_on: date,
    until_on: date,
    *,
    if_away: Sequence[Away] = (),
    if_added: Sequence[Shift] = (),
    without: Collection[int] = (),
) -> Rota:
    """Return when these workers work, and which hours of their patterns they do not, with why.

    `if_away` and `if_added` are counted as if they stood already: what leave would do, before it is entered. The
    exceptions `without`, by their ids, are counted as if they were withdrawn.
    """
    assigned = {
        worker.id: worker for worker in session.scalars(select(Worker).where(Worker.id.in_(worker_ids))).unique()
    }
    exceptions = [row for row in _exceptions(session, worker_ids, from_on, until_on) if row.id not in without]
    return hours.rota(
        [cut for row in _patterns(session, worker_ids, from_on, until_on) if (cut := _pattern(row, assigned))],
        [
            *(Away(row.worker_id, row.from_at, row.until_at, Why(row.kind)) for row in exceptions if not row.works),
            *if_away,
        ],
        [
            *(
                Shift(row.worker_id, tuple(place.refuge_id for place in row.places), row.from_at, row.until_at)
                for row in exceptions
                if row.works
            ),
            *if_added,
        ],
        days_off(session, assigned.values(), from_on, until_on),
        from_on,
        until_on,
    )


def _patterns(session: Session, worker_ids: Collection[int], from_on: date, until_on: date) -> Sequence[Pattern]:
    return session.scalars(
        select(Pattern)
        .where(
            Pattern.worker_id.in_(worker_ids),
            Pattern.valid_from <= until_on,
            or_(Pattern.valid_until.is_(None), Pattern.valid_until >= from_on),
        )
        .order_by(Pattern.worker_id, Pattern.id),
    ).all()


def _pattern(row: Pattern, workers: dict[int, Worker]) -> WorkingPattern | None:
    """Return a pattern as far as its worker is assigned to the network; None if that is never."""
    worker = workers[row.worker_id]
    ends = [day for day in (row.valid_until, worker.assigned_until) if day is not None]
    valid_from, valid_until = max(row.valid_from, worker.assigned_from), min(ends, default=None)
    if valid_until is not None and valid_until < valid_from:
        return None
    return WorkingPattern(
        row.worker_id, tuple(place.refuge_id for place in row.places), frozenset(weekdays_of(row.weekdays)),
        row.from_minute, row.until_minute, valid_from, valid_until, row.weeks,
    )  # fmt: skip


def _exceptions(
    session: Session, worker_ids: Collection[int], from_on: date, until_on: date
) -> Sequence[RotaException]:
    """Return what stands and touches these days, or the night after the last."""
    return session.scalars(
        select(RotaException)
        .where(
            RotaException.worker_id.in_(worker_ids),
            RotaException.withdrawn_at.is_(None),
            RotaException.from_at < day_begins(until_on + 2 * DAY),
            RotaException.until_at > day_begins(from_on),
        )
        .order_by(RotaException.from_at),
    ).all()


def days_off(session: Session, workers: Collection[Worker], from_on: date, until_on: date) -> dict[int, DaysOff]:
    """Return, for each worker, the days on which her agency does not work."""
    agency_ids = {worker.agency_id for worker in workers}
    at_work = set(
        session.scalars(
            select(AgencyRota.agency_id).where(
                AgencyRota.agency_id.in_(agency_ids), AgencyRota.works_bank_holidays.is_(True)
            )
        )
    )
    closed = session.scalars(
        select(ClosureDay).where(
            ClosureDay.on.between(from_on, until_on), ClosureDay.network_id.in_({one.network_id for one in workers})
        )
    ).all()
    bank = {on for on in _between(from_on, until_on) if on in BANK_HOLIDAYS}
    return {
        worker.id: DaysOff(
            frozenset()
            if worker.agency_id in at_work
            else frozenset(
                bank | {one.on for one in closed if one.agency_id is None and one.network_id == worker.network_id}
            ),
            frozenset(one.on for one in closed if one.agency_id == worker.agency_id),
        )
        for worker in workers
    }


def _between(from_on: date, until_on: date) -> list[date]:
    return [from_on + timedelta(days=days) for days in range((until_on - from_on).days + 1)]
