"""Whether she has set fires or been violent: asked with care, "not asked" is never "no", and it travels both ways."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from refuge.referrals.models import Referral
from tests.referrals.test_views import fields_of, made

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask.testing import FlaskClient

    from refuge.database import Database

WORDS = "Fires, or violence to others in shared housing"


@pytest.mark.parametrize(
    ("told", "harm", "asked", "shown"),
    [
        ({}, [], False, "Not asked"),
        ({"harm_asked": "yes"}, [], True, "Nothing known"),
        ({"harm": "arson"}, ["arson"], True, "Arson or fire-setting"),
    ],
)
def test_not_asked_nothing_known_and_known_are_three_answers(
    database: Database,
    sign_in_as: Callable[[str], FlaskClient],
    told: dict[str, str],
    harm: list[str],
    asked: bool,  # noqa: FBT001  a parameter of the table above
    shown: str,
) -> None:
    ref = made(database, **told)
    with database.reading() as db:
        kept = db.scalars(select(Referral)).one()
        assert (kept.harm, kept.harm_asked) == (harm, asked)
    page = sign_in_as("worker.wall").get(f"/referrals/{ref}").text
    assert shown in page.split(WORDS, 1)[1][:200]
    assert ("whether she has set fires" in page) is not asked


def test_the_form_asks_with_care_and_keeps_what_it_was_shown(
    database: Database, sign_in_as: Callable[[str], FlaskClient]
) -> None:
    ref = made(database, harm="violence")
    worker, page = sign_in_as("worker.wall"), f"/referrals/{ref}/edit"
    shown = worker.get(page).text
    assert "Nobody is refused for this alone; some houses must plan for it." in shown
    typed = fields_of(shown)
    assert typed["harm"] == ["violence"]
    assert typed["harm_asked"] == ["yes"]
    typed["diet"] = ["Vegan"]
    assert worker.post(page, data=typed).status_code == 302
    with database.reading() as db:
        kept = db.scalars(select(Referral)).one()
        assert (kept.harm, kept.harm_asked, kept.diet) == (["violence"], True, "Vegan")


def test_a_call_in_progress_remembers_the_answer(sign_in_as: Callable[[str], FlaskClient]) -> None:
    worker = sign_in_as("worker.wall")
    url = worker.post("/referrals/new").location
    worker.post(url, data={"page": "p", "base": "0", "saves": 1, "harm": "arson", "harm_asked": "yes", "do": "later"})
    assert fields_of(worker.get(url).text)["harm"] == ["arson"]
