"""Changing what a refuge offers: nobody who waits is ruled out before the manager has seen whom, and how many."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import delete, select, update
from sqlalchemy.exc import DBAPIError

from refuge.audit.models import AuditEvent
from refuge.beds.models import Refuge, RefugeChange, Stay
from refuge.database import new_ref, now
from refuge.london import london_date
from refuge.placements.queries.preview import Impact
from refuge.placements.shown.limits import limits_words
from refuge.placements.shown.names import Names
from refuge.referrals.models import Answer, Child, ChildSex, NeedLevel, Referral, ReferralState
from tests.builders import Pilot
from tests.placements.deciding import add_clear, clear
from tests.placements.test_matching import Network, words_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask
    from flask.testing import FlaskClient
    from werkzeug.test import TestResponse

    from refuge.database import Database

AS_IT_IS: dict[str, Any] = {
    "name": "WALL", "specialism": "complex_needs", "accommodation_type": "REFUGE", "area": "E06000016",
    "staffed": "always", "telephone_cover": "yes", "mental_health_support": "3", "alcohol_support": "3",
    "drugs_support": "3", "self_harm_support": "3", "high_support_places": "2", "nrpf_places": "1",
    "son_age_limit": "14", "takes_pets": "no", "women_only": "yes", "checks": ["background"], "languages": ["en"],
    "excludes": [], "turnaround_days": "1", "version": "1", "seen": "",
}  # fmt: skip
"""What the form of WALL in the small network sends if nothing is changed."""


@pytest.fixture
def network(database: Database) -> Network:
    return Network(database)


@pytest.fixture
def wall(network: Network) -> Refuge:
    with network.database.reading() as db:
        return Pilot().refuge(db, "WALL")


@pytest.fixture
def manager(sign_in_as: Callable[[str], FlaskClient]) -> FlaskClient:
    return sign_in_as("manager.wall")


def preview(browser: FlaskClient, refuge: Refuge, **changed: Any) -> TestResponse:  # noqa: ANN401  any field
    """Ask what a change would do."""
    return browser.post(f"/refuges/{refuge.ref}/preview", data={**AS_IT_IS, **changed})


def save(browser: FlaskClient, refuge: Refuge, **changed: Any) -> TestResponse:  # noqa: ANN401  any field
    """Save a change."""
    return browser.post(f"/refuges/{refuge.ref}/edit", data={**AS_IT_IS, **changed})


def seen_in(page: str) -> str:
    """Return the mark of what a page has previewed."""
    (tag,) = re.findall(r'<input[^>]*name="seen"[^>]*>', page)
    found = re.search(r'value="([^"]*)"', tag)
    return found[1] if found else ""


def with_son(network: Network, age: int, who: str = "worker.wall", **told: Any) -> str:  # noqa: ANN401  any column
    """Add a household that waits with a son of this age and against which nothing else stands; return its ref."""
    with network.database.write() as db:
        row = add_clear(db, who, **{"children_come": Answer.YES, **told})
        db.add(Child(referral_id=row.id, position=0, age=age, sex=ChildSex.BOY))
        return row.ref


def kept(network: Network, name: str = "WALL") -> Refuge:
    """Return a refuge as it is saved."""
    with network.database.reading() as db:
        return Pilot().refuge(db, name)


def facts(network: Network, action: str) -> list[dict[str, Any]]:
    """Return the facts of each event of this kind."""
    with network.database.reading() as db:
        rows = db.scalars(select(AuditEvent.facts).where(AuditEvent.action == action).order_by(AuditEvent.sequence))
        return [json.loads(row) for row in rows]


# ── What a preview says


def test_it_names_those_whom_the_refuge_could_no_longer_take_and_saves_nothing(
    network: Network, wall: Refuge, manager: FlaskClient
) -> None:
    one, other = sorted([with_son(network, 12), with_son(network, 13, "worker.panahghar")])
    with_son(network, 6)
    page = preview(manager, wall, son_age_limit="10").text
    assert f"This would rule out 2 waiting households: {one}, {other}. " in words_of(page)
    assert "No bed of the network would be left" not in page  # the other refuge still takes them
    assert "Nothing is saved yet." in page
    assert kept(network).son_age_limit == 14
    assert kept(network).version == wall.version
    assert "refuge.changed" not in network.events()
    (previewed,) = facts(network, "limits.previewed")
    assert {one, other} <= set(previewed.pop("refs"))
    assert previewed == {"fewer": 0, "let_in": 0, "nowhere": 0, "ruled_out": 2}


def test_it_says_for_whom_no_bed_of_the_network_would_be_left(
    network: Network, wall: Refuge, manager: FlaskClient
) -> None:
    network.close("Panahghar Room 1", "Panahghar Room 2", "Panahghar Room 3")
    ref = with_son(network, 12)
    told = words_of(preview(manager, wall, son_age_limit="10").text)
    assert f"No bed of the network would be left for 1 waiting household: {ref}." in told
    assert "1 fewer would be proposed a bed." in told


def test_it_counts_another_agencys_household_that_is_not_shared_and_does_not_name_it(
    network: Network, wall: Refuge, manager: FlaskClient
) -> None:
    network.close("Panahghar Room 2", "Panahghar Room 3")
    hidden = with_son(network, 2, "worker.panahghar", shared=False)
    seen = with_son(network, 12, received_at=now() - timedelta(days=60))  # has waited longer, so the last bed is hers
    page = preview(manager, wall, son_age_limit="10").text
    assert f"This would rule out 1 waiting household: {seen}. 1 fewer would be proposed a bed." in words_of(page)
    assert hidden not in page
    assert facts(network, "limits.previewed")[0]["refs"] == [seen]


@pytest.mark.parametrize(
    ("refs", "told"),
    [
        (("R-10001", "R-10002", "R-10003"), "3 waiting households: R-10001, R-10002 (and 1 of another agency)."),
        (("R-10003",), "1 waiting household of another agency."),
        (("R-10001",), "1 waiting household: R-10001."),
    ],
)
def test_whom_the_reader_may_not_see_is_a_number(refs: tuple[str, ...], told: str) -> None:
    households = {ref: Referral(ref=ref) for ref in ("R-10001", "R-10002")}
    names = Names(places={}, refuges={}, households=households)
    found = Impact(waiting=9, ruled_out=refs, nowhere=(), let_in=(), placed=4, would_place=4, other_bed=())
    assert limits_words(found, names) == [f"This would rule out {told}", "Nothing is saved yet."]


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"takes_pets": "no"}, "Nobody who waits would be affected."),
        ({"name": "Wall House", "women_only": "no"}, "Nobody who waits would be affected."),
        ({"mental_health_support": "0"}, "This would rule out 1 waiting household: "),
        ({"excludes": ["violence"]}, "This would rule out 1 waiting household: "),
        ({"specialism": "by_and_for_bme"}, "This would rule out 1 waiting household: "),
        ({"takes_pets": "yes"}, "This would open the refuge to 1 waiting household: "),
    ],
)
def test_every_kind_of_limit_is_looked_at(
    app: Flask, wall: Refuge, manager: FlaskClient, changed: dict[str, Any], told: str
) -> None:
    clear(app, harm=["violence"], ethnicity="W1")
    clear(app, pets=1, shared=False)
    assert told in words_of(preview(manager, wall, **changed).text)


def test_staff_that_leave_at_night_rule_out_her_who_needs_them_round_the_clock(
    network: Network, wall: Refuge, manager: FlaskClient
) -> None:
    save(manager, wall, self_harm_support="3")
    with network.database.write() as db:
        row = add_clear(db)
        next(need for need in row.needs if need.need == "self_harm").level = NeedLevel.HIGH
    assert "Nobody who waits would be affected." in preview(manager, wall).text
    by_day = {"staffed": "by_day", "opens_0": "9", "closes_0": "17"}
    assert f"1 waiting household: {row.ref}." in words_of(preview(manager, wall, **by_day).text)


def test_more_days_of_cleaning_rule_out_her_whose_bed_would_be_ready_too_late(
    network: Network, wall: Refuge, manager: FlaskClient
) -> None:
    today = london_date(now())
    with network.database.write() as db:
        resident = add_clear(db)
        resident.state = ReferralState.PLACED
        bed = Pilot().bed(db, "WALL", "Room 1")
        begun = now() - timedelta(days=30)
        leaves = today + timedelta(days=2)
        db.add(
            Stay(
                ref=new_ref(db, Stay), bed_id=bed.id, referral_id=resident.id, started_at=begun, expected_move_on=leaves
            )
        )
        row = add_clear(db, needed_by=today + timedelta(days=5))
    network.close("WALL Room 2", "WALL Room 3")
    assert "Nobody who waits would be affected." in preview(manager, wall).text
    assert f"1 waiting household: {row.ref}." in words_of(preview(manager, wall, turnaround_days="7").text)


# ── Saving


def test_a_change_that_rules_somebody_out_is_shown_before_it_is_saved(
    network: Network, wall: Refuge, manager: FlaskClient
) -> None:
    ref = with_son(network, 12)
    first = save(manager, wall, son_age_limit="10", languages=["en", "pl"])
    assert "Look at whom this would rule out. If you still want it, save again." in first.text
    assert f"This would rule out 1 waiting household: {ref}." in words_of(first.text)
    assert kept(network).son_age_limit == 14
    again = save(manager, wall, son_age_limit="10", languages=["en", "pl"], seen=seen_in(first.text))
    assert again.location == f"/refuges/{wall.ref}"
    assert (kept(network).son_age_limit, kept(network).version) == (10, wall.version + 1)
    assert facts(network, "refuge.changed") == [{"fields": ["languages", "son_age_limit"]}]


def test_what_was_seen_of_other_values_does_not_count(network: Network, wall: Refuge, manager: FlaskClient) -> None:
    with_son(network, 12)
    seen = seen_in(preview(manager, wall, son_age_limit="11").text)
    assert "Look at whom this would rule out" in save(manager, wall, son_age_limit="10", seen=seen).text
    assert kept(network).son_age_limit == 14


def test_a_change_that_rules_nobody_out_is_saved_at_once(network: Network, wall: Refuge, manager: FlaskClient) -> None:
    with_son(network, 12)
    assert save(manager, wall, son_age_limit="13", nrpf_places="3").status_code == 302
    assert (kept(network).son_age_limit, kept(network).nrpf_places) == (13, 3)
    assert "limits.previewed" not in network.events()


def test_nothing_typed_is_lost_by_a_preview(network: Network, wall: Refuge, manager: FlaskClient) -> None:
    with_son(network, 12)
    typed = {"staffed": "by_day", "opens_3": "10:15", "closes_3": "11:45", "name": "Willow", "languages": ["pl"]}
    page = preview(manager, wall, son_age_limit="10", **typed).text
    for value in ("10:15", "11:45", "Willow"):
        assert f'value="{value}"' in page
    assert re.search(r'name="languages"[^>]*value="pl" checked', page)
    assert f'action="/refuges/{wall.ref}/edit"' in page
    assert f'formaction="/refuges/{wall.ref}/preview"' in page


@pytest.mark.parametrize("act", [preview, save])
def test_what_makes_no_sense_is_asked_again_and_not_looked_at(
    network: Network, wall: Refuge, manager: FlaskClient, act: Callable[..., TestResponse]
) -> None:
    page = act(manager, wall, son_age_limit="40", closes_2="9").text
    assert "There is a problem" in page
    assert "Enter an age in years, from 0 to 17" in page
    assert "What this would do" not in page
    assert "limits.previewed" not in network.events()


@pytest.mark.parametrize("act", [preview, save])
def test_a_stale_form_is_told_so_and_what_it_had_seen_no_longer_counts(
    network: Network, wall: Refuge, manager: FlaskClient, act: Callable[..., TestResponse]
) -> None:
    with_son(network, 12)
    seen = seen_in(preview(manager, wall, son_age_limit="10").text)
    assert save(manager, wall, nrpf_places="4").status_code == 302
    page = act(manager, wall, son_age_limit="10", seen=seen).text
    assert "Somebody else changed this while you were typing" in page
    assert "nrpf places (saved: 4)" in page
    assert seen_in(page) == ""
    assert (kept(network).son_age_limit, kept(network).nrpf_places) == (14, 4)


@pytest.mark.parametrize("act", [preview, save])
def test_another_agencys_refuge_is_as_if_it_were_not_there(
    wall: Refuge, sign_in_as: Callable[[str], FlaskClient], act: Callable[..., TestResponse]
) -> None:
    for name, status in {"manager.panahghar": 404, "manager.elsewhere": 404, "worker.wall": 403}.items():
        assert act(sign_in_as(name), wall).status_code == status


def test_the_form_of_a_new_refuge_has_nobody_to_preview(manager: FlaskClient) -> None:
    assert "See whom this would rule out" not in manager.get("/refuges/new").text


# ── History


def test_a_change_is_kept_with_who_made_it_when_and_from_what_to_what(
    manager: FlaskClient, sign_in_as: Callable[[str], FlaskClient], wall: Refuge, database: Database
) -> None:
    assert save(manager, wall, son_age_limit="12", checks=[], staffed="never").status_code == 302
    assert save(manager, wall, son_age_limit="12", checks=[], staffed="never", version="2", nrpf_places="2").location
    with database.reading() as db:
        first, second = db.scalars(select(RefugeChange).order_by(RefugeChange.version))
        assert (first.version, first.made_by_id) == (2, Pilot().person(db, "manager.wall").id)
        assert (first.before["son_age_limit"], first.after["son_age_limit"]) == (14, 12)
        assert (first.before["checks"], first.after["checks"]) == (["background"], [])
        assert (len(first.before["hours"]), first.after["hours"]) == (7, [])
        assert (second.before, second.after) == ({"nrpf_places": 1}, {"nrpf_places": 2})
    page = words_of(sign_in_as("worker.panahghar").get(f"/refuges/{wall.ref}").text)
    assert "Sons: Up to and including age 12 instead of Up to and including age 14" in page
    assert "Staff in the house: no staff in the house instead of 24 hours, every day" in page
    assert "Funded NRPF places: 2 instead of 1" in page
    assert "Manager Wall" in page


@pytest.mark.parametrize("who", ["practitioner", "commissioner"])
def test_who_changed_a_limit_is_told_to_those_who_match_by_it(
    manager: FlaskClient, sign_in_as: Callable[[str], FlaskClient], wall: Refuge, who: str
) -> None:
    save(manager, wall, son_age_limit="12")
    page = sign_in_as(who).get(f"/refuges/{wall.ref}").text
    assert "instead of" not in page
    assert "Manager Wall" not in page


def test_a_save_that_changes_nothing_leaves_no_version(manager: FlaskClient, wall: Refuge, database: Database) -> None:
    save(manager, wall)
    with database.reading() as db:
        assert db.scalars(select(RefugeChange)).all() == []


def test_no_change_that_was_kept_is_rewritten(manager: FlaskClient, wall: Refuge, database: Database) -> None:
    save(manager, wall, son_age_limit="12")
    for attack in (update(RefugeChange).values(version=9), delete(RefugeChange)):
        with pytest.raises(DBAPIError, match="kept as it was"), database.write() as db:
            db.execute(attack)
