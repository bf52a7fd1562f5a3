"""A planned leaving waits for its checklist; one that could not wait never does; a discharge takes three agreements."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select, update
from sqlalchemy.exc import DBAPIError, IntegrityError

from refuge.accounts.models import AgencyKind, Person
from refuge.beds.models import Stay
from refuge.database import new_ref, now
from refuge.london import london_date
from refuge.permissions import Role
from refuge.referrals.models import Answer
from support_plans.categories import Category
from support_plans.leaving import Facts, How, Step, standing, still_open
from support_plans.models import Discharge, Leaving, LeavingStep, SessionNeed, TaskKind
from tests.builders import Pilot
from tests.placements.deciding import audited, boxes, database_of, person_ref
from tests.support_plans.rows import move_to
from tests.support_plans.served import put_leaving, referral_of, resident, rows, send, share_with, tasks

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask
    from flask.testing import FlaskClient
    from werkzeug.test import TestResponse

    SignIn = Callable[[str], FlaskClient]

NOTHING = Facts(
    None, recovery=False, unpaired=False, safe_contact=False, calls_asked=False, her_words=False, destination=False
)
ALL = Facts(True, recovery=False, unpaired=False, safe_contact=True, calls_asked=True, her_words=True, destination=True)


@pytest.fixture
def her(app: Flask) -> str:
    return resident(app, seen_by=["practitioner", "recovery"])


@pytest.fixture
def senior(app: Flask) -> str:
    """Another practitioner of the trust."""
    with database_of(app).write() as db:
        trust = Pilot().agency(db, "Health trust")
        db.add(
            Person(
                ref=new_ref(db, Person), agency_id=trust.id, agency_kind=AgencyKind.MENTAL_HEALTH_TRUST, name="Senior",
                email="senior@example.org", role=Role.PRACTITIONER, created_at=now(),
            ),
        )  # fmt: skip
    return "senior"


def stay_of(app: Flask, ref: str) -> Stay:
    with database_of(app).reading() as db:
        return db.scalars(select(Stay).where(Stay.referral_id == referral_of(db, ref).id)).one()


def leave(app: Flask, browser: FlaskClient, ref: str, planned: str = "yes") -> TestResponse:
    stay = stay_of(app, ref)
    told = {"when": "now", "destination": "PRS", "reason": "ready", "planned": planned, "version": str(stay.version)}
    return browser.post(f"/residents/{stay.ref}/move-on", data=told)


def tell(browser: FlaskClient, ref: str, **told: str) -> TestResponse:
    plain = {"destination": "PRS", "safe_contact": "By text in the morning", "her_words": "I can sleep", "version": "0"}
    return browser.post(f"/care/{ref}/leaving/tell", data={**plain, **told})


# ── The checklist, pure


def test_what_is_there_is_done_and_who_never_came_need_not_discharge() -> None:
    stands = standing(NOTHING)
    assert stands[Step.DISCHARGE] is stands[Step.RECOVERY_HANDOVER] is How.NOT_NEEDED
    assert stands[Step.FINAL_SCORES] is How.DONE
    assert still_open(NOTHING) == [Step.SAFE_CONTACT, Step.CALLS, Step.HER_WORDS, Step.DESTINATION]
    assert still_open(ALL) == []


@given(
    st.builds(
        Facts, st.sampled_from([None, True, False]), st.booleans(), st.booleans(), st.booleans(), st.booleans(),
        st.booleans(), st.booleans(),
        st.dictionaries(st.sampled_from(Step), st.sampled_from([How.DONE, How.NOT_NEEDED])),
    ),
)  # fmt: skip
def test_every_step_stands_somehow_and_what_is_said_is_never_open(facts: Facts) -> None:
    stands = standing(facts)
    assert set(stands) == set(Step)
    assert not set(facts.said) & set(still_open(facts))


# ── The gate


def test_a_planned_leaving_is_refused_with_what_is_open_and_nothing_changes(
    app: Flask, sign_in_as: SignIn, her: str
) -> None:
    answer = leave(app, sign_in_as("worker.wall"), her)
    assert answer.status_code == 409
    for step in (Step.DISCHARGE, Step.RECOVERY_HANDOVER, Step.SAFE_CONTACT, Step.CALLS, Step.HER_WORDS):
        assert step.label in answer.text
    assert "that is never refused" in answer.text
    assert stay_of(app, her).ended_at is None
    assert rows(app, Leaving) == []


def test_one_that_could_not_wait_is_kept_with_what_was_open(app: Flask, sign_in_as: SignIn, her: str) -> None:
    assert leave(app, sign_in_as("worker.wall"), her, "no").status_code == 302
    [row] = rows(app, Leaving)
    assert (row.planned, row.still_open) == (False, 5)
    assert "discharge" in row.open_steps
    assert "Open when she left" in sign_in_as("worker.wall").get(f"/care/{her}/leaving").text
    [(subject, facts)] = audited(app, "leaving.ended")
    assert (subject, facts["planned"], len(facts["open"])) == (her, False, 5)


def test_what_was_asked_for_in_sessions_ends_with_her_time_here(app: Flask, sign_in_as: SignIn, her: str) -> None:
    with database_of(app).write() as db:
        by, referral = Pilot().person(db, "practitioner"), referral_of(db, her)
        db.add(
            SessionNeed(
                ref=new_ref(db, SessionNeed), referral_id=referral.id, agency_id=by.agency_id,
                category=Category.MENTAL_HEALTH, service="one_to_one", discipline="mental_health_practitioner",
                minutes=50, every_days=7, earliest_on=london_date(now()), asked_by_id=by.id, asked_at=now(),
            ),
        )  # fmt: skip
    leave(app, sign_in_as("worker.wall"), her, "no")
    [need] = rows(app, SessionNeed)
    assert (need.ended_at is not None, need.ended_why) == (True, "She has left")


def test_with_everything_seen_to_she_leaves_as_planned(app: Flask, sign_in_as: SignIn, her: str, senior: str) -> None:
    worker, practitioner = sign_in_as("worker.wall"), sign_in_as("practitioner")
    tell(worker, her)
    send(worker, f"/care/{her}/leaving/calls", agreed="no", owner=person_ref(app, "worker.wall"))
    said = {"how": "done", "note": "Community team, accepted by the duty worker"}
    sign_in_as("recovery").post(f"/care/{her}/leaving/steps/recovery_handover", data=said)
    write(practitioner, her, pathway="none_wanted")
    assert leave(app, worker, her).status_code == 409
    share_relation(app, her, senior)
    sign_in_as(senior).post(f"/care/{her}/leaving/discharge/agree", data={"version": "1"})
    assert leave(app, worker, her).status_code == 302
    [row] = rows(app, Leaving)
    assert (row.planned, row.still_open, row.open_steps) == (True, 0, [])


def share_relation(app: Flask, ref: str, name: str) -> None:
    """Let a practitioner work with her."""
    from tests.support_plans.served import allocate  # noqa: PLC0415  of this helper only

    with database_of(app).write() as db:
        allocate(db, referral_of(db, ref), name)


def test_a_step_is_not_needed_only_with_a_reason(app: Flask, sign_in_as: SignIn, her: str) -> None:
    browser, path = sign_in_as("worker.wall"), f"/care/{her}/leaving/steps/discharge"
    assert browser.post(path, data={"how": "done", "note": "It is done"}).status_code == 422
    assert browser.post(path, data={"how": "not_needed", "note": ""}).status_code == 422
    assert browser.post(path, data={"how": "not_needed", "note": "She was never seen"}).status_code == 302
    [step] = rows(app, LeavingStep)
    assert (step.step, step.how) == (Step.DISCHARGE, How.NOT_NEEDED)
    assert browser.get(f"/care/{her}/leaving/steps/nothing").status_code == 404


def test_two_who_speak_of_one_step_at_once_lose_nothing(app: Flask, sign_in_as: SignIn, her: str) -> None:
    first, path = sign_in_as("worker.wall"), f"/care/{her}/leaving/steps/final_scores"
    second = sign_in_as("manager.wall")
    assert first.post(path, data={"how": "not_needed", "note": "She did not want to"}).status_code == 302
    answer = second.post(path, data={"how": "not_needed", "note": "She left at night", "version": "0"})
    assert answer.status_code == 409
    for words in ("She did not want to", "She left at night", "Saved meanwhile"):
        assert words in answer.text
    assert re.search(r'name="version"[^>]*value="1"', answer.text)
    said = {"how": "not_needed", "note": "She left at night", "version": "1"}
    assert second.post(path, data=said).status_code == 302
    assert [(row.note, row.version) for row in rows(app, LeavingStep)] == [("She left at night", 2)]
    assert first.post(path, data={**said, "note": "She came back"}).status_code == 409
    stranger = sign_in_as("recovery").get(path)
    assert stranger.status_code == 409
    assert "She left at night" not in stranger.text


def test_calls_are_made_only_where_she_agreed(app: Flask, sign_in_as: SignIn, her: str) -> None:
    browser, path = sign_in_as("worker.wall"), f"/care/{her}/leaving/calls"
    owner, day = person_ref(app, "worker.wall"), london_date(now()) + timedelta(days=10)
    assert send(browser, path, agreed="yes", owner=owner).status_code == 409
    send(browser, path, agreed="no", owner=owner, **boxes("first", day))
    assert tasks(app) == []
    send(browser, path, agreed="yes", owner=owner, **boxes("first", day))
    [task] = tasks(app)
    assert (task.kind, task.due_on) == (TaskKind.FOLLOW_UP, day)
    assert rows(app, Leaving)[0].calls is Answer.YES
    assert send(browser, path, agreed="yes", owner=owner, **boxes("first", day)).status_code == 409


def test_of_two_who_change_it_the_second_is_told(app: Flask, sign_in_as: SignIn, her: str) -> None:
    tell(sign_in_as("manager.wall"), her)
    answer = tell(sign_in_as("worker.wall"), her, her_words="Mine")
    assert answer.status_code == 409
    assert "Mine" in answer.text
    assert rows(app, Leaving)[0].her_words == "I can sleep"


def test_how_to_reach_her_is_for_those_who_may_see_her_safety(app: Flask, sign_in_as: SignIn, her: str) -> None:
    tell(sign_in_as("worker.wall"), her)
    browser = sign_in_as("practitioner")
    page = browser.get(f"/care/{her}/leaving").text
    assert "By text in the morning" not in page
    assert Step.DISCHARGE.label in page
    assert browser.get(f"/care/{her}/leaving/tell").status_code == 403
    share_with(app, her, "Health trust", Category.SAFETY)
    assert "By text in the morning" in browser.get(f"/care/{her}/leaving").text


# ── The discharge


def write(browser: FlaskClient, ref: str, **told: Any) -> TestResponse:  # noqa: ANN401  any field
    plain = {"pathway": "gp", "handover": "She takes her tablets herself", "version": "0"}
    return browser.post(
        f"/care/{ref}/leaving/discharge", data={**plain, **boxes("agreed_with_her_on", london_date(now())), **told}
    )


def test_a_discharge_takes_her_a_senior_and_whoever_accepts_it(
    app: Flask, sign_in_as: SignIn, her: str, senior: str
) -> None:
    browser = sign_in_as("practitioner")
    write(browser, her)
    assert browser.post(f"/care/{her}/leaving/discharge/agree", data={"version": "1"}).status_code == 409
    share_relation(app, her, senior)
    sign_in_as(senior).post(f"/care/{her}/leaving/discharge/agree", data={"version": "1"})
    [row] = rows(app, Discharge)
    assert row.senior_agreed_at is not None
    assert not row.complete
    accepted = {"accepted_by": "Practice nurse", **boxes("accepted_on", london_date(now()))}
    write(browser, her, version="2", **accepted)
    [row] = rows(app, Discharge)
    assert row.complete
    write(browser, her, version="3", handover="Something else altogether", **accepted)
    [row] = rows(app, Discharge)
    assert row.senior_agreed_at is None


def test_a_discharge_that_makes_no_sense_is_refused(app: Flask, sign_in_as: SignIn, her: str) -> None:
    browser, today = sign_in_as("practitioner"), london_date(now())
    for told, said in (
        ({"pathway": ""}, "Choose the pathway that she wants"),
        ({"accepted_by": "Nurse"}, "Enter both who accepted the handover and when"),
        (
            {"accepted_by": "Nurse", "handover": "", **boxes("accepted_on", today)},
            "Write the handover that was accepted",
        ),
        ({"pathway": "none_wanted", "accepted_by": "Nurse", **boxes("accepted_on", today)}, "She wants no pathway"),
        (boxes("agreed_with_her_on", today + timedelta(days=1)), "not in the future"),
    ):
        answer = write(browser, her, **told)
        assert answer.status_code in {409, 422}
        assert said in answer.text
    assert rows(app, Discharge) == []


def test_only_the_trust_discharges_and_reads_it(sign_in_as: SignIn, her: str) -> None:
    write(sign_in_as("practitioner"), her, handover="CANARY-4417 in the handover")
    for name in ("worker.wall", "recovery"):
        browser = sign_in_as(name)
        assert browser.get(f"/care/{her}/leaving/discharge").status_code == 404
        assert browser.post(f"/care/{her}/leaving/discharge/agree", data={"version": "1"}).status_code == 404
        assert "CANARY-4417" not in browser.get(f"/care/{her}/leaving").text


# ── The database


def test_the_database_lets_nobody_leave_as_planned_with_something_open(app: Flask, her: str) -> None:
    put_leaving(app, her)
    for attack in (
        {"ended_at": now(), "planned": True, "still_open": 1},
        {"ended_at": now(), "planned": None},
        {"planned": True},
    ):
        with pytest.raises(IntegrityError), database_of(app).write() as db:
            db.execute(update(Leaving).values(**attack))
    with database_of(app).write() as db:
        db.execute(update(Leaving).values(ended_at=now(), planned=False, still_open=2))
    with pytest.raises(DBAPIError, match="kept as it was"), database_of(app).write() as db:
        db.execute(update(Leaving).values(planned=True, still_open=0))


def test_the_database_lets_nobody_agree_to_her_own_discharge_or_before_the_woman_herself(
    app: Flask, sign_in_as: SignIn, her: str
) -> None:
    write(sign_in_as("practitioner"), her)
    [row] = rows(app, Discharge)
    with database_of(app).reading() as db:
        stranger = Pilot().person(db, "recovery").id
    for attack in (
        {"senior_id": row.practitioner_id, "senior_agreed_at": now()},
        {"senior_id": stranger, "senior_agreed_at": now(), "agreed_with_her_on": None},
        {"senior_id": stranger, "senior_agreed_at": now()},
        {"accepted_by": "Nurse"},
    ):
        with pytest.raises(DBAPIError), database_of(app).write() as db:
            db.execute(update(Discharge).values(**attack))


def test_another_refuge_neither_reads_nor_overwrites_how_to_reach_her_safely(
    app: Flask, sign_in_as: SignIn, her: str
) -> None:
    wall = sign_in_as("worker.wall")
    tell(wall, her)
    assert "By text in the morning" in wall.get(f"/care/{her}/leaving").text
    with database_of(app).write() as db:
        move_to(db, referral_of(db, her), "Panahghar")
        db.add(
            LeavingStep(
                referral_id=referral_of(db, her).id, step=Step.FINAL_SCORES, how=How.NOT_NEEDED, at=now(),
                note="canary-step", by_id=Pilot().person(db, "worker.wall").id,
            ),
        )  # fmt: skip
    other = sign_in_as("worker.panahghar")
    assert "canary-step" not in other.get(f"/care/{her}/leaving").text
    assert wall.get(f"/care/{her}/leaving").status_code == 404
    for path in ("tell", "calls"):
        page = other.get(f"/care/{her}/leaving/{path}")
        assert page.status_code == 409
        assert "By text in the morning" not in page.text
    assert tell(other, her, safe_contact="Ring her husband", version="1").status_code == 409
    assert [row.safe_contact for row in rows(app, Leaving)] == ["By text in the morning"]
    share_with(app, her, "Panahghar agency", Category.SAFETY)
    assert "By text in the morning" in other.get(f"/care/{her}/leaving/tell").text
