"""The database refuses a rota that cannot be, whoever asks and however: rows go in directly, past every service."""

from __future__ import annotations

from datetime import date
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from refuge.database import new_ref
from refuge.rota.hours import Weeks
from refuge.rota.models import (
    AgencyRota,
    ClosureDay,
    CoverPromise,
    Discipline,
    ExceptionKind,
    PatternPlace,
    Place,
    Promised,
    RoomHours,
    SessionRoom,
    Travel,
    WorkerSkill,
    WorkshopPlace,
)
from tests.builders import LONG_AGO, Pilot
from tests.rota.rows import DAWN, MARK, MONDAY, NIA, add_exception, add_pattern, add_worker, add_workshop, at

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sqlalchemy.orm import Session

    from refuge.database import Base, Database


@pytest.fixture
def db(database: Database) -> Iterator[Session]:
    with database.writing() as db:
        yield db


def refused(db: Session, act: Callable[[], object], match: str) -> None:
    """Assert that the database itself refuses this."""

    def flushed() -> None:
        with db.begin_nested():
            act()
            db.flush()

    with pytest.raises(DBAPIError, match=match):
        flushed()


def adds(db: Session, row: Base) -> Callable[[], None]:
    """Return what adds this row."""
    return lambda: db.add(row)


# Patterns

NIGHT = {"from_minute": 22 * 60, "until_minute": 32 * 60}
MEETS: list[tuple[dict[str, Any], dict[str, Any]]] = [
    ({}, {}),
    ({}, {"weekdays": 0b0000100}),
    ({}, {"from_minute": 1019, "until_minute": 1100}),
    ({}, {"from_minute": 500, "until_minute": 541}),
    ({}, {"from_minute": 600, "until_minute": 601}),
    ({"valid_until": date(2026, 6, 30)}, {"valid_from": date(2026, 6, 30)}),
    ({"weekdays": 1, **NIGHT}, {"weekdays": 2, "from_minute": 7 * 60, "until_minute": 12 * 60}),
    ({"weekdays": 64, **NIGHT}, {"weekdays": 1, "from_minute": 7 * 60, "until_minute": 12 * 60}),
    ({"weekdays": 1, "from_minute": 7 * 60, "until_minute": 12 * 60}, {"weekdays": 64, **NIGHT}),
]
APART: list[tuple[dict[str, Any], dict[str, Any]]] = [
    ({}, {"from_minute": 1020, "until_minute": 1100}),
    ({}, {"from_minute": 480, "until_minute": 540}),
    ({}, {"weekdays": 0b1100000}),
    ({"valid_until": date(2026, 6, 30)}, {"valid_from": date(2026, 7, 1)}),
    ({"weekdays": 1, **NIGHT}, {"weekdays": 2, "from_minute": 8 * 60, "until_minute": 12 * 60}),
    ({"weekdays": 64, **NIGHT}, {"weekdays": 1, "from_minute": 8 * 60, "until_minute": 12 * 60}),
    ({"weekdays": 1, **NIGHT}, {"weekdays": 4, "from_minute": 7 * 60, "until_minute": 12 * 60}),
]


@pytest.mark.parametrize(("one", "other"), MEETS)
def test_two_patterns_of_a_worker_never_meet(db: Session, one: dict[str, Any], other: dict[str, Any]) -> None:
    worker = add_worker(db)
    add_pattern(db, worker, **one)
    refused(db, lambda: add_pattern(db, worker, "Panahghar", **other), "ex_pattern_worker")


@pytest.mark.parametrize(("one", "other"), APART)
def test_patterns_that_only_touch_are_kept(db: Session, one: dict[str, Any], other: dict[str, Any]) -> None:
    worker = add_worker(db)
    add_pattern(db, worker, **one)
    add_pattern(db, worker, "Panahghar", **other)


def test_a_pattern_cannot_be_changed_into_another(db: Session) -> None:
    worker = add_worker(db)
    add_pattern(db, worker)
    later = add_pattern(db, worker, from_minute=1020, until_minute=1100)
    refused(db, lambda: setattr(later, "from_minute", 1000), "ex_pattern_worker")


def test_an_ended_pattern_cannot_be_reopened_over_its_successor(db: Session) -> None:
    worker = add_worker(db)
    old = add_pattern(db, worker, valid_until=date(2026, 5, 31))
    add_pattern(db, worker, valid_from=date(2026, 6, 1))
    refused(db, lambda: setattr(old, "valid_until", None), "ex_pattern_worker")


def test_two_workers_may_work_at_the_same_time(db: Session) -> None:
    add_pattern(db, add_worker(db))
    add_pattern(db, add_worker(db, MARK))


@pytest.mark.parametrize(
    ("wrong", "check"),
    [
        ({"until_minute": 540}, "ends_after_it_begins"),
        ({"until_minute": 500}, "ends_after_it_begins"),
        ({"until_minute": 540 + 1441}, "ends_after_it_begins"),
        ({"from_minute": -1, "until_minute": 5}, "from_minute"),
        ({"from_minute": 1440, "until_minute": 1500}, "from_minute"),
        ({"weekdays": 0}, "weekdays"),
        ({"weekdays": 128}, "weekdays"),
        ({"valid_from": date(2026, 6, 2), "valid_until": date(2026, 6, 1)}, "valid_until|range lower bound"),
    ],
)
def test_a_pattern_that_cannot_be_is_refused(db: Session, wrong: dict[str, Any], check: str) -> None:
    worker = add_worker(db)
    refused(db, lambda: add_pattern(db, worker, **wrong), check)


# Exceptions


@pytest.mark.parametrize(("first", "last"), [(8, 10), (9, 12), (12, 17), (16, 20), (8, 20)])
def test_two_exceptions_of_a_worker_never_overlap(db: Session, first: int, last: int) -> None:
    worker = add_worker(db)
    add_exception(db, worker, at(MONDAY, 9), at(MONDAY, 17))
    refused(db, lambda: add_exception(db, worker, at(MONDAY, first), at(MONDAY, last)), "ex_rota_exception_worker")


def test_leave_that_was_withdrawn_leaves_room_and_does_not_come_back_over_another(db: Session) -> None:
    worker = add_worker(db)
    by = Pilot().person(db, DAWN).id
    old = add_exception(db, worker, at(MONDAY, 9), at(MONDAY, 17), withdrawn_at=LONG_AGO, withdrawn_by_id=by)
    add_exception(db, worker, at(MONDAY, 9), at(MONDAY, 17))
    add_exception(db, worker, at(MONDAY, 17), at(MONDAY, 18))

    def bring_back() -> None:
        old.withdrawn_at = old.withdrawn_by_id = None

    refused(db, bring_back, "ex_rota_exception_worker")


def test_patterns_of_weeks_a_and_b_share_their_hours_and_never_those_of_every_week(db: Session) -> None:
    worker = add_worker(db)
    add_pattern(db, worker, weeks=Weeks.A)
    add_pattern(db, worker, "Panahghar", weeks=Weeks.B)
    for weeks in Weeks:
        refused(db, partial(add_pattern, db, worker, weekdays=1, weeks=weeks), "ex_pattern_worker")


def test_a_night_of_sunday_in_one_week_meets_the_monday_of_the_other_only(db: Session) -> None:
    worker = add_worker(db)
    add_pattern(db, worker, weekdays=1 << 6, from_minute=22 * 60, until_minute=32 * 60, weeks=Weeks.B)
    add_pattern(db, worker, weekdays=1, from_minute=7 * 60, until_minute=600, weeks=Weeks.B)
    refused(
        db, lambda: add_pattern(db, worker, weekdays=1, from_minute=7 * 60, until_minute=600, weeks=Weeks.A),
        "ex_pattern_worker",
    )  # fmt: skip


def test_an_exception_ends_after_it_begins_and_works_as_its_kind_says(db: Session) -> None:
    worker = add_worker(db)
    nine, five = at(MONDAY, 9), at(MONDAY, 17)
    refused(db, lambda: add_exception(db, worker, five, nine), "ends_after_it_begins|range lower bound")
    refused(db, lambda: add_exception(db, worker, nine, nine), "ends_after_it_begins")
    refused(db, lambda: add_exception(db, worker, nine, five, works=True), "works_fits_its_kind")
    refused(
        db,
        lambda: add_exception(db, worker, nine, five, kind=ExceptionKind.EXTRA, works=False),
        "works_fits_its_kind",
    )


# Workers, agencies and days


def test_an_agency_has_one_point_of_contact(db: Session) -> None:
    add_worker(db, is_agency_contact=True)
    refused(db, lambda: add_worker(db, person_id=None, is_agency_contact=True), "uq_worker_agency_contact|agency_id")
    add_worker(db, MARK, is_agency_contact=True)
    add_worker(db, person_id=None)


def test_a_person_is_one_worker_and_of_her_own_agency(db: Session) -> None:
    add_worker(db)
    refused(db, lambda: add_worker(db), "person_id")
    nia = Pilot().person(db, NIA)
    refused(db, lambda: add_worker(db, MARK, person_id=nia.id), "in_one_network")


def test_an_assignment_does_not_end_before_it_begins(db: Session) -> None:
    refused(db, lambda: add_worker(db, assigned_until=date(2019, 12, 31)), "ends_after_it_begins")


def test_a_worker_stays_in_her_agency_and_network(db: Session) -> None:
    worker = add_worker(db, person_id=None)
    elsewhere = Pilot().agency(db, "Elsewhere agency")
    refused(db, lambda: add_worker(db, MARK, person_id=None, agency_id=elsewhere.id), "in_one_network")
    refused(db, lambda: setattr(worker, "agency_id", Pilot().agency(db, "Therapy charity").id), "network_is_fixed")


def test_nobody_works_in_a_house_of_another_network(db: Session) -> None:
    worker = add_worker(db)
    refused(db, lambda: add_pattern(db, worker, "Elsewhere"), "in_one_network")
    nine, five = at(MONDAY, 9), at(MONDAY, 17)
    refused(db, lambda: add_exception(db, worker, nine, five, "Elsewhere"), "in_one_network")


def test_a_pattern_names_each_house_once_with_a_share(db: Session) -> None:
    pattern = add_pattern(db, add_worker(db))
    wall, panahghar = (Pilot().refuge(db, name).id for name in ("WALL", "Panahghar"))
    refused(db, adds(db, PatternPlace(pattern_id=pattern.id, refuge_id=wall, share=50)), "pattern_id")
    refused(db, adds(db, PatternPlace(pattern_id=pattern.id, refuge_id=panahghar, share=0)), "share")


def test_a_day_is_closed_once_for_an_agency_and_once_for_everybody(db: Session) -> None:
    trust = Pilot().agency(db, "Health trust")

    def closed(agency_id: int | None) -> ClosureDay:
        return ClosureDay(
            ref=new_ref(db, ClosureDay), network_id=trust.network_id, agency_id=agency_id, on=MONDAY, name="Away day"
        )

    db.add_all([closed(None), closed(trust.id)])
    db.flush()
    refused(db, adds(db, closed(None)), "uq_closure_day_network|network_id")
    refused(db, adds(db, closed(trust.id)), "uq_closure_day_agency|agency_id")
    refused(db, adds(db, closed(Pilot().agency(db, "Elsewhere agency").id)), "in_one_network")


def test_an_agency_has_one_rule_for_bank_holidays(db: Session) -> None:
    trust = Pilot().agency(db, "Health trust").id
    db.add(AgencyRota(agency_id=trust, works_bank_holidays=False))
    db.flush()
    refused(db, adds(db, AgencyRota(agency_id=trust, works_bank_holidays=True)), "agency_id")


def test_a_skill_does_not_run_out_before_it_is_gained(db: Session) -> None:
    worker = add_worker(db)
    skill = WorkerSkill(worker_id=worker.id, skill="dash", gained_on=MONDAY, expires_on=MONDAY)
    refused(db, adds(db, skill), "ends_after_it_begins")


# Houses


def test_travel_joins_two_houses_of_one_network_once(db: Session) -> None:
    low, high = sorted(Pilot().refuge(db, name).id for name in ("WALL", "Panahghar"))
    elsewhere = Pilot().refuge(db, "Elsewhere").id
    db.add(Travel(low_id=low, high_id=high, minutes=25))
    db.flush()
    refused(db, adds(db, Travel(low_id=low, high_id=high, minutes=30)), "low_id")
    refused(db, adds(db, Travel(low_id=high, high_id=low, minutes=30)), "low_before_high")
    refused(db, adds(db, Travel(low_id=low, high_id=low, minutes=0)), "low_before_high")
    refused(
        db,
        adds(db, Travel(low_id=min(low, elsewhere), high_id=max(low, elsewhere), minutes=30)),
        "in_one_network",
    )


def test_a_room_holds_somebody_and_closes_after_it_opens(db: Session) -> None:
    wall = Pilot().refuge(db, "WALL").id

    def room(capacity: int, *hours: RoomHours) -> SessionRoom:
        return SessionRoom(
            ref=new_ref(db, SessionRoom), refuge_id=wall, name="Lounge", capacity=capacity, hours=list(hours)
        )

    refused(db, adds(db, room(0)), "capacity")
    refused(db, adds(db, room(4, RoomHours(weekday=0, opens=600, closes=600))), "opens_before_it_closes")
    db.add(room(4))
    db.flush()
    refused(db, adds(db, room(4)), "refuge_id|name")


@pytest.mark.parametrize(
    ("wrong", "check"),
    [
        ({"until_minute": 540}, "ends_after_it_begins"),
        ({"at_least": 0}, "at_least"),
        ({"days_a_week": 8}, "days_a_week"),
        ({"weekdays": 0}, "weekdays"),
        ({"valid_until": date(2019, 1, 1)}, "valid_until"),
    ],
)
def test_a_promise_that_cannot_be_is_refused(db: Session, wrong: dict[str, Any], check: str) -> None:
    plain: dict[str, Any] = {
        "refuge_id": Pilot().refuge(db, "WALL").id, "promised": Promised.STAFF, "weekdays": 127, "from_minute": 540,
        "until_minute": 1020, "on_bank_holidays": True, "valid_from": date(2020, 1, 1),
    }  # fmt: skip
    refused(db, adds(db, CoverPromise(ref=new_ref(db, CoverPromise), **{**plain, **wrong})), check)


# Workshops


def place(db: Session, workshop_id: int, worker_id: int | None, **told: Any) -> WorkshopPlace:  # noqa: ANN401  any column
    """Return a place at a workshop."""
    by = Pilot().person(db, NIA).id
    return WorkshopPlace(workshop_id=workshop_id, worker_id=worker_id, booked_by_id=by, booked_at=LONG_AGO, **told)


def test_a_workshop_is_never_overbooked(db: Session) -> None:
    workshop = add_workshop(db)
    workers = [add_worker(db, name).id for name in (DAWN, MARK, NIA)]
    first = place(db, workshop.id, workers[0])
    db.add_all([first, place(db, workshop.id, workers[1])])
    db.flush()
    refused(db, adds(db, place(db, workshop.id, workers[2])), "workshop_not_overbooked")
    refused(db, lambda: setattr(workshop, "places", 1), "workshop_not_overbooked")
    first.state = Place.CANCELLED
    db.flush()
    db.add(place(db, workshop.id, workers[2]))
    db.flush()
    refused(db, lambda: setattr(first, "state", Place.BOOKED), "workshop_not_overbooked")


def test_a_place_is_for_one_person_once_and_rated_by_who_came(db: Session) -> None:
    workshop = add_workshop(db, places=9)
    dawn, mark = add_worker(db).id, add_worker(db, MARK).id
    db.add(place(db, workshop.id, dawn))
    db.flush()
    refused(db, adds(db, place(db, workshop.id, dawn)), "workshop_id")
    refused(db, adds(db, place(db, workshop.id, None)), "is_for_one")
    refused(db, adds(db, place(db, workshop.id, mark, person_id=Pilot().person(db, MARK).id)), "is_for_one")
    refused(db, adds(db, place(db, workshop.id, mark, rating=5)), "feedback_of_who_came")
    refused(db, adds(db, place(db, workshop.id, mark, rating=6, state=Place.ATTENDED)), "rating")
    stranger = Pilot().person(db, "manager.elsewhere").id
    refused(db, adds(db, place(db, workshop.id, None, person_id=stranger)), "in_one_network")


def test_a_workshop_ends_after_it_begins(db: Session) -> None:
    refused(db, lambda: add_workshop(db, until_at=at(MONDAY, 10)), "ends_after_it_begins")
    elsewhere = Pilot().agency(db, "Elsewhere agency").id
    refused(db, lambda: add_workshop(db, held_by_id=elsewhere), "in_one_network")


def test_a_discipline_is_one_that_is_known(db: Session) -> None:
    worker = add_worker(db)
    refused(db, lambda: db.execute(text("UPDATE worker SET discipline = 'plumber'")), "discipline_is_known")
    assert worker.discipline is Discipline.MENTAL_HEALTH_PRACTITIONER
