"""Reading the rota: whose hours, at which houses, and whose workers somebody may see."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from refuge.database import new_ref
from refuge.london import LONDON
from refuge.rota.hours import Why
from refuge.rota.models import AgencyRota, ClosureDay, Travel
from refuge.rota.queries import refuge_ids_of, rota_of, shifts, travel_minutes, visible_to, worker_of
from tests.builders import LONG_AGO, Pilot
from tests.rota.rows import DAWN, MARK, MONDAY, add_exception, add_pattern, add_worker, at, days

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sqlalchemy.orm import Session

    from refuge.database import Database
    from refuge.rota.hours import Shift

CHRISTMAS = date(2026, 12, 25)


@pytest.fixture
def db(database: Database) -> Iterator[Session]:
    with database.writing() as db:
        yield db


def day_numbers(found: Sequence[Shift]) -> list[int]:
    return [one.from_at.astimezone(LONDON).day for one in found]


def test_shifts_follow_pattern_leave_and_added_hours(db: Session) -> None:
    worker = add_worker(db)
    add_pattern(db, worker, "WALL", "Panahghar")
    add_exception(db, worker, at(MONDAY, 0), at(MONDAY + days(1), 0))
    add_exception(db, worker, at(MONDAY + days(5), 10), at(MONDAY + days(5), 12), "Panahghar")
    result = rota_of(db, [worker.id], MONDAY, MONDAY + days(6))
    wall, panahghar = (Pilot().refuge(db, name).id for name in ("WALL", "Panahghar"))
    assert day_numbers(result.shifts) == [9, 10, 11, 12, 13]
    assert [set(one.refuge_ids) for one in result.shifts] == [{wall, panahghar}] * 4 + [{panahghar}]
    assert [one.why for one in result.missed] == [Why.LEAVE]


def test_leave_that_was_withdrawn_takes_nothing(db: Session) -> None:
    worker = add_worker(db)
    add_pattern(db, worker)
    by = Pilot().person(db, DAWN).id
    add_exception(db, worker, at(MONDAY, 0), at(MONDAY, 23), withdrawn_at=LONG_AGO, withdrawn_by_id=by)
    assert len(shifts(db, [worker.id], MONDAY, MONDAY)) == 1


def test_leave_that_begins_in_a_night_cuts_the_night(db: Session) -> None:
    worker = add_worker(db)
    add_pattern(db, worker, from_minute=22 * 60, until_minute=32 * 60)
    add_exception(db, worker, at(MONDAY + days(1), 3), at(MONDAY + days(1), 9))
    (shift,) = shifts(db, [worker.id], MONDAY, MONDAY)
    assert shift.until_at == at(MONDAY + days(1), 3)


def test_an_agency_without_a_rule_is_off_on_bank_holidays_and_one_that_works_them_is_not(db: Session) -> None:
    dawn, mark = add_worker(db), add_worker(db, MARK)
    for worker in (dawn, mark):
        add_pattern(db, worker)
    db.add(AgencyRota(agency_id=mark.agency_id, works_bank_holidays=True))
    db.flush()
    found = shifts(db, [dawn.id, mark.id], CHRISTMAS, CHRISTMAS + days(3))
    assert [(one.worker_id, one.from_at.day) for one in found] == [(mark.id, 25), (mark.id, 28)]


def test_closure_days_are_honoured_per_agency(db: Session) -> None:
    dawn, mark = add_worker(db), add_worker(db, MARK)
    for worker in (dawn, mark):
        add_pattern(db, worker)
    db.add(AgencyRota(agency_id=mark.agency_id, works_bank_holidays=True))
    for agency_id, on in ((None, MONDAY), (mark.agency_id, MONDAY + days(1))):
        db.add(
            ClosureDay(
                ref=new_ref(db, ClosureDay), network_id=dawn.network_id, agency_id=agency_id, on=on, name="Closed"
            )
        )
    db.flush()
    found = rota_of(db, [dawn.id, mark.id], MONDAY, MONDAY + days(1))
    assert [(one.worker_id, one.from_at.day) for one in found.shifts] == [(mark.id, 8), (dawn.id, 9)]
    assert [(one.shift.worker_id, one.why) for one in found.missed] == [
        (dawn.id, Why.BANK_HOLIDAY),
        (mark.id, Why.CLOSURE_DAY),
    ]


def test_nobody_has_shifts_outside_her_assignment(db: Session) -> None:
    worker = add_worker(db, assigned_from=MONDAY + days(1), assigned_until=MONDAY + days(2))
    add_pattern(db, worker)
    assert day_numbers(shifts(db, [worker.id], MONDAY, MONDAY + days(6))) == [9, 10]
    add_worker(db, MARK, assigned_until=MONDAY)
    assert shifts(db, [], MONDAY, MONDAY) == ()


def test_a_practitioner_is_at_the_houses_of_her_pattern_on_her_days_off_too(db: Session) -> None:
    dawn = Pilot().person(db, DAWN)
    assert refuge_ids_of(db, dawn, at(MONDAY, 12)) == frozenset()
    worker = add_worker(db, assigned_until=MONDAY + days(20))
    assert worker_of(db, dawn) is worker
    wall, panahghar = (Pilot().refuge(db, name).id for name in ("WALL", "Panahghar"))
    add_pattern(db, worker, weekdays=1, valid_until=MONDAY + days(10))
    add_exception(db, worker, at(MONDAY + days(2), 10), at(MONDAY + days(2), 12), "Panahghar")
    assert refuge_ids_of(db, dawn, at(MONDAY, 12)) == {wall}
    assert refuge_ids_of(db, dawn, at(MONDAY + days(1), 0)) == {wall}
    assert refuge_ids_of(db, dawn, at(MONDAY + days(2), 23)) == {wall, panahghar}
    assert refuge_ids_of(db, dawn, at(MONDAY + days(11), 0)) == frozenset()
    add_pattern(db, worker, weekdays=1, valid_from=MONDAY + days(12))
    assert refuge_ids_of(db, dawn, at(MONDAY + days(21), 12)) == frozenset()


def test_travel_goes_both_ways_and_what_nobody_entered_is_long(db: Session) -> None:
    wall, panahghar = (Pilot().refuge(db, name) for name in ("WALL", "Panahghar"))
    pair = (wall.id, panahghar.id)
    assert travel_minutes(db, wall.network_id) == {pair: 60, pair[::-1]: 60}
    db.add(Travel(low_id=min(pair), high_id=max(pair), minutes=25))
    db.flush()
    assert travel_minutes(db, wall.network_id) == {pair: 25, pair[::-1]: 25}


def test_workers_are_seen_by_their_network_only(db: Session) -> None:
    worker = add_worker(db)
    may = {
        name: db.scalar(visible_to(Pilot().person(db, name))) is worker
        for name in ("worker.wall", "manager.panahghar", MARK, "commissioner", "referrer", "worker.elsewhere")
    }
    assert may == {
        "worker.wall": True, "manager.panahghar": True, MARK: True, "commissioner": False, "referrer": False,
        "worker.elsewhere": False,
    }  # fmt: skip
