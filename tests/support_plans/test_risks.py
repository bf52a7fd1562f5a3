"""Risk is never lowered by a count, MARAC is a repeat by the dates and the definition, and warnings come first."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from refuge.database import now
from refuge.london import london_date
from support_plans.categories import Category
from support_plans.marac import RepeatDefinition, a_year_later, is_repeat
from support_plans.models import Caution, MaracReferral, RiskAssessment
from tests.placements.deciding import audited, boxes
from tests.support_plans.served import resident, rows, send, share_with

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask
    from flask.testing import FlaskClient

    SignIn = Callable[[str], FlaskClient]

OLD, NEW = RepeatDefinition.CRIMINAL_INCIDENT, RepeatDefinition.ANY_ABUSE
SOON = london_date(now()) + timedelta(days=28)


@pytest.fixture
def her(app: Flask) -> str:
    return resident(app)


def risk(**told: Any) -> dict[str, Any]:  # noqa: ANN401  any field
    return {
        "tool": "DASH_RIC", "tool_version": "2009", "yes_count": "3", "judgement": "high",
        "reason": "He has found her before", **boxes("taken_on", london_date(now())), **boxes("review_on", SOON),
        **told,
    }  # fmt: skip


def marac(**told: Any) -> dict[str, Any]:  # noqa: ANN401  any field
    today = london_date(now())
    return {
        "incident_criminal": "no", "criteria": ["professional_judgement"], "definition": "any_abuse",
        "reason": "He waited outside her work", **boxes("referred_on", today), **boxes("incident_on", today), **told,
    }  # fmt: skip


# ── The definition of a repeat


@pytest.mark.parametrize(
    ("incident", "counts"),
    [
        (date(2025, 3, 1), True),
        (date(2026, 2, 28), True),
        (date(2026, 3, 1), True),
        (date(2026, 3, 2), False),
        (date(2025, 2, 28), False),
    ],
)
def test_twelve_months_are_up_to_the_same_date_a_year_later(incident: date, *, counts: bool) -> None:
    assert is_repeat([date(2025, 3, 1)], incident, criminal=True, definition=NEW) is counts


def test_the_earlier_definition_asks_for_a_crime_and_the_current_one_does_not() -> None:
    earlier, incident = [date(2025, 3, 1)], date(2025, 6, 1)
    assert not is_repeat(earlier, incident, criminal=False, definition=OLD)
    assert is_repeat(earlier, incident, criminal=True, definition=OLD)
    assert is_repeat(earlier, incident, criminal=False, definition=NEW)
    assert not is_repeat([], incident, criminal=True, definition=NEW)


def test_a_leap_day_comes_round_on_the_28th() -> None:
    assert a_year_later(date(2024, 2, 29)) == date(2025, 2, 28)


# ── What is kept


def test_a_low_count_lowers_nothing(app: Flask, sign_in_as: SignIn, her: str) -> None:
    browser = sign_in_as("worker.wall")
    assert send(browser, f"/care/{her}/risk/new", **risk()).location == f"/care/{her}/risk"
    page = browser.get(f"/care/{her}/risk").text
    assert "High: the worker’s judgement." in page
    assert "He has found her before" in page
    [row] = rows(app, RiskAssessment)
    assert (row.yes_count, row.review_on) == (3, SOON)


def test_a_high_count_is_not_judged_away(sign_in_as: SignIn, her: str) -> None:
    browser = sign_in_as("worker.wall")
    send(browser, f"/care/{her}/risk/new", **risk(yes_count="14", judgement="standard"))
    assert "High: the count of 14 decides, and a judgement cannot lower it." in browser.get(f"/care/{her}/risk").text


@pytest.mark.parametrize(
    ("told", "said"),
    [
        ({"judgement": ""}, "Choose what you judge"),
        ({"reason": "so"}, "Say why you judge it so, in 10 characters"),
        ({"yes_count": "25"}, "This tool has 24 questions"),
        ({"tool_version": ""}, "Enter the version"),
        (boxes("review_on", london_date(now()) - timedelta(days=1)), "Enter today or a later day"),
        (boxes("taken_on", london_date(now()) + timedelta(days=1)), "not in the future"),
    ],
)
def test_a_risk_assessment_says_what_it_rests_on(
    app: Flask, sign_in_as: SignIn, her: str, told: dict[str, Any], said: str
) -> None:
    answer = send(sign_in_as("worker.wall"), f"/care/{her}/risk/new", **risk(**told))
    assert answer.status_code in {409, 422}
    assert said in answer.text
    assert rows(app, RiskAssessment) == []


def test_a_second_referral_to_marac_is_a_repeat_by_its_dates(app: Flask, sign_in_as: SignIn, her: str) -> None:
    browser, path, today = sign_in_as("worker.wall"), f"/care/{her}/risk/marac", london_date(now())
    first = boxes("referred_on", today - timedelta(days=300)) | boxes("incident_on", today - timedelta(days=302))
    send(browser, path, **marac(**first))
    send(browser, path, **marac())
    send(browser, path, **marac(definition="criminal_incident"))
    assert [row.repeat for row in rows(app, MaracReferral)] == [False, True, False]
    assert [facts["repeat"] for _, facts in audited(app, "marac.referred")] == [False, True, False]


def test_marac_asks_why_and_when(app: Flask, sign_in_as: SignIn, her: str) -> None:
    browser, path, today = sign_in_as("worker.wall"), f"/care/{her}/risk/marac", london_date(now())
    for told, said in (
        ({"criteria": []}, "Choose at least one reason"),
        ({"reason": "x"}, "Say what happened, in 10"),
        (boxes("referred_on", today - timedelta(days=2)), "Enter a day on or before that of the referral"),
    ):
        answer = send(browser, path, **marac(**told))
        assert answer.status_code in {409, 422}
        assert said in answer.text
    assert rows(app, MaracReferral) == []


# ── Warnings


def test_a_warning_stands_first_until_it_is_taken_away(app: Flask, sign_in_as: SignIn, her: str) -> None:
    browser = sign_in_as("worker.wall")
    send(browser, f"/care/{her}/warnings/new", kind="health", words="Severe nut allergy")
    page = browser.get(f"/care/{her}").text
    assert page.index("Severe nut allergy") < page.index("Risk and safety")
    assert "Severe nut allergy" in browser.get("/huddle").text
    [row] = rows(app, Caution)
    path = f"/care/{her}/warnings/{row.ref}/end"
    assert browser.post(path, data={"why": ""}).status_code == 422
    browser.post(path, data={"why": "The test came back clear"})
    assert "Severe nut allergy" not in browser.get(f"/care/{her}").text
    [row] = rows(app, Caution)
    assert row.ended_why == "The test came back clear"
    assert browser.post(path, data={"why": "Again and again"}).status_code == 409


def test_a_warning_is_seen_by_another_agency_only_where_she_shares_her_safety(app: Flask, sign_in_as: SignIn) -> None:
    her = resident(app, seen_by=["practitioner"])
    send(sign_in_as("worker.wall"), f"/care/{her}/warnings/new", kind="self_harm", words="Do not leave her alone")
    browser = sign_in_as("practitioner")
    assert "Do not leave her alone" not in browser.get(f"/care/{her}").text
    share_with(app, her, "Health trust", Category.SAFETY)
    assert "Do not leave her alone" in browser.get(f"/care/{her}").text
    [row] = rows(app, Caution)
    assert browser.get(f"/care/{her}/warnings/{row.ref}/end").status_code == 404
