"""Asking for a replay on its page, reading what came of it, publishing it, and what is refused."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from refuge.database import now
from refuge.london import london_date
from refuge.once import new_key
from refuge.replays import running
from refuge.replays.models import Replay
from refuge.replays.queries import possible_changes
from tests.builders import Pilot
from tests.replays.test_running import full_house

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask.testing import FlaskClient

    from refuge.database import Database


def typed(database: Database, **told: str) -> dict[str, str]:
    """Return a form that asks for one more bed at WALL in the period of the tests."""
    with database.reading() as db:
        network = Pilot().person(db, "manager.wall").network_id
        possible = possible_changes(db, network, on=london_date(now()))
    key = next(one.key for one in possible if one.house == "WALL" and one.change.kind == "one_more_bed")
    return {"since": "1 3 2025", "until": "31 8 2025", "changes": key, "key": new_key(), **told}


def asked(database: Database, browser: FlaskClient) -> str:
    """Ask for a replay, let it run, and return its ref."""
    with database.write() as db:
        full_house(db)
    answer = browser.post("/replays/new", data=typed(database))
    assert answer.status_code == 302
    running.run_replays(database)
    return str(answer.headers["Location"].rsplit("/", 1)[-1])


def test_a_replay_is_asked_for_and_read(database: Database, sign_in_as: Callable[[str], FlaskClient]) -> None:
    manager = sign_in_as("manager.wall")
    ref = asked(database, manager)
    page = manager.get(f"/replays/{ref}").text
    assert "One more bed like Room 1" in page
    assert "First check" in page
    assert "Publish to commissioners" in page
    assert manager.get(f"/replays/{ref}/progress").json == {
        "done": 20,
        "of": 20,
        "under_way": False,
        "words": "20 of 20 runs done",
    }


def test_a_form_sent_twice_asks_once(database: Database, sign_in_as: Callable[[str], FlaskClient]) -> None:
    manager, form = sign_in_as("manager.wall"), typed(database)
    first, second = (manager.post("/replays/new", data=form) for _ in range(2))
    assert first.headers["Location"] == second.headers["Location"]
    with database.reading() as db:
        assert len(db.scalars(select(Replay)).all()) == 1


def test_while_one_is_under_way_the_next_is_refused_and_what_was_chosen_is_kept(
    database: Database, sign_in_as: Callable[[str], FlaskClient]
) -> None:
    manager = sign_in_as("manager.wall")
    manager.post("/replays/new", data=typed(database))
    answer = manager.post("/replays/new", data=typed(database))
    assert answer.status_code == 409
    assert "A replay is under way already" in answer.text
    assert "checked" in answer.text


@pytest.mark.parametrize(
    ("told", "sentence"),
    [
        ({"since": ""}, "Enter the first day"),
        ({"until": "nonsense"}, "Enter the last day"),
        ({"until": "10 3 2025"}, "at least 28 days after the first"),
        ({"until": "1 4 2026"}, "at most a year after the first"),
        ({"changes": ""}, "one of these is no longer possible"),
        ({"changes": "one_more_bed:B-00000"}, "one of these is no longer possible"),
    ],
)
def test_a_form_that_cannot_be_read_says_what_to_enter(
    told: dict[str, str], sentence: str, database: Database, sign_in_as: Callable[[str], FlaskClient]
) -> None:
    answer = sign_in_as("manager.wall").post("/replays/new", data=typed(database, **told))
    assert answer.status_code == 422
    assert sentence in answer.text


def test_a_period_that_is_not_over_is_refused(database: Database, sign_in_as: Callable[[str], FlaskClient]) -> None:
    today = london_date(now())
    first = today - timedelta(days=100)
    form = typed(database, since=_said(first), until=_said(today))
    answer = sign_in_as("manager.wall").post("/replays/new", data=form)
    assert "Enter a last day that is over" in answer.text


def _said(on: date) -> str:
    return f"{on.day} {on.month} {on.year}"


def test_a_form_without_a_choice_asks_for_one(database: Database, sign_in_as: Callable[[str], FlaskClient]) -> None:
    form = typed(database)
    del form["changes"]
    answer = sign_in_as("manager.wall").post("/replays/new", data=form)
    assert answer.status_code == 422
    assert "Choose at least one change" in answer.text


def test_commissioners_read_what_was_published_with_small_numbers_hidden(
    database: Database, sign_in_as: Callable[[str], FlaskClient]
) -> None:
    manager, commissioner = sign_in_as("manager.wall"), sign_in_as("commissioner")
    ref = asked(database, manager)
    assert ref not in commissioner.get("/replays").text
    assert commissioner.get(f"/replays/{ref}").status_code == 404
    assert commissioner.get(f"/replays/{ref}/progress").status_code == 404
    assert manager.post(f"/replays/{ref}/publish").status_code == 302
    assert ref in commissioner.get("/replays").text
    page = commissioner.get(f"/replays/{ref}").text
    assert "fewer than 5" in page
    assert "Too few women were referred" in page
    assert "Manager Wall" not in page
    assert "Publish to commissioners" not in page


def test_a_replay_of_another_network_is_not_there(database: Database, sign_in_as: Callable[[str], FlaskClient]) -> None:
    ref = asked(database, sign_in_as("manager.wall"))
    assert sign_in_as("manager.elsewhere").get(f"/replays/{ref}").status_code == 404
    assert sign_in_as("manager.panahghar").get(f"/replays/{ref}").status_code == 200


def test_a_cost_is_entered_with_its_source_and_shown_beside_what_it_gives(
    database: Database, sign_in_as: Callable[[str], FlaskClient]
) -> None:
    manager = sign_in_as("manager.wall")
    ref = asked(database, manager)
    form = {"pounds": "36500", "gives": "1", "source": "Contract of 2025", "version": "0"}
    assert manager.post("/replays/costs/one_more_bed", data=form).status_code == 302
    assert "Contract of 2025" in manager.get("/replays/costs").text
    assert "£18,400" in manager.get(f"/replays/{ref}").text, "184 days of 365"
    stale = manager.post("/replays/costs/one_more_bed", data={**form, "pounds": "1"})
    assert stale.status_code == 409
    assert "Somebody else changed this figure meanwhile" in stale.text
    assert "£36,500 (Contract of 2025)" in stale.text


@pytest.mark.parametrize(
    ("told", "sentence"),
    [
        ({"pounds": ""}, "Enter the pounds a year as a whole number"),
        ({"pounds": "12.50"}, "Enter the pounds a year as a whole number"),
        ({"source": "x"}, "Enter where the figure is from"),
        ({"version": "x"}, "Open this page again"),
    ],
)
def test_a_cost_without_figure_or_source_is_refused(
    told: dict[str, str], sentence: str, sign_in_as: Callable[[str], FlaskClient]
) -> None:
    form = {"pounds": "36500", "gives": "1", "source": "Contract of 2025", "version": "0", **told}
    answer = sign_in_as("manager.wall").post("/replays/costs/one_more_bed", data=form)
    assert answer.status_code == 422
    assert sentence in answer.text


def test_there_is_no_price_for_what_cannot_be_changed(sign_in_as: Callable[[str], FlaskClient]) -> None:
    assert sign_in_as("manager.wall").get("/replays/costs/magic").status_code == 404
