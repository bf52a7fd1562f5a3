"""Every cell of the matrix: a route, a reader, the relation of what is asked for to her, and what must happen."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tests.policy.oracle import NOBODY, ORACLE, READERS, RELATIONS, Row
from tests.support_plans import matrix as plans

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask import Flask
    from werkzeug.routing import Rule

METHODS = {"GET", "POST", "PUT", "PATCH", "DELETE"}
LET_IN = {200, 302, 303, 400, 409, 422}
"""What a page, a redirect to somewhere else than signing in, and the refusal of an empty form answer with."""


def routes(app: Flask) -> list[tuple[str, Rule]]:
    """Return every method of every rule of the application, but HEAD and OPTIONS, which follow GET."""
    found = [(method, rule) for rule in app.url_map.iter_rules() for method in rule.methods or () if method in METHODS]
    return sorted(found, key=lambda pair: (pair[1].rule, pair[0]))


def filled(rule: str, made: str) -> str:
    """Return a rule with what was made in the place of its variables: one part for each, if there are several."""
    parts = made.split(" ") if rule.count("<") > 1 else [made]
    for part in parts:
        rule = re.sub(r"<[^>]*>", part, rule, count=1)
    return rule


CARE = {
    "<tool>": "care_tool", "<kind>": "care_kind", "<assessment>": "care_assessment", "<warning>": "care_warning",
    "<written>": "care_record", "<signpost>": "care_signpost", "<step>": "care_step", "/discharge": "care_discharge",
}  # fmt: skip
"""Part of a path about a resident -> what it names, beside her."""


def kind_of(rule: str) -> str:
    """Return what the variable part of a rule names."""
    if "<" not in rule:
        return "none"
    if (of_plan := plans.kind_of(rule)) is not None:
        return of_plan
    if rule.endswith(("/renew", "/release", "/offer", "/answer")):
        return "held"
    if rule.startswith("/incidents/") and "<step>" in rule:
        return "incident_step"
    for variable, kind in CARE.items():
        if rule.startswith("/care/") and variable in rule:
            return kind
    kinds = {
        "/care/": "her", "/tasks/": "task", "/directory/": "service", "/incidents/": "incident",
        "/replays/costs/": "priced", "/replays/": "replay",
        "/static/": "static", "/rota/workers/": "rota_worker", "/rota/patterns/": "pattern",
        "/rota/days/": "closure_day", "/rota/exceptions/": "exception", "/rota/houses/": "refuge",
        "/rota/rooms/": "session_room", "/rota/promises/": "promise", "/training/": "workshop",
        "/beds/": "bed", "/refuges/": "refuge", "/referrals/drafts/": "draft",
        "/asked/": "question", "/statistics/figures/": "kpi", "/statistics/returns/<kind>/due": "return_kind",
        "/statistics/returns/": "due",
        "/published/<ref>/figures/": "explained",
        "/published/": "edition", "/public/": "public_page",
        "/turn-aways/": "turn_away", "/residents/": "resident", "/matches/<ref>/choose/": "choice", "/matches/": "run",
        "/in-reach/sessions/": "booking", "/in-reach/series/": "series", "/in-reach/plans/": "session_plan",
        "/calendar/": "feed", "/say/": "said",
        "/referrals/": "referral", "/people/": "person", "/account/sessions/": "session", "/welcome/": "link",
    }  # fmt: skip
    return next(kind for start, kind in kinds.items() if rule.startswith(start))


NOBODYS = {"none", "static", "kpi", "due", "return_kind", "public_page"}
"""Kinds of things that stand in no relation to anybody."""


def relations_of(rule: str) -> tuple[str, ...]:
    """Return the relations in which a rule's thing can stand: one, where it names none."""
    return ("own",) if kind_of(rule) in NOBODYS else RELATIONS


def expected(row: Row, rule: str, reader: str, relation: str) -> str:
    """Return what must happen: in, forbidden, missing or sign-in."""
    if reader == NOBODY and NOBODY not in row.enter:
        return "sign-in"
    if reader not in row.enter:
        return "forbidden"
    if kind_of(rule) in NOBODYS:
        return "in"
    return "in" if reader in getattr(row, relation) else "missing"


def answered(status: int, location: str | None) -> str:
    """Return what did happen, in the same words."""
    if status == 302 and (location or "").startswith("/sign-in"):
        return "sign-in"
    return "in" if status in LET_IN else {403: "forbidden", 404: "missing"}.get(status, str(status))


def cells(app: Flask) -> Iterator[tuple[str, str, str, str, str]]:
    """Yield every cell of the matrix: method, rule, reader, relation, and what must happen."""
    for method, route in routes(app):
        row = ORACLE[method, route.rule]
        for reader in (*READERS, NOBODY):
            for relation in relations_of(route.rule):
                yield method, route.rule, reader, relation, expected(row, route.rule, reader, relation)
