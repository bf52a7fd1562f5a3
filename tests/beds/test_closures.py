"""Closing a bed and opening it again, by hand and by form."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from refuge.audit.models import AuditEvent
from refuge.beds.models import Bed, Closure, Hold, Stay
from refuge.beds.service.closures import seen_as
from refuge.database import new_ref, now
from refuge.london import london_date
from refuge.once import new_key
from tests.builders import Pilot, add_referral

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    from flask import Flask
    from flask.testing import FlaskClient

CLOSE = {"reason": "repair", "note": "Boiler", "start": "now"}


@pytest.fixture
def bed(app: Flask) -> Bed:
    with app.extensions["database"].reading() as db:
        return Pilot().bed(db, "WALL", "Room 1")


def boxes(name: str, on: date) -> dict[str, list[str]]:
    return {name: [str(on.day), str(on.month), str(on.year)]}


def closures(app: Flask) -> list[Closure]:
    with app.extensions["database"].reading() as db:
        return list(db.scalars(select(Closure).order_by(Closure.id)))


def audited(app: Flask, action: str) -> list[tuple[str, dict[str, object]]]:
    with app.extensions["database"].reading() as db:
        rows = db.scalars(select(AuditEvent).where(AuditEvent.action == action).order_by(AuditEvent.sequence))
        return [(row.subject_ref, json.loads(row.facts)) for row in rows]


def lives_in(app: Flask, bed: Bed, move_on: date | None = None) -> str:
    with app.extensions["database"].write() as db:
        row = Stay(
            ref=new_ref(db, Stay), bed_id=bed.id, referral_id=add_referral(db).id,
            started_at=now() - timedelta(days=9), expected_move_on=move_on,
        )  # fmt: skip
        db.add(row)
        db.flush()
        return row.called


def test_a_bed_is_closed_with_a_reason_and_opened_again(
    app: Flask, sign_in_as: Callable[[str], FlaskClient], bed: Bed
) -> None:
    browser = sign_in_as("worker.wall")
    page = browser.post(f"/beds/{bed.ref}/close", data=CLOSE, follow_redirects=True).text
    assert "Room 1 is closed." in page
    assert "Open again" in page
    assert audited(app, "bed.closed") == [(bed.ref, {"reason": "repair"})]
    ready = london_date(now()) + timedelta(days=4)
    page = browser.post(
        f"/beds/{bed.ref}/ready", data={**boxes("expected_ready", ready), "seen": seen(app)}, follow_redirects=True
    ).text
    assert "The date has been saved" in page
    assert closures(app)[0].expected_ready == ready
    page = browser.post(f"/beds/{bed.ref}/open", data={"seen": seen(app)}, follow_redirects=True).text
    assert "Room 1 is open again" in page
    assert "Close this bed" in page
    assert closures(app)[0].ended_at is not None
    assert audited(app, "bed.opened") == [(bed.ref, {})]
    assert audited(app, "closure.changed") == [(bed.ref, {"fields": ["expected_ready"]})]


def seen(app: Flask) -> str:
    """Return what a page carries that shows the newest closure as it is."""
    return seen_as(closures(app)[-1])


def test_a_closure_that_somebody_changed_meanwhile_is_shown_and_not_overwritten(
    app: Flask, sign_in_as: Callable[[str], FlaskClient], bed: Bed
) -> None:
    browser, ready = sign_in_as("worker.wall"), london_date(now()) + timedelta(days=4)
    browser.post(f"/beds/{bed.ref}/close", data=CLOSE)
    shown = seen(app)
    assert f'value="{shown}"' in browser.get(f"/beds/{bed.ref}").text
    assert f'value="{shown}"' in browser.get(f"/beds/{bed.ref}/ready").text
    told = {**boxes("expected_ready", ready), "seen": shown}
    sign_in_as("manager.wall").post(f"/beds/{bed.ref}/ready", data=told)
    later = {**boxes("expected_ready", ready + timedelta(days=3)), "seen": shown}
    page = browser.post(f"/beds/{bed.ref}/ready", data=later).text
    assert "Somebody changed this closure" in page
    assert f'value="{(ready + timedelta(days=3)).day}"' in page
    assert closures(app)[0].expected_ready == ready
    assert browser.post(f"/beds/{bed.ref}/open", data={"seen": shown}).status_code == 409
    assert closures(app)[0].ended_at is None


@pytest.mark.parametrize(
    ("path", "data"),
    [
        ("/beds/{bed}/close", CLOSE),
        ("/refuges/{refuge}/beds/new", {"name": "Room 9", "adults": "1", "children": "0", "cots": "0"}),
    ],
)
def test_a_form_of_this_room_that_is_sent_twice_leads_to_the_same_place(
    sign_in_as: Callable[[str], FlaskClient], bed: Bed, path: str, data: dict[str, str]
) -> None:
    browser, key = sign_in_as("manager.wall"), new_key()
    there = path.format(bed=bed.ref, refuge=bed.refuge.ref)
    answers = [browser.post(there, data={**data, "key": key}) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [302, 302]
    assert answers[0].location == answers[1].location


def test_a_closure_can_be_planned_and_called_off(
    app: Flask, sign_in_as: Callable[[str], FlaskClient], bed: Bed
) -> None:
    browser = sign_in_as("worker.wall")
    later = london_date(now()) + timedelta(days=3)
    planned = {**CLOSE, "start": "later", "from_time": "9", **boxes("from_on", later)}
    page = browser.post(f"/beds/{bed.ref}/close", data=planned, follow_redirects=True).text
    assert "Call off the closure" in page
    assert "Closes 09:00 on" in page
    browser.post(f"/beds/{bed.ref}/open", data={"seen": seen(app)})
    assert closures(app)[0].ended_at == closures(app)[0].from_at
    assert "called off" in browser.get(f"/beds/{bed.ref}").text


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"reason": ""}, "Choose why it is out of use"),
        ({"reason": "made up"}, "Choose why it is out of use"),
        ({"reason": "other", "note": ""}, "Say in a few words why it is out of use"),
        ({"start": ""}, "Choose from when it is out of use"),
        ({"start": "later"}, "Enter the day from which it is out of use"),
        ({"start": "later", "from_on": ["31", "2", "2027"]}, "Enter a real date"),
        ({"start": "later", "from_on": ["1", "1", "2020"]}, "Enter a time later than now"),
        ({"start": "later", "from_on": ["1", "1", "2090"]}, "Enter a day within the next year"),
        ({"expected_ready": ["1", "1", "2020"]}, "Enter a day on or after the day it closes"),
        ({"expected_ready": ["1"]}, "Enter a real date"),
        ({"from_time": "25:00"}, "Enter a time like 09:00"),
        ({"note": "x" * 201}, "shorten it to 200 characters, you have 201"),
    ],
)
def test_the_form_says_what_to_do_and_keeps_what_was_typed(
    app: Flask, sign_in_as: Callable[[str], FlaskClient], bed: Bed, typed: dict[str, object], said: str
) -> None:
    answer = sign_in_as("worker.wall").post(f"/beds/{bed.ref}/close", data={**CLOSE, "note": "Tap drips", **typed})
    assert answer.status_code == 200
    assert said in answer.text
    assert "There is a problem" in answer.text
    assert "Tap drips" in answer.text or "note" in typed
    assert closures(app) == []


def test_a_bed_is_not_closed_upon_the_woman_who_lives_there(
    app: Flask, sign_in_as: Callable[[str], FlaskClient], bed: Bed
) -> None:
    today = london_date(now())
    ref = lives_in(app, bed, move_on=today + timedelta(days=2))
    browser = sign_in_as("worker.wall")
    page = browser.post(f"/beds/{bed.ref}/close", data=CLOSE).text
    assert f"{ref} lives in Room 1 and is expected to move on" in page
    later = {**CLOSE, "start": "later", "from_time": "12:00", **boxes("from_on", today + timedelta(days=2))}
    assert browser.post(f"/beds/{bed.ref}/close", data=later).status_code == 302


def test_a_move_on_that_did_not_happen_is_no_reason_to_close_the_bed(
    app: Flask, sign_in_as: Callable[[str], FlaskClient], bed: Bed
) -> None:
    ref = lives_in(app, bed, move_on=london_date(now()) - timedelta(days=2))
    page = sign_in_as("worker.wall").post(f"/beds/{bed.ref}/close", data=CLOSE).text
    assert f"{ref} still lives in Room 1" in page
    assert closures(app) == []


def test_a_held_bed_is_not_closed_while_it_is_held(
    app: Flask, sign_in_as: Callable[[str], FlaskClient], bed: Bed
) -> None:
    with app.extensions["database"].write() as db:
        referral = add_referral(db)
        ref, at = referral.ref, now()
        by = Pilot().person(db, "manager.wall").id
        db.add(
            Hold(bed_id=bed.id, referral_id=referral.id, from_at=at, until_at=at + timedelta(hours=3), held_by_id=by),
        )
    page = sign_in_as("worker.wall").post(f"/beds/{bed.ref}/close", data=CLOSE).text
    assert "Room 1 is held until" in page
    assert f"by Manager Wall for {ref}" in page
    assert closures(app) == []


def test_a_closed_bed_is_not_closed_twice_nor_an_open_one_opened(
    app: Flask, sign_in_as: Callable[[str], FlaskClient], bed: Bed
) -> None:
    browser = sign_in_as("worker.wall")
    answer = browser.post(f"/beds/{bed.ref}/open")
    assert answer.status_code == 409
    assert "Room 1 is not closed" in answer.text
    assert "is not closed" in browser.post(f"/beds/{bed.ref}/ready", data=boxes("expected_ready", now().date())).text
    browser.post(f"/beds/{bed.ref}/close", data=CLOSE)
    assert "is closed already" in browser.post(f"/beds/{bed.ref}/close", data=CLOSE).text
    assert len(closures(app)) == 1


@pytest.mark.parametrize("name", ["worker.panahghar", "manager.panahghar", "worker.elsewhere"])
@pytest.mark.parametrize("path", ["close", "ready"])
def test_anothers_bed_is_as_if_it_were_not_there(
    app: Flask, sign_in_as: Callable[[str], FlaskClient], bed: Bed, name: str, path: str
) -> None:
    browser = sign_in_as(name)
    assert browser.get(f"/beds/{bed.ref}").status_code == 404
    assert browser.get(f"/beds/{bed.ref}/{path}").status_code == 404
    assert browser.post(f"/beds/{bed.ref}/{path}", data=CLOSE).status_code == 404
    assert browser.post(f"/beds/{bed.ref}/open").status_code == 404
    assert closures(app) == []


def test_seeing_a_bed_that_shows_a_woman_is_audited(
    app: Flask, sign_in_as: Callable[[str], FlaskClient], bed: Bed
) -> None:
    ref = lives_in(app, bed)
    browser = sign_in_as("worker.wall")
    browser.get("/beds/B-00000")
    assert ref in browser.get(f"/beds/{bed.ref}").text
    with app.extensions["database"].reading() as db:
        stay = db.scalars(select(Stay.ref).where(Stay.called == ref)).one()
    assert audited(app, "bed.seen") == [(bed.ref, {"refs": [stay]})]


def test_every_question_is_asked_in_words(sign_in_as: Callable[[str], FlaskClient], bed: Bed) -> None:
    browser = sign_in_as("manager.wall")
    pages = {
        f"/beds/{bed.ref}/close": ["Why is it out of use?", "From when?", "Closed from", "Expected ready"],
        f"/beds/{bed.ref}/edit": ["What it is like"],
        f"/refuges/{bed.refuge.ref}/address": ["Why do you need the address?"],
        "/refuges/new": ["Who it is for", "When are staff in the house?", "Can she bring a pet?", "Women only?"],
    }
    for path, questions in pages.items():
        legends = re.findall(r"<legend[^>]*>\s*(.*?)\s*</legend>", browser.get(path).text, re.DOTALL)
        assert set(questions) <= set(legends), path
        assert all(legends), path


def test_a_bed_that_is_out_of_service_is_not_closed(
    app: Flask, sign_in_as: Callable[[str], FlaskClient], bed: Bed
) -> None:
    browser = sign_in_as("manager.wall")
    assert browser.post(f"/beds/{bed.ref}/retire", data={"version": "1"}).status_code == 302
    answer = browser.post(f"/beds/{bed.ref}/close", data=CLOSE)
    assert answer.status_code == 200
    assert "Room 1 is out of service for good, so it cannot be closed." in answer.text
    assert closures(app) == []
