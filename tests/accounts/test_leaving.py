"""Leaving: the session ends on the server, the token goes, and the next page says nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from refuge.accounts.models import WebSession
from refuge.audit.models import AuditEvent

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask
    from flask.testing import FlaskClient

    from refuge.database import Database

    SignInAs = Callable[[str], FlaskClient]

CLEARED = '"cache", "storage"'


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_leaving_ends_the_session_and_goes_to_a_neutral_site(
    sign_in_as: SignInAs, database: Database, app: Flask, method: str
) -> None:
    browser = sign_in_as("worker.wall")
    app.config["WTF_CSRF_ENABLED"] = True  # leaving needs no token and no friendly origin
    token = browser.get_cookie("allocations")
    assert token is not None
    answer = browser.open("/leave", method=method, headers={"Sec-Fetch-Site": "cross-site"})
    assert (answer.status_code, answer.location) == (303, "https://www.bbc.co.uk/weather")
    assert answer.headers["Clear-Site-Data"] == CLEARED
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert browser.get_cookie("allocations") is None
    browser.set_cookie("allocations", token.value)
    assert browser.get("/account").status_code == 302
    with database.reading() as db:
        assert db.scalars(select(WebSession.ended_by)).all() == ["left"]
        assert db.scalars(select(AuditEvent.action)).all() == ["session.left"]


def test_leaving_works_for_somebody_who_is_not_signed_in(browser: FlaskClient) -> None:
    answer = browser.get("/leave")
    assert (answer.status_code, answer.headers["Clear-Site-Data"]) == (303, CLEARED)


def test_leaving_works_when_the_database_does_not(
    sign_in_as: SignInAs, app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    from sqlalchemy.exc import OperationalError  # noqa: PLC0415  used to break one thing in one test

    def broken(*_: object) -> None:
        raise OperationalError("SELECT", {}, Exception("gone"))

    browser = sign_in_as("worker.wall")
    monkeypatch.setattr("refuge.accounts.sessions.find_session", broken)
    assert browser.get("/account").status_code == 500
    assert browser.get("/leave").status_code == 303
    assert browser.get_cookie("allocations") is None
    assert app.config["CONFIG"].leave_to not in browser.get("/safety").text


@pytest.mark.parametrize(("method", "headers"), [("HEAD", {}), ("GET", {"Sec-Purpose": "prefetch;prerender"})])
def test_a_browser_that_only_looks_ahead_signs_nobody_out(
    sign_in_as: SignInAs, method: str, headers: dict[str, str]
) -> None:
    browser = sign_in_as("worker.wall")
    assert browser.open("/leave", method=method, headers=headers).status_code == 503
    assert browser.get("/account").status_code == 200


def test_signing_out_takes_the_token_clears_the_browser_and_says_so(sign_in_as: SignInAs, database: Database) -> None:
    browser = sign_in_as("worker.wall")
    answer = browser.post("/sign-out")
    assert answer.headers["Clear-Site-Data"] == CLEARED
    assert "allocations=;" in answer.headers["Set-Cookie"]
    assert "You are signed out" in browser.get(answer.location).text
    with database.reading() as db:
        assert db.scalars(select(AuditEvent.action)).all() == ["session.signed_out"]


def test_a_page_that_went_blank_by_itself_ends_the_session(sign_in_as: SignInAs, database: Database) -> None:
    browser = sign_in_as("worker.wall")
    answer = browser.get("/sign-in?ended=idle")
    assert "15 minutes without use" in answer.text
    assert answer.headers["Clear-Site-Data"] == CLEARED
    with database.reading() as db:
        assert db.scalars(select(WebSession.ended_by)).all() == ["idle"]


def test_the_safety_page_says_what_leaving_does_not_do(browser: FlaskClient) -> None:
    page = browser.get("/safety").text
    assert "It does not clear the history" in page
    assert "Do not clear the whole history" in page
