"""The rules of matching: read by all who match, changed by managers only, after a preview, and never over a change."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select

from refuge.audit.service import Actor
from refuge.database import now
from refuge.errors import Refused
from refuge.london import london_date
from refuge.placements.models import RuleSet
from refuge.placements.queries.rules import rules_now
from refuge.placements.service.matching import solution_in
from refuge.placements.service.rules import change_rules, details_of, rule_set
from tests.builders import Pilot
from tests.placements.test_matching import ALL_BUT_ONE, Network, match, words_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask.testing import FlaskClient

    from refuge.database import Database

PATH = "/matches/rules"


@pytest.fixture
def network(database: Database) -> Network:
    return Network(database)


def form_of(page: str) -> dict[str, str]:
    """Return what the form of a page would send, as it stands there."""
    told = dict(re.findall(r'<input[^>]*name="(\w+)"[^>]*value="([^"]*)"', page))
    for name, options in re.findall(r'<select[^>]*name="(\w+)".*?>(.*?)</select>', page, re.DOTALL):
        told[name] = re.findall(r'<option value="(\w+)" selected', options)[0]
    return told


def preview(browser: FlaskClient, **changed: str) -> Any:  # noqa: ANN401  Flask's answer
    """Ask what a change would do."""
    return browser.post(PATH, data={**form_of(browser.get(PATH).text), **changed, "do": "preview"})


def save(browser: FlaskClient, page: str, why: str = "Agreed by the network", **changed: str) -> Any:  # noqa: ANN401  Flask's answer
    """Save what a preview shows."""
    return browser.post(PATH, data={**form_of(page), "why": why, **changed, "do": "save"})


def versions(network: Network) -> list[RuleSet]:
    """Return the versions that were saved, oldest first."""
    with network.database.reading() as db:
        return list(db.scalars(select(RuleSet).order_by(RuleSet.network_id, RuleSet.version)))


def test_everybody_who_matches_reads_the_rules_and_only_a_manager_can_change_them(
    sign_in_as: Callable[[str], FlaskClient],
) -> None:
    worker = sign_in_as("worker.wall")
    page = worker.get(PATH).text
    assert "Takes no pets" in page
    assert "Somebody there whom she must not meet" in page
    assert "Takes no pets Never place her there" in words_of(page)
    assert "Place as many as possible of those at highest risk." in page
    assert "Preview" not in page
    assert "<select" not in page
    assert worker.post(PATH, data=form_of(page)).status_code == 403
    assert "Preview what this would do" in sign_in_as("manager.wall").get(PATH).text


def test_what_nobody_may_soften_is_no_field_of_the_form(sign_in_as: Callable[[str], FlaskClient]) -> None:
    told = form_of(sign_in_as("manager.wall").get(PATH).text)
    assert "rule_pets" in told
    assert not {"rule_conflict", "rule_unsafe_area", "rule_too_small", "rule_not_shared"} & set(told)


def test_a_preview_says_whom_the_change_would_rule_out_and_saves_nothing(
    network: Network, sign_in_as: Callable[[str], FlaskClient]
) -> None:
    manager = sign_in_as("manager.wall")
    save(manager, preview(manager, rule_access="ask").text)
    ref = network.waits(access=["step_free"], access_asked=True)
    hidden = network.waits("worker.panahghar", shared=False, access=["adapted"], access_asked=True)
    page = preview(manager, rule_access="no").text
    told = words_of(page)
    assert f"This would rule out 2 waiting households ({ref}, 1 of another agency): no bed could be theirs." in told
    assert "2 fewer would be placed: 0 of 2." in told
    assert (
        "Not step-free or adapted, where she needs it: “Never place her there” instead of “Ask somebody first”" in told
    )
    assert hidden not in page
    assert len(versions(network)) == 1
    assert network.runs() == []


def test_a_check_that_is_outstanding_is_asked_about_or_not_and_never_a_no(
    sign_in_as: Callable[[str], FlaskClient],
) -> None:
    page = sign_in_as("manager.wall").get("/matches/rules").text
    words = re.search(r'<select[^>]*id="rule_check_outstanding".*?</select>', page, re.DOTALL)
    assert words is not None
    assert re.findall(r"<option[^>]*>([^<]*)<", words[0]) == ["Ask somebody first", "Do not hold this rule"]


def test_a_preview_of_nothing_has_nothing_to_save(network: Network, sign_in_as: Callable[[str], FlaskClient]) -> None:
    network.waits()
    page = preview(sign_in_as("manager.wall")).text
    assert "Nothing would change for the 1 household waiting now." in page
    assert "You have changed nothing." in page
    assert "Save as version" not in page


def test_saving_makes_a_new_version_that_the_next_run_follows(
    network: Network, sign_in_as: Callable[[str], FlaskClient]
) -> None:
    ref = network.waits(access=["step_free"], access_asked=True)
    manager = sign_in_as("manager.wall")
    match(manager)
    assert solution_in(network.runs()[-1]).placements == ()
    answer = save(manager, preview(manager, rule_access="ask", hold_hours="12").text, "Ramps can be borrowed")
    assert answer.status_code == 302
    (saved,) = versions(network)
    assert (saved.version, saved.strictness, saved.hold_hours) == (1, {"access": "ask"}, 12)
    assert saved.why == "Ramps can be borrowed"
    assert "The rules are version 1 now; the run followed version 0." in manager.get("/matches").text
    match(manager)
    assert [made.household for made in solution_in(network.runs()[-1]).placements] == [ref]
    assert {"rules.previewed", "rules.changed"} <= set(network.events())


def test_the_history_says_who_changed_what_and_why(network: Network, sign_in_as: Callable[[str], FlaskClient]) -> None:
    manager = sign_in_as("manager.wall")
    save(manager, preview(manager, days_ahead="7").text, "Beds are known a week before")
    save(manager, preview(manager, rule_pets="off").text, "A cattery takes them")
    page = words_of(sign_in_as("worker.panahghar").get(PATH).text)
    assert "Beds are known a week before Days ahead: 7 instead of 0" in page
    assert "Manager Wall" in page
    assert page.index("A cattery takes them") < page.index("Beds are known a week before")
    assert [row.version for row in versions(network)] == [1, 2]


def test_nothing_is_saved_that_was_not_previewed(network: Network, sign_in_as: Callable[[str], FlaskClient]) -> None:
    manager = sign_in_as("manager.wall")
    page = preview(manager, rule_pets="ask").text
    answer = save(manager, page, rule_specialism="off")
    assert "has changed since the preview" in answer.text
    assert versions(network) == []
    assert save(manager, answer.text).status_code == 302
    assert versions(network)[0].strictness == {"pets": "ask", "specialism": "off"}


def test_a_change_without_a_reason_is_not_saved(network: Network, sign_in_as: Callable[[str], FlaskClient]) -> None:
    manager = sign_in_as("manager.wall")
    answer = save(manager, preview(manager, rule_pets="ask").text, "")
    assert answer.status_code == 422
    assert "Say in a few words why you change this" in answer.text
    assert versions(network) == []


def test_a_stale_form_shows_both_and_overwrites_nothing(
    network: Network, sign_in_as: Callable[[str], FlaskClient]
) -> None:
    one, other = sign_in_as("manager.wall"), sign_in_as("manager.panahghar")
    stale = preview(one, rule_pets="off").text
    save(other, preview(other, rule_pets="ask", days_ahead="3").text)
    answer = save(one, stale)
    told = words_of(answer.text)
    assert answer.status_code == 409
    assert "Somebody changed the rules while you were here" in told
    assert "Takes no pets: “Do not hold this rule” instead of “Ask somebody first”" in told
    assert "Days ahead: 0 instead of 3" in told
    assert [row.strictness for row in versions(network)] == [{"pets": "ask"}]
    again = one.post(PATH, data={**form_of(answer.text), "do": "preview"})
    assert save(one, again.text).status_code == 302  # she saw both, and still wants hers
    assert [row.strictness for row in versions(network)] == [{"pets": "ask"}, {"pets": "off"}]


def test_the_goals_are_followed_in_the_order_that_the_network_gives_them(
    network: Network, sign_in_as: Callable[[str], FlaskClient]
) -> None:
    manager = sign_in_as("manager.wall")
    swapped = {"rank_place_those_at_highest_risk": "2", "rank_place_as_many_as_possible": "1"}
    page = preview(manager, **swapped).text
    save(manager, page)
    assert versions(network)[0].goals[:2] == ["place_as_many_as_possible", "place_those_at_highest_risk"]
    network.waits()
    match(manager)
    assert solution_in(network.runs()[-1]).goals[0].goal == "place_as_many_as_possible"


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"rank_fit_the_need": "1"}, "1 stands twice"),
        ({"days_ahead": "29"}, "Enter a number of days, from 0 to 28"),
        ({"days_ahead": ""}, "Enter a number"),
        ({"hold_hours": "80"}, "Enter at least as many hours as a bed is usually held"),
        ({"rule_pets": "perhaps"}, "Not a valid choice"),
    ],
)
def test_rules_that_make_no_sense_are_asked_again(
    network: Network, sign_in_as: Callable[[str], FlaskClient], changed: dict[str, str], sentence: str
) -> None:
    answer = preview(sign_in_as("manager.wall"), **changed)
    assert answer.status_code == 422
    assert sentence in answer.text
    assert versions(network) == []


def test_another_network_keeps_its_own_rules(network: Network, sign_in_as: Callable[[str], FlaskClient]) -> None:
    manager = sign_in_as("manager.wall")
    save(manager, preview(manager, rule_pets="off").text)
    with network.database.reading() as db:
        elsewhere = Pilot().person(db, "manager.elsewhere").network_id
        assert rules_now(db, elsewhere, at=now()).strictness == {}
    assert "as the system came with" in sign_in_as("manager.elsewhere").get(PATH).text


def test_two_who_save_the_same_version_at_once_are_told_apart_by_the_database(network: Network) -> None:
    with network.database.writing() as db:
        by = Pilot().person(db, "manager.wall")
        at, actor = now(), Actor(by.ref, "-", by.role)
        tomorrow = at + timedelta(days=1)
        ahead = rule_set(details_of(rules_now(db, by.network_id, at=at)), by.network_id, version=1, at=tomorrow)
        db.add(ahead)  # saved a moment ago by somebody else, and not to be seen yet
        db.flush()
        changed = rule_set(details_of(ahead), by.network_id, version=1, at=at)
        changed.days_ahead = 5
        with pytest.raises(Refused) as refusal:
            change_rules(db, details_of(changed), version=0, why="-", by=by, actor=actor, at=at)
    assert refusal.value.code == "stale"


def test_days_ahead_let_a_bed_that_is_free_soon_be_proposed(
    network: Network, sign_in_as: Callable[[str], FlaskClient]
) -> None:
    ref = network.waits()
    network.close("Panahghar Room 1", *ALL_BUT_ONE, ready=london_date(now()) + timedelta(days=5))
    page = words_of(preview(sign_in_as("manager.wall"), days_ahead="7").text)
    assert f"This would open a bed for 1 waiting household ({ref})." in page
    assert "1 more would be placed: 1 of 1." in page
