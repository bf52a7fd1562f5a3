"""Signing in: one answer to every wrong try, few tries, a new token each time, and nowhere but here afterwards."""

from __future__ import annotations

import multiprocessing
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Literal
from urllib.parse import urlencode

import pytest
from argon2 import PasswordHasher
from sqlalchemy import func, select

from refuge.accounts import passwords
from refuge.accounts.models import SignInAttempt, WebSession
from refuge.accounts.throttle import GUESSES, GUESSES_OF_SOURCE, WINDOW, TooManyTries, count_guess, marks
from refuge.accounts.views.signing_in import own_path
from refuge.audit.models import AuditEvent
from tests.accounts.conftest import PASSWORD
from tests.builders import Pilot
from tests.databases import open_database

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask
    from flask.testing import FlaskClient
    from werkzeug.test import TestResponse

    from refuge.database import Database

    SignIn = Callable[..., TestResponse]

AT = datetime(2026, 11, 21, 12, tzinfo=UTC)
KEY = b"k" * 32


def actions(database: Database) -> list[tuple[str, str, str]]:
    """Return what the audit chain says: action, actor and subject."""
    query = select(AuditEvent.action, AuditEvent.actor_ref, AuditEvent.subject_ref).order_by(AuditEvent.sequence)
    with database.reading() as db:
        return [(action, actor, subject) for action, actor, subject in db.execute(query)]


def test_the_right_password_signs_her_in_and_leads_to_today(
    sign_in: SignIn, browser: FlaskClient, database: Database
) -> None:
    answer = sign_in()
    assert (answer.status_code, answer.location) == (302, "/")
    assert browser.get("/account").status_code == 200
    with database.reading() as db:
        her = Pilot().person(db, "worker.wall").ref
    assert actions(database) == [("sign_in.succeeded", her, her)]


def test_her_address_may_be_typed_in_capitals_and_with_spaces(browser: FlaskClient, sign_in: SignIn) -> None:
    sign_in()  # gives her the password first
    told = {"email": "  Worker.WALL@example.org ", "password": PASSWORD}
    assert browser.post("/sign-in", data=told).status_code == 302


def test_every_wrong_try_gets_the_same_answer(
    sign_in: SignIn, with_password: Callable[..., None], database: Database
) -> None:
    with_password("manager.wall")
    with database.write() as db:
        Pilot().person(db, "manager.wall").disabled_at = AT
    tries = [("worker.wall", "wrong"), ("nobody.here", PASSWORD), ("manager.wall", PASSWORD), ("recovery", PASSWORD)]
    answers = [sign_in(name, password) for name, password in tries]
    pages = {
        answer.text.replace(f"{name}@example.org", "HER") for answer, (name, _) in zip(answers, tries, strict=True)
    }
    assert {answer.status_code for answer in answers} == {200}
    assert len(pages) == 1
    assert "The e-mail address or the password is not right" in pages.pop()
    assert {action for action, _, _ in actions(database)} == {"sign_in.failed"}
    assert all(
        "Set-Cookie" not in answer.headers or "allocations=" not in answer.headers["Set-Cookie"] for answer in answers
    )


def test_every_wrong_try_takes_the_same_work(
    sign_in: SignIn, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Counting(PasswordHasher):
        checked = 0

        def verify(self, hash: str | bytes, password: str | bytes) -> Literal[True]:  # noqa: A002  argon2's own name
            self.checked += 1
            return super().verify(hash, password)

    counting = Counting(time_cost=1, memory_cost=8, parallelism=1)
    monkeypatch.setattr(passwords, "hasher", counting)
    with database.write() as db:
        Pilot().person(db, "manager.wall").disabled_at = AT
    for number, name in enumerate(["worker.wall", "nobody.here", "manager.wall", "recovery"], start=1):
        sign_in(name, "wrong")
        assert counting.checked == number


def test_a_hash_of_older_settings_is_renewed_when_she_signs_in(sign_in: SignIn, database: Database) -> None:
    old = PasswordHasher(time_cost=2, memory_cost=8, parallelism=1).hash(PASSWORD)
    with database.write() as db:
        Pilot().person(db, "worker.wall").password_hash = old
    assert sign_in().status_code == 302
    with database.reading() as db:
        now_stored = Pilot().person(db, "worker.wall").password_hash
    assert now_stored != old
    assert sign_in().status_code == 302


def test_the_eleventh_guess_at_an_account_is_not_looked_at(sign_in: SignIn) -> None:
    for number in range(GUESSES):
        assert sign_in(password="wrong", source=f"192.0.2.{number}").status_code == 200
    answer = sign_in(source="192.0.2.99")
    assert answer.status_code == 429
    assert "Too many tries. Wait five minutes" in answer.text
    assert "worker.wall@example.org" in answer.text


def test_an_address_has_more_guesses_than_an_account_and_then_no_more(database: Database) -> None:
    for number in range(GUESSES_OF_SOURCE):
        with database.write() as db:
            count_guess(db, marks(KEY, f"nobody.{number}", "192.0.2.1"), at=AT)
    with database.write() as db, pytest.raises(TooManyTries):
        count_guess(db, marks(KEY, "her@example.org", "192.0.2.1"), at=AT)
    with database.write() as db:
        assert len(count_guess(db, marks(KEY, "her@example.org", "192.0.2.2"), at=AT)) == 2


def test_a_refused_guess_is_in_the_audit(sign_in: SignIn, database: Database) -> None:
    for _ in range(GUESSES + 1):
        sign_in(password="wrong")
    with database.reading() as db:
        actions = list(db.scalars(select(AuditEvent.action).order_by(AuditEvent.sequence)))
    assert actions == ["sign_in.failed"] * GUESSES + ["sign_in.refused"]


def test_an_office_where_everybody_types_right_is_never_slowed(sign_in: SignIn) -> None:
    assert all(sign_in().status_code == 302 for _ in range(GUESSES + 2))


def test_guesses_are_forgotten_after_five_minutes_and_deleted_after_a_day(database: Database) -> None:
    account, elsewhere = marks(KEY, "her@example.org", "192.0.2.1"), marks(KEY, "other@example.org", "192.0.2.2")
    for _ in range(GUESSES):
        with database.write() as db:
            count_guess(db, account, at=AT)
    with database.write() as db, pytest.raises(TooManyTries):
        count_guess(db, account, at=AT + WINDOW - timedelta(seconds=1))
    with database.write() as db:
        count_guess(db, account, at=AT + WINDOW + timedelta(seconds=1))
    with database.write() as db:
        count_guess(db, elsewhere, at=AT + timedelta(days=1, seconds=1))
        left = db.scalars(select(func.count()).select_from(SignInAttempt)).one()
    assert left == 4  # the late one and this one, each against account and address


def test_no_address_is_kept_in_clear(sign_in: SignIn, database: Database) -> None:
    sign_in(password="wrong")
    with database.reading() as db:
        kept = db.scalars(select(SignInAttempt.counted_against)).all()
    assert all(len(mark) == 64 and "example" not in mark and "192" not in mark for mark in kept)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", True),
        ("2001:db8:1:2::1", "2001:db8:1:3::1", False),
        ("192.0.2.1", "192.0.2.2", False),
    ],
)
def test_a_subscribers_half_of_a_long_address_counts_as_one(one: str, other: str, *, same: bool) -> None:
    assert (list(marks(KEY, "a", one))[1] == list(marks(KEY, "a", other))[1]) is same


def _guess_many(url: str, done: multiprocessing.Queue[int]) -> None:
    database = open_database(url)
    counted = 0
    for _ in range(25):
        try:
            with database.write() as db:
                count_guess(db, marks(KEY, "her@example.org", "192.0.2.1"), at=AT)
            counted += 1
        except TooManyTries:
            pass
    done.put(counted)


def test_four_processes_together_get_ten_guesses(database_url: str) -> None:
    context = multiprocessing.get_context("spawn")
    done = context.Queue()
    processes = [context.Process(target=_guess_many, args=(database_url, done)) for _ in range(4)]
    for process in processes:
        process.start()
    counted = sum(done.get(timeout=60) for _ in processes)
    for process in processes:
        process.join()
    assert counted == GUESSES


def test_a_new_sign_in_gets_a_new_token_and_ends_the_one_before(
    sign_in: SignIn, browser: FlaskClient, app: Flask
) -> None:
    browser.set_cookie("allocations", "a-token-that-somebody-else-chose")
    sign_in()
    first = browser.get_cookie("allocations")
    assert first is not None
    assert first.value != "a-token-that-somebody-else-chose"
    sign_in()
    second = browser.get_cookie("allocations")
    assert second is not None
    assert second.value != first.value
    thief = app.test_client()
    thief.set_cookie("allocations", first.value)
    assert thief.get("/account").status_code == 302
    with app.extensions["database"].reading() as db:
        assert sorted(str(why) for why in db.scalars(select(WebSession.ended_by))) == ["None", "replaced"]


def test_only_the_hash_of_the_token_is_kept(sign_in: SignIn, browser: FlaskClient, database: Database) -> None:
    sign_in()
    cookie = browser.get_cookie("allocations")
    with database.reading() as db:
        kept = db.scalars(select(WebSession.token_hash)).one()
    assert cookie is not None
    assert len(cookie.value) >= 43
    assert kept != cookie.value
    assert len(kept) == 64


@pytest.mark.parametrize(
    "address",
    [
        "https://evil.example", "//evil.example", "/\\evil.example", "\\\\evil.example", "/\t/evil.example", "evil",
        "javascript:alert(1)", "/%0d\n//evil.example", "", "http:/evil.example", "///evil.example", "/b\u00e9ds",
    ],
)  # fmt: skip
def test_nobody_is_sent_to_another_site_after_signing_in(sign_in: SignIn, address: str) -> None:
    assert own_path(address) is None
    answer = sign_in(path="/sign-in?" + urlencode({"next": address}))
    assert answer.location == "/"


def test_she_goes_on_to_the_page_she_wanted(sign_in: SignIn, browser: FlaskClient) -> None:
    asked = browser.get("/account")
    assert asked.location == "/sign-in?next=/account"
    assert sign_in(path=asked.location).location == "/account"


def test_the_page_says_why_she_was_signed_out(browser: FlaskClient) -> None:
    page = browser.get("/sign-in?ended=idle").text
    assert "You were signed out after 15 minutes without use. What you typed in a referral is kept." in page


def test_nothing_typed_but_the_password_is_lost(sign_in: SignIn) -> None:
    page = sign_in(password="wrong").text
    assert 'value="worker.wall@example.org"' in page
    assert "wrong" not in page


@pytest.mark.parametrize(
    "typed", [{}, {"email": "a\0b@example.org", "password": "x"}, {"email": "a" * 5000, "password": "b" * 9000}]
)
def test_odd_input_is_refused_without_a_fault(browser: FlaskClient, typed: dict[str, str]) -> None:
    assert browser.post("/sign-in", data=typed).status_code in {200, 400}


def test_a_fresh_network_has_no_account_that_can_sign_in(database: Database) -> None:
    with database.reading() as db:
        assert all(person.password_hash is None for person in [Pilot().person(db, "administrator")])
