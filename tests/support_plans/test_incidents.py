"""What happened is logged with a clock; when it runs out somebody else is told; not being back has a checklist."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import delete, select, update
from sqlalchemy.exc import DBAPIError, IntegrityError

from refuge.accounts.models import Person
from refuge.config import Config, Setting
from refuge.database import new_ref, now
from refuge.jobs import run_post
from refuge.london import clock_words, london_date
from support_plans.incidents import ANSWERED_WITHIN, NOT_BACK, IncidentKind
from support_plans.models import Escalation, Feedback, Giver, Incident, IncidentStep, TaskKind
from support_plans.queries.incidents import past_their_clock
from support_plans.service.incidents import escalate
from tests.builders import Pilot
from tests.databases import KEY
from tests.placements.deciding import audited, boxes, database_of, person_ref
from tests.support_plans.served import add_incident, resident, rows, send, tasks

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask
    from flask.testing import FlaskClient
    from sqlalchemy.orm import Session
    from werkzeug.test import TestResponse

    SignIn = Callable[[str], FlaskClient]

TRAY = Config(Setting.DEVELOPMENT, KEY, "")


def log(app: Flask, browser: FlaskClient, **told: Any) -> TestResponse:  # noqa: ANN401  any field
    at = now()
    plain: dict[str, Any] = {
        "kind": "incident", "words": "A window was broken", "clock": clock_words(at),
        "owner": person_ref(app, "worker.wall"), **boxes("day", london_date(at)),
    }  # fmt: skip
    return send(browser, "/incidents/new", **{**plain, **told})


def put(app: Flask, who: str = "worker.wall", **told: Any) -> str:  # noqa: ANN401  any column
    with database_of(app).write() as db:
        return add_incident(db, Pilot().person(db, who), **told).ref


@pytest.mark.parametrize("kind", [IncidentKind.INCIDENT, IncidentKind.CONCERN, IncidentKind.COMPLAINT])
def test_each_kind_is_logged_with_its_own_clock(app: Flask, sign_in_as: SignIn, kind: IncidentKind) -> None:
    browser = sign_in_as("worker.wall")
    assert log(app, browser, kind=kind.value).status_code == 302
    [row] = rows(app, Incident)
    assert row.answer_by - row.logged_at == ANSWERED_WITHIN[kind]
    assert row.ref in browser.get("/incidents").text
    assert [subject for subject, _ in audited(app, "incident.logged")] == [row.ref]


def test_what_cannot_be_logged_is_refused_beside_its_field(app: Flask, sign_in_as: SignIn) -> None:
    browser = sign_in_as("worker.wall")
    for told, said in (
        ({"words": "x"}, "Say what happened, in 10"),
        ({"kind": ""}, "Choose what it is"),
        ({"kind": "not_back"}, "Enter the number of her referral"),
        ({"about": resident(app, "Panahghar")}, "No woman whose record you may open"),
        (boxes("day", london_date(now()) + timedelta(days=1)), "not in the future"),
        ({"owner": person_ref(app, "worker.panahghar")}, "Choose who sees to it"),
    ):
        answer = log(app, browser, **told)
        assert answer.status_code in {409, 422}
        assert said in answer.text
    assert rows(app, Incident) == []


def test_a_woman_who_is_not_back_has_a_checklist_with_times(app: Flask, sign_in_as: SignIn) -> None:
    browser, her = sign_in_as("worker.wall"), resident(app)
    path = log(app, browser, kind="not_back", about=her, words="Not back at midnight").location or ""
    page = browser.get(path).text
    assert [check.words.split(",")[0] in page for check in NOT_BACK] == [True] * len(NOT_BACK)
    browser.post(f"{path}/steps/room")
    assert browser.post(f"{path}/steps/room").status_code == 409
    assert browser.post(f"{path}/steps/nothing").status_code == 409
    [step] = rows(app, IncidentStep)
    assert step.step == "room"
    assert f"{clock_words(step.at)}, Worker Wall" in browser.get(path).text


def test_a_step_that_is_late_says_so(app: Flask, sign_in_as: SignIn) -> None:
    with database_of(app).write() as db:
        from tests.support_plans.rows import add_resident  # noqa: PLC0415  of this test only

        her = add_resident(db)
        ref = add_incident(
            db, Pilot().person(db, "worker.wall"), kind=IncidentKind.NOT_BACK, referral_id=her.id,
            logged_at=now() - timedelta(hours=3), answer_by=now() + timedelta(hours=9),
        ).ref  # fmt: skip
    page = sign_in_as("worker.wall").get(f"/incidents/{ref}").text
    assert page.count("Late</strong>") == len([check for check in NOT_BACK if check.after < timedelta(hours=3)])


def test_when_its_clock_runs_out_a_second_person_is_told_once(app: Flask, sign_in_as: SignIn) -> None:
    late: dict[str, Any] = {"logged_at": now() - timedelta(hours=30), "answer_by": now() - timedelta(hours=6)}
    ref = put(app, **late)
    run_post(database_of(app), TRAY)
    run_post(database_of(app), TRAY)
    [task] = tasks(app)
    [row] = rows(app, Incident)
    with database_of(app).reading() as db:
        assert task.owner_id == row.escalated_to_id == Pilot().person(db, "manager.wall").id
    assert (task.kind, ref in task.what) == (TaskKind.INCIDENT, True)
    assert "Overdue" in sign_in_as("manager.wall").get("/incidents").text


def another(db: Session, by: Person) -> int:
    """Let somebody more work for her agency, and return the id."""
    person = Person(
        ref=new_ref(db, Person), agency_id=by.agency_id, agency_kind=by.agency_kind, name="Third",
        email="third@example.org", role=by.role, created_at=now(),
    )  # fmt: skip
    db.add(person)
    db.flush()
    return person.id


def test_what_nobody_closes_goes_on_to_a_third_person_after_its_time(app: Flask, sign_in_as: SignIn) -> None:
    long_ago = now() - timedelta(hours=60)
    ref = put(app, logged_at=long_ago, answer_by=long_ago + timedelta(hours=24))
    with database_of(app).write() as db:
        by = Pilot().person(db, "worker.wall")
        third = another(db, by)
        row = db.scalars(select(Incident)).one()
        assert escalate(db, row.id, at=long_ago + timedelta(hours=25))
        assert not escalate(db, row.id, at=long_ago + timedelta(hours=48))
        assert past_their_clock(db, at=long_ago + timedelta(hours=48)) == []
        assert past_their_clock(db, at=now()) == [row.id]
    run_post(database_of(app), TRAY)
    run_post(database_of(app), TRAY)
    [told] = rows(app, Escalation)
    assert (told.level, told.to_id) == (2, third)
    assert [task.owner_id for task in tasks(app)][1:] == [third]
    assert "Still open" in sign_in_as("worker.wall").get(f"/incidents/{ref}").text
    with database_of(app).reading() as db:
        theirs = Pilot().person(db, "worker.panahghar").id
    for attack in (update(Escalation).values(at=now()), delete(Escalation)):
        with pytest.raises(DBAPIError, match="kept as it was"), database_of(app).write() as db:
            db.execute(attack)
    with pytest.raises(DBAPIError, match="of another agency"), database_of(app).write() as db:
        db.add(Escalation(incident_id=told.incident_id, level=3, to_id=theirs, at=now()))
    with pytest.raises(IntegrityError), database_of(app).write() as db:
        db.add(Escalation(incident_id=told.incident_id, level=4, to_id=third, at=now()))


def test_it_is_closed_with_what_came_of_it(app: Flask, sign_in_as: SignIn) -> None:
    ref, browser = put(app), sign_in_as("worker.wall")
    assert browser.post(f"/incidents/{ref}/close", data={"outcome": "", "version": "1"}).status_code == 422
    assert (
        browser.post(f"/incidents/{ref}/close", data={"outcome": "New lock fitted", "version": "9"}).status_code == 409
    )
    assert browser.post(f"/incidents/{ref}/steps/note", data={"words": ""}).status_code == 422
    browser.post(f"/incidents/{ref}/steps/note", data={"words": "Rang the glazier"})
    browser.post(f"/incidents/{ref}/close", data={"outcome": "New lock fitted", "version": "1"})
    page = browser.get(f"/incidents/{ref}").text
    assert "Rang the glazier" in page
    assert "New lock fitted" in page
    assert browser.post(f"/incidents/{ref}/steps/note", data={"words": "More"}).status_code == 409


def test_it_is_of_the_agency_that_logged_it(app: Flask, sign_in_as: SignIn) -> None:
    ref = put(app, words="CANARY-3316 what happened")
    for name in ("worker.panahghar", "practitioner", "worker.elsewhere"):
        browser = sign_in_as(name)
        assert browser.get(f"/incidents/{ref}").status_code == 404
        assert ref not in browser.get("/incidents").text


def test_what_is_said_of_us_is_kept_without_a_name_and_counted_by_theme(app: Flask, sign_in_as: SignIn) -> None:
    browser, day = sign_in_as("worker.wall"), boxes("on_day", london_date(now()))
    assert send(browser, "/feedback/new", giver="resident", **day).status_code == 409
    for theme in (["safety", "staff"], ["safety"]):
        send(browser, "/feedback/new", giver="resident", rating="4", words="I felt heard", themes=theme, **day)
    page = browser.get("/feedback").text
    assert "Feeling safe" in page
    assert "4.0" in page
    assert [row.giver for row in rows(app, Feedback)] == [Giver.RESIDENT] * 2
    assert "I felt heard" not in sign_in_as("worker.panahghar").get("/feedback").text


# ── The database


def test_the_database_keeps_what_was_logged_and_done(app: Flask, sign_in_as: SignIn) -> None:
    ref, browser = put(app), sign_in_as("worker.wall")
    browser.post(f"/incidents/{ref}/steps/note", data={"words": "Rang the glazier"})
    send(browser, "/feedback/new", giver="partner", words="Quick", **boxes("on_day", london_date(now())))
    attacks: list[Any] = [
        delete(Incident), update(Incident).values(words="Nothing happened at all"),
        update(Incident).values(answer_by=now() + timedelta(days=9)), delete(IncidentStep),
        update(IncidentStep).values(words="Rang nobody"), delete(Feedback), update(Feedback).values(rating=5),
    ]  # fmt: skip
    for attack in attacks:
        with pytest.raises(DBAPIError, match="kept as it was"), database_of(app).write() as db:
            db.execute(attack)
    with pytest.raises(IntegrityError), database_of(app).write() as db:
        db.execute(update(Incident).values(closed_at=now(), closed_by_id=1, outcome="x"))


def test_the_database_keeps_it_in_its_agency_and_network(app: Flask) -> None:
    put(app)
    with database_of(app).reading() as db:
        theirs, stranger = Pilot().person(db, "worker.panahghar"), Pilot().person(db, "worker.elsewhere")
    for attack, said in (
        ({"owner_id": theirs.id}, "owned_in_its_agency"),
        ({"escalated_at": now(), "escalated_to_id": theirs.id}, "owned_in_its_agency"),
        ({"network_id": stranger.network_id}, "kept as it was|of two networks"),
    ):
        with pytest.raises(DBAPIError, match=said), database_of(app).write() as db:
            db.execute(update(Incident).values(**attack))
