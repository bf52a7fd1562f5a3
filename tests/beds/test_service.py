"""A bed leaves service and comes back: about the bed as it was shown, never while somebody counts on it."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select, update

from refuge.beds.models import Bed, Closure
from refuge.database import now
from refuge.london import day_begins, london_date
from tests.beds.test_closures import CLOSE
from tests.beds.test_refuges import BED, audited
from tests.builders import Pilot

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask
    from flask.testing import FlaskClient

CHANGED = "Somebody has changed Room 1 since you opened this page"


@pytest.fixture
def manager(sign_in_as: Callable[[str], FlaskClient]) -> FlaskClient:
    return sign_in_as("manager.wall")


def room(app: Flask) -> Bed:
    with app.extensions["database"].reading() as db:
        return Pilot().bed(db, "WALL", "Room 1")


def closures(app: Flask) -> list[Closure]:
    with app.extensions["database"].reading() as db:
        return list(db.scalars(select(Closure).order_by(Closure.from_at)))


def version_of(page: str) -> dict[str, str]:
    """Return the version that a page carries unseen."""
    return dict(re.findall(r'name="(version)" type="hidden" value="([^"]*)"', page))


def gone_since(app: Flask, days: int) -> None:
    """Let Room 1 have left service so many days ago, as it would have at the time."""
    with app.extensions["database"].write() as db:
        on = london_date(now()) - timedelta(days=days)
        db.execute(update(Bed).where(Bed.ref == room(app).ref).values(retired_on=on))


def test_a_bed_that_was_changed_meanwhile_does_not_leave_service_before_she_has_seen_how(
    app: Flask, manager: FlaskClient
) -> None:
    ref = room(app).ref
    opened = version_of(manager.get(f"/beds/{ref}/retire").text)
    manager.post(f"/beds/{ref}/edit", data={**BED, "name": "Room 1", "adults": "3", "version": "1"})
    answer = manager.post(f"/beds/{ref}/retire", data=opened)
    assert answer.status_code == 409
    assert CHANGED in answer.text
    assert "3 adults" in answer.text
    assert room(app).retired_on is None
    assert manager.post(f"/beds/{ref}/retire", data=version_of(answer.text)).status_code == 302
    assert room(app).retired_on == london_date(now())


@pytest.mark.parametrize("version", [{}, {"version": ""}, {"version": "0"}, {"version": "99999999999"}])
def test_a_press_that_does_not_say_what_was_shown_takes_nothing_out_of_service(
    app: Flask, manager: FlaskClient, version: dict[str, str]
) -> None:
    answer = manager.post(f"/beds/{room(app).ref}/retire", data=version)
    assert answer.status_code == 409
    assert room(app).retired_on is None
    assert audited(app, "bed.retired") == []


def test_a_bed_that_left_today_by_mistake_comes_back_as_if_it_had_not_left(app: Flask, manager: FlaskClient) -> None:
    ref = room(app).ref
    manager.post(f"/beds/{ref}/retire", data={"version": "1"})
    assert f'href="/beds/{ref}"' in manager.get(f"/refuges/{room(app).refuge.ref}").text.split("Out of service")[1]
    assert f"/beds/{ref}/restore" in manager.get(f"/beds/{ref}").text
    page = manager.get(f"/beds/{ref}/restore").text
    back = manager.post(f"/beds/{ref}/restore", data=version_of(page), follow_redirects=True)
    assert "Room 1 is back in service" in back.text
    assert f"/beds/{ref}" in manager.get("/beds").text
    assert closures(app) == []
    assert audited(app, "bed.restored") == [(ref, {})]
    assert manager.get(f"/beds/{ref}/restore").location == f"/beds/{ref}"


def test_the_days_in_which_nobody_could_have_had_it_are_kept_as_closed(app: Flask, manager: FlaskClient) -> None:
    gone_since(app, days=10)
    at = now()
    assert manager.post(f"/beds/{room(app).ref}/restore", data={"version": "1"}).status_code == 302
    (kept,) = closures(app)
    assert kept.from_at == day_begins(london_date(at) - timedelta(days=9))
    assert kept.ended_at is not None
    assert kept.ended_at >= at
    assert (kept.reason, kept.note) == ("other", "It was out of service.")


def test_a_bed_that_was_closed_when_it_left_is_closed_when_it_comes_back(app: Flask, manager: FlaskClient) -> None:
    ref = room(app).ref
    manager.post(f"/beds/{ref}/close", data=CLOSE)
    with app.extensions["database"].write() as db:
        db.execute(update(Closure).values(from_at=now() - timedelta(days=20)))
    gone_since(app, days=10)
    assert manager.post(f"/beds/{ref}/restore", data={"version": "1"}).status_code == 302
    assert [closure.ended_at for closure in closures(app)] == [None]


def test_a_closure_that_was_called_off_does_not_hide_that_it_was_out_of_service(
    app: Flask, manager: FlaskClient
) -> None:
    soon, by = now() + timedelta(days=3), "worker.wall"
    with app.extensions["database"].write() as db:
        person = Pilot().person(db, by).id
        bed = Pilot().bed(db, "WALL", "Room 1").id
        db.add(Closure(bed_id=bed, from_at=soon, ended_at=soon, reason="repair", note="", closed_by_id=person))
    gone_since(app, days=2)
    assert manager.post(f"/beds/{room(app).ref}/restore", data={"version": "1"}).status_code == 302
    assert [closure.reason for closure in closures(app)] == ["other", "repair"]


def test_a_bed_comes_back_once_and_not_over_what_somebody_did_meanwhile(app: Flask, manager: FlaskClient) -> None:
    ref = room(app).ref
    manager.post(f"/beds/{ref}/retire", data={"version": "1"})
    stale = manager.post(f"/beds/{ref}/restore", data={"version": "1"})
    assert stale.status_code == 409
    assert CHANGED in stale.text
    opened = version_of(stale.text)
    assert manager.post(f"/beds/{ref}/restore", data=opened).status_code == 302
    twice = manager.post(f"/beds/{ref}/restore", data=opened)
    assert twice.status_code == 409
    assert "Room 1 is in service already" in twice.text
    assert len(audited(app, "bed.restored")) == 1
