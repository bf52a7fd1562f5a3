"""She no longer agrees to share while another refuge holds a bed for her: that bed is let go, and both are told."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from refuge.beds.models import HoldEnd
from refuge.placements.models import Offer, OfferAnswer
from refuge.referrals.models import ReferralState
from tests.placements.deciding import (
    audited,
    bed_ref,
    clear,
    database_of,
    holds,
    put_hold,
    put_offer,
    referral_of,
)
from tests.referrals.test_views import fields_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask
    from flask.testing import FlaskClient
    from werkzeug.test import TestResponse

    SignIn = Callable[[str], FlaskClient]


def stop_sharing(browser: FlaskClient, ref: str) -> TestResponse:
    form = fields_of(browser.get(f"/referrals/{ref}/edit").text)
    return browser.post(f"/referrals/{ref}/edit", data={**form, "shared": "no"})


@pytest.fixture
def held(app: Flask) -> str:
    """A referral of WALL for which Panahghar holds a bed of its own, offered."""
    ref = clear(app)
    put_hold(app, ref, bed_ref(app, "Panahghar"), by="worker.panahghar")
    put_offer(app, ref)
    return ref


def test_whoever_saves_is_told_first_and_then_the_bed_is_let_go(app: Flask, sign_in_as: SignIn, held: str) -> None:
    worker = sign_in_as("worker.wall")
    first = stop_sharing(worker, held)
    assert first.status_code == 409
    assert "A bed of another refuge is held for her" in first.text
    assert "Panahghar" not in first.text.split("held for her")[1][:300]
    assert holds(app)[0].ended_at is None
    assert referral_of(app, held).shared
    assert worker.post(f"/referrals/{held}/edit", data={**fields_of(first.text), "shared": "no"}).status_code == 302
    [hold] = holds(app)
    assert (hold.ended_how, hold.release_reason) == (HoldEnd.RELEASED, "not_shared")
    assert referral_of(app, held).state is ReferralState.WAITING
    with database_of(app).reading() as db:
        assert db.scalars(select(Offer)).one().answer is OfferAnswer.WITHDRAWN
    assert audited(app, "hold.released")[0][1]["reason"] == "not_shared"


def test_the_refuge_whose_bed_it_was_is_told_that_it_is_free_and_nothing_of_her(
    app: Flask, sign_in_as: SignIn, held: str
) -> None:
    worker, theirs = sign_in_as("worker.wall"), sign_in_as("worker.panahghar")
    first = stop_sharing(worker, held)
    worker.post(f"/referrals/{held}/edit", data={**fields_of(first.text), "shared": "no"})
    today = theirs.get("/").text
    assert "she no longer agrees that you see her referral" in today
    assert held not in today
    assert theirs.get(f"/referrals/{held}").status_code == 404
    assert "no longer agrees" not in worker.get("/").text
    put_hold(app, clear(app, "worker.panahghar"), bed_ref(app, "Panahghar"), by="worker.panahghar", ago=-0.001)
    assert "no longer agrees" not in theirs.get("/").text


def test_a_bed_of_her_own_agency_stays_held(app: Flask, sign_in_as: SignIn) -> None:
    ref = clear(app)
    put_hold(app, ref, bed_ref(app))
    assert stop_sharing(sign_in_as("worker.wall"), ref).status_code == 302
    assert holds(app)[0].ended_at is None
    assert referral_of(app, ref).state is ReferralState.HELD


def test_what_is_held_at_another_refuge_is_on_today_of_whoever_holds_it(app: Flask, sign_in_as: SignIn) -> None:
    ref = clear(app)
    put_hold(app, ref, bed_ref(app, "Panahghar"), by="worker.wall")
    today = sign_in_as("manager.wall").get("/").text
    assert f"Held by Worker Wall for {ref} until" in today
    assert "That refuge offers it and admits her" in today
    assert "That refuge offers it" not in sign_in_as("worker.panahghar").get("/").text
