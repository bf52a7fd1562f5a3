"""Offering a held bed, and what she answers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select

from refuge.beds.models import HoldEnd
from refuge.database import now
from refuge.once import new_key
from refuge.placements.models import Offer, OfferAnswer
from refuge.referrals.models import ReferralState
from tests.placements.deciding import (
    audited,
    bed_ref,
    blocked,
    clear,
    database_of,
    holds,
    put_hold,
    put_offer,
    put_override,
    referral_of,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask
    from flask.testing import FlaskClient
    from werkzeug.test import TestResponse

    SignIn = Callable[[str], FlaskClient]


@pytest.fixture
def held(app: Flask) -> str:
    """The ref of a referral for which WALL's worker holds Room 1 of WALL."""
    ref = clear(app)
    put_hold(app, ref, bed_ref(app))
    return ref


def offers(app: Flask) -> list[Offer]:
    with database_of(app).reading() as db:
        return list(db.scalars(select(Offer).order_by(Offer.id)))


def offer(browser: FlaskClient, ref: str, **told: Any) -> TestResponse:  # noqa: ANN401  any field
    return browser.post(f"/referrals/{ref}/offer", data={"told_how": "in_person", "key": new_key(), **told})


def answer(browser: FlaskClient, app: Flask, ref: str, **told: str) -> TestResponse:
    given = offers(app)
    return browser.post(f"/referrals/{ref}/answer", data={"offer": given[-1].ref if given else "", **told})


def test_the_offer_shows_how_to_reach_her_safely_before_anything_else(
    app: Flask, sign_in_as: SignIn, held: str
) -> None:
    page = sign_in_as("worker.wall").get(f"/referrals/{held}/offer").text
    assert page.index("Leave no message") < page.index("How did you tell her?")
    assert "By text, as she agreed" not in page
    assert ("referral.seen", ["contact", "offer"]) in [
        ("referral.seen", told["groups"]) for _, told in audited(app, "referral.seen")
    ]


def test_an_offer_is_kept_once_however_often_it_is_sent(app: Flask, sign_in_as: SignIn, held: str) -> None:
    browser, key = sign_in_as("worker.wall"), new_key()
    assert [offer(browser, held, key=key).status_code for _ in range(2)] == [302, 302]
    [made] = offers(app)
    assert (made.told_how, made.answer) == ("in_person", OfferAnswer.OPEN)
    told = {"offer": made.ref, "bed": bed_ref(app), "told_how": "in_person"}
    assert audited(app, "offer.made") == [(held, told)]
    assert "Note her answer" in browser.get(f"/referrals/{held}").text


def test_an_offer_says_how_she_was_told_and_only_in_a_way_that_is_safe(
    app: Flask, sign_in_as: SignIn, held: str
) -> None:
    for way in ("", "safe_text", "shouting"):
        refused = offer(sign_in_as("worker.wall"), held, told_how=way)
        assert refused.status_code == 422
        assert "Choose how you told her" in refused.text
    assert offers(app) == []


def test_only_the_refuge_that_has_the_bed_offers_it(app: Flask, sign_in_as: SignIn) -> None:
    ref = clear(app)
    put_hold(app, ref, bed_ref(app, "Panahghar"))
    refused = offer(sign_in_as("worker.wall"), ref)
    assert refused.status_code == 409
    assert "This bed is of Panahghar: ring them" in refused.text
    assert offer(sign_in_as("worker.panahghar"), ref).status_code == 302


def test_a_bed_with_an_open_or_accepted_offer_is_not_offered_again(app: Flask, sign_in_as: SignIn, held: str) -> None:
    browser = sign_in_as("worker.wall")
    offer(browser, held)
    again = offer(browser, held)
    assert again.status_code == 409
    assert "has been offered to her already. Note what she answers." in again.text
    answer(browser, app, held, answer="accepted")
    assert "She has accepted it." in offer(browser, held).text


def test_nothing_is_offered_where_nothing_is_held(app: Flask, sign_in_as: SignIn) -> None:
    refused = offer(sign_in_as("worker.wall"), clear(app))
    assert refused.status_code == 409
    assert "No bed is held for her any more" in refused.text


def test_a_bed_whose_hold_has_lapsed_is_not_offered(app: Flask, sign_in_as: SignIn) -> None:
    ref = clear(app)
    put_hold(app, ref, bed_ref(app), ago=3, hours=-0.5)
    assert offer(sign_in_as("worker.wall"), ref).status_code == 409


def test_nothing_is_offered_while_the_second_person_says_no(app: Flask, sign_in_as: SignIn) -> None:
    ref = blocked(app)
    put_hold(app, ref, bed_ref(app))
    put_override(app, ref, second="manager.wall", agrees=False)
    refused = offer(sign_in_as("worker.wall"), ref)
    assert refused.status_code == 409
    assert "said no to holding this bed" in refused.text


# ── Her answer


def test_her_yes_is_kept_and_the_bed_stays_held(app: Flask, sign_in_as: SignIn, held: str) -> None:
    put_offer(app, held)
    browser = sign_in_as("worker.wall")
    assert answer(browser, app, held, answer="accepted", her_words="Thank you").status_code == 302
    [made] = offers(app)
    assert (made.answer, made.her_words) == (OfferAnswer.ACCEPTED, "Thank you")
    assert holds(app)[0].ended_at is None
    assert "She has moved in" in browser.get(f"/referrals/{held}").text
    assert audited(app, "offer.answered") == [(held, {"offer": made.ref, "answer": "accepted", "reason": ""})]


@pytest.mark.parametrize(("said", "reason"), [("declined", "K01"), ("no_answer", "")])
def test_anything_but_a_yes_lets_the_bed_go_and_she_waits(
    app: Flask, sign_in_as: SignIn, held: str, said: str, reason: str
) -> None:
    put_offer(app, held)
    browser = sign_in_as("worker.wall")
    page = browser.post(
        f"/referrals/{held}/answer",
        data={"offer": offers(app)[0].ref, "answer": said, "decline_reason": reason, "her_words": "Too close"},
        follow_redirects=True,
    ).text
    assert "the bed is free again, and she waits" in page
    assert "Turn away" in page
    [made] = offers(app)
    assert (made.answer, made.decline_reason) == (OfferAnswer(said), reason)
    assert holds(app)[0].ended_how is HoldEnd.RELEASED
    assert referral_of(app, held).state is ReferralState.WAITING
    assert audited(app, "hold.released") == [(held, {"bed": bed_ref(app), "reason": said})]


@pytest.mark.parametrize(
    ("told", "said"),
    [
        ({}, "Choose what she answers"),
        ({"answer": "perhaps"}, "Choose what she answers"),
        ({"answer": "open"}, "Choose what she answers"),
        ({"answer": "declined"}, "Choose why she declines"),
        ({"answer": "declined", "decline_reason": "C01"}, "Choose why she declines"),
    ],
)
def test_an_answer_is_one_of_three_and_a_no_has_a_reason(
    app: Flask, sign_in_as: SignIn, held: str, told: dict[str, str], said: str
) -> None:
    put_offer(app, held)
    refused = answer(sign_in_as("worker.wall"), app, held, **told)
    assert refused.status_code == 422
    assert said in refused.text
    assert offers(app)[0].answer is OfferAnswer.OPEN


def test_an_answer_to_an_older_offer_changes_nothing(app: Flask, sign_in_as: SignIn, held: str) -> None:
    put_offer(app, held, answer=OfferAnswer.NO_ANSWER, answered_at=now())
    old = offers(app)[0].ref
    put_offer(app, held)
    refused = sign_in_as("worker.wall").post(f"/referrals/{held}/answer", data={"offer": old, "answer": "accepted"})
    assert refused.status_code == 409
    assert "Somebody else did something about this referral" in refused.text
    assert offers(app)[1].answer is OfferAnswer.OPEN


def test_an_answer_needs_an_offer(app: Flask, sign_in_as: SignIn, held: str) -> None:
    refused = answer(sign_in_as("worker.wall"), app, held, answer="accepted")
    assert refused.status_code == 409
    assert "No offer waits for her answer" in refused.text


def test_the_refuge_that_only_holds_the_bed_does_not_answer_for_her(app: Flask, sign_in_as: SignIn) -> None:
    ref = clear(app)
    put_hold(app, ref, bed_ref(app, "Panahghar"))
    put_offer(app, ref)
    assert answer(sign_in_as("worker.wall"), app, ref, answer="accepted").status_code == 409
    assert offers(app)[0].answer is OfferAnswer.OPEN
