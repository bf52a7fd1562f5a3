"""What the houses of the reader's network are promised, against what the rota gives."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import false, or_, select

from refuge.beds.models import Refuge
from refuge.permissions import Permission
from refuge.rota import hours
from refuge.rota.cover import Covered, Gap, Promise, covered
from refuge.rota.hours import Away, DaysOff, Missed, Rota, Shift, WorkingPattern
from refuge.rota.models import AgencyRota, CoverPromise, Promised, Worker, weekdays_of
from refuge.rota.queries.calendar import network_bank_holidays
from refuge.rota.queries.shifts import rota_of

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement
    from sqlalchemy.orm import Session

    from refuge.accounts.models import Person

DAY = timedelta(days=1)
ALL_WEEK = 7
STAFF = 0
"""Stands for a house's own staff among the ids of workers."""


class Line(NamedTuple):
    """One promise of a house on the days asked about."""

    row: CoverPromise
    covered: Covered


class House(NamedTuple):
    """A house with its promises."""

    refuge: Refuge
    lines: list[Line]


class Cover(NamedTuple):
    """The houses of a network over some days, and who is named in causes."""

    houses: list[House]
    names: dict[int, Worker]


class Supposed(NamedTuple):
    """What is counted as if it stood already, and which exceptions, by their ids, as if they did not."""

    away: Sequence[Away] = ()
    added: Sequence[Shift] = ()
    without: Collection[int] = ()


class Gathered(NamedTuple):
    """What cover over some days is counted from."""

    refuges: Sequence[Refuge]
    rows: Sequence[CoverPromise]
    workers: dict[int, Worker]
    rota: Rota
    bank: frozenset[date]
    closed: dict[int, DaysOff]


def of_network(reader: Person) -> ColumnElement[bool]:
    """Return which refuges' cover the reader may see: her network's, if her role has to do with it."""
    return Refuge.network_id == reader.network_id if reader.may(Permission.COVER_SEE) else false()


def cover(session: Session, reader: Person, from_on: date, until_on: date) -> Cover:
    """Return what each house is promised on these days, both included, and what it is given."""
    return _counted(_gathered(session, reader, from_on, until_on), _days(from_on, until_on))


def _days(from_on: date, until_on: date) -> list[date]:
    return [from_on + timedelta(days=count) for count in range((until_on - from_on).days + 1)]


def _gathered(
    session: Session, reader: Person, from_on: date, until_on: date, *, supposed: Supposed = Supposed()  # noqa: B008  it is never changed
) -> Gathered:  # fmt: skip
    """Return what stands on these days. The number of queries does not grow with them."""
    refuges = session.scalars(select(Refuge).where(of_network(reader)).order_by(Refuge.name)).unique().all()
    rows = _promises(session, refuges, from_on, until_on)
    workers = session.scalars(select(Worker).where(Worker.network_id == reader.network_id)).unique().all()
    by_id = {one.id: one for one in workers}
    # A night that began on the day before, or added hours, may reach into the first day.
    rota = rota_of(
        session, list(by_id), from_on - DAY, until_on, if_away=supposed.away, if_added=supposed.added,
        without=supposed.without,
    )  # fmt: skip
    bank = network_bank_holidays(session, reader.network_id, from_on, until_on)
    return Gathered(refuges, rows, by_id, rota, bank, _houses_off(session, refuges, bank))


def _counted(told: Gathered, days: Sequence[date]) -> Cover:
    """Count cover on these days from what was gathered for them, or for more."""
    rota = _near(told.rota, days)
    houses = []
    for refuge in told.refuges:
        own = [row for row in told.rows if row.refuge_id == refuge.id]
        staff = _staff(refuge, told.closed.get(refuge.agency_id), days)
        always = _telephone(refuge, days)
        lines = [
            Line(row, _covered(row, days, _kind(row, rota, told.workers, staff, always), told.bank)) for row in own
        ]
        houses.append(House(refuge, lines))
    return Cover(houses, told.workers)


def _near(rota: Rota, days: Sequence[date]) -> Rota:
    """Return the part of a rota that can matter on these days."""
    first, last = hours.instant(days[0] - DAY, 0), hours.instant(days[-1] + 3 * DAY, 0)
    return Rota(
        tuple(one for one in rota.shifts if one.until_at > first and one.from_at < last),
        tuple(one for one in rota.missed if one.shift.until_at > first and one.shift.from_at < last),
    )


def _promises(session: Session, refuges: Collection[Refuge], from_on: date, until_on: date) -> Sequence[CoverPromise]:
    return session.scalars(
        select(CoverPromise)
        .where(
            CoverPromise.refuge_id.in_([one.id for one in refuges]),
            CoverPromise.valid_from <= until_on,
            or_(CoverPromise.valid_until.is_(None), CoverPromise.valid_until >= from_on),
        )
        .order_by(CoverPromise.refuge_id, CoverPromise.id)
    ).all()


def gaps_of(
    session: Session, network_id: int, from_on: date, until_on: date, *, agency_id: int | None = None
) -> list[tuple[int, Gap]]:
    """Return each gap of these days with the id of its promise, for figures: whose hours they were is not asked.

    Cover is counted week by week, for some promises are of a number of days each week.
    """
    ours = Refuge.network_id == network_id if agency_id is None else Refuge.agency_id == agency_id
    refuges = session.scalars(select(Refuge).where(ours)).unique().all()
    rows = _promises(session, refuges, from_on, until_on)
    workers = {one.id: one for one in session.scalars(select(Worker).where(Worker.network_id == network_id)).unique()}
    rota = rota_of(session, list(workers), from_on - DAY, until_on)
    bank = network_bank_holidays(session, network_id, from_on, until_on)
    closed = _houses_off(session, refuges, bank)
    found: list[tuple[int, Gap]] = []
    for days in _weeks(from_on, until_on):
        week = _near(rota, days)
        for refuge in refuges:
            staff, always = _staff(refuge, closed.get(refuge.agency_id), days), _telephone(refuge, days)
            for row in rows:
                cut = row.days_a_week is not None and len(days) < ALL_WEEK  # its other days may have been enough
                if row.refuge_id == refuge.id and not cut:
                    told = _covered(row, days, _kind(row, week, workers, staff, always), bank)
                    found += [(row.id, gap) for gap in told.gaps]
    return found


def _weeks(from_on: date, until_on: date) -> list[list[date]]:
    """Return the days of each week, from Monday; the first and the last may be cut."""
    found: list[list[date]] = []
    for count in range((until_on - from_on).days + 1):
        on = from_on + count * DAY
        if not found or on.weekday() == 0:
            found.append([])
        found[-1].append(on)
    return found


def promise_of(row: CoverPromise) -> Promise:
    """Return a promise as cover is counted from it."""
    return Promise(
        row.refuge_id, row.promised, frozenset(weekdays_of(row.weekdays)), row.from_minute, row.until_minute,
        row.days_a_week, row.at_least, row.on_bank_holidays, row.valid_from, row.valid_until,
    )  # fmt: skip


def _covered(
    row: CoverPromise, days: Sequence[date], given: tuple[Sequence[Shift], Sequence[Missed]], bank: frozenset[date]
) -> Covered:
    return covered(promise_of(row), days, *given, bank)


def _kind(
    row: CoverPromise, rota: Rota, workers: dict[int, Worker], staff: Rota, always: Shift | None
) -> tuple[Sequence[Shift], Sequence[Missed]]:
    """Return the shifts given and missed that count for a promise."""
    if row.promised is Promised.STAFF:
        return staff.shifts, staff.missed
    if row.promised is Promised.TELEPHONE:
        return (staff.shifts if always is None else [always]), ()
    these = {one.id for one in workers.values() if one.discipline.value == row.promised.value}
    return (
        [one for one in rota.shifts if one.worker_id in these],
        [one for one in rota.missed if one.shift.worker_id in these],
    )


def _telephone(refuge: Refuge, days: Sequence[date]) -> Shift | None:
    """Return one span over all these days, if somebody answers the telephone whenever no staff are in."""
    if not refuge.telephone_cover:
        return None
    return Shift(STAFF, (refuge.id,), hours.instant(days[0] - DAY, 0), hours.instant(days[-1] + 3 * DAY, 0))


def _staff(refuge: Refuge, off: DaysOff | None, days: Sequence[date]) -> Rota:
    """Return when the house's own staff are in, as the house says."""
    patterns = [
        WorkingPattern(STAFF, (refuge.id,), frozenset({row.weekday}), row.opens, row.closes, days[0] - DAY)
        for row in refuge.hours
    ]
    return hours.rota(patterns, [], [], {STAFF: off} if off else {}, days[0] - DAY, days[-1])


def _houses_off(session: Session, refuges: Collection[Refuge], bank: frozenset[date]) -> dict[int, DaysOff]:
    """Return the days off of agencies that said that their houses are not staffed on bank holidays."""
    away = session.scalars(
        select(AgencyRota.agency_id).where(
            AgencyRota.agency_id.in_({one.agency_id for one in refuges}), AgencyRota.works_bank_holidays.is_(False)
        )
    )
    return {agency_id: DaysOff(bank_holidays=bank) for agency_id in away}


def gaps_made(
    session: Session, reader: Person, supposed: Supposed, from_on: date, until_on: date
) -> list[tuple[Line, Refuge, Gap]]:
    """Return the gaps in cover that what is supposed would make in the weeks that it touches, all of them."""
    first = from_on - timedelta(days=from_on.weekday())
    last = until_on + timedelta(days=6 - until_on.weekday())
    before = _gathered(session, reader, first, last)
    after = _gathered(session, reader, first, last, supposed=supposed)
    found: list[tuple[Line, Refuge, Gap]] = []
    while first <= last:
        week = _days(first, first + 6 * DAY)
        stood = _counted(before, week)
        known = {(line.row.id, gap) for house in stood.houses for line in house.lines for gap in line.covered.gaps}
        found += [
            (line, house.refuge, gap)
            for house in _counted(after, week).houses
            for line in house.lines
            for gap in line.covered.gaps
            if (line.row.id, gap) not in known
        ]
        first += 7 * DAY
    return found


def promises_of(session: Session, refuge: Refuge, *, on: date) -> Sequence[CoverPromise]:
    """Return what a house is promised on a day or later."""
    return session.scalars(
        select(CoverPromise)
        .where(
            CoverPromise.refuge_id == refuge.id, or_(CoverPromise.valid_until.is_(None), CoverPromise.valid_until >= on)
        )
        .order_by(CoverPromise.promised, CoverPromise.from_minute, CoverPromise.id)
    ).all()
