"""While she lives here and when she leaves: the expected day, another bed, moving on, and the bed afterwards."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select

from refuge.beds.models import Closure, Stay
from refuge.database import now
from refuge.london import clock_words, london_date
from refuge.placements.models import BedMove, Exclusion, MoveOn
from refuge.referrals.models import Referral
from tests.builders import Pilot
from tests.placements.deciding import (
    audited,
    bed_ref,
    boxes,
    clear,
    database_of,
    put_closure,
    put_hold,
    put_stay,
    stays,
)
from tests.support_plans.served import put_leaving

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask
    from flask.testing import FlaskClient
    from werkzeug.test import TestResponse

    SignIn = Callable[[str], FlaskClient]

LEFT = {"when": "now", "destination": "PRS", "reason": "ready"}


@pytest.fixture
def lives(app: Flask) -> str:
    """The ref of a stay in Room 1 of WALL since nine days ago; what a planned leaving waits for is seen to."""
    ref = put_stay(app, bed_ref(app))
    put_leaving(app, referral_ref(app, ref))
    return ref


def referral_ref(app: Flask, stay: str) -> str:
    with database_of(app).reading() as db:
        return db.scalars(
            select(Referral.ref).join(Stay, Stay.referral_id == Referral.id).where(Stay.ref == stay)
        ).one()


def stay_of(app: Flask, ref: str) -> Stay:
    return next(stay for stay in stays(app) if stay.ref == ref)


def send(browser: FlaskClient, app: Flask, path: str, ref: str, **told: Any) -> TestResponse:  # noqa: ANN401  any field
    data = {"version": str(stay_of(app, ref).version), **told}
    return browser.post(f"/residents/{ref}/{path}", data=data)


def closures(app: Flask) -> list[Closure]:
    with database_of(app).reading() as db:
        return list(db.scalars(select(Closure).order_by(Closure.id)))


# ── The expected day


def test_the_expected_day_is_kept_and_taken_away(app: Flask, sign_in_as: SignIn, lives: str) -> None:
    browser, day = sign_in_as("worker.wall"), london_date(now()) + timedelta(days=20)
    assert send(browser, app, "dates", lives, **boxes("expected_move_on", day)).location == f"/residents/{lives}"
    assert stay_of(app, lives).expected_move_on == day
    assert audited(app, "stay.changed") == [(lives, {"fields": ["expected_move_on"]})]
    send(browser, app, "dates", lives, expected_move_on=["", "", ""])
    assert stay_of(app, lives).expected_move_on is None


@pytest.mark.parametrize(("days", "status"), [(-1, 409), (2000, 422)])
def test_the_expected_day_is_in_the_near_future(
    app: Flask, sign_in_as: SignIn, lives: str, days: int, status: int
) -> None:
    told = boxes("expected_move_on", london_date(now()) + timedelta(days=days))
    assert send(sign_in_as("worker.wall"), app, "dates", lives, **told).status_code == status
    assert stay_of(app, lives).expected_move_on is None


def test_of_two_who_change_the_day_the_second_sees_both(app: Flask, sign_in_as: SignIn, lives: str) -> None:
    mine, yours = london_date(now()) + timedelta(days=20), london_date(now()) + timedelta(days=40)
    version = str(stay_of(app, lives).version)
    send(sign_in_as("manager.wall"), app, "dates", lives, **boxes("expected_move_on", yours))
    browser = sign_in_as("worker.wall")
    answer = send(browser, app, "dates", lives, version=version, **boxes("expected_move_on", mine))
    assert answer.status_code == 409
    assert "Somebody else changed this" in answer.text
    assert f"{yours:%a} {yours.day} {yours:%b}" in answer.text
    assert f'value="{mine.day}"' in answer.text
    assert stay_of(app, lives).expected_move_on == yours
    assert send(browser, app, "dates", lives, **boxes("expected_move_on", mine)).status_code == 302


# ── Another bed


def test_she_moves_to_another_bed_at_one_moment_and_for_her_it_is_one_stay(
    app: Flask, sign_in_as: SignIn, lives: str
) -> None:
    browser, bed = sign_in_as("worker.wall"), bed_ref(app, room="Room 2")
    answer = send(browser, app, "move", lives, bed=bed, reason="Nearer to the office")
    old, new = stays(app)
    assert answer.location == f"/residents/{new.ref}"
    assert old.ended_at == new.started_at
    assert old.referral_id == new.referral_id
    with database_of(app).reading() as db:
        [move] = db.scalars(select(BedMove)).all()
    assert (move.from_stay_id, move.to_stay_id, move.reason) == (old.id, new.id, "Nearer to the office")
    assert audited(app, "stay.moved") == [(lives, {"to": new.ref, "bed": bed, "barriers": []})]
    page = browser.get(f"/residents/{new.ref}").text
    assert "WALL Room 1, until" in page
    assert ">10<" in page
    assert new.ref in browser.get(f"/residents/{lives}").text


def test_the_bed_that_she_leaves_is_cleaned_first(app: Flask, sign_in_as: SignIn, lives: str) -> None:
    send(sign_in_as("worker.wall"), app, "move", lives, bed=bed_ref(app, room="Room 2"))
    [closure] = closures(app)
    assert (closure.reason, closure.from_at) == ("cleaning", stays(app)[0].ended_at)


def test_what_was_agreed_with_her_goes_with_her(app: Flask, sign_in_as: SignIn, lives: str) -> None:
    today = london_date(now())
    with database_of(app).write() as db:
        stay = db.merge(stay_of(app, lives))
        stay.expected_move_on = stay.review_due_on = today + timedelta(days=3)
        stay.plan_agreed_on = today
    send(sign_in_as("worker.wall"), app, "move", lives, bed=bed_ref(app, room="Room 2"))
    new = stays(app)[1]
    assert (new.expected_move_on, new.plan_agreed_on) == (today + timedelta(days=3), today)
    assert new.review_due_on == new.expected_move_on


def test_she_moves_to_no_bed_that_is_taken_and_keeps_her_own(app: Flask, sign_in_as: SignIn, lives: str) -> None:
    shut, kept = bed_ref(app, room="Room 2"), bed_ref(app, room="Room 3")
    put_closure(app, shut)
    put_hold(app, clear(app), kept)
    for bed, said in ((shut, "Room 2 is closed"), (kept, "just been held"), (bed_ref(app), "she lives in this one")):
        answer = send(sign_in_as("worker.wall"), app, "move", lives, bed=bed)
        assert answer.status_code == 409
        assert said in answer.text
    assert stay_of(app, lives).ended_at is None


def test_a_move_needs_a_bed_of_her_own_agency(app: Flask, sign_in_as: SignIn, lives: str) -> None:
    browser = sign_in_as("worker.wall")
    answer = send(browser, app, "move", lives)
    assert answer.status_code == 422
    assert "Choose the bed that she moves to" in answer.text
    assert send(browser, app, "move", lives, bed=bed_ref(app, "Panahghar")).status_code == 404


def test_a_move_that_is_out_of_date_moves_nobody(app: Flask, sign_in_as: SignIn, lives: str) -> None:
    answer = send(sign_in_as("worker.wall"), app, "move", lives, bed=bed_ref(app, room="Room 2"), version="7")
    assert answer.status_code == 409
    assert len(stays(app)) == 1


# ── Moving on


def test_she_leaves_and_her_bed_is_closed_for_cleaning_until_the_day_that_its_refuge_needs(
    app: Flask, sign_in_as: SignIn, lives: str
) -> None:
    with database_of(app).write() as db:
        Pilot().refuge(db, "WALL").turnaround_days = 3
    browser = sign_in_as("worker.wall")
    page = browser.post(
        f"/residents/{lives}/move-on", data={**LEFT, "version": "1", "note": "Has the keys"}, follow_redirects=True
    ).text
    assert "Room 1 is closed for cleaning now" in page
    assert "Private rented, long term (planned)" in page
    stay, [closure] = stay_of(app, lives), closures(app)
    assert (closure.from_at, closure.reason) == (stay.ended_at, "cleaning")
    assert closure.expected_ready == london_date(now()) + timedelta(days=3)
    told = {"destination": "PRS", "planned": True, "reason": "ready", "excluded": False}
    assert audited(app, "stay.ended") == [(lives, told)]
    assert audited(app, "bed.closed") == [(bed_ref(app), {"reason": "cleaning"})]


def test_where_a_refuge_needs_no_day_the_bed_is_free_at_once_and_it_says_whom_it_would_fit(
    app: Flask, sign_in_as: SignIn, lives: str
) -> None:
    with database_of(app).write() as db:
        Pilot().refuge(db, "WALL").turnaround_days = 0
    clear(app)
    browser = sign_in_as("worker.wall")
    page = browser.post(f"/residents/{lives}/move-on", data={**LEFT, "version": "1"}, follow_redirects=True).text
    assert closures(app) == []
    assert "Room 1 is free now" in page
    assert "1 woman who waits would fit this bed" in page
    assert f"/beds/{bed_ref(app)}/fits" in page


def test_a_bed_whose_closure_is_planned_is_not_closed_twice(app: Flask, sign_in_as: SignIn) -> None:
    lives = put_stay(app, bed_ref(app), move_on=london_date(now()))
    put_leaving(app, referral_ref(app, lives))
    put_closure(app, bed_ref(app), hours=9)
    assert send(sign_in_as("worker.wall"), app, "move-on", lives, **LEFT).status_code == 302
    assert len(closures(app)) == 1
    assert stay_of(app, lives).ended_at is not None


@pytest.mark.parametrize(
    ("destination", "planned", "kept"), [("HOSPITAL", "usual", False), ("HOSPITAL", "yes", True), ("PRS", "no", False)]
)
def test_whether_it_was_planned_follows_the_place_unless_somebody_says_otherwise(
    app: Flask, sign_in_as: SignIn, lives: str, destination: str, planned: str, *, kept: bool
) -> None:
    send(sign_in_as("worker.wall"), app, "move-on", lives, **{**LEFT, "destination": destination, "planned": planned})
    with database_of(app).reading() as db:
        assert db.scalars(select(MoveOn.planned)).one() is kept


def test_she_may_have_left_earlier(app: Flask, sign_in_as: SignIn, lives: str) -> None:
    left = now() - timedelta(days=2)
    told = {**LEFT, "when": "earlier", "left_time": clock_words(left), **boxes("left", london_date(left))}
    assert send(sign_in_as("worker.wall"), app, "move-on", lives, **told).status_code == 302
    ended = stay_of(app, lives).ended_at
    assert ended is not None
    assert abs(ended - left) < timedelta(minutes=1)


@pytest.mark.parametrize(
    ("ago", "said"),
    [
        (timedelta(days=-1), "Enter a time that is not in the future"),
        (timedelta(days=12), "She came to this bed at"),
        (timedelta(days=90), "within the last two months"),
    ],
)
def test_she_left_after_she_came_and_not_in_the_future(
    app: Flask, sign_in_as: SignIn, lives: str, ago: timedelta, said: str
) -> None:
    left = now() - ago
    told = {**LEFT, "when": "earlier", "left_time": clock_words(left), **boxes("left", london_date(left))}
    answer = send(sign_in_as("worker.wall"), app, "move-on", lives, **told)
    assert answer.status_code in {409, 422}
    assert said in answer.text
    assert stay_of(app, lives).ended_at is None


@pytest.mark.parametrize(
    ("told", "said"),
    [
        ({"destination": ""}, "Choose where she went"),
        ({"destination": "MOON"}, "Choose where she went"),
        ({"reason": ""}, "Choose why she left"),
        ({"reason": "other"}, "Say in the note what the other reason was"),
        ({"when": "earlier"}, "Enter the day on which she left"),
        ({"when": "earlier", **boxes("left", london_date(now()))}, "Enter the time at which she left"),
    ],
)
def test_what_is_missing_is_asked_for_beside_its_field(
    app: Flask, sign_in_as: SignIn, lives: str, told: dict[str, Any], said: str
) -> None:
    answer = send(sign_in_as("worker.wall"), app, "move-on", lives, **{**LEFT, **told})
    assert answer.status_code == 422
    assert said in answer.text


def test_who_was_asked_to_leave_cannot_come_back_before_a_day(app: Flask, sign_in_as: SignIn, lives: str) -> None:
    browser, today = sign_in_as("worker.wall"), london_date(now())
    asked = {**LEFT, "reason": "asked_to_leave", "destination": "EVICTED"}
    until = boxes("excluded_until", today + timedelta(days=90))
    for told, said in (
        ({}, "Enter the first day on which she can come back"),
        ({**boxes("excluded_until", today), "excluded_why": "Fire"}, "Enter the first day on which she can come back"),
        (until, "Say why she was asked to leave"),
    ):
        answer = send(browser, app, "move-on", lives, **{**asked, **told})
        assert answer.status_code == 409
        assert said in answer.text
    assert send(browser, app, "move-on", lives, **{**asked, **until, "excluded_why": "Fire"}).status_code == 302
    with database_of(app).reading() as db:
        [row] = db.scalars(select(Exclusion)).all()
        assert (row.refuge_id, row.why) == (Pilot().refuge(db, "WALL").id, "Fire")
    assert (row.until, row.referral_id) == (today + timedelta(days=90), stays(app)[0].referral_id)


def test_a_day_of_return_is_not_kept_of_a_woman_who_was_not_asked_to_leave(
    app: Flask, sign_in_as: SignIn, lives: str
) -> None:
    told = boxes("excluded_until", london_date(now()) + timedelta(days=90))
    send(sign_in_as("worker.wall"), app, "move-on", lives, **LEFT, **told)
    with database_of(app).reading() as db:
        assert db.scalars(select(Exclusion)).all() == []


@pytest.mark.parametrize("path", ["dates", "move", "move-on"])
def test_nothing_more_happens_to_a_stay_that_is_over(app: Flask, sign_in_as: SignIn, lives: str, path: str) -> None:
    browser = sign_in_as("worker.wall")
    send(browser, app, "move-on", lives, **LEFT)
    for answer in (browser.get(f"/residents/{lives}/{path}"), send(browser, app, path, lives, **LEFT)):
        assert answer.status_code == 409
        assert "has left Room 1 already" in answer.text


def test_a_move_on_that_is_out_of_date_ends_nothing_and_keeps_what_was_typed(
    app: Flask, sign_in_as: SignIn, lives: str
) -> None:
    send(sign_in_as("manager.wall"), app, "dates", lives, **boxes("expected_move_on", london_date(now())))
    answer = send(sign_in_as("worker.wall"), app, "move-on", lives, **{**LEFT, "version": "1", "note": "Has the keys"})
    assert answer.status_code == 409
    assert "Has the keys" in answer.text
    assert stay_of(app, lives).ended_at is None
