"""The day to look again at a referral that waits: set by a refuge, and on Today when it has come."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select

from refuge.audit.models import AuditEvent
from refuge.database import now
from refuge.london import london_date
from refuge.placements.models import WaitingReview
from refuge.referrals.models import Referral, ReferralState
from tests.builders import Pilot, add_referral
from tests.referrals.test_views import fields_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask.testing import FlaskClient

    from refuge.database import Database


@pytest.fixture
def worker(sign_in_as: Callable[[str], FlaskClient]) -> FlaskClient:
    return sign_in_as("worker.wall")


def referred(database: Database, by: str = "worker.wall", **told: Any) -> str:  # noqa: ANN401  any column
    with database.write() as db:
        return add_referral(db, by, **told).ref


def day(ahead: int) -> str:
    on = london_date(now()) + timedelta(days=ahead)
    return f"{on.day} {on.month} {on.year}"


def put_off(client: FlaskClient, ref: str, ahead: int, note: str = "") -> Any:  # noqa: ANN401  a response
    opened = client.get(f"/referrals/{ref}/review").text
    seen = fields_of(opened).get("seen", "") if "review_on" in opened else ""
    return client.post(f"/referrals/{ref}/review", data={"review_on": day(ahead), "note": note, "seen": seen})


def move(database: Database, ref: str, days: int) -> None:
    """Let time pass, or turn it back, for the day that is set."""
    with database.write() as db:
        row = db.scalars(select(WaitingReview).join(Referral).where(Referral.ref == ref)).one()
        row.review_on += timedelta(days=days)


def test_on_its_day_the_referral_stands_on_today_with_who_set_it(
    worker: FlaskClient, sign_in_as: Callable[[str], FlaskClient], database: Database
) -> None:
    ref = referred(database)
    put_off(worker, ref, 1, "Ring her sister")
    worker.get("/")  # says once that the day is kept
    assert "Look again at" not in worker.get("/").text
    move(database, ref, -1)
    page = sign_in_as("manager.wall").get("/").text
    assert f"Look again at {ref}" in page
    assert "set by Worker Wall for today: Ring her sister" in page
    move(database, ref, -1)
    assert "for yesterday" in worker.get("/").text


def test_a_new_day_replaces_the_last_and_both_are_in_the_audit(worker: FlaskClient, database: Database) -> None:
    ref = referred(database)
    put_off(worker, ref, 3, "First")
    assert fields_of(worker.get(f"/referrals/{ref}/review").text)["note"] == ["First"]
    put_off(worker, ref, 5)
    with database.reading() as db:
        row = db.scalars(select(WaitingReview)).one()
        events = db.scalars(select(AuditEvent.subject_ref).where(AuditEvent.action == "referral.review_set")).all()
    assert (row.review_on, row.note) == (london_date(now()) + timedelta(days=5), "")
    assert events == [ref, ref]


@pytest.mark.parametrize("ahead", [-1, 61])
def test_the_day_is_from_today_to_sixty_days_ahead(worker: FlaskClient, database: Database, ahead: int) -> None:
    answer = put_off(worker, referred(database), ahead)
    assert answer.status_code == 422
    assert "from today to 60 days ahead" in answer.text
    with database.reading() as db:
        assert db.scalars(select(WaitingReview)).all() == []


@pytest.mark.parametrize("ahead", [0, 60])
def test_both_ends_are_days_that_can_be_chosen(worker: FlaskClient, database: Database, ahead: int) -> None:
    assert put_off(worker, referred(database), ahead).status_code == 302


def test_no_day_is_asked_for_again(worker: FlaskClient, database: Database) -> None:
    answer = worker.post(f"/referrals/{referred(database)}/review", data={"review_on": ""})
    assert answer.status_code == 422
    assert "Enter the day to look again" in answer.text


def test_a_referral_that_no_longer_waits_has_no_such_day(worker: FlaskClient, database: Database) -> None:
    ref = referred(database)
    put_off(worker, ref, 0)
    assert f"Look again at {ref}</a>" in worker.get("/").text
    with database.write() as db:
        db.scalars(select(Referral).where(Referral.ref == ref)).one().state = ReferralState.PLACED
    assert "Look again" not in worker.get("/").text
    assert "no longer waits" in worker.post(f"/referrals/{ref}/review", data={}, follow_redirects=True).text


def test_the_lists_of_refuges_say_the_day_and_a_referrers_does_not(
    worker: FlaskClient, sign_in_as: Callable[[str], FlaskClient], database: Database
) -> None:
    ref = referred(database, "referrer")
    put_off(worker, ref, 1)
    assert "Look again tomorrow" in worker.get("/referrals").text
    assert "Look again tomorrow" in worker.get(f"/referrals/{ref}").text
    police = sign_in_as("referrer")
    assert "Look again" not in police.get("/referrals").text
    assert "Look again" not in police.get(f"/referrals/{ref}").text
    move(database, ref, -1)
    assert f"Look again at {ref}" in worker.get("/").text
    assert "Look again" not in police.get("/").text
    assert "Look again" not in sign_in_as("worker.panahghar").get("/").text


def test_another_refuges_referral_is_theirs_to_look_at_again(worker: FlaskClient, database: Database) -> None:
    ref = referred(database, "worker.panahghar")
    assert worker.get(f"/referrals/{ref}/review").status_code == 404
    assert put_off(worker, ref, 1).status_code == 404


def test_reviews_of_another_network_stay_there(sign_in_as: Callable[[str], FlaskClient], database: Database) -> None:
    ref = referred(database, "worker.elsewhere")
    with database.write() as db:
        referral = db.scalars(select(Referral).where(Referral.ref == ref)).one()
        wall = Pilot().person(db, "worker.wall")
        db.add(
            WaitingReview(referral_id=referral.id, review_on=london_date(now()), set_by_id=wall.id, set_at=now()),
        )
    assert ref not in sign_in_as("worker.wall").get("/").text


def test_of_two_people_who_set_a_day_the_second_sees_both_and_overwrites_nothing(
    worker: FlaskClient, sign_in_as: Callable[[str], FlaskClient], database: Database
) -> None:
    ref = referred(database)
    opened = fields_of(worker.get(f"/referrals/{ref}/review").text)["seen"]
    put_off(sign_in_as("manager.wall"), ref, 3, "Ring her sister")
    answer = worker.post(f"/referrals/{ref}/review", data={"review_on": day(5), "note": "Mine", "seen": opened})
    assert answer.status_code == 409
    assert "Ring her sister" in answer.text
    assert "Mine" in answer.text
    with database.reading() as db:
        assert db.scalars(select(WaitingReview.note)).one() == "Ring her sister"
    again = fields_of(answer.text)["seen"]
    told = {"review_on": day(5), "note": "Mine", "seen": again}
    assert worker.post(f"/referrals/{ref}/review", data=told).status_code == 302
