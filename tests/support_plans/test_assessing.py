"""Questionnaires are kept as they were, scored to the band, and an answer about harm goes to a named person today."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from refuge.database import now
from refuge.london import london_date
from support_plans.categories import Category
from support_plans.models import Assessment, Part, TaskKind
from support_plans.scoring import AUDIT, GAD_7, PHQ_9
from support_plans.service.allocating import allocate
from tests.builders import Pilot
from tests.placements.deciding import audited, boxes, database_of, person_ref
from tests.support_plans.rows import actor_of, worker_of
from tests.support_plans.served import referral_of, resident, rows, send, share_with, tasks

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask
    from flask.testing import FlaskClient

    from support_plans.scoring import Tool

    SignIn = Callable[[str], FlaskClient]


@pytest.fixture
def her(app: Flask) -> str:
    return resident(app, seen_by=["practitioner"])


def filled(tool: Tool, points: str = "1", **told: Any) -> dict[str, Any]:  # noqa: ANN401  any field
    """Return a form with every question answered alike; nothing about harm."""
    answers = {item.key: points if item.takes(int(points)) else "0" for item in tool.items}
    today = boxes("taken_on", london_date(now()))
    return {**answers, **({"phq9_9": "0"} if tool is PHQ_9 else {}), "occasion": "start", **today, **told}


def test_a_questionnaire_is_scored_and_banded_and_says_no_more(app: Flask, sign_in_as: SignIn, her: str) -> None:
    browser = sign_in_as("practitioner")
    answer = send(browser, f"/care/{her}/scores/new/PHQ_9", **filled(PHQ_9, "2"))
    [row] = rows(app, Assessment)
    assert answer.location == f"/care/{her}/scores/{row.ref}"
    assert (row.total, row.band, row.complete, row.category) == (16, "moderately_severe", True, Category.MENTAL_HEALTH)
    page = browser.get(answer.location).text
    for words in ("16", "Moderately severe", "More than half the days", "Robert L. Spitzer"):
        assert words in page
    assert not any(word in page.lower() for word in ("treat", "refer her", "recommend", "medication"))
    facts = {"referral": her, "tool": "PHQ_9", "complete": True, "replaces": None}
    assert audited(app, "assessment.recorded") == [(row.ref, facts)]
    assert tasks(app) == []


def test_what_is_incomplete_has_no_total_and_no_band(app: Flask, sign_in_as: SignIn, her: str) -> None:
    told = filled(GAD_7, "3")
    del told["gad7_4"]
    browser = sign_in_as("practitioner")
    page = browser.get(send(browser, f"/care/{her}/scores/new/GAD_7", **told).location or "").text
    [row] = rows(app, Assessment)
    assert (row.complete, row.total, row.band) == (False, None, "")
    assert "there is no total and no band" in page
    assert "Not answered" in page
    assert "Severe" not in page


def test_question_nine_waits_for_a_named_person_and_loses_nothing_meanwhile(
    app: Flask, sign_in_as: SignIn, her: str
) -> None:
    browser, path = sign_in_as("practitioner"), f"/care/{her}/scores/new/PHQ_9"
    told = filled(PHQ_9, "0", phq9_9="1", note="She is calm")
    answer = send(browser, path, **told)
    assert answer.status_code == 409
    assert "Choose who talks with her today" in answer.text
    assert "She is calm" in answer.text
    assert rows(app, Assessment) == tasks(app) == []
    assert send(browser, path, **told, looks_at_it=person_ref(app, "practitioner")).status_code == 302
    [row], [task, house] = rows(app, Assessment), tasks(app)
    assert row.band == "minimal"
    assert (task.kind, task.due_on, task.assessment_id) == (TaskKind.ALARM, london_date(now()), row.id)
    assert "question 9" in task.what
    assert (house.kind, house.due_on, house.assessment_id) == (TaskKind.ASKED, london_date(now()), None)


def test_her_house_is_asked_to_look_in_on_her_and_not_told_why(app: Flask, sign_in_as: SignIn, her: str) -> None:
    with database_of(app).write() as db:
        by, keyworker = Pilot().person(db, "worker.wall"), worker_of(db, "worker.wall")
        told: dict[str, Any] = {"by": by, "actor": actor_of(by), "at": now()}
        allocate(db, referral_of(db, her), keyworker, Part.KEYWORKER, **told)
    browser = sign_in_as("practitioner")
    for tool, answers in ((PHQ_9, filled(PHQ_9, "0", phq9_9="3")), (PHQ_9, filled(PHQ_9, "0", phq9_9="2"))):
        path = f"/care/{her}/scores/new/{tool.code}"
        assert send(browser, path, **answers, looks_at_it=person_ref(app, "practitioner")).status_code == 302
    [asked] = [task for task in tasks(app) if task.kind is TaskKind.ASKED]
    with database_of(app).reading() as db:
        assert asked.owner_id == Pilot().person(db, "worker.wall").id
    house = sign_in_as("worker.wall")
    for path in ("/", "/tasks", f"/tasks/{asked.ref}", f"/care/{her}", "/huddle", f"/care/{her}/scores"):
        page = house.get(path).text
        assert "Look in on her today, and ring Health trust first" in page or path.endswith("scores"), path
        for secret in ("question 9", "harming", "minimal"):
            assert secret not in page, (path, secret)


def test_a_house_that_took_it_itself_has_one_task_and_not_two(app: Flask, sign_in_as: SignIn, her: str) -> None:
    told = filled(PHQ_9, "0", phq9_9="1", looks_at_it=person_ref(app, "worker.wall"))
    assert send(sign_in_as("worker.wall"), f"/care/{her}/scores/new/PHQ_9", **told).status_code == 302
    assert [task.kind for task in tasks(app)] == [TaskKind.ALARM]


def test_item_six_of_core_10_does_the_same(app: Flask, sign_in_as: SignIn, her: str) -> None:
    browser, path = sign_in_as("practitioner"), f"/care/{her}/scores/new/CORE_10"
    today = boxes("taken_on", london_date(now()))
    told = {"total": "4", "core10_6": "2", "occasion": "review", **today}
    assert send(browser, path, **told).status_code == 409
    assert send(browser, path, **told, looks_at_it=person_ref(app, "practitioner")).status_code == 302
    assert [task.kind for task in tasks(app)] == [TaskKind.ALARM, TaskKind.ASKED]
    [row] = rows(app, Assessment)
    assert (row.total, row.band) == (4, "")


def test_nobody_of_another_agency_is_given_it(app: Flask, sign_in_as: SignIn, her: str) -> None:
    told = filled(PHQ_9, "0", phq9_9="3", looks_at_it=person_ref(app, "worker.wall"))
    assert send(sign_in_as("practitioner"), f"/care/{her}/scores/new/PHQ_9", **told).status_code == 409
    assert tasks(app) == []


@pytest.mark.parametrize(
    ("told", "said"),
    [
        ({"phq9_1": "7"}, "Not a valid choice"),
        (boxes("taken_on", london_date(now()) + timedelta(days=1)), "not in the future"),
        ({"taken_on": ["", "", ""]}, "Enter the day on which it was filled in"),
    ],
)
def test_what_cannot_be_is_refused_beside_its_field(
    app: Flask, sign_in_as: SignIn, her: str, told: dict[str, Any], said: str
) -> None:
    answer = send(sign_in_as("practitioner"), f"/care/{her}/scores/new/PHQ_9", **{**filled(PHQ_9), **told})
    assert answer.status_code in {409, 422}
    assert said in answer.text
    assert rows(app, Assessment) == []


def test_a_form_sent_twice_is_kept_once(app: Flask, sign_in_as: SignIn, her: str) -> None:
    browser, told = sign_in_as("practitioner"), {**filled(AUDIT), "key": "k" * 43}
    first = browser.post(f"/care/{her}/scores/new/AUDIT", data=told)
    second = browser.post(f"/care/{her}/scores/new/AUDIT", data=told)
    assert first.location == second.location
    assert len(rows(app, Assessment)) == 1


def test_a_correction_replaces_and_both_are_kept(app: Flask, sign_in_as: SignIn, her: str) -> None:
    browser = sign_in_as("practitioner")
    send(browser, f"/care/{her}/scores/new/GAD_7", **filled(GAD_7, "1"))
    [old] = rows(app, Assessment)
    path = f"/care/{her}/scores/{old.ref}/correct"
    assert 'value="1" checked' in browser.get(path).text
    send(browser, path, **filled(GAD_7, "2"))
    old, new = rows(app, Assessment)
    assert (old.total, new.total, new.replaces_id) == (7, 14, old.id)
    page = browser.get(f"/care/{her}/scores").text
    assert new.ref in page
    assert old.ref not in page
    assert "This was corrected" in browser.get(f"/care/{her}/scores/{old.ref}").text
    assert send(browser, path, **filled(GAD_7, "3")).status_code == 409


def test_scores_over_time_are_drawn_and_told(sign_in_as: SignIn, her: str) -> None:
    browser, today = sign_in_as("practitioner"), london_date(now())
    for days, points in ((60, "3"), (30, "2"), (0, "1")):
        on = boxes("taken_on", today - timedelta(days=days))
        send(browser, f"/care/{her}/scores/new/GAD_7", **filled(GAD_7, points, **on))
    page = browser.get(f"/care/{her}/scores").text
    assert 'role="img"' in page
    assert "GAD-7 over time" in page
    table = page.split("<tbody")[1]
    assert table.index(">7<") < table.index(">14<") < table.index(">21<")
    assert "style=" not in page.split("<main")[1]


# ── Who sees them


@pytest.mark.parametrize("path", ["/scores", "/risk", "/records", "/children", ""])
def test_who_does_not_work_with_her_finds_nothing(sign_in_as: SignIn, her: str, path: str) -> None:
    for name in ("recovery", "worker.panahghar", "worker.elsewhere"):
        assert sign_in_as(name).get(f"/care/{her}{path}").status_code == 404
    for name in ("commissioner", "referrer", "administrator"):
        assert sign_in_as(name).get(f"/care/{her}{path}").status_code == 403


def test_another_agency_reads_scores_only_while_she_agrees(app: Flask, sign_in_as: SignIn, her: str) -> None:
    send(sign_in_as("practitioner"), f"/care/{her}/scores/new/PHQ_9", **filled(PHQ_9, "2"))
    [row] = rows(app, Assessment)
    worker = sign_in_as("worker.wall")
    assert row.ref not in worker.get(f"/care/{her}/scores").text
    assert worker.get(f"/care/{her}/scores/{row.ref}").status_code == 404
    share_with(app, her, "Wall agency", Category.SUBSTANCE_USE)
    assert row.ref not in worker.get(f"/care/{her}/scores").text
    share_with(app, her, "Wall agency", Category.MENTAL_HEALTH)
    assert row.ref in worker.get(f"/care/{her}/scores").text
    assert worker.get(f"/care/{her}/scores/{row.ref}").status_code == 200
    assert worker.get(f"/care/{her}/scores/{row.ref}/correct").status_code == 404


def test_each_reading_is_in_the_audit(app: Flask, sign_in_as: SignIn, her: str) -> None:
    browser = sign_in_as("practitioner")
    send(browser, f"/care/{her}/scores/new/PHQ_9", **filled(PHQ_9))
    [row] = rows(app, Assessment)
    browser.get(f"/care/{her}/scores")
    browser.get(f"/care/{her}/scores/{row.ref}")
    assert audited(app, "assessments.listed") == [(her, {"refs": [row.ref]})]
    assert audited(app, "assessment.seen") == [(row.ref, {"referral": her})]
