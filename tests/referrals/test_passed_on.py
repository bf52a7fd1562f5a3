"""A referral that a refuge took over: whoever made it sees how it stands, and nothing that a refuge found out."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select

from refuge.audit.models import AuditEvent
from refuge.audit.service import Actor
from refuge.beds.models import Stay
from refuge.database import new_ref, now
from refuge.placements.service.taking_over import take_over
from refuge.referrals import queries
from refuge.referrals.models import Referral, ReferralState, TakingOver
from tests.builders import LONG_AGO, Pilot, add_hold
from tests.referrals.told import AT, LEAST, take

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask.testing import FlaskClient
    from sqlalchemy.orm import Session

    from refuge.database import Database

SAID = "A refuge has taken this over. Ring it to add something."


def taken_over(database: Database, by: str = "worker.wall", **told: Any) -> str:  # noqa: ANN401  any column
    """Return the ref of a referral that the police made and a refuge took over."""
    with database.write() as db:
        referral = take(db, "referrer", name="Danielle Price")
        assert hand_to(db, referral, by)
        for name, value in told.items():
            setattr(referral, name, value)
        if referral.state is ReferralState.HELD:
            add_hold(db, referral)
        return referral.ref


def hand_to(db: Session, referral: Referral, by: str) -> bool:
    person = Pilot().person(db, by)
    actor = Actor(person.ref, person.agency.ref, person.role)
    return take_over(db, referral, by=person, actor=actor, at=AT)


@pytest.mark.parametrize(
    ("state", "words"),
    [
        ("waiting", "Waiting at a refuge"), ("held", "A bed is held"), ("placed", "Has a place"),
        ("turned_away", "Turned away"),
    ],
)  # fmt: skip
def test_the_agency_that_passed_her_on_sees_how_it_stands(
    sign_in_as: Callable[[str], FlaskClient], database: Database, state: str, words: str
) -> None:
    closed: dict[str, Any] = {"closed_at": AT, "outcome": "PLACED_OUT_OF_AREA"} if state == "turned_away" else {}
    ref = taken_over(database, state=ReferralState(state), **closed)
    police = sign_in_as("referrer")
    page, listed = police.get(f"/referrals/{ref}"), police.get("/referrals?state=all")
    assert page.status_code == 200
    assert SAID in page.text
    for text in (page.text, listed.text):
        assert ref in text
        assert words in text
        assert ("Placed out of area" in text) is (state == "turned_away")


def test_nothing_that_a_refuge_found_out_is_on_that_page(
    sign_in_as: Callable[[str], FlaskClient], database: Database
) -> None:
    ref = taken_over(database, state=ReferralState.PLACED, contact_note="Found out by the refuge")
    with database.write() as db:
        referral = db.scalars(select(Referral).where(Referral.ref == ref)).one()
        bed = Pilot().bed(db, "WALL", "Room 2")
        db.add(Stay(ref=new_ref(db, Stay), bed_id=bed.id, referral_id=referral.id, started_at=LONG_AGO))
    police = sign_in_as("referrer")
    for text in (police.get(f"/referrals/{ref}").text, police.get("/referrals?state=all").text):
        for secret in ("WALL", "Wall", "Room 2", "Danielle", "07700", "Found out", "W-"):
            assert secret not in text


@pytest.mark.parametrize("path", ["edit", "progress", "withdraw"])
def test_everything_else_about_it_is_a_404_for_them(
    sign_in_as: Callable[[str], FlaskClient], database: Database, path: str
) -> None:
    ref = taken_over(database)
    police = sign_in_as("referrer")
    assert police.get(f"/referrals/{ref}/{path}").status_code == 404
    assert police.post(f"/referrals/{ref}/{path}", data=LEAST).status_code == 404


@pytest.mark.parametrize("words", ["Danielle", "07700 900123", "REF"])
def test_finding_does_not_reveal_it(sign_in_as: Callable[[str], FlaskClient], database: Database, words: str) -> None:
    ref = taken_over(database)
    asked = ref if words == "REF" else words
    assert f"/referrals/{ref}" not in sign_in_as("referrer").post("/referrals/find", data={"words": asked}).text
    assert f"/referrals/{ref}" in sign_in_as("worker.wall").post("/referrals/find", data={"words": asked}).text


@pytest.mark.parametrize("other", ["other.referrer", "worker.panahghar", "worker.elsewhere", "referrer.elsewhere"])
def test_nobody_else_sees_how_it_stands(
    sign_in_as: Callable[[str], FlaskClient], database: Database, other: str
) -> None:
    ref = taken_over(database, state=ReferralState.PLACED)
    stranger = sign_in_as(other)
    assert stranger.get(f"/referrals/{ref}").status_code == 404
    assert ref not in stranger.get("/referrals?state=all").text


def test_whoever_passed_it_on_is_not_among_those_who_may_see_it(database: Database) -> None:
    ref = taken_over(database)
    with database.reading() as db:
        police = Pilot().person(db, "referrer")
        assert queries.one(db, police, ref) is None
        assert queries.visible_refs(db, police, [ref]) == {}
        assert queries.passed_on_one(db, police, ref, at=now()) is not None


def test_it_is_taken_over_once_and_the_first_agency_is_kept(database: Database) -> None:
    ref = taken_over(database)
    with database.write() as db:
        referral = db.scalars(select(Referral).where(Referral.ref == ref)).one()
        assert not hand_to(db, referral, "manager.wall")
        assert hand_to(db, referral, "worker.panahghar")
        assert referral.agency.name == "Panahghar agency"
    with database.reading() as db:
        assert db.scalars(select(TakingOver)).one().from_agency.name == "Police"
        events = db.scalars(select(AuditEvent.subject_ref).where(AuditEvent.action == "referral.taken_over")).all()
        assert events == [ref, ref]


def test_a_refuge_that_has_it_back_reads_it_whole_again(
    sign_in_as: Callable[[str], FlaskClient], database: Database
) -> None:
    with database.write() as db:
        referral = take(db, "worker.panahghar")
        hand_to(db, referral, "worker.wall")
        hand_to(db, referral, "worker.panahghar")
        ref = referral.ref
    panahghar = sign_in_as("worker.panahghar")
    assert SAID not in panahghar.get(f"/referrals/{ref}").text
    assert "Taken over by a refuge" not in panahghar.get("/referrals").text


def test_the_call_it_was_made_of_leads_to_how_it_stands(
    sign_in_as: Callable[[str], FlaskClient], database: Database
) -> None:
    police = sign_in_as("referrer")
    url = police.post("/referrals/new").location
    made = police.post(url, data={**LEAST, "page": "p", "base": "0", "saves": 1, "do": "send"}).location
    with database.write() as db:
        hand_to(db, db.scalars(select(Referral)).one(), "worker.wall")
    assert police.get(url).location == made
    assert SAID in police.get(made).text


def test_reading_how_it_stands_is_in_the_audit(sign_in_as: Callable[[str], FlaskClient], database: Database) -> None:
    ref = taken_over(database)
    sign_in_as("referrer").get(f"/referrals/{ref}")
    with database.reading() as db:
        seen = db.scalars(select(AuditEvent).where(AuditEvent.action == "referral.seen")).one()
    assert (seen.subject_ref, json.loads(seen.facts)) == (ref, {"groups": ["passed_on"]})
