"""What stands on top of a referral's page is what this reader can do next, and nothing that is not hers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from refuge.beds.models import Bed, Refuge
from refuge.database import new_ref, now
from refuge.placements.models import TurnAway
from refuge.referrals.models import Referral, ReferralState
from tests.placements.deciding import bed_ref, clear, database_of, put_hold, put_offer, put_stay

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask
    from flask.testing import FlaskClient

    SignIn = Callable[[str], FlaskClient]

DECIDES = ("Turn away", "Set a day to look again")


def page(sign_in_as: SignIn, who: str, ref: str) -> str:
    return sign_in_as(who).get(f"/referrals/{ref}").text


def test_while_she_waits_a_refuge_begins_with_can_we_take_her(app: Flask, sign_in_as: SignIn) -> None:
    ref = clear(app)
    own, other = page(sign_in_as, "worker.wall", ref), page(sign_in_as, "worker.panahghar", ref)
    for words in ("Can we take her?", "Log a search elsewhere"):
        assert words in own
        assert words in other
    for words in DECIDES:
        assert words in own
        assert words not in other


def test_an_agency_that_only_refers_has_no_next_step(app: Flask, sign_in_as: SignIn) -> None:
    text = page(sign_in_as, "referrer", clear(app, "referrer"))
    assert "Can we take her?" not in text
    assert "She waits for a place" not in text


def test_whoever_holds_anothers_bed_reads_who_goes_on_from_here(app: Flask, sign_in_as: SignIn) -> None:
    ref = clear(app)
    put_hold(app, ref, bed_ref(app, "Panahghar"), reason="Arrives by train")
    text = page(sign_in_as, "worker.wall", ref)
    for words in (
        "Panahghar Room 1 is held for her",
        "Arrives by train",
        "Panahghar offers it to her",
        "Let this bed go",
    ):
        assert words in text
    assert "She has moved in" not in text


def test_the_refuge_that_has_the_bed_goes_from_offer_to_answer_to_moving_in(app: Flask, sign_in_as: SignIn) -> None:
    ref = clear(app)
    put_hold(app, ref, bed_ref(app))
    assert "Offer it to her" in page(sign_in_as, "manager.wall", ref)
    put_offer(app, ref)
    text = page(sign_in_as, "manager.wall", ref)
    assert "Offer it to her" not in text
    assert text.index("Note her answer") < text.index("She has moved in")


@pytest.mark.parametrize(("who", "there"), [("worker.wall", True), ("worker.panahghar", False)])
def test_once_she_lives_there_her_refuge_is_led_to_the_resident(
    app: Flask, sign_in_as: SignIn, who: str, *, there: bool
) -> None:
    stay = put_stay(app, bed_ref(app))
    with database_of(app).reading() as db:
        ref = db.scalars(select(Referral.ref)).one()
    assert (f"/residents/{stay}" in page(sign_in_as, who, ref)) is there


def test_she_cannot_be_at_the_door_of_a_house_without_a_free_bed(app: Flask, sign_in_as: SignIn) -> None:
    ref = clear(app)
    with database_of(app).reading() as db:
        beds = db.scalars(select(Bed.ref).join(Bed.refuge).where(Refuge.name == "WALL")).all()
    for bed in beds:
        put_stay(app, bed)
    text = sign_in_as("worker.wall").get(f"/referrals/{ref}/admit").text
    assert "No bed of your refuges is free now" in text
    assert f"/referrals/{ref}/beds" in text


def test_a_turn_away_says_why_and_leads_to_what_happened_next(app: Flask, sign_in_as: SignIn) -> None:
    ref = clear(app, state=ReferralState.TURNED_AWAY, closed_at=now())
    with database_of(app).write() as db:
        referral = db.scalars(select(Referral).where(Referral.ref == ref)).unique().one()
        row = TurnAway(
            ref=new_ref(db, TurnAway), referral_id=referral.id, ended_by="service", reason="C03", contributing=[],
            barriers={}, decided_by_id=referral.taken_by_id, decided_at=now(),
        )  # fmt: skip
        db.add(row)
        made = row.ref
    text = page(sign_in_as, "worker.wall", ref)
    assert "We could not offer a safe place" in text
    assert "No accessible bed" in text
    assert f"/turn-aways/{made}" in text
