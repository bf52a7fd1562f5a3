"""A turn-away that was recorded by mistake is taken back: by whom, until when, and what it does to the figures."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select, update

from refuge.database import now
from refuge.london import london_date
from refuge.placements.models import TurnAway
from refuge.placements.queries.turn_away_counts import turn_away_counts
from refuge.referrals.models import ReferralState
from tests.builders import Pilot
from tests.placements.deciding import audited, clear, database_of, referral_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask
    from flask.testing import FlaskClient
    from werkzeug.test import TestResponse

    SignIn = Callable[[str], FlaskClient]

WHY = "It was the other referral that ended"


@pytest.fixture
def away(app: Flask, sign_in_as: SignIn) -> str:
    """A referral that WALL turned away."""
    ref = clear(app)
    told = {"ended_by": "woman", "reason": "K05", "version": str(referral_of(app, ref).version), "outcome": "RETURNED"}
    assert sign_in_as("worker.wall").post(f"/referrals/{ref}/turn-away", data=told).status_code in {302, 422}
    if referral_of(app, ref).state is ReferralState.WAITING:
        del told["outcome"]
        sign_in_as("worker.wall").post(f"/referrals/{ref}/turn-away", data=told)
    return ref


def the_row(app: Flask) -> TurnAway:
    with database_of(app).reading() as db:
        return db.scalars(select(TurnAway).order_by(TurnAway.id)).first() or TurnAway()


def back(browser: FlaskClient, app: Flask, **told: str) -> TestResponse:
    row = the_row(app)
    return browser.post(f"/turn-aways/{row.ref}/take-back", data={"why": WHY, "version": str(row.version), **told})


def unplaced(app: Flask) -> int:
    on = london_date(now())
    with database_of(app).reading() as db:
        counts = turn_away_counts(db, Pilot().person(db, "manager.wall"), since=on - timedelta(days=30), until=on)
        return counts.needs["all"].unplaced


def test_she_waits_again_and_it_stays_to_be_read_and_counts_nowhere(app: Flask, sign_in_as: SignIn, away: str) -> None:
    worker = sign_in_as("worker.wall")
    ref = the_row(app).ref
    assert "take it back" in worker.get(f"/turn-aways/{ref}").text
    assert "counts in no figure" in worker.get(f"/turn-aways/{ref}/take-back").text
    assert unplaced(app) == 1
    answer = back(worker, app)
    assert answer.location == f"/referrals/{away}"
    her = referral_of(app, away)
    assert (her.state, her.closed_at, her.outcome) == (ReferralState.WAITING, None, "")
    assert unplaced(app) == 0
    assert audited(app, "turn_away.taken_back") == [(ref, {"referral": away})]
    page = worker.get(f"/turn-aways/{ref}").text
    assert "Taken back by Worker Wall" in page
    assert WHY in page
    assert "Add what you learn later" not in page
    assert "took back a turn-away" in worker.get(f"/referrals/{away}").text


def test_she_can_be_turned_away_again_and_that_one_counts(app: Flask, sign_in_as: SignIn, away: str) -> None:
    worker = sign_in_as("worker.wall")
    back(worker, app)
    told = {"ended_by": "woman", "reason": "K05", "version": str(referral_of(app, away).version)}
    assert worker.post(f"/referrals/{away}/turn-away", data=told).status_code == 302
    assert unplaced(app) == 1
    with database_of(app).reading() as db:
        assert len(db.scalars(select(TurnAway)).all()) == 2


def test_after_a_day_only_a_manager_takes_it_back(app: Flask, sign_in_as: SignIn, away: str) -> None:
    with database_of(app).write() as db:
        db.execute(update(TurnAway).values(decided_at=now() - timedelta(hours=25)))
    worker, manager, ref = sign_in_as("worker.wall"), sign_in_as("manager.wall"), the_row(app).ref
    assert "take it back" not in worker.get(f"/turn-aways/{ref}").text
    refused = back(worker, app)
    assert refused.status_code == 409
    assert "only a manager" in refused.text
    assert referral_of(app, away).state is ReferralState.TURNED_AWAY
    assert back(manager, app).status_code == 302


@pytest.mark.parametrize("why", ["", "oops"])
def test_it_is_said_what_the_mistake_was(app: Flask, sign_in_as: SignIn, away: str, why: str) -> None:
    answer = back(sign_in_as("worker.wall"), app, why=why)
    assert answer.status_code == 422
    assert "Say what the mistake was" in answer.text
    assert referral_of(app, away).state is ReferralState.TURNED_AWAY


def test_what_somebody_added_meanwhile_is_shown_first(app: Flask, sign_in_as: SignIn, away: str) -> None:
    row = the_row(app)
    told = {"outcome": "", "found_elsewhere": "yes", "note": "Another refuge took her", "version": str(row.version)}
    assert sign_in_as("manager.wall").post(f"/turn-aways/{row.ref}", data=told).status_code == 302
    late = back(sign_in_as("worker.wall"), app, version=str(row.version))
    assert late.status_code == 409
    assert "Another refuge took her" in late.text
    assert WHY in late.text
    assert referral_of(app, away).state is ReferralState.TURNED_AWAY


@pytest.mark.usefixtures("away")
def test_it_is_taken_back_once_and_nothing_is_added_to_it(app: Flask, sign_in_as: SignIn) -> None:
    worker = sign_in_as("worker.wall")
    back(worker, app)
    assert back(worker, app).status_code == 409
    row = the_row(app)
    told = {"outcome": "", "found_elsewhere": "yes", "note": "", "version": str(row.version)}
    worker.post(f"/turn-aways/{row.ref}", data=told)
    assert the_row(app).found_elsewhere == row.found_elsewhere
