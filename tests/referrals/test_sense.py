"""Answers that cannot be, or that do not go together, are asked again beside their field."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from werkzeug.datastructures import MultiDict

from refuge.codes.queries import lists
from refuge.referrals.forms import LISTS, referral_form
from refuge.referrals.forms.sense import years_between
from tests.referrals.told import LEAST, ON, take

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask.testing import FlaskClient

    from refuge.database import Database

CANNOT_BE = (
    ({"safe_number": "abc not a number"}, "safe_number", "Enter a telephone number"),
    ({"born_on": "1 1 2024"}, "born_on", "Enter her own date of birth"),
    ({"born_on": "1 1 1990", "age": "80"}, "age", "The date of birth makes her 36"),
    ({"due_on": "1 1 2020"}, "due_on", "within the next ten months"),
    ({"pregnant": "no", "due_on": "1 3 2027"}, "due_on", "She is not pregnant, as you said"),
    ({"needed_by": "1 1 2020"}, "needed_by", "Enter a day that has not passed"),
    ({"risk_tool": "DASH_RIC", "risk_count": "30"}, "risk_count", "That checklist has 24 questions"),
    ({"name": "x" * 300}, "name", "Name: shorten it to 120 characters, you have 300"),
)
CAN_BE = (
    {"safe_number": "Her sister, 07700 900123"},
    {"born_on": "1 1 1990", "age": "37"},
    {"pregnant": "yes", "due_on": "1 11 2026"},
    {"risk_tool": "DASH_RIC", "risk_count": "24"},
    {"needed_by": "21 11 2026"},
)


def test_what_cannot_be_is_asked_again_and_what_can_be_is_taken(database: Database) -> None:
    with database.reading() as db:
        offered = lists(db, LISTS, on=ON)
    for told, field, sentence in CANNOT_BE:
        form = referral_form(MultiDict({**LEAST, **told}), offered, on=ON)
        assert not form.validate(), told
        assert list(form.errors) == [field]
        assert sentence in form[field].errors[0]
    for told in CAN_BE:
        assert referral_form(MultiDict({**LEAST, **told}), offered, on=ON).validate(), told


def test_a_day_that_has_passed_meanwhile_does_not_stop_a_correction(database: Database) -> None:
    with database.reading() as db:
        form = referral_form(
            MultiDict({**LEAST, "needed_by": "1 11 2026"}), lists(db, LISTS, on=ON), on=ON, is_new=False
        )
    assert form.validate(), form.errors


def test_years_turn_on_the_birthday() -> None:
    born = date(2000, 2, 29)
    assert [years_between(born, day) for day in (date(2026, 2, 28), date(2026, 3, 1))] == [25, 26]


def test_refuges_keep_up_each_others_checks_and_an_agency_that_refers_never_learns_of_them(
    database: Database,
    sign_in_as: Callable[[str], FlaskClient],
) -> None:
    with database.write() as db:
        ref, referred = take(db, "worker.wall").ref, take(db, "referrer").ref
    told = {"version": 1, "check_immigration_status": "concern", "check_immigration_status_on": "20 11 2026"}
    worker = sign_in_as("worker.panahghar")
    assert worker.get(f"/referrals/{ref}/edit").status_code == 404
    assert worker.post(f"/referrals/{ref}/progress", data=told).status_code == 302
    assert "Concern, Fri 20 Nov" in sign_in_as("worker.wall").get(f"/referrals/{ref}").text
    assert worker.get(f"/referrals/{referred}/progress").status_code == 404
    assert worker.post(f"/referrals/{referred}/progress", data=told).status_code == 404
    assert "Concern" not in sign_in_as("referrer").get(f"/referrals/{referred}").text
