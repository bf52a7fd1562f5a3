"""Can we take her, answered in one sentence; and whom a bed would fit, without those whom the reader may not see."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select

from allocation.beds.solution import Verdict
from refuge.beds.models import Hold, Stay
from refuge.database import new_ref, now
from refuge.london import london_date
from refuge.placements.queries.verdicts import verdicts
from refuge.referrals.models import (
    AdmissionCheck,
    Answer,
    CheckState,
    Judgement,
    Need,
    NeedLevel,
    Recourse,
    Referral,
    ReferralState,
)
from tests.builders import Pilot, add_bed, add_referral
from tests.placements.test_matching import ALL_BUT_ONE, Network, match, words_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask.testing import FlaskClient

    from refuge.database import Database

WELL_KNOWN: dict[str, Any] = {"children_come": Answer.NO, "access_asked": True, "harm_asked": True, "pets": 0}
"""What leaves nothing to ask, with the needs, the check and the recourse that `known` adds."""


@pytest.fixture
def network(database: Database) -> Network:
    return Network(database)


def known(network: Network, ref: str) -> None:
    """Answer all that these refuges would ask of a referral."""
    with network.database.write() as db:
        her = db.scalars(select(Referral).where(Referral.ref == ref)).one()
        levels = {"mental_health": NeedLevel.MEDIUM, "self_harm": NeedLevel.NO, "alcohol": NeedLevel.NO}
        db.add_all(Need(referral_id=her.id, need=need, level=level) for need, level in levels.items())
        db.add(Need(referral_id=her.id, need="drugs", level=NeedLevel.NO))
        db.add(Recourse(referral_id=her.id, status="RECOURSE"))
        db.add(AdmissionCheck(referral_id=her.id, check="background", state=CheckState.DONE))


def asked(browser: FlaskClient, ref: str) -> str:
    """Return what the page of a referral's beds says."""
    answer = browser.get(f"/referrals/{ref}/beds")
    assert answer.status_code == 200
    return words_of(answer.text)


# ── Can we take her?


def test_yes_with_how_many_beds_and_which_first(network: Network, sign_in_as: Callable[[str], FlaskClient]) -> None:
    ref = network.waits(**WELL_KNOWN)
    known(network, ref)
    page = asked(sign_in_as("worker.wall"), ref)
    assert "Yes: 6 beds, WALL Room 1 first." in page
    assert "Ask her now" not in page
    assert page.index("WALL yours") < page.index("Panahghar ")


def test_her_own_refuge_stands_first_for_each_reader(
    network: Network, sign_in_as: Callable[[str], FlaskClient]
) -> None:
    ref = network.waits(**WELL_KNOWN)
    known(network, ref)
    assert "Yes: 6 beds, Panahghar Room 1 first." in asked(sign_in_as("worker.panahghar"), ref)


def test_perhaps_with_each_question_once(network: Network, sign_in_as: Callable[[str], FlaskClient]) -> None:
    ref = network.waits(**{**WELL_KNOWN, "access_asked": False})
    known(network, ref)
    page = asked(sign_in_as("worker.wall"), ref)
    question = "It is not step-free, and nobody has asked if she can manage stairs."
    assert "Perhaps: 6 beds once you have asked, WALL Room 1 first." in page
    assert page.count(question) == 1
    assert f"{question} WALL, Panahghar" in page
    assert "1 question to ask first" in page


def test_a_question_about_one_bed_names_the_bed(network: Network, sign_in_as: Callable[[str], FlaskClient]) -> None:
    ref = network.waits(**{**WELL_KNOWN, "access_asked": False})
    known(network, ref)
    with network.database.write() as db:
        add_bed(db, Pilot().refuge(db, "WALL"), "Flat 9", step_free=True, position=9)
    page = asked(sign_in_as("worker.wall"), ref)
    assert "nobody has asked if she can manage stairs. WALL Room 1, WALL Room 2, WALL Room 3, Panahghar" in page
    assert "Yes: 1 bed, WALL Flat 9 first, and 6 more once you have asked." in page


def test_not_tonight_with_the_nearest_bed_and_its_day(
    network: Network, sign_in_as: Callable[[str], FlaskClient]
) -> None:
    ref = network.waits(**WELL_KNOWN)
    known(network, ref)
    network.close(*ALL_BUT_ONE)
    day = london_date(now()) + timedelta(days=4)
    with network.database.write() as db:
        lives = add_referral(db, state=ReferralState.PLACED)
        bed = Pilot().bed(db, "Panahghar", "Room 1")
        begins = now() - timedelta(days=3)
        db.add(
            Stay(ref=new_ref(db, Stay), bed_id=bed.id, referral_id=lives.id, started_at=begins, expected_move_on=day)
        )
    page = asked(sign_in_as("worker.wall"), ref)
    free = day + timedelta(days=1)
    assert f"Not tonight. Nearest: Panahghar Room 1, free from {free:%-d %B}." in page
    assert "a turn-away would say: No bed space available" in page
    assert "Not free, and nobody can say when: Room 1, Room 2, Room 3" in page


def test_not_tonight_says_what_stands_in_the_way_of_the_nearest_bed(
    network: Network, sign_in_as: Callable[[str], FlaskClient]
) -> None:
    ref = network.waits(**{**WELL_KNOWN, "access": ["step_free"]})
    known(network, ref)
    page = asked(sign_in_as("worker.wall"), ref)
    assert "Not tonight. Nearest: " in page
    assert "She needs a bed that is step-free; this one is not." in page
    assert "It would do if it had a ramp or lift." in page


def test_a_bed_that_will_do_in_a_few_days_is_nearer_than_one_that_never_will(
    network: Network, sign_in_as: Callable[[str], FlaskClient]
) -> None:
    ref = network.waits(**WELL_KNOWN, needs_self_contained=True)
    known(network, ref)
    with network.database.write() as db:
        add_bed(db, Pilot().refuge(db, "Panahghar"), "Flat 9", self_contained=True, position=9)
    day = london_date(now()) + timedelta(days=5)
    network.close("Panahghar Flat 9", ready=day)
    assert f"Nearest: Panahghar Flat 9, free from {day:%-d %B}." in asked(sign_in_as("worker.wall"), ref)


def test_it_says_what_matching_proposed_for_her_beside_the_others(
    network: Network, sign_in_as: Callable[[str], FlaskClient]
) -> None:
    ref = network.waits()
    network.close(*ALL_BUT_ONE)
    browser = sign_in_as("worker.wall")
    assert "last proposed" not in asked(browser, ref)
    match(browser)
    assert "matching last proposed Panahghar Room 1 for her" in asked(browser, ref)


def test_each_open_bed_can_be_held_while_she_waits_and_none_after(
    network: Network, sign_in_as: Callable[[str], FlaskClient]
) -> None:
    waits, placed = network.waits(), network.waits(state=ReferralState.PLACED)
    browser = sign_in_as("worker.wall")
    assert browser.get(f"/referrals/{waits}/beds").text.count(f'action="/referrals/{waits}/hold"') == 6
    assert "/hold" not in browser.get(f"/referrals/{placed}/beds").text


def test_a_free_bed_that_says_no_leads_to_the_form_that_asks_for_an_override(
    network: Network, sign_in_as: Callable[[str], FlaskClient]
) -> None:
    waits = network.waits(access=["step_free"], access_asked=True)
    placed = network.waits(state=ReferralState.PLACED, access=["step_free"], access_asked=True)
    browser = sign_in_as("worker.wall")
    links = re.findall(rf'href="(/referrals/{waits}/hold\?bed=B-\d+)"', browser.get(f"/referrals/{waits}/beds").text)
    assert links
    assert "second person" in words_of(browser.get(links[0]).text)
    assert "/hold" not in browser.get(f"/referrals/{placed}/beds").text


def test_a_referral_that_she_may_not_see_is_not_there(
    network: Network, sign_in_as: Callable[[str], FlaskClient]
) -> None:
    hidden = network.waits("worker.panahghar", shared=False)
    browser = sign_in_as("worker.wall")
    assert browser.get(f"/referrals/{hidden}/beds").status_code == 404
    assert browser.get("/referrals/R-00000/beds").status_code == 404


def test_looking_keeps_nothing_but_that_somebody_looked(
    network: Network, sign_in_as: Callable[[str], FlaskClient]
) -> None:
    ref = network.waits()
    asked(sign_in_as("worker.wall"), ref)
    assert network.runs() == []
    assert network.count(Hold) == 0
    assert "referral.matched" in network.events()


# ── What holding and turning away ask


def test_a_bed_that_is_held_for_her_is_free_for_her(network: Network) -> None:
    ref = network.waits(state=ReferralState.HELD)
    at = now()
    with network.database.write() as db:
        her = db.scalars(select(Referral).where(Referral.ref == ref)).one()
        bed, by = Pilot().bed(db, "WALL", "Room 1"), Pilot().person(db, "worker.wall").id
        until = at + timedelta(hours=5)
        db.add(Hold(bed_id=bed.id, referral_id=her.id, from_at=at, until_at=until, held_by_id=by))
        db.flush()
        found = verdicts(db, her, at)
        assert found.of_bed(bed.ref).verdict is Verdict.ASK
        assert found.against(bed.ref) == ()


def test_what_blocks_her_is_counted_and_implies_a_reason(network: Network) -> None:
    ref = network.waits(access=["step_free"], access_asked=True)
    with network.database.reading() as db:
        found = verdicts(db, db.scalars(select(Referral).where(Referral.ref == ref)).one(), now())
        bed = Pilot().bed(db, "WALL", "Room 1").ref
    assert found.blocked_by == {"access": 6}
    assert [barrier.code for barrier in found.against(bed)] == ["access"]
    assert (found.turnaway_reason, found.could_have) == ("C03", ())
    with pytest.raises(KeyError):
        found.of_bed("B-00000")


def test_no_reason_is_implied_while_a_bed_could_be_hers(network: Network) -> None:
    ref = network.waits()
    with network.database.reading() as db:
        found = verdicts(db, db.scalars(select(Referral).where(Referral.ref == ref)).one(), now())
    assert (found.turnaway_reason, len(found.could_have)) == ("", 6)


# ── Who would this bed fit?


def test_whom_a_bed_would_fit_by_risk_and_then_by_waiting(
    network: Network, sign_in_as: Callable[[str], FlaskClient]
) -> None:
    new, old = network.waits(), network.waits(received_at=now() - timedelta(days=9))
    high = network.waits(judgement=Judgement.HIGH)
    cannot = network.waits(access=["adapted"], access_asked=True)
    page = sign_in_as("worker.wall").get(f"/beds/{network.ref_of('Panahghar', 'Room 1')}/fits").text
    assert "3 households that wait" in words_of(page)
    assert page.index(f'id="{high}"') < page.index(f'id="{old}"') < page.index(f'id="{new}"')
    assert cannot not in page


def test_whom_else_it_would_fit_is_counted_and_not_named(
    network: Network, sign_in_as: Callable[[str], FlaskClient]
) -> None:
    hidden = network.waits("worker.panahghar", shared=False)
    bed = network.ref_of("Panahghar", "Room 1")
    page = sign_in_as("worker.wall").get(f"/beds/{bed}/fits").text
    assert hidden not in page
    assert "It would also fit 1 household of another agency." in words_of(page)
    assert hidden in sign_in_as("worker.panahghar").get(f"/beds/{bed}/fits").text


def test_a_bed_that_is_not_free_fits_nobody_now(network: Network, sign_in_as: Callable[[str], FlaskClient]) -> None:
    network.waits()
    network.close("WALL Room 1")
    page = sign_in_as("worker.wall").get(f"/beds/{network.ref_of('WALL', 'Room 1')}/fits").text
    assert "Nobody who waits, of those whom you can see, could have this bed." in page
