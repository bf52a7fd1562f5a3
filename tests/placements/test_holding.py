"""Holding a bed: by whom, for whom, until when, against what; holding it longer, and letting it go."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select

from refuge.beds.models import Bed, HoldEnd
from refuge.database import now
from refuge.london import clock_words, london_date
from refuge.once import new_key
from refuge.placements.models import RuleSet, TakingOver
from refuge.referrals.models import Recourse, Referral, ReferralState
from tests.builders import Pilot
from tests.placements.deciding import (
    WHY,
    asked,
    audited,
    bed_ref,
    blocked,
    boxes,
    clear,
    database_of,
    facts_asked,
    holds,
    person_ref,
    put_closure,
    put_hold,
    put_offer,
    put_override,
    put_stay,
    quick,
    referral_of,
    say,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask
    from flask.testing import FlaskClient
    from werkzeug.test import TestResponse

    SignIn = Callable[[str], FlaskClient]


def send(browser: FlaskClient, ref: str, bed: str, **told: Any) -> TestResponse:  # noqa: ANN401  any field
    return browser.post(f"/referrals/{ref}/hold", data={"bed": bed, "key": new_key(), "how_long": "usual", **told})


def overriding(app: Flask, second: str = "manager.wall", reason: str = WHY) -> dict[str, str]:
    return {"override_reason": reason, "second": person_ref(app, second)}


# ── Holding


def test_one_press_holds_a_free_bed_as_long_as_usual(app: Flask, sign_in_as: SignIn) -> None:
    ref, bed = clear(app), bed_ref(app)
    answer = quick(sign_in_as("worker.wall"), ref, bed)
    assert (answer.status_code, answer.location) == (302, f"/referrals/{ref}")
    [hold] = holds(app)
    assert hold.until_at - hold.from_at == timedelta(hours=24)
    assert referral_of(app, ref).state is ReferralState.HELD
    assert audited(app, "hold.made") == [(ref, {"bed": bed, "hours": 24.0})]


def test_the_hours_are_those_of_the_network(app: Flask, sign_in_as: SignIn) -> None:
    with database_of(app).write() as db:
        db.add(
            RuleSet(
                network_id=Pilot().agency(db, "Wall agency").network_id, version=1, from_at=now(), strictness={},
                days_ahead=0, round_the_clock_from={}, goals=[], hold_hours=3, hold_hours_longest=4,
            ),
        )  # fmt: skip
    quick(sign_in_as("worker.wall"), clear(app), bed_ref(app))
    assert holds(app)[0].until_at - holds(app)[0].from_at == timedelta(hours=3)


def test_a_hold_sent_twice_is_made_once_and_leads_to_the_same_place(app: Flask, sign_in_as: SignIn) -> None:
    browser, ref, bed, key = sign_in_as("worker.wall"), clear(app), bed_ref(app), new_key()
    answers = [quick(browser, ref, bed, key) for _ in range(2)]
    assert [answer.location for answer in answers] == [f"/referrals/{ref}"] * 2
    assert len(holds(app)) == 1


def test_two_presses_at_one_moment_hold_once_and_lead_to_the_same_place(app: Flask, sign_in_as: SignIn) -> None:
    browsers, ref, bed, key = [sign_in_as("worker.wall") for _ in range(2)], clear(app), bed_ref(app), new_key()
    start = Barrier(2)

    def press(browser: FlaskClient) -> TestResponse:
        start.wait(30)
        return quick(browser, ref, bed, key)

    with ThreadPoolExecutor(2) as people:
        answers = list(people.map(press, browsers))
    assert [answer.location for answer in answers] == [f"/referrals/{ref}"] * 2
    assert len(holds(app)) == 1


def test_the_form_keeps_why_and_until_when(app: Flask, sign_in_as: SignIn) -> None:
    until = now() + timedelta(hours=30)
    told = {"how_long": "other", "until_time": clock_words(until), "reason": "Arrives by train"}
    send(sign_in_as("worker.wall"), clear(app), bed_ref(app), **told, **boxes("until", london_date(until)))
    [hold] = holds(app)
    assert hold.reason == "Arrives by train"
    assert abs(hold.until_at - until) < timedelta(minutes=1)


@pytest.mark.parametrize(
    ("hours", "said"), [(-2, "Enter a time later than now"), (73, "A bed is held for 72 hours at most")]
)
def test_a_hold_ends_in_the_future_and_within_what_the_network_allows(
    app: Flask, sign_in_as: SignIn, hours: float, said: str
) -> None:
    until = now() + timedelta(hours=hours)
    told = {"how_long": "other", "until_time": clock_words(until), **boxes("until", london_date(until))}
    answer = send(sign_in_as("worker.wall"), clear(app), bed_ref(app), **told)
    assert answer.status_code == 409
    assert said in answer.text
    assert holds(app) == []


@pytest.mark.parametrize(
    "told", [{"until_time": "17:00"}, boxes("until", london_date(now()))], ids=["no day", "no time"]
)
def test_another_time_needs_a_day_and_a_time(app: Flask, sign_in_as: SignIn, told: dict[str, Any]) -> None:
    answer = send(sign_in_as("worker.wall"), clear(app), bed_ref(app), how_long="other", **told)
    assert answer.status_code == 422
    assert "until which it is held" in answer.text


def test_without_a_bed_she_is_led_to_choose_one(app: Flask, sign_in_as: SignIn) -> None:
    ref = clear(app)
    for answer in (sign_in_as("worker.wall").get(f"/referrals/{ref}/hold"), quick(sign_in_as("worker.wall"), ref, "")):
        assert answer.location == f"/referrals/{ref}/beds"


def test_a_bed_of_another_network_cannot_be_held(app: Flask, sign_in_as: SignIn) -> None:
    assert quick(sign_in_as("worker.wall"), clear(app), bed_ref(app, "Elsewhere")).status_code == 404


# ── Whose bed, whose record


def test_a_bed_of_another_refuge_is_held_for_a_woman_who_agreed_to_share(app: Flask, sign_in_as: SignIn) -> None:
    ref = clear(app)
    assert quick(sign_in_as("worker.wall"), ref, bed_ref(app, "Panahghar")).status_code == 302
    page = sign_in_as("worker.panahghar").get(f"/referrals/{ref}").text
    assert "Panahghar Room 1 is held for her" in page
    assert "Offer it to her" in page


def test_a_woman_who_did_not_agree_to_share_has_beds_of_her_own_refuge_only(app: Flask, sign_in_as: SignIn) -> None:
    browser, ref = sign_in_as("worker.wall"), clear(app, shared=False)
    answer = quick(browser, ref, bed_ref(app, "Panahghar"))
    assert answer.status_code == 409
    assert "She did not agree that this refuge may see her referral" in answer.text
    forced = send(browser, ref, bed_ref(app, "Panahghar"), **overriding(app, "manager.panahghar"))
    assert forced.status_code == 409
    assert holds(app) == []
    assert quick(browser, ref, bed_ref(app)).status_code == 302


def test_the_record_of_an_agency_that_only_refers_moves_to_the_refuge_that_holds(
    app: Flask, sign_in_as: SignIn
) -> None:
    ref = clear(app, "referrer")
    quick(sign_in_as("worker.wall"), ref, bed_ref(app))
    with database_of(app).reading() as db:
        assert referral_of(app, ref).agency_id == Pilot().agency(db, "Wall agency").id
        assert db.scalars(select(TakingOver.from_agency_id)).one() == Pilot().agency(db, "Police").id


def test_the_record_of_another_refuge_stays_where_it_is_until_she_moves_in(app: Flask, sign_in_as: SignIn) -> None:
    ref = clear(app, "worker.panahghar")
    quick(sign_in_as("worker.wall"), ref, bed_ref(app))
    assert audited(app, "referral.taken_over") == []


# ── A bed that is not free


@pytest.mark.parametrize(
    ("move_on", "said"),
    [
        (None, "Somebody lives in Room 1. Choose another bed."),
        (timedelta(days=2), "A bed can be held once she has left"),
        (timedelta(days=-1), "must first note that she has left"),
    ],
    ids=["no plan", "soon", "past her day"],
)
def test_a_bed_that_somebody_lives_in_is_not_held_whatever_day_she_is_expected_to_leave(
    app: Flask, sign_in_as: SignIn, move_on: timedelta | None, said: str
) -> None:
    bed = bed_ref(app)
    put_stay(app, bed, move_on=None if move_on is None else london_date(now()) + move_on)
    browser, ref = sign_in_as("worker.wall"), clear(app)
    for answer in (browser.get(f"/referrals/{ref}/hold?bed={bed}"), quick(browser, ref, bed)):
        assert answer.status_code == 409
        assert said in answer.text
    assert holds(app) == []


def test_a_closed_bed_is_not_held(app: Flask, sign_in_as: SignIn) -> None:
    bed = bed_ref(app)
    put_closure(app, bed)
    answer = quick(sign_in_as("worker.wall"), clear(app), bed)
    assert answer.status_code == 409
    assert "Room 1 is closed" in answer.text


def test_a_bed_that_will_be_closed_is_held_until_then_at_the_latest(app: Flask, sign_in_as: SignIn) -> None:
    bed = bed_ref(app)
    put_closure(app, bed, hours=6)
    answer = quick(sign_in_as("worker.wall"), clear(app), bed)
    assert answer.status_code == 409
    assert "is free only until" in answer.text
    until = now() + timedelta(hours=4)
    told = {"how_long": "other", "until_time": clock_words(until), **boxes("until", london_date(until))}
    assert send(sign_in_as("worker.wall"), clear(app), bed, **told).status_code == 302


def test_a_bed_that_is_out_of_use_is_not_held(app: Flask, sign_in_as: SignIn) -> None:
    bed = bed_ref(app)
    with database_of(app).write() as db:
        db.scalars(select(Bed).where(Bed.ref == bed)).one().retired_on = london_date(now())
    answer = quick(sign_in_as("worker.wall"), clear(app), bed)
    assert answer.status_code == 409
    assert "no longer in use" in answer.text


def test_a_held_bed_is_not_held_again_and_another_refuge_does_not_learn_for_whom(
    app: Flask, sign_in_as: SignIn
) -> None:
    bed, first = bed_ref(app), clear(app)
    put_hold(app, first, bed)
    answer = quick(sign_in_as("worker.panahghar"), clear(app, "worker.panahghar"), bed)
    assert answer.status_code == 409
    assert "has just been held for somebody else" in answer.text
    assert first not in answer.text


def test_a_woman_has_one_bed_held_at_a_time(app: Flask, sign_in_as: SignIn) -> None:
    ref = clear(app)
    put_hold(app, ref, bed_ref(app))
    answer = quick(sign_in_as("worker.wall"), ref, bed_ref(app, room="Room 2"))
    assert answer.status_code == 409
    assert "A bed is held for her already" in answer.text


@pytest.mark.parametrize("state", [ReferralState.PLACED, ReferralState.WITHDRAWN])
def test_nothing_is_held_for_a_woman_who_does_not_wait(app: Flask, sign_in_as: SignIn, state: ReferralState) -> None:
    closed_at = now() if state is ReferralState.WITHDRAWN else None
    ref = clear(app, state=state, closed_at=closed_at)
    answer = quick(sign_in_as("worker.wall"), ref, bed_ref(app))
    assert answer.status_code == 409
    assert "no longer waits" in answer.text


# ── Against a barrier


def test_the_form_lists_what_is_in_the_way_and_what_must_be_asked_first(app: Flask, sign_in_as: SignIn) -> None:
    browser, bed = sign_in_as("worker.wall"), bed_ref(app)
    page = browser.get(f"/referrals/{blocked(app)}/hold?bed={bed}").text
    assert "In the way" in page
    assert "Who else decided this with you?" in page
    asks = browser.get(f"/referrals/{clear(app, pets=None)}/hold?bed={bed}").text
    assert "Ask first" in asks
    assert "Who else decided this with you?" not in asks


def test_one_press_does_not_override_what_is_in_the_way(app: Flask, sign_in_as: SignIn) -> None:
    answer = quick(sign_in_as("worker.wall"), blocked(app), bed_ref(app))
    assert answer.status_code == 409
    assert "Something stands in the way (takes no pets)" in answer.text
    assert "Who else decided this with you?" in answer.text
    assert holds(app) == []


@pytest.mark.parametrize(
    ("second", "reason", "said"),
    [
        ("manager.wall", "because", "Say why it is right all the same"),
        ("worker.wall", WHY, "Choose the second person"),
        ("manager.panahghar", WHY, "Choose the second person"),
        ("practitioner", WHY, "Choose the second person"),
    ],
    ids=["no reason", "herself", "another refuge", "no refuge"],
)
def test_an_override_needs_a_reason_and_somebody_else_of_the_refuge(
    app: Flask, sign_in_as: SignIn, second: str, reason: str, said: str
) -> None:
    answer = send(sign_in_as("worker.wall"), blocked(app), bed_ref(app), **overriding(app, second, reason))
    assert answer.status_code == 409
    assert said in answer.text
    assert holds(app) == []


def test_somebody_who_cannot_sign_in_any_more_is_no_second_person(app: Flask, sign_in_as: SignIn) -> None:
    with database_of(app).write() as db:
        Pilot().person(db, "manager.wall").disabled_at = now()
    answer = send(sign_in_as("worker.wall"), blocked(app), bed_ref(app), **overriding(app))
    assert "Choose the second person" in answer.text


def test_with_a_reason_and_a_second_person_it_is_held_and_she_is_asked(app: Flask, sign_in_as: SignIn) -> None:
    ref = blocked(app)
    assert send(sign_in_as("worker.wall"), ref, bed_ref(app), **overriding(app)).status_code == 302
    question = asked(app).ref
    assert facts_asked(app, question) == {("pets", "", "Takes no pets; she brings 2.")}
    told = {"about": "hold", "barriers": ["pets"], "bed": bed_ref(app), "second": person_ref(app, "manager.wall")}
    assert audited(app, "second.asked") == [(ref, told)]
    manager = sign_in_as("manager.wall")
    assert "holds this bed against what stands in the way. Do you agree?" in manager.get("/").text
    assert "Do you agree?" not in sign_in_as("worker.wall").get("/").text
    page = manager.get(f"/asked/{question}").text
    assert WHY in page
    assert "Takes no pets; she brings 2." in page


def test_the_second_persons_no_is_shown_to_whoever_holds(app: Flask, sign_in_as: SignIn) -> None:
    ref = blocked(app)
    put_hold(app, ref, bed_ref(app))
    question = put_override(app, ref, second="manager.wall")
    manager, worker = sign_in_as("manager.wall"), sign_in_as("worker.wall")
    assert say(manager, app, question, "no").status_code == 302
    assert audited(app, "second.answered") == [(ref, {"about": "hold", "agrees": False})]
    assert "said no: she cannot be admitted to this bed" in worker.get("/").text
    page = worker.get(f"/referrals/{ref}").text
    assert "was answered NO. She cannot be admitted" in page
    assert "She has moved in" not in page
    assert "Hold it longer" not in page
    assert page.index(f'class="govuk-button" href="/referrals/{ref}/release"')
    assert "Do you agree?" not in manager.get("/").text
    say(manager, app, question, "yes")
    today = worker.get("/").text
    assert "said no" not in today
    assert "said yes: she can be admitted to this bed" in today


def test_a_yes_to_one_bed_is_no_yes_to_another_that_was_held_meanwhile(app: Flask, sign_in_as: SignIn) -> None:
    ref, browser = blocked(app), sign_in_as("worker.wall")
    send(browser, ref, bed_ref(app), **overriding(app))
    first = asked(app).ref
    let_go(browser, app, ref)
    send(browser, ref, bed_ref(app, room="Room 2"), **overriding(app))
    manager = sign_in_as("manager.wall")
    assert say(manager, app, first, "yes").status_code == 404
    second = asked(app).ref
    answer = say(manager, app, second, "yes", version="1")
    assert answer.status_code == 409
    assert "Room 2" in answer.text
    assert audited(app, "second.answered") == []


def test_nobody_overrides_that_there_is_no_place_to_sleep(app: Flask, sign_in_as: SignIn) -> None:
    ref = clear(app, adult_dependants=3)
    answer = send(sign_in_as("worker.wall"), ref, bed_ref(app), **overriding(app))
    assert answer.status_code == 409
    assert "does not sleep everybody who comes with her" in answer.text
    assert holds(app) == []


def test_the_audit_says_neither_how_a_place_is_paid_for_nor_that_there_is_somebody_to_avoid(
    app: Flask, sign_in_as: SignIn
) -> None:
    ref = blocked(app)
    with database_of(app).write() as db:
        her = db.scalars(select(Referral).where(Referral.ref == ref)).unique().one()
        db.add(Recourse(referral_id=her.id, status="NRPF_CONDITION"))
        Pilot().refuge(db, "WALL").nrpf_places = 0
    assert send(sign_in_as("worker.wall"), ref, bed_ref(app), **overriding(app)).status_code == 302
    assert audited(app, "second.asked")[0][1]["barriers"] == ["pets"]
    assert "no_funded_place" in {code for code, _, _ in facts_asked(app, asked(app).ref)}


@pytest.mark.parametrize("who", ["worker.wall", "worker.panahghar"])
def test_nobody_but_the_second_person_answers_for_her(app: Flask, sign_in_as: SignIn, who: str) -> None:
    ref = blocked(app)
    put_hold(app, ref, bed_ref(app))
    question = put_override(app, ref, second="manager.wall")
    browser = sign_in_as(who)
    assert browser.get(f"/asked/{question}").status_code == 404
    assert say(browser, app, question, "yes").status_code == 404
    assert audited(app, "second.answered") == []


def test_an_answer_to_an_override_is_a_yes_or_a_no(app: Flask, sign_in_as: SignIn) -> None:
    ref = blocked(app)
    put_hold(app, ref, bed_ref(app))
    question = put_override(app, ref, second="manager.wall")
    answer = sign_in_as("manager.wall").post(f"/asked/{question}", data={})
    assert answer.status_code == 422
    assert "Say whether you agree" in answer.text


# ── Holding it longer


def renew(browser: FlaskClient, app: Flask, ref: str, version: str = "") -> TestResponse:
    """Press the button that holds a bed longer, on a page that shows the referral as it is."""
    return browser.post(f"/referrals/{ref}/renew", data={"version": version or str(referral_of(app, ref).version)})


def test_a_renewal_from_a_page_that_is_out_of_date_asks_again(app: Flask, sign_in_as: SignIn) -> None:
    ref, browser = clear(app), sign_in_as("worker.wall")
    put_hold(app, ref, bed_ref(app), hours=1)
    shown = str(referral_of(app, ref).version)
    assert f'name="version" value="{shown}"' in browser.get(f"/referrals/{ref}").text
    browser.post(f"/referrals/{ref}/offer", data={"told_how": "in_person", "key": new_key()})
    late = renew(browser, app, ref, version=shown)
    assert late.status_code == 409
    assert "Somebody else did something about this referral" in late.text
    assert "Offered" in late.text
    assert holds(app)[0].renewed_at is None
    assert renew(browser, app, ref).status_code == 302


def test_a_hold_is_renewed_once(app: Flask, sign_in_as: SignIn) -> None:
    ref, browser = clear(app), sign_in_as("worker.wall")
    put_hold(app, ref, bed_ref(app), hours=1)
    assert renew(browser, app, ref).status_code == 302
    [hold] = holds(app)
    assert timedelta(hours=23.9) < hold.until_at - now() <= timedelta(hours=24)
    assert audited(app, "hold.renewed")[0][0] == ref
    again = renew(browser, app, ref)
    assert again.status_code == 409
    assert "renewed once already" in again.text
    assert "Hold it longer" not in browser.get(f"/referrals/{ref}").text


@pytest.mark.parametrize("hours", [30, 23.9])
def test_a_renewal_adds_what_is_allowed_where_the_usual_time_adds_little(
    app: Flask, sign_in_as: SignIn, hours: float
) -> None:
    ref = clear(app)
    put_hold(app, ref, bed_ref(app), hours=hours)
    renew(sign_in_as("worker.wall"), app, ref)
    assert timedelta(hours=71.9) < holds(app)[0].until_at - now() <= timedelta(hours=72)


def test_a_renewal_does_not_reach_into_a_closure_that_is_planned(app: Flask, sign_in_as: SignIn) -> None:
    ref, bed = clear(app), bed_ref(app)
    put_hold(app, ref, bed, hours=1)
    put_closure(app, bed, hours=3)
    answer = renew(sign_in_as("worker.wall"), app, ref)
    assert answer.status_code == 409
    assert holds(app)[0].renewed_at is None


# ── Letting it go


def let_go(browser: FlaskClient, app: Flask, ref: str, **told: str) -> TestResponse:
    data = {"reason": "not_coming", "version": str(referral_of(app, ref).version), **told}
    return browser.post(f"/referrals/{ref}/release", data=data)


@pytest.mark.parametrize("who", ["worker.wall", "manager.wall", "worker.panahghar", "manager.panahghar"])
def test_whoever_holds_it_and_whose_bed_it_is_can_let_it_go(app: Flask, sign_in_as: SignIn, who: str) -> None:
    ref, bed = clear(app), bed_ref(app, "Panahghar")
    put_hold(app, ref, bed)
    put_offer(app, ref)
    assert let_go(sign_in_as(who), app, ref).status_code == 302
    assert holds(app)[0].ended_how is HoldEnd.RELEASED
    assert referral_of(app, ref).state is ReferralState.WAITING
    assert holds(app)[0].release_reason
    assert audited(app, "hold.released") == [(ref, {"bed": bed, "reason": "not_coming"})]
    assert quick(sign_in_as("worker.wall"), ref, bed).status_code == 302


@pytest.mark.parametrize("path", ["release", "renew"])
def test_a_third_refuge_neither_lets_it_go_nor_holds_it_longer(app: Flask, sign_in_as: SignIn, path: str) -> None:
    ref = clear(app, "worker.panahghar")
    put_hold(app, ref, bed_ref(app), by="worker.wall")
    answer = sign_in_as("worker.panahghar").post(f"/referrals/{ref}/{path}", data={"reason": "not_coming"})
    assert answer.status_code == 409
    assert "WALL" not in answer.text
    page = sign_in_as("worker.panahghar").get(f"/referrals/{ref}").text
    assert "A bed of the network is held for her" in page
    assert "WALL" not in page


def test_letting_it_go_needs_a_reason(app: Flask, sign_in_as: SignIn) -> None:
    ref = clear(app)
    put_hold(app, ref, bed_ref(app))
    answer = let_go(sign_in_as("worker.wall"), app, ref, reason="")
    assert answer.status_code == 422
    assert "Choose why you let it go" in answer.text


def test_a_form_that_is_out_of_date_lets_nothing_go_and_shows_how_it_is_now(app: Flask, sign_in_as: SignIn) -> None:
    ref, browser = clear(app), sign_in_as("worker.wall")
    put_hold(app, ref, bed_ref(app))
    version = str(referral_of(app, ref).version)
    renew(sign_in_as("manager.wall"), app, ref)
    answer = let_go(browser, app, ref, version=version)
    assert answer.status_code == 409
    assert "Somebody else did something about this referral" in answer.text
    assert "renewed" in answer.text
    assert holds(app)[0].ended_at is None


def test_there_is_nothing_to_let_go_where_nothing_is_held(app: Flask, sign_in_as: SignIn) -> None:
    answer = sign_in_as("worker.wall").get(f"/referrals/{clear(app)}/release")
    assert answer.status_code == 409
    assert "No bed is held for her any more" in answer.text
