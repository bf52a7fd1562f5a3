"""What somebody thinks of us, by a form of her own: it shows nothing, keeps no name, and takes one answer in time."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import update
from sqlalchemy.exc import DBAPIError

from refuge.accounts.throttle import GUESSES_OF_SOURCE
from refuge.audit.models import AuditEvent
from refuge.audit.service import SYSTEM
from refuge.database import now
from support_plans.models import Feedback, FeedbackLink, Giver
from support_plans.service.saying import HERE, SENT, make_feedback_link
from tests.builders import Pilot
from tests.placements.deciding import database_of
from tests.support_plans.served import rows

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from flask import Flask
    from flask.testing import FlaskClient

    SignIn = Callable[[str], FlaskClient]


@pytest.fixture(autouse=True)
def no_token_asked_for(app: Flask) -> None:
    app.config["WTF_CSRF_ENABLED"] = False


def link(app: Flask, giver: Giver = Giver.RESIDENT, *, made: datetime | None = None) -> str:
    with database_of(app).write() as db:
        by = Pilot().person(db, "worker.wall")
        token = make_feedback_link(db, giver, HERE, by=by, actor=SYSTEM, at=made or now())
    return f"/say/{token}"


def test_a_form_is_filled_in_without_signing_in_once(app: Flask) -> None:
    path, somebody = link(app), app.test_client()
    assert somebody.get(path).status_code == 200
    told = {"rating": "4", "words": "I felt heard", "themes": ["staff", "nonsense"]}
    answer = somebody.post(path, data=told)
    assert "Thank you" in answer.text
    assert somebody.post(path, data=told).status_code == 404
    assert somebody.get(path).status_code == 404
    (row,) = rows(app, Feedback)
    assert (row.giver, row.rating, row.words, row.themes) == (Giver.RESIDENT, 4, "I felt heard", ["staff"])


def test_it_shows_nothing_about_anybody_even_on_a_device_that_is_signed_in(app: Flask, sign_in_as: SignIn) -> None:
    path = link(app)
    for browser in (app.test_client(), sign_in_as("worker.wall")):
        page = browser.get(path).text
        title = re.search(r"<title>(.*?)</title>", page)
        assert title is not None
        assert title[1] == "Allocations"
        for word in ("Worker Wall", "Wall agency", "WALL", "/account", "Main", "refuge", "abuse"):
            assert word not in page.split("</head>")[1], word


def test_it_says_what_it_needs_and_is_not_used_up_by_an_empty_answer(app: Flask) -> None:
    path, somebody = link(app), app.test_client()
    answer = somebody.post(path, data={"words": ""})
    assert answer.status_code == 409
    assert "Enter what was said, or a number" in answer.text
    assert "Thank you" in somebody.post(path, data={"words": "Kind people"}).text


def test_its_time_runs_out(app: Flask) -> None:
    late = link(app, made=now() - HERE - timedelta(seconds=1))
    assert app.test_client().get(late).status_code == 404
    assert app.test_client().post(late, data={"rating": "5"}).status_code == 404
    assert rows(app, Feedback) == []
    assert app.test_client().get(link(app, made=now() - HERE + timedelta(minutes=1))).status_code == 200


def test_neither_the_token_nor_where_the_answer_came_from_is_kept(app: Flask) -> None:
    path, somebody = link(app), app.test_client()
    somebody.post(path, data={"rating": "5"}, environ_base={"REMOTE_ADDR": "203.0.113.7"})
    (kept,) = rows(app, FeedbackLink)
    assert kept.token_hash not in path
    said = [event for event in rows(app, AuditEvent) if event.action == "feedback.kept"]
    assert len(said) == 1
    assert "203.0.113.7" not in repr([(event.source, event.facts) for event in rows(app, AuditEvent)])


def test_tries_at_wrong_addresses_are_counted_and_refused(app: Flask) -> None:
    somebody, path = app.test_client(), link(app)
    for _ in range(GUESSES_OF_SOURCE):
        assert somebody.post("/say/nothing-at-all", data={"rating": "1"}).status_code == 404
    assert somebody.post("/say/nothing-at-all", data={"rating": "1"}).status_code == 429
    assert somebody.post(path, data={"rating": "1"}).status_code == 429
    elsewhere = somebody.post(path, data={"rating": "1"}, environ_base={"REMOTE_ADDR": "203.0.113.7"})
    assert elsewhere.status_code == 200


def test_staff_hand_over_the_device_only_signed_out(sign_in_as: SignIn) -> None:
    browser = sign_in_as("worker.wall")
    assert "Choose who is asked" in browser.post("/feedback/ask").text
    answer = browser.post("/feedback/ask", data={"giver": "resident", "how": "here"})
    assert answer.status_code == 302
    assert browser.get(answer.location).status_code == 200
    assert browser.get("/feedback").location.startswith("/sign-in")
    assert browser.post(answer.location, data={"rating": "3"}).status_code == 200


def test_a_partner_is_given_an_address_that_is_shown_once(app: Flask, sign_in_as: SignIn) -> None:
    page = sign_in_as("recovery").post("/feedback/ask", data={"giver": "partner", "how": "link"}).text
    path = re.search(r"/say/[\w-]{43}", page)
    assert path is not None
    app.test_client().post(path[0], data={"words": "You ring back"})
    (row,) = rows(app, Feedback)
    assert row.giver is Giver.PARTNER
    assert "You ring back" in sign_in_as("recovery").get("/feedback").text
    assert "You ring back" not in sign_in_as("worker.wall").get("/feedback").text
    (kept,) = rows(app, FeedbackLink)
    assert kept.expires_at - kept.made_at == SENT


def test_the_database_lets_a_form_be_used_once_and_live_no_longer(app: Flask) -> None:
    app.test_client().post(link(app), data={"rating": "5"})
    for attack in ({"used_at": None}, {"used_at": now()}, {"expires_at": now() + timedelta(days=9)}):
        with pytest.raises(DBAPIError, match="kept as it was"), database_of(app).write() as db:
            db.execute(update(FeedbackLink).values(**attack))
