"""Two people correct one referral at once, and nobody's words are lost."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select
from werkzeug.datastructures import MultiDict

from refuge.referrals.forms import dump_opened, merge, read_opened
from refuge.referrals.models import Referral
from tests.referrals.test_views import fields_of, made

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask.testing import FlaskClient

    from refuge.database import Database


def test_what_two_people_changed_in_different_places_is_all_kept(
    database: Database,
    sign_in_as: Callable[[str], FlaskClient],
) -> None:
    ref = made(database, name="Danielle", safe_times="Evenings", need_drugs="low")
    worker, manager, page = sign_in_as("worker.wall"), sign_in_as("manager.wall"), f"/referrals/{ref}/edit"
    hers, theirs = fields_of(worker.get(page).text), fields_of(manager.get(page).text)
    theirs["safe_times"], theirs["need_alcohol"] = ["Mornings only"], ["high"]
    assert manager.post(page, data=theirs).status_code == 302
    hers["diet"], hers["name"] = ["Vegan"], ["Danielle Example"]
    late = worker.post(page, data=hers)
    assert late.status_code == 409
    assert "Changed by them, and shown now: " in late.text
    assert "Safe times to ring" in late.text
    assert worker.post(page, data=fields_of(late.text)).status_code == 302
    with database.reading() as db:
        kept = db.scalars(select(Referral)).one()
        levels = {need.need: need.level for need in kept.needs}
        assert (kept.safe_times, kept.diet, kept.name) == ("Mornings only", "Vegan", "Danielle Example")
        assert (levels["alcohol"], levels["drugs"]) == ("high", "low")


def test_where_both_typed_hers_is_shown_and_both_are_named() -> None:
    opened, saved = {"diet": ["Halal"]}, MultiDict([("diet", "Vegan"), ("name", "Danielle")])
    merged = merge(opened, saved, MultiDict([("diet", "Kosher"), ("need_drugs", "not_asked")]))
    assert merged.typed.to_dict() == {"diet": "Kosher", "name": "Danielle"}
    assert (merged.theirs, merged.both) == (["name"], ["diet"])


def test_the_rows_of_a_list_are_one_field() -> None:
    opened = {"children-0-age": ["7"]}
    saved = MultiDict([("children-0-age", "3"), ("children-1-age", "7")])
    merged = merge(opened, saved, MultiDict([("children-0-age", "7"), ("children-1-age", "")]))
    assert merged.typed.to_dict() == saved.to_dict()


@pytest.mark.parametrize("text", ["", "nonsense", "[1]", '{"a": 1}', "null"])
def test_a_form_whose_beginning_cannot_be_read_overwrites_nothing(text: str) -> None:
    typed, saved = MultiDict([("diet", "Kosher")]), MultiDict([("diet", "Vegan")])
    assert merge(read_opened(text, typed), saved, typed).typed == saved
    assert read_opened(dump_opened(saved), typed) == {"diet": ["Vegan"]}
