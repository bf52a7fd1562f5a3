"""The database refuses what no verb would do: a band without a total, changed evidence, an alarm put off."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import delete, update
from sqlalchemy.exc import DBAPIError, IntegrityError

from refuge.database import new_ref, now
from refuge.london import london_date
from refuge.post.models import Digest, OutgoingMail
from refuge.post.words import Template
from support_plans.categories import Category
from support_plans.marac import RepeatDefinition
from support_plans.models import (
    Assessment,
    CareRecord,
    Caution,
    Judgement,
    MaracReferral,
    RiskAssessment,
    Task,
    TaskKind,
)
from tests.builders import Pilot
from tests.support_plans.rows import add_resident
from tests.support_plans.served import written

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy.orm import Session

    from refuge.accounts.models import Person
    from refuge.database import Base, Database
    from refuge.referrals.models import Referral


@pytest.fixture
def db(database: Database) -> Iterator[Session]:
    with database.writing() as db:
        yield db


@pytest.fixture
def her(db: Session) -> Referral:
    return add_resident(db)


def worker(db: Session, name: str = "worker.wall") -> Person:
    return Pilot().person(db, name)


def add(db: Session, row: Base) -> Base:
    db.add(row)
    db.flush()
    return row


def alarm(db: Session, her: Referral, **told: Any) -> Task:  # noqa: ANN401  any column
    by = worker(db)
    plain: dict[str, Any] = {
        "network_id": by.network_id, "agency_id": by.agency_id, "referral_id": her.id, "owner_id": by.id,
        "kind": TaskKind.ALARM, "what": "Talk with her", "due_on": london_date(now()), "made_at": now(),
        "assessment_id": written(db, Assessment, her, by).id, "category": Category.MENTAL_HEALTH,
    }  # fmt: skip
    return Task(ref=new_ref(db, Task), **{**plain, **told})


def evidence(db: Session, her: Referral) -> list[tuple[Base, str, Any]]:
    by, today = worker(db), london_date(now())
    owned: dict[str, Any] = {"referral_id": her.id, "agency_id": by.agency_id, "category": Category.SAFETY}
    risk = RiskAssessment(
        **owned, ref=new_ref(db, RiskAssessment), tool="DASH_RIC", tool_version="2009", taken_on=today, yes_count=3,
        judgement=Judgement.HIGH, reason="He has found her before", review_on=today, taken_by_id=by.id,
        recorded_at=now(),
    )  # fmt: skip
    marac = MaracReferral(
        **owned, ref=new_ref(db, MaracReferral), referred_on=today, incident_on=today, incident_criminal=False,
        criteria=["escalation"], definition=RepeatDefinition.ANY_ABUSE, repeat=False, reason="He waited outside",
        referred_by_id=by.id, recorded_at=now(),
    )  # fmt: skip
    return [
        (written(db, Assessment, her, by), "note", "y"),
        (written(db, CareRecord, her, by), "kind", "recovery_plan"),
        (add(db, risk), "judgement", Judgement.STANDARD),
        (add(db, marac), "repeat", True),
    ]


def test_what_was_filled_in_judged_or_written_is_kept_as_it_was(db: Session, her: Referral) -> None:
    for row, column, value in evidence(db, her):
        kind = type(row)
        for attack in (update(kind).values({column: value}), delete(kind)):
            with pytest.raises(DBAPIError, match="kept as it was"), db.begin_nested():
                db.execute(attack)


@pytest.mark.parametrize(
    "told",
    [
        {"complete": False, "total": 9, "band": ""},
        {"complete": False, "total": None, "band": "mild"},
        {"complete": True, "total": None, "band": "mild"},
        {"complete": True, "total": -1, "band": ""},
    ],
)
def test_no_band_without_a_total_and_no_total_of_what_is_incomplete(
    db: Session, her: Referral, told: dict[str, Any]
) -> None:
    row = written(db, Assessment, her, worker(db))
    columns = {
        name: getattr(row, name)
        for name in (column.name for column in Assessment.__table__.columns)
        if name not in {"id", "ref"}
    }
    with pytest.raises(IntegrityError), db.begin_nested():
        db.add(Assessment(ref=new_ref(db, Assessment), **{**columns, **told}))


def test_two_corrections_do_not_replace_one(db: Session, her: Referral) -> None:
    old = written(db, CareRecord, her, worker(db))
    told: dict[str, Any] = {
        "referral_id": her.id, "agency_id": old.agency_id, "category": Category.SAFETY, "kind": "safety_plan",
        "told": {}, "written_by_id": old.written_by_id, "at": now(), "replaces_id": old.id,
    }  # fmt: skip
    add(db, CareRecord(ref=new_ref(db, CareRecord), **told))
    with pytest.raises(IntegrityError), db.begin_nested():
        db.add(CareRecord(ref=new_ref(db, CareRecord), **told))


def test_a_task_is_not_deleted_and_an_alarm_is_not_put_off(db: Session, her: Referral) -> None:
    task = add(db, alarm(db, her))
    attacks: list[Any] = [
        delete(Task),
        update(Task).values(due_on=london_date(now()) + timedelta(days=1)),
        update(Task).values(kind=TaskKind.ASKED),
        update(Task).values(what="Nothing much"),
    ]
    for attack in attacks:
        with pytest.raises(DBAPIError, match="kept as it was"), db.begin_nested():
            db.execute(attack)
    assert isinstance(task, Task)
    task.done_at, task.done_by_id, task.outcome = now(), worker(db).id, "Talked with her"
    db.flush()
    with pytest.raises(DBAPIError, match="kept as it was"), db.begin_nested():
        db.execute(update(Task).values(outcome="Something else"))


def test_an_alarm_says_what_was_done_and_what_raised_it(db: Session, her: Referral) -> None:
    with pytest.raises(IntegrityError), db.begin_nested():
        db.add(alarm(db, her, done_at=now(), done_by_id=worker(db).id, outcome=""))
    with pytest.raises(IntegrityError), db.begin_nested():
        db.add(alarm(db, her, assessment_id=None))


def test_a_task_is_owned_in_its_agency(db: Session, her: Referral) -> None:
    with pytest.raises(DBAPIError, match="owned_in_its_agency"), db.begin_nested():
        db.add(alarm(db, her, owner_id=worker(db, "worker.panahghar").id))


def test_no_record_is_of_two_networks(db: Session, her: Referral) -> None:
    stranger = worker(db, "worker.elsewhere")
    for kind in (Assessment, Caution, CareRecord):
        with pytest.raises(DBAPIError, match="of two networks"), db.begin_nested():
            written(db, kind, her, stranger)
    told = {"network_id": stranger.network_id, "agency_id": stranger.agency_id, "owner_id": stranger.id}
    with pytest.raises(DBAPIError, match="of two networks"), db.begin_nested():
        db.add(alarm(db, her, **told))


def test_a_warning_is_taken_away_once_and_says_why(db: Session, her: Referral) -> None:
    row = written(db, Caution, her, worker(db))
    with pytest.raises(IntegrityError), db.begin_nested():
        db.execute(update(Caution).values(ended_at=now(), ended_by_id=worker(db).id))
    with pytest.raises(DBAPIError, match="kept as it was"), db.begin_nested():
        db.execute(update(Caution).values(words="All is well"))
    row.ended_at, row.ended_by_id, row.ended_why = now(), worker(db).id, "No longer so"
    db.flush()
    with pytest.raises(DBAPIError, match="kept as it was"), db.begin_nested():
        db.execute(update(Caution).values(ended_why="Another reason"))


def test_a_day_is_seen_to_once_and_nothing_is_sent_that_nobody_took(db: Session) -> None:
    who, today = worker(db).id, london_date(now())
    add(db, Digest(person_id=who, on_day=today, seen_to_at=now()))
    with pytest.raises(IntegrityError), db.begin_nested():
        db.add(Digest(person_id=who, on_day=today, seen_to_at=now()))
    with pytest.raises(IntegrityError), db.begin_nested():
        db.add(OutgoingMail(person_id=who, template=Template.DIGEST, made_at=now(), sent_at=now()))
