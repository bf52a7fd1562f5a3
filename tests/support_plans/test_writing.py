"""A plan written with her through its pages: nothing typed is lost, every change is a version, the board follows."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from refuge.beds.models import Stay
from refuge.database import now
from refuge.london import london_date
from refuge.once import new_key
from refuge.seen import mark
from support_plans.models import Action, Goal, Note, Plan, PlanAgreement, PlanArea, PlanChange
from tests.placements.deciding import audited, boxes, database_of
from tests.support_plans.rows import add_resident

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask
    from flask.testing import FlaskClient

    SignIn = Callable[[str], FlaskClient]


@pytest.fixture
def ref(app: Flask) -> str:
    """A woman who has lived in WALL for nine days."""
    with database_of(app).write() as db:
        return add_resident(db).ref


def test_her_words_stand_first_and_each_change_is_a_version(app: Flask, sign_in_as: SignIn, ref: str) -> None:
    browser = sign_in_as("worker.wall")
    assert "Nothing is written yet" in browser.get(f"/plans/{ref}").text
    first = {"her_words": "I want to sleep", "good_day": "Music", "seen": "0"}
    assert browser.post(f"/plans/{ref}/words", data=first).status_code == 302
    page = browser.get(f"/plans/{ref}").text
    assert page.index("I want to sleep") < page.index("What she works on")
    second = {**first, "her_words": "I want to sleep and to work", "seen": "2"}
    assert browser.post(f"/plans/{ref}/words", data=second).status_code == 302
    history = browser.get(f"/plans/{ref}/history").text
    assert "Version 3" in history
    assert "Worker Wall" in history
    assert "I want to sleep and to work" in history
    assert [facts["version"] for _, facts in audited(app, "plan.her_words")] == [2, 3]


def test_a_stale_form_shows_what_was_saved_and_what_was_typed(app: Flask, sign_in_as: SignIn, ref: str) -> None:
    browser = sign_in_as("worker.wall")
    browser.post(f"/plans/{ref}/words", data={"her_words": "Saved by a colleague", "seen": "0"})
    answer = browser.post(f"/plans/{ref}/words", data={"her_words": "Typed by me", "seen": "0"})
    assert answer.status_code == 409
    for words in ("Saved by a colleague", "Typed by me", "Somebody else changed this"):
        assert words in answer.text
    with database_of(app).reading() as db:
        assert db.scalars(select(Plan.her_words)).one() == "Saved by a colleague"
        kept = str(db.scalars(select(Plan.words_version)).one())
    assert browser.post(f"/plans/{ref}/words", data={"her_words": "Both", "seen": kept}).status_code == 302


def test_two_people_who_write_the_same_area_see_each_others_words(sign_in_as: SignIn, ref: str) -> None:
    browser = sign_in_as("worker.wall")
    path = f"/plans/{ref}/areas/housing"
    assert "Words that may help to begin" in browser.get(path).text
    assert browser.post(path, data={"now_words": "In a refuge", "version": "0"}).status_code == 302
    answer = browser.post(path, data={"now_words": "Mine", "wanted_words": "A flat", "version": "0"})
    assert answer.status_code == 409
    assert "In a refuge" in answer.text
    assert "A flat" in answer.text


def test_an_area_needs_words_and_a_day_that_can_be(sign_in_as: SignIn, ref: str) -> None:
    browser, path = sign_in_as("worker.wall"), f"/plans/{ref}/areas/housing"
    assert "Write where she is now" in browser.post(path, data={"version": "0"}).text
    gone = boxes("review_on", london_date(now()) - timedelta(days=1))
    answer = browser.post(path, data={"now_words": "Here", "version": "0", **gone})
    assert answer.status_code == 422
    assert "today or a later day" in answer.text
    assert browser.get(f"/plans/{ref}/areas/nonsense").status_code == 404


def test_a_goal_with_its_step_progress_and_end(app: Flask, sign_in_as: SignIn, ref: str) -> None:
    browser = sign_in_as("worker.wall")
    due = london_date(now()) + timedelta(days=3)
    goal = {"words": "A home of my own", "what": "Apply to the register", "owner": "herself", "key": new_key()}
    for _ in range(2):
        assert (
            browser.post(f"/plans/{ref}/areas/housing/goal", data={**goal, **boxes("due_on", due)}).status_code == 302
        )
    with database_of(app).reading() as db:
        goals, steps = db.scalars(select(Goal)).all(), db.scalars(select(Action)).all()
        assert (len(goals), len(steps)) == (1, 1)
        assert db.scalars(select(PlanArea.area)).all() == ["housing"]
    page = browser.get(f"/plans/{ref}").text
    assert "A home of my own" in page
    assert "She herself" in page
    assert browser.post(f"/plans/{ref}/steps/{steps[0].ref}", data={"done": "yes"}).status_code == 302
    path = f"/plans/{ref}/goals/{goals[0].ref}"
    assert "Write what has moved" in browser.post(path, data={"state": "open", "version": "1"}).text
    told = {"words": "She has the forms", "state": "reached", "version": "1", "key": new_key()}
    assert browser.post(path, data=told).status_code == 302
    page = browser.get(f"/plans/{ref}").text
    assert "Reached" in page
    assert "She has the forms" in page
    late = {**told, "state": "changed", "version": "1", "key": new_key()}
    assert browser.post(path, data=late).status_code == 409


def test_a_step_needs_words_and_somebody_who_does_it(sign_in_as: SignIn, ref: str, app: Flask) -> None:
    browser = sign_in_as("worker.wall")
    browser.post(f"/plans/{ref}/areas/housing/goal", data={"words": "A home", "owner": "herself", "key": new_key()})
    with database_of(app).reading() as db:
        goal = db.scalars(select(Goal.ref)).one()
    answer = browser.post(f"/plans/{ref}/goals/{goal}/step", data={"what": "", "owner": "P-00000"})
    assert answer.status_code == 422
    assert "Write what is to be done" in answer.text
    assert "Choose who does it" in answer.text


def test_when_she_agrees_the_board_and_today_stop_asking(app: Flask, sign_in_as: SignIn, ref: str) -> None:
    browser, today = sign_in_as("worker.wall"), london_date(now())
    assert "Support plan of" in browser.get("/").text
    told = {"how": "together", "her_words": "Yes, that is mine", "key": new_key()}
    days = {**boxes("on", today), **boxes("next_on", today + timedelta(days=30))}
    assert browser.post(f"/plans/{ref}/agree", data={**told, **days}).status_code == 302
    with database_of(app).reading() as db:
        stay, agreement = db.scalars(select(Stay)).one(), db.scalars(select(PlanAgreement)).one()
        assert (stay.plan_agreed_on, stay.review_due_on) == (today, today + timedelta(days=30))
        assert agreement.number == db.scalars(select(Plan.version)).one()
    assert "Support plan of" not in browser.get("/").text
    assert "Yes, that is mine" in browser.get(f"/plans/{ref}").text
    later = {**boxes("on", today), **boxes("next_on", today + timedelta(days=60))}
    reviewed = {"with_her": "yes", "words": "Going well", "key": new_key()}
    assert browser.post(f"/plans/{ref}/review", data={**reviewed, **later}).status_code == 302
    with database_of(app).reading() as db:
        assert db.scalars(select(Stay.review_due_on)).one() == today + timedelta(days=60)
    assert "Going well" in browser.get(f"/plans/{ref}").text


@pytest.mark.parametrize("page", ["agree", "review"])
def test_agreement_and_review_need_days_that_can_be(sign_in_as: SignIn, ref: str, page: str) -> None:
    browser, today = sign_in_as("worker.wall"), london_date(now())
    told = {"how": "together", "with_her": "yes"}
    for on, next_on, words in (
        (today + timedelta(days=1), today + timedelta(days=9), "today or an earlier day"),
        (today, today, "a day after this one"),
    ):
        answer = browser.post(f"/plans/{ref}/{page}", data={**told, **boxes("on", on), **boxes("next_on", next_on)})
        assert answer.status_code == 422
        assert words in answer.text
    assert "Enter the day" in browser.post(f"/plans/{ref}/{page}", data=told).text


def test_a_note_belongs_to_its_agency_and_is_kept_once(app: Flask, sign_in_as: SignIn, ref: str) -> None:
    browser = sign_in_as("worker.wall")
    answer = browser.post(f"/plans/{ref}/notes/new", data={"words": "", "category": "immigration"})
    assert answer.status_code == 422
    assert "Choose what it is about" in answer.text
    told = {"words": "She laughed today", "category": "general", "key": new_key()}
    for _ in range(2):
        assert browser.post(f"/plans/{ref}/notes/new", data=told).status_code == 302
    with database_of(app).reading() as db:
        note = db.scalars(select(Note)).one()
    assert not note.sealed
    assert "She laughed today" in browser.get(f"/plans/{ref}/notes").text
    assert "She laughed today" in browser.get(f"/plans/{ref}/notes/{note.ref}").text


def test_when_she_has_left_her_plan_is_read_and_not_agreed(app: Flask, sign_in_as: SignIn) -> None:
    with database_of(app).write() as db:
        gone = add_resident(db, left=now() - timedelta(hours=1)).ref
    browser, today = sign_in_as("worker.wall"), london_date(now())
    assert "She has left" in browser.get(f"/plans/{gone}").text
    days = {**boxes("on", today), **boxes("next_on", today + timedelta(days=30))}
    answer = browser.post(f"/plans/{gone}/agree", data={"how": "together", **days})
    assert answer.status_code == 409
    assert "She has left" in answer.text


def test_the_network_says_by_when_and_adds_an_area(app: Flask, sign_in_as: SignIn, ref: str) -> None:
    manager = sign_in_as("manager.wall")
    told = {"due_days": "10", "area": "Pets", "category": "personal", "seen": mark(5)}
    assert manager.post("/plans/settings", data=told).status_code == 302
    assert "there already" in manager.post("/plans/settings", data=told).text
    page = sign_in_as("worker.wall").get(f"/plans/{ref}").text
    assert "Pets" in page
    assert "Pets" in manager.get("/plans/settings").text
    with database_of(app).write() as db:
        db.scalars(select(Stay)).one().started_at = now() - timedelta(days=9)
    assert "Overdue" not in sign_in_as("worker.wall").get("/residents").text
    late = manager.post("/plans/settings", data={"due_days": "7", "seen": mark(5)})
    assert late.status_code == 409
    assert "Somebody else has just set it to 10" in late.text
    assert "1 to 30" in manager.post("/plans/settings", data={"due_days": "31"}).text
    assert "Choose what it is about" in manager.post("/plans/settings", data={"due_days": "5", "area": "Music"}).text


def test_a_plan_changes_one_version_at_a_time(app: Flask, sign_in_as: SignIn, ref: str) -> None:
    browser = sign_in_as("worker.wall")
    for number in range(4):
        browser.post(f"/plans/{ref}/areas/housing", data={"now_words": f"Words {number}", "version": str(number)})
    with database_of(app).reading() as db:
        numbers = db.scalars(select(PlanChange.number).order_by(PlanChange.id)).all()
        version = db.scalars(select(Plan.version)).one()
    assert numbers == sorted(set(numbers))
    assert version == numbers[-1]
