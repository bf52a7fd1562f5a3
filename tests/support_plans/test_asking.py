"""A worker of another agency: asked for with her consent, named or refused by that agency, seen on both Todays."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import delete, select, update
from sqlalchemy.exc import DBAPIError, IntegrityError

from refuge.accounts.models import Person
from refuge.database import now
from refuge.errors import Refused
from refuge.london import london_date
from refuge.rota.models import Discipline
from support_plans import access
from support_plans.categories import Category
from support_plans.models import Allocation, Part, Sharing, WorkerAsking
from support_plans.queries.askings import LATE, asking_to_answer, askings
from support_plans.service.allocating import allocate
from support_plans.service.asking import AskingDetails, accept, ask_for_worker, decline, take_back
from tests.builders import Pilot
from tests.placements.deciding import database_of
from tests.support_plans.rows import actor_of, add_asking, add_note, add_resident, move_to, worker_of
from tests.support_plans.served import referral_of, resident, rows, send

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from flask import Flask
    from flask.testing import FlaskClient
    from sqlalchemy.orm import Session

    from refuge.database import Database
    from refuge.referrals.models import Referral

    SignIn = Callable[[str], FlaskClient]

MENTAL = Discipline.MENTAL_HEALTH_PRACTITIONER


@pytest.fixture
def db(database: Database) -> Iterator[Session]:
    with database.writing() as db:
        yield db


@pytest.fixture
def referral(db: Session) -> Referral:
    return add_resident(db)


def told_by(db: Session, name: str, at: Any = None) -> dict[str, Any]:  # noqa: ANN401  an instant
    by = Pilot().person(db, name)
    return {"by": by, "actor": actor_of(by), "at": at or now()}


def asked(db: Session, referral: Referral, *categories: Category) -> WorkerAsking:
    details = AskingDetails(
        Pilot().agency(db, "Health trust").id, MENTAL, "She does not sleep", "spoken", categories,
        now() + timedelta(days=30) if categories else None,
    )  # fmt: skip
    return ask_for_worker(db, referral, details, **told_by(db, "worker.wall"))


def opens(db: Session, name: str, referral: Referral, at: Any = None) -> bool:  # noqa: ANN401  an instant
    return access.resident(db, Pilot().person(db, name), referral.ref, at=at or now()) is not None


def test_asking_opens_nothing_and_accepting_opens_her_plan_to_whom_the_agency_names(
    db: Session, referral: Referral
) -> None:
    add_note(db, referral, "worker.wall", Category.MENTAL_HEALTH)
    row = asked(db, referral, Category.MENTAL_HEALTH)
    assert not opens(db, "practitioner", referral)
    assert db.scalars(select(Sharing)).all() == []
    accept(db, row, worker_of(db, "practitioner"), london_date(now()), **told_by(db, "practitioner"))
    assert opens(db, "practitioner", referral)
    assert not opens(db, "recovery", referral)
    assert access.may_read(
        db, Pilot().person(db, "practitioner"), referral.id, Category.MENTAL_HEALTH, at=now() + timedelta(seconds=1)
    )
    assert not access.may_read(db, Pilot().person(db, "practitioner"), referral.id, Category.SAFETY, at=now())


def test_her_plan_opens_on_the_day_that_the_agency_names_and_not_before(db: Session, referral: Referral) -> None:
    row, at = asked(db, referral), now()
    accept(db, row, worker_of(db, "practitioner"), london_date(at) + timedelta(days=3), **told_by(db, "practitioner"))
    assert not opens(db, "practitioner", referral)
    assert not opens(db, "practitioner", referral, at + timedelta(days=2))
    assert opens(db, "practitioner", referral, at + timedelta(days=3))


def test_without_consent_to_share_an_accepted_worker_reads_only_what_her_agency_writes(
    db: Session, referral: Referral
) -> None:
    accept(
        db, asked(db, referral), worker_of(db, "practitioner"), london_date(now()), **told_by(db, "practitioner")
    )  # fmt: skip
    assert db.scalars(select(Sharing)).all() == []


def test_a_no_and_a_question_taken_back_open_nothing_and_can_be_asked_again(db: Session, referral: Referral) -> None:
    decline(db, asked(db, referral, Category.SAFETY), "nobody_free", "In May", **told_by(db, "practitioner"))
    take_back(db, asked(db, referral), **told_by(db, "worker.wall"))
    assert asked(db, referral).is_open
    assert not opens(db, "practitioner", referral)
    assert db.scalars(select(Allocation)).all() == []
    assert db.scalars(select(Sharing)).all() == []


def test_a_question_is_answered_once(db: Session, referral: Referral) -> None:
    row = asked(db, referral)
    decline(db, row, "nobody_free", "", **told_by(db, "practitioner"))
    worker = worker_of(db, "practitioner")
    with pytest.raises(Refused, match="answered this"):
        accept(db, row, worker, london_date(now()), **told_by(db, "practitioner"))
    with pytest.raises(Refused, match="answered this"):
        take_back(db, row, **told_by(db, "worker.wall"))
    assert not opens(db, "practitioner", referral)


def test_another_agency_neither_answers_nor_names_somebody(db: Session, referral: Referral) -> None:
    row, today = asked(db, referral), london_date(now())
    for name in ("recovery", "worker.wall"):
        with pytest.raises(Refused, match="that was asked to answer"):
            accept(db, row, worker_of(db, name), today, **told_by(db, name))
    with pytest.raises(Refused, match="Ask that agency"):
        accept(db, row, worker_of(db, "recovery"), today, **told_by(db, "practitioner"))


def test_a_house_names_its_own_workers_and_asks_for_those_of_others(db: Session, referral: Referral) -> None:
    with pytest.raises(Refused, match="Ask that agency"):
        allocate(
            db, referral, worker_of(db, "practitioner"), Part.PRACTITIONER, **told_by(db, "worker.wall")
        )  # fmt: skip
    allocate(db, referral, worker_of(db, "worker.wall"), Part.KEYWORKER, **told_by(db, "manager.wall"))
    silent = worker_of(db, "counsellor")
    silent.person_id = None
    db.flush()
    allocate(db, referral, silent, Part.PRACTITIONER, **told_by(db, "worker.wall"))


@pytest.mark.parametrize(
    ("told", "sentence"),
    [
        ({"how_given": ""}, "how she agreed"),
        ({"categories": (Category.SAFETY,), "share_until_at": None}, "last day"),
        ({"categories": (Category.SAFETY,), "share_until_at": now() + timedelta(days=400)}, "last day"),
        ({"discipline": Discipline.THERAPIST}, "no such workers"),
        ({"to": "Wall agency"}, "another agency"),
        ({"to": "Elsewhere agency"}, "another agency"),
    ],
)
def test_a_question_needs_her_consent_an_end_and_an_agency_that_has_such_workers(
    db: Session, referral: Referral, told: dict[str, Any], sentence: str
) -> None:
    plain = {"discipline": MENTAL, "words": "To sleep", "how_given": "spoken", **told}
    agency = Pilot().agency(db, plain.pop("to", "Health trust"))
    with pytest.raises(Refused, match=sentence):
        ask_for_worker(db, referral, AskingDetails(agency.id, **plain), **told_by(db, "worker.wall"))


def test_an_agency_is_asked_once_at_a_time(db: Session, referral: Referral) -> None:
    asked(db, referral)
    with pytest.raises(Refused, match="has been asked already"):
        asked(db, referral)


def test_nobody_is_asked_and_nothing_accepted_once_she_has_left(db: Session, referral: Referral) -> None:
    row, worker = asked(db, referral), worker_of(db, "practitioner")
    move_to(db, referral, "Panahghar")
    gone = add_resident(db, left=now())
    with pytest.raises(Refused, match="does not live"):
        asked(db, gone)
    late = add_asking(db, gone, "worker.wall", "Health trust")
    with pytest.raises(Refused, match="does not live"):
        accept(db, late, worker, london_date(now()), **told_by(db, "practitioner"))
    accept(db, row, worker, london_date(now()), **told_by(db, "practitioner"))


def test_who_sees_her_already_is_named_without_a_second_allocation(db: Session, referral: Referral) -> None:
    worker = worker_of(db, "practitioner")
    allocate(db, referral, worker, Part.PRACTITIONER, **told_by(db, "practitioner"))
    accept(db, asked(db, referral), worker, london_date(now()), **told_by(db, "practitioner"))
    assert len(db.scalars(select(Allocation)).all()) == 1


@pytest.mark.parametrize("days", [-1, 61])
def test_the_day_lies_within_two_months(db: Session, referral: Referral, days: int) -> None:
    row, on = asked(db, referral), london_date(now()) + timedelta(days=days)
    with pytest.raises(Refused, match="from today on"):
        accept(db, row, worker_of(db, "practitioner"), on, **told_by(db, "practitioner"))


def test_the_contact_answers_and_after_two_days_anybody_of_that_agency(db: Session, referral: Referral) -> None:
    row, at = asked(db, referral), now()
    reader = Pilot().person(db, "practitioner")
    assert askings(db, reader, at=at).to_answer, "an agency without a contact: anybody of it"
    contact = worker_of(db, "practitioner")
    contact.is_agency_contact = True
    db.flush()
    assert asking_to_answer(db, reader, row.ref, at=at) is not None, "the contact herself"
    other = Person(
        ref="P-10001", agency_id=reader.agency_id, agency_kind=reader.agency_kind, name="A contact",
        email="contact@example.org", role=reader.role, created_at=at,
    )  # fmt: skip
    db.add(other)
    db.flush()
    contact.person_id = other.id
    db.flush()
    assert asking_to_answer(db, reader, row.ref, at=at) is None
    assert not askings(db, reader, at=at).to_answer
    assert asking_to_answer(db, other, row.ref, at=at) is not None
    assert asking_to_answer(db, reader, row.ref, at=at + LATE + timedelta(minutes=1)) is not None


def test_the_database_keeps_what_was_asked_and_answered(db: Session, referral: Referral) -> None:
    row = asked(db, referral, Category.SAFETY)
    for attack in (
        update(WorkerAsking).values(words="Something else"), update(WorkerAsking).values(categories=["children"]),
        delete(WorkerAsking),
    ):  # fmt: skip
        with pytest.raises(DBAPIError, match="kept as it was"), db.begin_nested():
            db.execute(attack)
    decline(db, row, "nobody_free", "", **told_by(db, "practitioner"))
    with pytest.raises(DBAPIError, match="kept as it was"), db.begin_nested():
        db.execute(update(WorkerAsking).values(declined="other"))


def test_the_database_lets_only_the_asked_agency_answer_with_a_worker_of_its_own(
    db: Session, referral: Referral
) -> None:
    row, other = asked(db, referral), add_resident(db)
    by = {name: Pilot().person(db, name) for name in ("practitioner", "recovery")}
    allocate(db, referral, worker_of(db, "recovery"), Part.PRACTITIONER, **told_by(db, "recovery"))
    allocate(db, other, worker_of(db, "practitioner"), Part.PRACTITIONER, **told_by(db, "practitioner"))
    theirs, hers = db.scalars(select(Allocation).order_by(Allocation.id)).all()
    for attack in (
        {"answered_by_id": by["recovery"].id, "declined": "other"},
        {"answered_by_id": by["practitioner"].id, "allocation_id": theirs.id},
        {"answered_by_id": by["practitioner"].id, "allocation_id": hers.id},
    ):
        wrong = update(WorkerAsking).where(WorkerAsking.id == row.id).values(answered_at=now(), **attack)
        with pytest.raises(DBAPIError, match="answered_by_whom_it_asks"), db.begin_nested():
            db.execute(wrong)
    nothing = update(WorkerAsking).values(answered_at=now(), answered_by_id=by["practitioner"].id)
    with pytest.raises(IntegrityError), db.begin_nested():
        db.execute(nothing)
    with pytest.raises(DBAPIError, match="two networks"), db.begin_nested():
        add_asking(db, referral, "worker.wall", "Elsewhere agency")


def test_from_the_question_to_the_first_look_by_pages_alone(app: Flask, sign_in_as: SignIn) -> None:
    ref = resident(app)
    with database_of(app).write() as db:
        trust, hers = Pilot().agency(db, "Health trust").ref, worker_of(db, "practitioner").ref
    house, practitioner = sign_in_as("worker.wall"), sign_in_as("practitioner")
    assert practitioner.get(f"/plans/{ref}").status_code == 404
    empty = send(house, f"/plans/{ref}/people/ask")
    assert empty.status_code == 422
    assert "Choose how she agreed. Without it nobody is asked" in empty.text
    until = london_date(now() + timedelta(days=30))
    day = {f"until_on-{part}": str(getattr(until, part)) for part in ("day", "month", "year")}
    words = {"words": "She cannot sleep", "how_given": "spoken", "categories": ["mental_health"]}
    told = {"agency": trust, "discipline": MENTAL.value, **words, "until_on": list(day.values())}
    assert send(house, f"/plans/{ref}/people/ask", **told).status_code == 302
    (row,) = rows(app, WorkerAsking)
    assert "Waiting" in house.get(f"/plans/{ref}/people").text
    today = practitioner.get("/").text
    assert f"Can somebody of yours work with {ref}?" in today
    page = practitioner.get(f"/plans/asked/{row.ref}").text
    assert "She cannot sleep" in page
    assert practitioner.get(f"/plans/{ref}").status_code == 404
    assert sign_in_as("counsellor").get(f"/plans/asked/{row.ref}").status_code == 404
    assert send(practitioner, f"/plans/asked/{row.ref}", answer="yes").status_code == 422
    on = london_date(now())
    yes = {"answer": "yes", "worker": hers, "from_on": [str(on.day), str(on.month), str(on.year)], "words": "At ten"}
    assert send(practitioner, f"/plans/asked/{row.ref}", **yes).status_code == 302
    assert practitioner.get(f"/plans/{ref}").status_code == 200
    assert "Practitioner of Health trust sees her" in house.get("/").text
    assert "At ten" in house.get(f"/plans/{ref}/people").text
    assert send(practitioner, f"/plans/asked/{row.ref}", answer="no", reason="other").status_code == 409


def test_a_no_stands_on_today_of_who_asked_with_its_reason(app: Flask, sign_in_as: SignIn) -> None:
    ref = resident(app)
    with database_of(app).write() as db:
        row = add_asking(db, referral_of(db, ref), "worker.wall", "Health trust").ref
    practitioner = sign_in_as("practitioner")
    assert send(practitioner, f"/plans/asked/{row}", answer="no").status_code == 422
    told = {"answer": "no", "reason": "nobody_free", "words": "Ask again in May"}
    assert send(practitioner, f"/plans/asked/{row}", **told).status_code == 302
    assert "nobody has room for her now. Ask again in May" in sign_in_as("worker.wall").get("/").text
    assert practitioner.get(f"/plans/{ref}").status_code == 404
    assert sign_in_as("worker.panahghar").get("/").text.count(ref) == 0


def test_a_question_is_taken_back_by_who_asked_only(app: Flask, sign_in_as: SignIn) -> None:
    ref = resident(app, seen_by=["recovery"])
    with database_of(app).write() as db:
        row = add_asking(db, referral_of(db, ref), "worker.wall", "Health trust").ref
    path = f"/plans/{ref}/people/asked/{row}/end"
    assert sign_in_as("recovery").post(path).status_code == 404
    house = sign_in_as("worker.wall")
    assert house.post(path).status_code == 302
    assert house.post(path, follow_redirects=True).text.count("was taken back") == 1
    assert "Can somebody" not in sign_in_as("practitioner").get("/").text
