"""The network keeps one directory; where a woman was sent on belongs to the agency that did, with what came of it."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import update
from sqlalchemy.exc import DBAPIError, IntegrityError

from refuge.database import now
from refuge.london import london_date
from support_plans.categories import Category
from support_plans.models import Service, Signpost
from tests.builders import Pilot
from tests.placements.deciding import boxes, database_of
from tests.support_plans.served import add_service, resident, rows, send, share_with

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask
    from flask.testing import FlaskClient

    SignIn = Callable[[str], FlaskClient]

NEW = {"name": "Invented housing advice", "kind": "housing", "contact": "0000 000 0000", "version": "0"}


def put_service(app: Flask, who: str = "worker.wall", **told: object) -> str:
    with database_of(app).write() as db:
        return add_service(db, Pilot().person(db, who), **told).ref


def test_everybody_of_the_network_keeps_the_directory(app: Flask, sign_in_as: SignIn) -> None:
    sign_in_as("worker.wall").post("/directory/new", data=NEW)
    [row] = rows(app, Service)
    browser = sign_in_as("practitioner")
    assert "Invented housing advice" in browser.get("/directory").text
    browser.post(f"/directory/{row.ref}", data={**NEW, "what": "Mornings only", "version": "1"})
    [row] = rows(app, Service)
    with database_of(app).reading() as db:
        assert (row.what, row.checked_by_id) == ("Mornings only", Pilot().person(db, "practitioner").id)
    assert browser.post(f"/directory/{row.ref}", data={**NEW, "version": "1"}).status_code == 409
    assert sign_in_as("worker.elsewhere").get(f"/directory/{row.ref}").status_code == 404


def test_one_name_stands_once_and_an_old_check_is_pointed_out(app: Flask, sign_in_as: SignIn) -> None:
    put_service(app, name=NEW["name"], checked_on=london_date(now()) - timedelta(days=200))
    browser = sign_in_as("worker.wall")
    answer = browser.post("/directory/new", data=NEW)
    assert answer.status_code == 409
    assert "has a service of this name already" in answer.text
    assert "Check it" in browser.get("/directory").text


def test_what_has_ended_can_no_longer_be_chosen(app: Flask, sign_in_as: SignIn) -> None:
    ref, her, browser = put_service(app), resident(app), sign_in_as("worker.wall")
    browser.post(f"/directory/{ref}/end", data={"version": "1"})
    assert send(browser, f"/care/{her}/signposts/new", service=ref).status_code == 422
    assert ref not in browser.get("/directory").text


def test_she_is_sent_on_and_what_came_of_it_is_learnt_later(app: Flask, sign_in_as: SignIn) -> None:
    ref, her, browser = put_service(app), resident(app, seen_by=["practitioner"]), sign_in_as("worker.wall")
    send(browser, f"/care/{her}/signposts/new", service=ref, why="A flat of her own")
    [row] = rows(app, Signpost)
    path = f"/care/{her}/signposts/{row.ref}/outcome"
    today = london_date(now())
    early = {"outcome": "helped", "version": "1", **boxes("on", today - timedelta(days=3))}
    assert browser.post(path, data=early).status_code == 409
    browser.post(path, data={**early, **boxes("on", today)})
    [row] = rows(app, Signpost)
    assert (row.outcome, row.outcome_on) == ("helped", today)
    assert "She went, and it helped" in browser.get(f"/care/{her}/signposts").text
    practitioner = sign_in_as("practitioner")
    assert row.ref not in practitioner.get(f"/care/{her}/signposts").text
    share_with(app, her, "Health trust", Category.PRACTICAL)
    assert "A flat of her own" in practitioner.get(f"/care/{her}/signposts").text
    assert practitioner.get(path).status_code == 404


def test_that_she_was_sent_for_immigration_advice_is_for_those_who_may_see_that(app: Flask, sign_in_as: SignIn) -> None:
    ref, her = put_service(app, kind="immigration"), resident(app, seen_by=["practitioner"])
    assert send(sign_in_as("practitioner"), f"/care/{her}/signposts/new", service=ref).status_code == 422
    send(sign_in_as("worker.wall"), f"/care/{her}/signposts/new", service=ref)
    assert [row.category for row in rows(app, Signpost)] == [Category.IMMIGRATION]


def test_the_database_keeps_networks_apart_and_outcomes_dated(app: Flask, sign_in_as: SignIn) -> None:
    ref, her, browser = put_service(app), resident(app), sign_in_as("worker.wall")
    send(browser, f"/care/{her}/signposts/new", service=ref)
    theirs = put_service(app, "worker.elsewhere")
    with database_of(app).reading() as db:
        other = next(row.id for row in rows(app, Service) if row.ref == theirs)
        assert other
    with pytest.raises(DBAPIError, match="of two networks"), database_of(app).write() as db:
        db.execute(update(Signpost).values(service_id=other))
    with pytest.raises(IntegrityError), database_of(app).write() as db:
        db.execute(update(Signpost).values(outcome="helped"))


def test_the_directory_is_searched_by_words_by_kind_and_by_what_to_check(app: Flask, sign_in_as: SignIn) -> None:
    with database_of(app).write() as db:
        by = Pilot().person(db, "worker.wall")
        add_service(db, by, name="Open door", kind="housing", what="Deposits for 100% of a rent")
        add_service(db, by, name="Quiet room", kind="health", checked_on=london_date(now()) - timedelta(days=200))
    browser = sign_in_as("worker.wall")

    def found(asked: str) -> list[str]:
        page = browser.get(f"/directory?{asked}").text
        return [name for name in ("Open door", "Quiet room") if f"{name}</a>" in page]

    assert found("") == ["Open door", "Quiet room"]
    assert found("words=DEPOSITS") == found("words=100%25") == found("kind=housing") == ["Open door"]
    assert found("kind=health") == found("old=yes") == ["Quiet room"]
    assert found("words=%25%25") == found("words=door&kind=health") == []
    assert "Nothing in the directory is like that" in browser.get("/directory?words=nothing").text
    assert "Check it" in browser.get("/directory").text
