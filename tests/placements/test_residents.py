"""Who lives there is shown to the refuge where she lives, and to nobody else."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from refuge.database import now
from refuge.london import london_date
from tests.placements.deciding import audited, bed_ref, put_stay

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask
    from flask.testing import FlaskClient

    SignIn = Callable[[str], FlaskClient]


def test_the_list_shows_her_own_residents_with_their_day_and_what_is_overdue(app: Flask, sign_in_as: SignIn) -> None:
    late = put_stay(app, bed_ref(app), move_on=london_date(now()) - timedelta(days=1), days=20)
    fresh = put_stay(app, bed_ref(app, room="Room 2"), days=1)
    theirs = put_stay(app, bed_ref(app, "Panahghar"))
    page = sign_in_as("worker.wall").get("/residents").text
    assert "2 women live in your refuges" in page
    assert page.index(late) < page.index(fresh)
    assert "Day 21" in page
    assert "Overdue" in page
    assert "Plan overdue since" in page
    assert "Plan due" in page
    assert theirs not in page
    assert audited(app, "residents.listed")[0][1]["refs"] == [late, fresh]


def test_an_empty_list_says_so(sign_in_as: SignIn) -> None:
    assert "Nobody lives in your refuges now." in sign_in_as("worker.wall").get("/residents").text


def test_a_resident_leads_to_her_referral_and_to_what_can_be_done(app: Flask, sign_in_as: SignIn) -> None:
    ref = put_stay(app, bed_ref(app))
    page = sign_in_as("worker.wall").get(f"/residents/{ref}").text
    for words in ("WALL Room 1", "The referral that brought her: R-", "She has left", "Move her to another bed"):
        assert words in page
    assert audited(app, "resident.seen")[0][0] == ref


@pytest.mark.parametrize("who", ["worker.panahghar", "worker.elsewhere"])
@pytest.mark.parametrize("path", ["", "/dates", "/move", "/move-on"])
def test_a_resident_of_another_refuge_is_not_there(app: Flask, sign_in_as: SignIn, who: str, path: str) -> None:
    ref = put_stay(app, bed_ref(app))
    assert sign_in_as(who).get(f"/residents/{ref}{path}").status_code == 404


@pytest.mark.parametrize("who", ["practitioner", "commissioner", "referrer", "administrator"])
def test_who_has_no_business_with_residents_is_not_shown_them(sign_in_as: SignIn, who: str) -> None:
    browser = sign_in_as(who)
    assert browser.get("/residents").status_code == 403
    assert "/residents" not in browser.get("/").text
