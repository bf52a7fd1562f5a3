"""Every route, every role and every relation is walked, against the oracle that `tests/policy` holds."""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from refuge.audit.models import AuditEvent
from refuge.database import Base
from refuge.permissions import EVERYONE, SIGNED_IN, Permission, Role, label_of, may
from tests.policy.audited import AUDITED, SHOWS_NOBODY
from tests.policy.cells import answered, cells, kind_of, routes
from tests.policy.oracle import ALL, NOBODY, ORACLE, READERS, ROLES
from tests.policy.world import World

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask import Flask


@pytest.fixture
def world(app: Flask) -> World:
    """The network of the matrix on this test's own database."""
    return World(app)


def test_every_route_is_labelled_and_stands_in_the_oracle(app: Flask) -> None:
    there = {(method, rule.rule) for method, rule in routes(app)}
    unlabelled = {rule.rule for _, rule in routes(app) if label_of(app.view_functions[rule.endpoint]) is None}
    assert unlabelled == set(), f"Label these views, or nobody enters: {sorted(unlabelled)}"
    assert there - set(ORACLE) == set(), f"Say in ORACLE who may enter: {sorted(there - set(ORACLE))}"
    assert set(ORACLE) - there == set(), f"These routes are gone; take them out: {sorted(set(ORACLE) - there)}"


def test_the_policy_table_says_what_the_oracle_says(app: Flask) -> None:
    wrong = []
    for method, route in routes(app):
        label = label_of(app.view_functions[route.endpoint])
        if isinstance(label, Permission):
            by_policy = {reader for reader, role in ROLES.items() if may(role, label)}
        else:
            by_policy = set(ALL) | ({NOBODY} if label == EVERYONE else set())
            assert label in {EVERYONE, SIGNED_IN}
        if by_policy != set(ORACLE[method, route.rule].enter):
            wrong.append(f"{method} {route.rule}: the policy lets in {''.join(sorted(by_policy))}")
    assert wrong == []


def test_everybody_gets_in_where_she_may_and_nowhere_else(world: World) -> None:
    wrong, count = [], 0
    for method, rule, reader, relation, must in cells(world.app):
        count += 1
        if must == "in" and (method != "GET" or rule == "/leave"):
            browser, path = world.fresh_browser(reader), world.fresh_path(rule, (kind_of(rule), reader, relation))
            if rule.startswith("/account/"):
                world.forget_browsers()  # what she does here ends her sessions elsewhere
        else:
            browser, path = world.browser(reader), world.path(rule, reader, relation)
        told = {"other": world.path("/referrals/<ref>", reader, "own")[11:]} if rule.endswith("/same") else None
        with browser.open(path, method=method, data=told) as answer:
            did = answered(answer.status_code, answer.location)
        if did != must:
            wrong.append(f"{method} {rule} by {reader} ({relation}): {did} instead of {must}")
    assert wrong == [], "\n".join(wrong)
    assert count > 1000


def hash_of_tables(world: World) -> str:
    """Return a hash of all that the database holds, but for sessions and the audit chain."""
    found = hashlib.sha256()
    with world.database.reading() as db:
        for table in Base.metadata.sorted_tables:
            if table.name not in {"web_session", "audit_event"}:
                rows = sorted(repr(tuple(row)) for row in db.execute(select(table)))
                found.update(repr((table.name, rows)).encode())
    return found.hexdigest()


def test_a_get_changes_nothing_however_often(world: World) -> None:
    asked = [
        (world.browser(reader), world.path(rule, reader, relation), rule)
        for method, rule, reader, relation, must in cells(world.app)
        if method == "GET" and must == "in" and rule != "/leave"
    ]
    changed, before = set(), hash_of_tables(world)
    for browser, path, rule in asked:
        browser.get(path).close()
        browser.get(path).close()
        if (after := hash_of_tables(world)) != before:
            changed.add(rule)
            before = after
    assert changed == set(), f"These pages changed something: {sorted(changed)}"


def test_every_read_of_a_persons_record_leaves_an_event(world: World) -> None:
    behind = {
        rule.rule
        for method, rule in routes(world.app)
        if method == "GET" and isinstance(label_of(world.app.view_functions[rule.endpoint]), Permission)
    }
    assert behind == set(AUDITED) | SHOWS_NOBODY, "Say in AUDITED or in SHOWS_NOBODY what these pages show"
    silent = []
    for rule, action in AUDITED.items():
        row = ORACLE["GET", rule]
        reader = next(one for one in "WPMA" if one in (row.own or row.enter))
        kind = "stay" if rule == "/beds/<ref>" else kind_of(rule)
        path = world.fresh_path(rule, (kind, reader, "own"))
        if rule == "/in-reach/plans/<ref>/choose":
            path += f"?session={world.wanted}"
        if rule == "/referrals/<ref>/hold":
            path += "?bed=" + world.path("/beds/<ref>", reader, "own").removeprefix("/beds/")
        before = events_of(world)
        assert world.browser(reader).get(path).status_code == 200
        if action not in events_of(world)[len(before) :]:
            silent.append(rule)
    assert silent == []


def events_of(world: World) -> list[str]:
    """Return the actions of the audit chain."""
    with world.database.reading() as db:
        return list(db.scalars(select(AuditEvent.action).order_by(AuditEvent.sequence)))


def unsafe(world: World) -> Iterator[tuple[str, str, str, str]]:
    """Yield each changing route with a reader who may use it and a path of hers, but for leaving."""
    for method, route in routes(world.app):
        row = ORACLE[method, route.rule]
        if method != "GET" and route.rule != "/leave":
            reader = NOBODY if NOBODY in row.enter else row.enter[0]
            yield method, route.rule, reader, world.path(route.rule, reader, "own")


def test_no_form_of_another_site_or_another_session_changes_anything(world: World) -> None:
    asked = [(method, rule, world.browser(reader), path) for method, rule, reader, path in unsafe(world)]
    world.app.config["WTF_CSRF_ENABLED"] = True
    page = world.browser("P").get("/account").text
    stolen = re.findall(r'name="csrf_token" value="([^"]+)"', page)[0]
    before, wrong = hash_of_tables(world), []
    for method, rule, browser, path in asked:
        tries = {
            "no token": (browser.open(path, method=method), 400),
            "token of another session": (browser.open(path, method=method, data={"csrf_token": stolen}), 400),
            "another site": (browser.open(path, method=method, headers={"Sec-Fetch-Site": "cross-site"}), 403),
            "a sister site": (browser.open(path, method=method, headers={"Sec-Fetch-Site": "same-site"}), 403),
            "another origin": (browser.open(path, method=method, headers={"Origin": "https://evil.example"}), 403),
        }
        wrong += [f"{rule}, {what}: {got.status_code}" for what, (got, due) in tries.items() if got.status_code != due]
    assert wrong == []
    assert hash_of_tables(world) == before


def test_a_view_without_a_label_lets_in_nobody(world: World) -> None:
    world.app.view_functions["home.today"] = lambda: "a secret"
    answers = [world.browser(reader).get("/") for reader in READERS]
    assert [answer.status_code for answer in answers] == [403] * len(READERS)
    assert world.browser(NOBODY).get("/").status_code == 302


def test_an_administrator_of_the_system_sees_no_client_data() -> None:
    hers = {permission for permission in Permission if may(Role.SYSTEM_ADMINISTRATOR, permission)}
    assert hers == {Permission.PERSON_MANAGE}
    assert all(not may(role, Permission.PERSON_MANAGE) for role in Role if role is not Role.SYSTEM_ADMINISTRATOR)


def test_a_commissioner_reads_nobodys_record() -> None:
    assert {permission for permission in Permission if may(Role.COMMISSIONER, permission)} == {
        Permission.REFUGE_SEE, Permission.COVER_SEE, Permission.TRAINING_COUNT, Permission.REPLAY_SEE,
        Permission.EDITION_READ, Permission.HARM_SCORE,
    }  # fmt: skip
