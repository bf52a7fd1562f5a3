"""Moving in: when, into which bed, against what, and whose record it is from then on."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select

from refuge.beds.models import HoldEnd
from refuge.database import now
from refuge.london import clock_words, london_date
from refuge.once import new_key
from refuge.placements.forms.residents import AdmitForm
from refuge.placements.models import Offer, OfferAnswer, TakingOver
from refuge.referrals.models import ReferralState
from tests.beds.rows import NOON
from tests.builders import Pilot
from tests.placements.deciding import (
    audited,
    bed_ref,
    blocked,
    boxes,
    clear,
    database_of,
    holds,
    put_closure,
    put_hold,
    put_offer,
    put_override,
    put_stay,
    referral_of,
    say,
    stays,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask
    from flask.testing import FlaskClient
    from werkzeug.test import TestResponse

    SignIn = Callable[[str], FlaskClient]


def admit(browser: FlaskClient, ref: str, **told: Any) -> TestResponse:  # noqa: ANN401  any field
    return browser.post(f"/referrals/{ref}/admit", data={"key": new_key(), "when": "now", **told})


@pytest.fixture
def held(app: Flask) -> str:
    """The ref of a referral for which WALL's worker holds Room 1 of WALL since an hour ago."""
    ref = clear(app)
    put_hold(app, ref, bed_ref(app))
    return ref


def test_from_a_held_bed_her_stay_begins_and_the_hold_is_used(app: Flask, sign_in_as: SignIn, held: str) -> None:
    put_offer(app, held)
    ready = london_date(now()) + timedelta(days=60)
    answer = admit(sign_in_as("worker.wall"), held, **boxes("expected_move_on", ready))
    [stay] = stays(app)
    assert answer.location == f"/residents/{stay.ref}"
    assert (stay.expected_move_on, stay.ended_at) == (ready, None)
    assert holds(app)[0].ended_how is HoldEnd.USED
    assert referral_of(app, held).state is ReferralState.PLACED
    with database_of(app).reading() as db:
        assert db.scalars(select(Offer.answer)).one() is OfferAnswer.ACCEPTED
    told = {"referral": held, "bed": bed_ref(app), "held": True, "checks": []}
    assert audited(app, "stay.began") == [(stay.ref, told)]


def test_a_woman_at_the_door_moves_into_a_free_bed_that_nobody_held(app: Flask, sign_in_as: SignIn) -> None:
    browser, ref = sign_in_as("worker.wall"), clear(app)
    assert "WALL Room 2" in browser.get(f"/referrals/{ref}/admit").text
    assert admit(browser, ref, bed=bed_ref(app, room="Room 2")).status_code == 302
    assert len(stays(app)) == 1


def test_moving_in_is_noted_once_however_often_it_is_sent(app: Flask, sign_in_as: SignIn, held: str) -> None:
    browser, key = sign_in_as("worker.wall"), new_key()
    answers = [admit(browser, held, key=key) for _ in range(2)]
    assert answers[0].location == answers[1].location
    assert len(stays(app)) == 1


@pytest.mark.parametrize("told", [{}, {"bed": ""}])
def test_a_bed_must_be_chosen_where_none_is_held(app: Flask, sign_in_as: SignIn, told: dict[str, str]) -> None:
    answer = admit(sign_in_as("worker.wall"), clear(app), **told)
    assert answer.status_code == 422
    assert "Choose the bed that she has moved into" in answer.text


def test_nobody_admits_to_the_bed_of_another_refuge(app: Flask, sign_in_as: SignIn) -> None:
    browser, ref = sign_in_as("worker.wall"), clear(app)
    assert admit(browser, ref, bed=bed_ref(app, "Panahghar")).status_code == 404
    put_hold(app, ref, bed_ref(app, "Panahghar"))
    answer = admit(browser, ref)
    assert answer.status_code == 409
    assert "held for her at another refuge" in answer.text
    assert stays(app) == []


@pytest.mark.parametrize("state", [ReferralState.PLACED, ReferralState.TURNED_AWAY])
def test_nobody_is_admitted_who_does_not_wait(app: Flask, sign_in_as: SignIn, state: ReferralState) -> None:
    closed_at = now() if state is ReferralState.TURNED_AWAY else None
    answer = admit(sign_in_as("worker.wall"), clear(app, state=state, closed_at=closed_at), bed=bed_ref(app))
    assert answer.status_code == 409
    assert "She does not wait" in answer.text


# ── When


def test_she_may_have_come_earlier_even_before_the_bed_was_held(app: Flask, sign_in_as: SignIn, held: str) -> None:
    came = now() - timedelta(days=1)
    told = {"when": "earlier", "came": "yesterday", "came_time": clock_words(came)}
    assert admit(sign_in_as("worker.wall"), held, **told).status_code == 302
    assert abs(stays(app)[0].started_at - came) < timedelta(minutes=1)


@pytest.mark.parametrize(
    ("told", "said"),
    [
        ({"when": "earlier", "came": "today"}, "Enter the time at which she came"),
        ({"when": "earlier", "came": "today", "came_time": "soon"}, "Enter a time like 09:00"),
    ],
)
def test_when_she_came_is_a_time_that_has_passed(
    app: Flask, sign_in_as: SignIn, held: str, told: dict[str, str], said: str
) -> None:
    answer = admit(sign_in_as("worker.wall"), held, **told)
    assert answer.status_code == 422
    assert said in answer.text
    assert stays(app) == []


def test_she_did_not_come_in_the_future(app: Flask) -> None:
    typed = {"when": "earlier", "came": "today", "came_time": "23:00"}
    with app.test_request_context(method="POST", data=typed):
        app.config["WTF_CSRF_ENABLED"] = False
        form = AdmitForm([], [], at=NOON)
        assert not form.validate()
        assert form.came_time.errors == ["Enter a time that is not in the future"]


def test_she_did_not_come_before_the_bed_was_free(app: Flask, sign_in_as: SignIn) -> None:
    bed = bed_ref(app)
    put_stay(app, bed, days=5)
    with database_of(app).write() as db:
        stay = stays(app)[0]
        db.merge(stay).ended_at = now() - timedelta(minutes=5)
    came = now() - timedelta(days=1)
    told = {"when": "earlier", "came": "yesterday", "came_time": clock_words(came)}
    answer = admit(sign_in_as("worker.wall"), clear(app), bed=bed, **told)
    assert answer.status_code == 409
    assert "was not free yet" in answer.text


def test_the_expected_day_is_today_or_later(sign_in_as: SignIn, held: str) -> None:
    answer = admit(sign_in_as("worker.wall"), held, **boxes("expected_move_on", london_date(now()) - timedelta(days=1)))
    assert answer.status_code == 409
    assert "Enter today or a later day" in answer.text
    far = admit(sign_in_as("worker.wall"), held, **boxes("expected_move_on", london_date(now()) + timedelta(days=2000)))
    assert far.status_code == 422


# ── What stands in the way


def test_a_bed_that_somebody_has_is_refused_in_a_sentence(app: Flask, sign_in_as: SignIn) -> None:
    lived_in, shut, kept = (bed_ref(app, room=f"Room {number}") for number in (1, 2, 3))
    put_stay(app, lived_in)
    put_closure(app, shut)
    put_hold(app, clear(app), kept)
    for bed, said in ((lived_in, "Somebody lives in Room 1"), (shut, "Room 2 is closed"), (kept, "just been held")):
        answer = admit(sign_in_as("worker.wall"), clear(app), bed=bed)
        assert answer.status_code == 409
        assert said in answer.text


def test_what_nobody_overrode_keeps_her_out(app: Flask, sign_in_as: SignIn) -> None:
    browser, ref, other = sign_in_as("worker.wall"), blocked(app), blocked(app)
    answer = admit(browser, ref, bed=bed_ref(app))
    assert answer.status_code == 409
    assert "Something stands in the way (takes no pets). Hold this bed for her first" in answer.text
    put_hold(app, other, bed_ref(app))
    held = admit(browser, other)
    assert held.status_code == 409
    assert "Let the bed go and hold it again" in held.text
    assert stays(app) == []


def test_what_was_overridden_does_not_keep_her_out_once_the_second_person_has_said_yes(
    app: Flask, sign_in_as: SignIn
) -> None:
    ref, worker = blocked(app), sign_in_as("worker.wall")
    put_hold(app, ref, bed_ref(app))
    question = put_override(app, ref, second="manager.wall")
    answer = admit(worker, ref)
    assert answer.status_code == 409
    assert "has not said yet whether she agrees" in answer.text
    assert stays(app) == []
    say(sign_in_as("manager.wall"), app, question, "yes")
    assert admit(worker, ref).status_code == 302


def test_nobody_is_admitted_while_the_second_person_says_no(app: Flask, sign_in_as: SignIn) -> None:
    ref = blocked(app)
    put_hold(app, ref, bed_ref(app))
    put_override(app, ref, second="manager.wall", agrees=False)
    answer = admit(sign_in_as("worker.wall"), ref)
    assert answer.status_code == 409
    assert "said no to holding this bed" in answer.text
    assert stays(app) == []


# ── Whose record


@pytest.mark.parametrize(("taken_by", "agency"), [("referrer", "Police"), ("worker.panahghar", "Panahghar agency")])
def test_her_record_moves_to_the_refuge_that_admits_her(
    app: Flask, sign_in_as: SignIn, taken_by: str, agency: str
) -> None:
    ref = clear(app, taken_by)
    assert admit(sign_in_as("worker.wall"), ref, bed=bed_ref(app)).status_code == 302
    with database_of(app).reading() as db:
        assert referral_of(app, ref).agency_id == Pilot().agency(db, "Wall agency").id
        assert db.scalars(select(TakingOver.from_agency_id)).one() == Pilot().agency(db, agency).id
    told = sign_in_as(taken_by).get(f"/referrals/{ref}").text
    assert "Has a place" in told
    assert "WALL" not in told
