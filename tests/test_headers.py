"""What every answer carries: strict headers, no copies, a neutral name, and cookies that scripts cannot read."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from refuge.app import create_app
from refuge.config import Config, Setting
from tests.builders import ADDRESS
from tests.databases import KEY
from tests.policy.cells import cells, routes
from tests.policy.oracle import NOBODY, READERS
from tests.policy.world import World

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from flask import Flask
    from flask.testing import FlaskClient
    from werkzeug.test import TestResponse

DUE = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Frame-Options": "DENY",
}
FORBIDDEN = re.compile(r"refuge|domestic|abuse|violence|victim|client|survivor", re.IGNORECASE)


@pytest.fixture
def world(app: Flask) -> World:
    """The network of the matrix on this test's own database."""
    return World(app)


def faults_of(answer: TestResponse, *, static: bool = False) -> list[str]:
    """Return what an answer lacks."""
    headers = answer.headers
    wrong = [f"{name}: {headers.get(name)}" for name, value in DUE.items() if headers.get(name) != value]
    policy = headers.get("Content-Security-Policy", "")
    directives = dict(part.strip().split(" ", 1) for part in policy.split(";") if part.strip())
    closed = ("default-src", "frame-ancestors", "base-uri", "object-src")
    own = ("script-src", "style-src", "img-src", "font-src", "connect-src", "form-action")
    wrong += [f"{name} {directives.get(name)}" for name in closed if directives.get(name) != "'none'"]
    wrong += [f"{name} {directives.get(name)}" for name in own if directives.get(name) != "'self'"]
    if "unsafe" in policy or "http" in policy or "*" in policy:
        wrong.append(policy)
    if "camera=()" not in headers.get("Permissions-Policy", ""):
        wrong.append("Permissions-Policy")
    if not static and headers.get("Cache-Control") != "no-store":
        wrong.append(f"Cache-Control: {headers.get('Cache-Control')}")
    wrong += [name for name in headers.keys() if name.startswith("Access-Control")]  # noqa: SIM118  headers iterate as pairs
    return wrong


def pages(world: World) -> Iterator[tuple[str, TestResponse]]:
    """Yield what every GET answers every reader, whether she is let in or not."""
    for method, rule, reader, relation, _ in cells(world.app):
        if method == "GET" and rule != "/leave":
            answer = world.browser(reader).get(world.path(rule, reader, relation))
            yield f"{rule} to {reader} ({relation})", answer
            answer.close()


def test_every_answer_is_strict_neutral_and_without_anything_inline(world: World) -> None:
    wrong = []
    for where, answer in pages(world):
        wrong += [f"{where}: {fault}" for fault in faults_of(answer, static=where.startswith(("/static", "/public/")))]
        if answer.mimetype == "text/html" and answer.status_code not in {302, 303}:
            page = answer.text
            titles = re.findall(r"<title[^>]*>(.*?)</title>", re.sub(r"<svg.*?</svg>", "", page, flags=re.DOTALL))
            if titles != ["Allocations"]:
                wrong.append(f"{where}: title {titles}")
            if re.search(r"<script(?![^>]*\bsrc=)(?![^>]*application/json)|\son[a-z]+=\"|\sstyle=\"|<style", page):
                wrong.append(f"{where}: something inline")
            if re.search(r"(?:src|href)=\"(?:https?:)?//", page):
                wrong.append(f"{where}: something from another site")
            if ADDRESS in page:
                wrong.append(f"{where}: an address")
    assert wrong == [], "\n".join(wrong)


@pytest.mark.parametrize(
    ("path", "method", "status"),
    [
        ("/nothing-here", "GET", 404),
        ("/people", "GET", 302),
        ("/sign-in", "DELETE", 405),
        ("/static/nothing.css", "GET", 404),
        ("/leave", "GET", 303),
        ("/sign-in?a=%00", "GET", 400),
        ("/%00", "GET", 400),
        ("/health", "HEAD", 200),
        ("/sign-in", "OPTIONS", 200),
    ],
)
def test_errors_and_redirects_are_as_strict(browser: FlaskClient, path: str, method: str, status: int) -> None:
    answer = browser.open(path, method=method)
    assert answer.status_code == status
    assert faults_of(answer, static=path.startswith("/static/")) == []


def test_a_fault_is_as_strict_and_says_nothing_but_a_number(
    app: Flask, sign_in_as: Callable[[str], FlaskClient], capsys: pytest.CaptureFixture[str]
) -> None:
    def break_down() -> str:
        raise RuntimeError("Ann Canary, 1 Nowhere Street")

    break_down.label = "signed in"  # type: ignore[attr-defined]  # as the decorator does
    app.view_functions["home.today"] = break_down
    answer = sign_in_as("worker.wall").get("/")
    said = capsys.readouterr().out
    assert answer.status_code == 500
    assert faults_of(answer) == []
    assert "Canary" not in answer.text + said
    assert "RuntimeError" not in answer.text
    reference = re.findall(r"<strong>([0-9a-f]{16})</strong>", answer.text)
    assert reference
    assert reference[0] in said
    assert 'href="/"' in answer.text


def test_addresses_say_nothing_about_what_this_is(app: Flask) -> None:
    given = {"refuges"}  # the name of the houses, chosen by the plan of the site
    words = {word for _, rule in routes(app) for word in re.findall(r"[a-z]+", re.sub(r"<.*?>", "", rule.rule))}
    assert {word for word in words - given if FORBIDDEN.search(word)} == set()


def test_the_page_of_an_error_keeps_its_name(browser: FlaskClient) -> None:
    assert "<title>Error: Allocations</title>" in browser.post("/sign-in", data={}).text


@pytest.fixture
def production(database_url: str) -> Iterator[Flask]:
    """The application as it runs for real."""
    app = create_app(Config(Setting.PRODUCTION, KEY, database_url, trusted_hosts=("allocations.example.org",)))
    yield app
    app.extensions["database"].engine.dispose()


def test_cookies_in_production_are_for_this_host_over_https_and_not_for_scripts(production: Flask) -> None:
    world = World(production)
    production.config["WTF_CSRF_ENABLED"] = True
    browser = world.fresh_browser("W")
    site = "https://allocations.example.org"
    page = world.fresh_browser(NOBODY).get("/sign-in", base_url=site)
    left = browser.get("/leave", base_url=site)
    cookies = page.headers.getlist("Set-Cookie") + left.headers.getlist("Set-Cookie")
    assert len(cookies) == 2
    for cookie in cookies:
        assert cookie.startswith("__Host-")
        assert "Domain" not in cookie
        for flag in ("Secure", "HttpOnly", "Path=/", "SameSite=Lax"):
            assert flag in cookie
    assert page.headers["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains"


@pytest.mark.parametrize("headers", [{}, {"Origin": "null"}, {"Origin": "https://allocations.example.org"}])
def test_a_form_is_taken_over_https_from_a_browser_that_says_no_referer(
    production: Flask,
    headers: dict[str, str],
) -> None:
    production.config["WTF_CSRF_ENABLED"] = True
    browser = production.test_client()
    site = "https://allocations.example.org"
    page = browser.get("/sign-in", base_url=site).text
    token = re.findall(r'name="csrf_token"[^>]*value="([^"]+)"', page)[0]
    told = {"csrf_token": token, "email": "nobody@example.org", "password": "wrong and long enough"}
    answer = browser.post("/sign-in", data=told, base_url=site, headers=headers)
    assert answer.status_code == 200
    assert "The e-mail address or the password is not right" in answer.text


@pytest.mark.parametrize(
    "host", ["evil.example", "allocations.example.org.evil.example", "allocations.example.org@evil"]
)
def test_another_host_name_is_refused(production: Flask, host: str) -> None:
    answer = production.test_client().get("/sign-in", headers={"Host": host})
    assert answer.status_code == 400
    assert host not in answer.text
    assert faults_of(answer) == []


def test_no_page_puts_a_session_token_into_its_source(world: World) -> None:
    for reader in READERS:
        browser = world.browser(reader)
        cookie = browser.get_cookie("allocations")
        assert cookie is not None
        assert cookie.value not in browser.get("/account").text
