"""What the plan asks of the planning of sessions, and when she cannot come."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from refuge.database import now
from refuge.errors import Refused
from refuge.rota.models import Discipline
from support_plans.categories import Category
from support_plans.models import Interpreter, SessionNeed, TimeKind, TimeOfHers
from support_plans.service.needs import (
    NeedDetails,
    Time,
    ask_for_sessions,
    change_need,
    end_need,
    end_needs_of,
    set_times,
)
from tests.builders import Pilot
from tests.support_plans.rows import actor_of, add_resident, worker_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy.orm import Session

    from refuge.accounts.models import Person
    from refuge.database import Database
    from refuge.referrals.models import Referral

WEEKLY = NeedDetails("one_to_one", Discipline.RECOVERY_WORKER, 50, date(2026, 6, 1), every_days=7)


@pytest.fixture
def db(database: Database) -> Iterator[Session]:
    with database.writing() as db:
        yield db


@pytest.fixture
def by(db: Session) -> Person:
    return Pilot().person(db, "worker.wall")


@pytest.fixture
def referral(db: Session) -> Referral:
    return add_resident(db)


def ask(db: Session, referral: Referral, by: Person, details: NeedDetails = WEEKLY) -> SessionNeed:
    return ask_for_sessions(db, referral, details, by=by, actor=actor_of(by), at=now())


def test_what_is_asked_for_says_whose_work_it_is_about(db: Session, referral: Referral, by: Person) -> None:
    need = ask(db, referral, by)
    assert (need.category, need.every_days, need.version) == (Category.SUBSTANCE_USE, 7, 1)


@pytest.mark.parametrize(
    ("told", "field"),
    [
        ({"every_days": None}, "every_days"),
        ({"latest_on": date(2026, 5, 31)}, "latest_on"),
        ({"until_on": date(2026, 5, 31)}, "until_on"),
        ({"interpreter": Interpreter.NEEDED}, "interpreter_language"),
    ],
)
def test_what_cannot_be_is_refused_beside_its_field(
    db: Session, referral: Referral, by: Person, told: dict[str, object], field: str
) -> None:
    with pytest.raises(Refused) as refusal:
        ask(db, referral, by, replace(WEEKLY, **told))  # type: ignore[arg-type]  # a table of cases
    assert refusal.value.field == field


def test_nobody_is_both_wanted_and_not_wanted(db: Session, referral: Referral, by: Person) -> None:
    worker = worker_of(db, "recovery").id
    with pytest.raises(Refused, match="does not want to see"):
        ask(db, referral, by, replace(WEEKLY, preferred_worker_id=worker, excluded_worker_id=worker))
    need = ask(db, referral, by, replace(WEEKLY, preferred_worker_id=worker))
    need.excluded_worker_id = worker
    with pytest.raises(IntegrityError):
        db.flush()


def test_a_worker_of_another_network_is_not_wanted(db: Session, by: Person) -> None:
    elsewhere = add_resident(db, "Elsewhere")
    with pytest.raises(Refused, match="this network"):
        ask(db, elsewhere, by, replace(WEEKLY, preferred_worker_id=worker_of(db, "recovery").id))


def test_two_people_who_change_the_same_sessions_do_not_overwrite_each_other(
    db: Session, referral: Referral, by: Person
) -> None:
    need = ask(db, referral, by)
    told = {"actor": actor_of(by), "at": now()}
    assert change_need(db, referral, need, replace(WEEKLY, minutes=30), version=1, **told) == ["minutes"]  # type: ignore[arg-type]  # by keyword
    with pytest.raises(Refused, match="Somebody else changed"):
        change_need(db, referral, need, WEEKLY, version=1, **told)  # type: ignore[arg-type]  # by keyword
    assert need.minutes == 30


def test_when_she_leaves_everything_asked_for_ends(db: Session, referral: Referral, by: Person) -> None:
    first, second = ask(db, referral, by), ask(db, referral, by)
    end_need(db, first, why="She has finished the course", actor=actor_of(by), at=now())
    with pytest.raises(Refused, match="ended already"):
        end_need(db, first, why="", actor=actor_of(by), at=now())
    assert end_needs_of(db, referral.id, why="She has left", actor=actor_of(by), at=now()) == 1
    assert second.ended_why == "She has left"


def test_her_times_take_the_place_of_those_before(db: Session, referral: Referral, by: Person) -> None:
    school = Time(510, 555, TimeKind.CANNOT, "school_run", weekday=0)
    court = Time(540, 720, TimeKind.CANNOT, "court", on_date=date(2026, 6, 9))
    for times in ([school], [school, court], [court]):
        set_times(db, referral, times, by=by, actor=actor_of(by), at=now())
    assert [row.why for row in db.scalars(select(TimeOfHers))] == ["court"]
    for wrong in (replace(school, until_minute=510), replace(school, on_date=date(2026, 6, 9))):
        with pytest.raises(Refused):
            set_times(db, referral, [wrong], by=by, actor=actor_of(by), at=now())
