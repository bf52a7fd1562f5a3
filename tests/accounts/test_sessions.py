"""Sessions: they end by the clock, and at once in every process when they must."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
import time_machine
from sqlalchemy import select

from refuge.accounts import service
from refuge.accounts.models import WebSession
from refuge.accounts.passwords import hash_password
from refuge.accounts.sessions import ABSOLUTE, IDLE, end_sessions
from refuge.app import create_app
from refuge.audit.service import SYSTEM
from refuge.database import now
from refuge.permissions import Role
from refuge.seen import mark
from tests.accounts.conftest import OTHER_PASSWORD, PASSWORD
from tests.builders import Pilot
from tests.databases import make_config

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from flask import Flask
    from flask.testing import FlaskClient
    from sqlalchemy.orm import Session

    from refuge.accounts.models import Person
    from refuge.database import Database

    SignInAs = Callable[[str], FlaskClient]

SECOND = timedelta(seconds=1)


@pytest.fixture
def another_process(database_url: str) -> Iterator[Flask]:
    """A second application on the same database: it shares nothing else with the first."""
    app = create_app(make_config(database_url))
    app.config["WTF_CSRF_ENABLED"] = False
    yield app
    app.extensions["database"].engine.dispose()


def same_browser(app: Flask, browser: FlaskClient) -> FlaskClient:
    """Return the same browser, talking to another process."""
    cookie = browser.get_cookie("allocations")
    assert cookie is not None
    other = app.test_client()
    other.set_cookie("allocations", cookie.value)
    return other


def test_a_session_lives_to_the_second_before_fifteen_idle_minutes(sign_in_as: SignInAs) -> None:
    with time_machine.travel(now(), tick=False) as clock:
        browser = sign_in_as("worker.wall")
        clock.shift(IDLE - SECOND)
        assert browser.get("/account").status_code == 200
        clock.shift(IDLE - SECOND)
        assert browser.get("/account").status_code == 200
        clock.shift(IDLE + SECOND)
        answer = browser.get("/account")
    assert answer.location == "/sign-in?next=/account&ended=idle"
    assert browser.get_cookie("allocations") is None
    assert answer.headers["Clear-Site-Data"] == '"cache", "storage"'


def test_a_session_lives_to_the_second_before_twelve_hours(sign_in_as: SignInAs) -> None:
    with time_machine.travel(now(), tick=False) as clock:
        began = now()
        browser = sign_in_as("worker.wall")
        while now() + IDLE < began + ABSOLUTE:
            clock.shift(IDLE - SECOND)
            assert browser.get("/account").status_code == 200
        clock.move_to(began + ABSOLUTE - SECOND)
        assert browser.get("/account").status_code == 200
        clock.move_to(began + ABSOLUTE + SECOND)
        assert browser.get("/account").location == "/sign-in?next=/account&ended=long"


def _disable(db: Session) -> None:
    service.disable_person(db, Pilot().person(db, "worker.wall"), by=SYSTEM, at=now())


def shown(person: Person) -> str:
    return mark(*service.place_of(person))


def _change_role(db: Session) -> None:
    person = Pilot().person(db, "worker.wall")
    service.change_place(db, person, person.agency, Role.REFUGE_MANAGER, seen=shown(person), by=SYSTEM, at=now())


def _change_agency(db: Session) -> None:
    other = Pilot().agency(db, "Panahghar agency")
    person = Pilot().person(db, "worker.wall")
    service.change_place(db, person, other, Role.REFUGE_WORKER, seen=shown(person), by=SYSTEM, at=now())


def _change_password(db: Session) -> None:
    person = Pilot().person(db, "worker.wall")
    new = hash_password(OTHER_PASSWORD)
    assert service.change_password(db, person.id, new, known=person.password_hash, keep=0, by=SYSTEM, at=now())


def _make_link(db: Session) -> None:
    service.make_link(db, Pilot().person(db, "worker.wall"), by=SYSTEM, at=now())


def _sign_out_everywhere(db: Session) -> None:
    end_sessions(db, Pilot().person(db, "worker.wall").id, why="administrator", at=now())


@pytest.mark.parametrize(
    "act", [_disable, _change_role, _change_agency, _change_password, _make_link, _sign_out_everywhere]
)
def test_what_must_end_a_session_ends_it_at_once_in_every_process(
    sign_in_as: SignInAs, another_process: Flask, database: Database, act: Callable[[Session], None]
) -> None:
    browser, colleague = sign_in_as("worker.wall"), sign_in_as("manager.wall")
    elsewhere = same_browser(another_process, browser)
    assert browser.get("/account").status_code == elsewhere.get("/account").status_code == 200
    with database.write() as db:
        act(db)
    assert elsewhere.get("/account").location == "/sign-in?next=/account&ended=ended"
    assert browser.get("/account").location == "/sign-in?next=/account&ended=ended"
    assert colleague.get("/account").status_code == 200


def test_signing_out_here_signs_out_in_every_process(sign_in_as: SignInAs, another_process: Flask) -> None:
    browser = sign_in_as("worker.wall")
    elsewhere = same_browser(another_process, browser)
    assert browser.post("/sign-out").location == "/signed-out"
    assert elsewhere.get("/account").status_code == 302


def test_a_request_on_its_way_does_not_revive_an_ended_session(sign_in_as: SignInAs, database: Database) -> None:
    browser = sign_in_as("worker.wall")
    with database.write() as db:
        end_sessions(db, Pilot().person(db, "worker.wall").id, why="disabled", at=now())
        before = db.scalars(select(WebSession.last_seen_at)).one()
    browser.get("/account")
    with database.reading() as db:
        row = db.scalars(select(WebSession)).one()
    assert row.ended_by == "disabled"
    assert row.last_seen_at == before


def test_a_script_is_told_so_when_the_session_is_over(browser: FlaskClient) -> None:
    asked = browser.get("/account", headers={"X-Requested-With": "fetch"})
    assert asked.status_code == 401
    assert browser.get("/account", headers={"Accept": "application/json"}).status_code == 401
    assert browser.get("/account", headers={"Accept": "text/html,*/*;q=0.8"}).status_code == 302


def test_her_account_shows_where_she_is_signed_in_and_ends_the_others(sign_in_as: SignInAs) -> None:
    here, phone, office = sign_in_as("worker.wall"), sign_in_as("worker.wall"), sign_in_as("worker.wall")
    page = here.get("/account").text
    assert page.count('action="/account/sessions/') == 3  # the two others, and all others at once
    assert "This browser" in page
    address = page.split('action="')[2].split('"')[0]
    assert here.post(address).location == "/account"
    assert sorted([phone.get("/account").status_code, office.get("/account").status_code]) == [200, 302]
    assert here.post("/account/sessions/end").status_code == 302
    assert phone.get("/account").status_code == office.get("/account").status_code == 302
    assert here.get("/account").status_code == 200


def test_nobody_ends_a_session_of_somebody_else(sign_in_as: SignInAs, database: Database) -> None:
    hers, stranger = sign_in_as("worker.wall"), sign_in_as("manager.wall")
    with database.reading() as db:
        her = Pilot().person(db, "worker.wall").id
        handle = db.scalars(select(WebSession).where(WebSession.person_id == her)).one().handle
    assert stranger.post(f"/account/sessions/{handle}/end").status_code == 404
    assert hers.get("/account").status_code == 200


def test_changing_her_password_renews_this_token_and_ends_the_other_sessions(
    sign_in_as: SignInAs, with_password: Callable[..., None], app: Flask
) -> None:
    with_password("worker.wall")
    here, phone = sign_in_as("worker.wall"), sign_in_as("worker.wall")
    before = same_browser(app, here)
    told = {"current": PASSWORD, "new": OTHER_PASSWORD}
    assert here.post("/account/password", data=told).location == "/account"
    assert "Your password is changed" in here.get("/account").text
    assert before.get("/account").status_code == phone.get("/account").status_code == 302
    signed_in = {"email": "worker.wall@example.org", "password": OTHER_PASSWORD}
    assert phone.post("/sign-in", data=signed_in).status_code == 302


@pytest.mark.parametrize(
    ("current", "new", "said"),
    [
        ("wrong", OTHER_PASSWORD, "That is not your current password"),
        (PASSWORD, "short", "15 characters or more"),
        ("", "", "Enter your current password"),
        (PASSWORD, "the wall of seven otters", "guessed first"),
    ],
)
def test_a_password_that_will_not_do_changes_nothing(
    sign_in_as: SignInAs, with_password: Callable[..., None], database: Database, current: str, new: str, said: str
) -> None:
    with_password("worker.wall")
    with database.reading() as db:
        before = Pilot().person(db, "worker.wall").password_hash
    browser = sign_in_as("worker.wall")
    assert said in browser.post("/account/password", data={"current": current, "new": new}).text
    with database.reading() as db:
        assert Pilot().person(db, "worker.wall").password_hash == before
