"""A second person is asked herself, about facts: nothing is done past what nobody said yes to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select

from refuge.beds.models import Hold
from refuge.database import now
from refuge.once import new_key
from refuge.placements.models import AskedAbout, BedMove
from refuge.referrals.models import AdmissionCheck, CheckState, ConflictPair, Referral, ReferralState
from tests.builders import Pilot
from tests.placements.deciding import (
    WHY,
    asked,
    audited,
    bed_ref,
    blocked,
    clear,
    database_of,
    facts_asked,
    person_ref,
    put_hold,
    put_override,
    put_stay,
    say,
    stays,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask
    from flask.testing import FlaskClient
    from werkzeug.test import TestResponse

    SignIn = Callable[[str], FlaskClient]

NEARER = "Nearer to the office, for her safety"


def must_not_meet(app: Flask, ref: str, stay: str) -> str:
    """Say that a woman must not meet a resident; return the ref of the resident's referral."""
    with database_of(app).write() as db:
        her = db.scalars(select(Referral).where(Referral.ref == ref)).unique().one()
        other_id = next(row.referral_id for row in stays(app) if row.ref == stay)
        low, high = sorted((her.id, other_id))
        db.add(ConflictPair(low_id=low, high_id=high, recorded_at=now(), found_by="ref"))
        return db.get_one(Referral, other_id).ref


def admit(browser: FlaskClient, ref: str, **told: str) -> TestResponse:
    return browser.post(f"/referrals/{ref}/admit", data={"when": "now", "came": "today", "key": new_key(), **told})


# ── Of facts, not of kinds


def test_another_conflict_that_comes_up_is_not_covered_by_the_one_that_was_overridden(
    app: Flask, sign_in_as: SignIn
) -> None:
    ref, worker = clear(app), sign_in_as("worker.wall")
    first = must_not_meet(app, ref, put_stay(app, bed_ref(app, room="Room 2")))
    put_hold(app, ref, bed_ref(app))
    question = put_override(app, ref, second="manager.wall", agrees=True)
    assert {about for _, about, _ in facts_asked(app, question)} == {first}
    second = must_not_meet(app, ref, put_stay(app, bed_ref(app, room="Room 3")))
    answer = admit(worker, ref)
    assert answer.status_code == 409
    assert "stands in the way since it was held (somebody there whom she must not meet)" in answer.text
    assert first not in answer.text
    assert second not in answer.text
    assert stays(app)[-1].referral_id != stays(app)[0].referral_id
    page = sign_in_as("manager.wall").get(f"/asked/{question}").text
    assert "Come up since, and not asked about" in page
    assert first not in page
    assert second not in page


def test_what_was_overridden_still_covers_that_one_conflict(app: Flask, sign_in_as: SignIn) -> None:
    ref = clear(app)
    must_not_meet(app, ref, put_stay(app, bed_ref(app, room="Room 2")))
    put_hold(app, ref, bed_ref(app))
    put_override(app, ref, second="manager.wall", agrees=True)
    assert admit(sign_in_as("worker.wall"), ref).status_code == 302


def test_a_fact_that_got_worse_is_another_fact(app: Flask, sign_in_as: SignIn) -> None:
    ref = blocked(app)
    put_hold(app, ref, bed_ref(app))
    put_override(app, ref, second="manager.wall", agrees=True)
    with database_of(app).write() as db:
        db.scalars(select(Referral).where(Referral.ref == ref)).unique().one().pets = 3
    assert admit(sign_in_as("worker.wall"), ref).status_code == 409


def test_a_bed_is_not_offered_against_what_came_up_since_it_was_held(app: Flask, sign_in_as: SignIn) -> None:
    ref, worker = clear(app), sign_in_as("worker.wall")
    put_hold(app, ref, bed_ref(app))
    must_not_meet(app, ref, put_stay(app, bed_ref(app, room="Room 2")))
    answer = worker.post(f"/referrals/{ref}/offer", data={"told_how": "in_person", "key": new_key()})
    assert answer.status_code == 409
    assert "Something stands in the way" in answer.text


def test_the_audit_never_says_whom_an_override_was_about(app: Flask, sign_in_as: SignIn) -> None:
    ref, worker = clear(app), sign_in_as("worker.wall")
    other = must_not_meet(app, ref, put_stay(app, bed_ref(app, room="Room 2")))
    told = {"override_reason": WHY, "second": person_ref(app, "manager.wall"), "how_long": "usual"}
    worker.post(f"/referrals/{ref}/hold", data={"bed": bed_ref(app), "key": new_key(), **told})
    [(_, facts)] = audited(app, "second.asked")
    assert facts["barriers"] == []
    assert other not in str(facts)


# ── Checks: a manager, by name


@pytest.fixture(params=[None, CheckState.ASKED, CheckState.CONCERN], ids=["none", "asked", "concern"])
def unchecked(app: Flask, request: pytest.FixtureRequest) -> str:
    """A referral for which a bed is held, with a check that is not done."""
    ref = clear(app)
    put_hold(app, ref, bed_ref(app))
    with database_of(app).write() as db:
        check = db.scalars(select(AdmissionCheck)).one()
        if request.param is None:
            db.delete(check)
        else:
            check.state = request.param
    return ref


def ask_manager(browser: FlaskClient, app: Flask, ref: str, **told: str) -> TestResponse:
    data = {"do": "ask", "manager": person_ref(app, "manager.wall"), "ask_reason": WHY, **told}
    return admit(browser, ref, **data)


def test_a_check_that_is_not_done_needs_a_manager_who_says_so_herself(
    app: Flask, sign_in_as: SignIn, unchecked: str
) -> None:
    worker, manager = sign_in_as("worker.wall"), sign_in_as("manager.wall")
    page = worker.get(f"/referrals/{unchecked}/admit").text
    assert "Not done, or a concern" in page
    assert "I decide to admit her" not in page
    assert admit(worker, unchecked, decided="y", ask_reason=WHY).status_code == 409  # nobody ticks for a manager
    assert ask_manager(worker, app, unchecked).status_code == 302
    refused = admit(worker, unchecked)
    assert refused.status_code == 409
    assert "was asked to decide, and has not answered yet" in refused.text
    question = asked(app, AskedAbout.CHECKS).ref
    assert "wants to admit her although a check is not done" in manager.get("/").text
    assert WHY in manager.get(f"/asked/{question}").text
    say(manager, app, question, "yes")
    assert "said yes: she can be admitted although the check is not done" in worker.get("/").text
    assert admit(worker, unchecked).status_code == 302
    assert audited(app, "stay.began")[0][1]["checks"] == ["background"]
    assert "said yes" not in worker.get("/").text


def test_a_manager_who_admits_her_decides_herself_and_says_why(app: Flask, sign_in_as: SignIn, unchecked: str) -> None:
    manager = sign_in_as("manager.wall")
    assert "tick that you decide" in admit(manager, unchecked).text
    assert "in 10 characters or more" in admit(manager, unchecked, decided="y").text
    assert admit(manager, unchecked, decided="y", ask_reason=WHY).status_code == 302
    kept = asked(app, AskedAbout.CHECKS)
    assert (kept.by_id, kept.agrees, kept.reason) == (kept.second_id, True, WHY)


def test_a_managers_no_is_not_outflanked_by_asking_another(app: Flask, sign_in_as: SignIn, unchecked: str) -> None:
    with database_of(app).write() as db:
        Pilot().person(db, "worker.panahghar").agency_id = Pilot().person(db, "manager.wall").agency_id
        other = Pilot().person(db, "worker.panahghar")
        other.role = Pilot().person(db, "manager.wall").role
        other_ref = other.ref
    worker = sign_in_as("worker.wall")
    ask_manager(worker, app, unchecked)
    say(sign_in_as("manager.wall"), app, asked(app, AskedAbout.CHECKS).ref, "no")
    again = ask_manager(worker, app, unchecked, manager=other_ref)
    assert again.status_code == 409
    assert "only she can change what she said" in again.text
    assert admit(worker, unchecked).status_code == 409


def test_whoever_does_not_answer_can_be_replaced_and_her_question_is_over(
    app: Flask, sign_in_as: SignIn, unchecked: str
) -> None:
    worker, manager = sign_in_as("worker.wall"), sign_in_as("manager.wall")
    ask_manager(worker, app, unchecked)
    first = asked(app, AskedAbout.CHECKS).ref
    ask_manager(worker, app, unchecked)
    assert say(manager, app, first, "yes").status_code == 404
    assert admit(worker, unchecked).status_code == 409


@pytest.mark.parametrize("who", ["worker.wall", "manager.panahghar", "practitioner"])
def test_only_a_manager_of_the_refuge_can_be_asked(app: Flask, sign_in_as: SignIn, unchecked: str, who: str) -> None:
    answer = ask_manager(sign_in_as("worker.wall"), app, unchecked, manager=person_ref(app, who))
    assert answer.status_code == 409
    assert "Choose the manager who decides" in answer.text


def test_a_yes_to_a_check_that_was_asked_for_is_no_yes_to_a_concern(app: Flask, sign_in_as: SignIn) -> None:
    ref, worker = clear(app), sign_in_as("worker.wall")
    put_hold(app, ref, bed_ref(app))
    with database_of(app).write() as db:
        db.scalars(select(AdmissionCheck)).one().state = CheckState.ASKED
    ask_manager(worker, app, ref)
    say(sign_in_as("manager.wall"), app, asked(app, AskedAbout.CHECKS).ref, "yes")
    with database_of(app).write() as db:
        db.scalars(select(AdmissionCheck)).one().state = CheckState.CONCERN
    assert admit(worker, ref).status_code == 409


# ── Moves


def move(browser: FlaskClient, app: Flask, ref: str, **told: Any) -> TestResponse:  # noqa: ANN401  any field
    version = next(str(row.version) for row in stays(app) if row.ref == ref)
    return browser.post(f"/residents/{ref}/move", data={"version": version, **told})


def test_a_move_past_what_is_in_the_way_waits_for_the_second_persons_yes(app: Flask, sign_in_as: SignIn) -> None:
    worker, manager = sign_in_as("worker.wall"), sign_in_as("manager.wall")
    ref, bed = put_stay(app, bed_ref(app), pets=2), bed_ref(app, room="Room 2")
    answer = move(worker, app, ref, bed=bed, reason=NEARER)
    assert answer.status_code == 409
    assert "Something stands in the way (takes no pets)" in answer.text
    assert "Ask this person first" in answer.text
    told = {"bed": bed, "reason": NEARER, "second": person_ref(app, "manager.wall")}
    assert move(worker, app, ref, **told).status_code == 409  # naming her is not asking her
    assert move(worker, app, ref, do="ask", **told).status_code == 302
    assert len(stays(app)) == 1
    assert "has not answered yet" in move(worker, app, ref, **told).text
    assert "was asked if she may move to Room 2" in worker.get(f"/residents/{ref}").text
    question = asked(app, AskedAbout.MOVE).ref
    assert "wants to move her there against what stands in the way" in manager.get("/").text
    say(manager, app, question, "yes")
    assert "said yes: she can be moved there" in worker.get("/").text
    assert move(worker, app, ref, **told).status_code == 302
    with database_of(app).reading() as db:
        kept = db.scalars(select(BedMove)).one()
        assert kept.second_id == Pilot().person(db, "manager.wall").id
    assert audited(app, "stay.moved")[0][1]["barriers"] == ["pets"]


def test_a_no_keeps_her_where_she_is(app: Flask, sign_in_as: SignIn) -> None:
    worker, ref = sign_in_as("worker.wall"), put_stay(app, bed_ref(app), pets=2)
    told = {"bed": bed_ref(app, room="Room 2"), "reason": NEARER, "second": person_ref(app, "manager.wall")}
    move(worker, app, ref, do="ask", **told)
    say(sign_in_as("manager.wall"), app, asked(app, AskedAbout.MOVE).ref, "no")
    assert "only she can change what she said" in move(worker, app, ref, **told).text
    assert len(stays(app)) == 1


def test_a_yes_to_a_move_is_for_that_bed_and_those_facts(app: Flask, sign_in_as: SignIn) -> None:
    worker, ref = sign_in_as("worker.wall"), put_stay(app, bed_ref(app), pets=2)
    told = {"bed": bed_ref(app, room="Room 2"), "reason": NEARER, "second": person_ref(app, "manager.wall")}
    move(worker, app, ref, do="ask", **told)
    say(sign_in_as("manager.wall"), app, asked(app, AskedAbout.MOVE).ref, "yes")
    assert move(worker, app, ref, **{**told, "bed": bed_ref(app, room="Room 3")}).status_code == 409
    with database_of(app).write() as db:
        db.get_one(Referral, stays(app)[0].referral_id).pets = 3
    assert "that nobody was asked about" in move(worker, app, ref, **told).text


@pytest.mark.parametrize(
    ("changed", "said"),
    [({"reason": "no"}, "in 10 characters or more"), ({"second": ""}, "Choose the second person")],
)
def test_a_move_is_asked_about_with_a_reason_and_a_name(
    app: Flask, sign_in_as: SignIn, changed: dict[str, str], said: str
) -> None:
    ref = put_stay(app, bed_ref(app), pets=2)
    told = {"bed": bed_ref(app, room="Room 2"), "reason": NEARER, "second": person_ref(app, "manager.wall")}
    answer = move(sign_in_as("worker.wall"), app, ref, do="ask", **{**told, **changed})
    assert answer.status_code == 409
    assert said in answer.text


def test_nobody_moves_a_household_to_a_bed_that_does_not_sleep_it(app: Flask, sign_in_as: SignIn) -> None:
    ref = put_stay(app, bed_ref(app), adult_dependants=3)
    answer = move(sign_in_as("worker.wall"), app, ref, bed=bed_ref(app, room="Room 2"), reason=NEARER)
    assert answer.status_code == 409
    assert "does not sleep everybody" in answer.text


# ── The question


def test_a_question_is_over_with_the_hold_that_it_was_about(app: Flask, sign_in_as: SignIn) -> None:
    ref, manager = blocked(app), sign_in_as("manager.wall")
    put_hold(app, ref, bed_ref(app))
    question = put_override(app, ref, second="manager.wall")
    with database_of(app).write() as db:
        db.scalars(select(Hold)).one().until_at = now()
        db.scalars(select(Referral).where(Referral.ref == ref)).unique().one().state = ReferralState.WAITING
    assert manager.get(f"/asked/{question}").status_code == 404
    assert "Do you agree?" not in manager.get("/").text
