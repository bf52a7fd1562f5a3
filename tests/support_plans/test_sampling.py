"""A week of reads as a privacy officer looks through it: by chance, never her own, and once."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import delete, update
from sqlalchemy.exc import DBAPIError, IntegrityError

from refuge.accounts.models import Person
from refuge.audit.service import record
from refuge.database import new_ref, now
from refuge.london import day_begins
from support_plans.models import PrivacySample
from support_plans.queries.sampling import DRAWN, MANY, last_week, sample
from support_plans.service.glass import name_officer
from tests.builders import Pilot
from tests.placements.deciding import database_of
from tests.support_plans.rows import actor_of, add_resident
from tests.support_plans.served import rows

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask
    from flask.testing import FlaskClient
    from sqlalchemy.orm import Session

    SignIn = Callable[[str], FlaskClient]


def read(app: Flask, name: str, refs: int, *, hour: int = 12) -> None:
    """Let somebody have opened so many records on the Wednesday of last week."""
    at = day_begins(last_week(now()) + timedelta(days=2)) + timedelta(hours=hour)
    with database_of(app).write() as db:
        for number in range(refs):
            record(db, "plan.seen", f"R-{10000 + number}", by=actor_of(Pilot().person(db, name)), at=at)


def another(db: Session, by: Person) -> Person:
    """Let somebody more work for her agency."""
    person = Person(
        ref=new_ref(db, Person), agency_id=by.agency_id, agency_kind=by.agency_kind, name="Another",
        email="another@example.org", role=by.role, created_at=now(),
    )  # fmt: skip
    db.add(person)
    db.flush()
    return person


def officer(app: Flask, name: str) -> None:
    with database_of(app).write() as db:
        person = Pilot().person(db, name)
        name_officer(db, person, by=person, actor=actor_of(person), at=now())


def test_an_officer_looks_through_reads_of_her_agency_drawn_by_chance(app: Flask) -> None:
    read(app, "worker.wall", MANY + 1)
    read(app, "manager.wall", 3)
    read(app, "worker.panahghar", 5)
    with database_of(app).reading() as db:
        reader, week = Pilot().person(db, "manager.wall"), last_week(now())
        found = sample(db, reader, week)
        assert (found.in_all, len(found.drawn)) == (MANY + 1, DRAWN)
        assert {one.who for one in found.drawn} == {"Worker Wall"}
        assert [one.subject_ref for one in found.drawn] != sorted(one.subject_ref for one in found.drawn)
        assert found.drawn == sample(db, reader, week).drawn
        assert [(who, count) for who, _, count in found.many] == [("Worker Wall", MANY + 1)]
        assert sample(db, reader, week - timedelta(days=7)).in_all == 0


def test_reads_at_night_stand_out_where_nobody_works_at_night(app: Flask) -> None:
    read(app, "recovery", 2, hour=3)
    read(app, "worker.wall", 2, hour=3)
    with database_of(app).write() as db:
        assert sample(db, Pilot().person(db, "manager.wall"), last_week(now())).at_night == []
        by = Pilot().person(db, "recovery")
        officer_of_it = another(db, by)
        assert len(sample(db, officer_of_it, last_week(now())).at_night) == 2


def test_reads_of_a_woman_of_the_same_last_name_are_told_and_the_name_is_not(app: Flask, sign_in_as: SignIn) -> None:
    at = day_begins(last_week(now()) + timedelta(days=2)) + timedelta(hours=12)
    with database_of(app).write() as db:
        alike, unlike = add_resident(db), add_resident(db)
        alike.name, unlike.name = "Canaria van Wáll", "Wall Canaria"
        for referral in (alike, unlike):
            record(db, "plan.seen", referral.ref, by=actor_of(Pilot().person(db, "worker.wall")), at=at)
        refs = [alike.ref]
    officer(app, "manager.wall")
    with database_of(app).reading() as db:
        found = sample(db, Pilot().person(db, "manager.wall"), last_week(now()))
        assert [one.subject_ref for one in found.same_surname] == refs
    page = sign_in_as("manager.wall").get("/privacy/sample").text
    assert "Of the same last name" in page
    assert "Canaria" not in page


def test_a_week_is_looked_through_once_and_stands_on_today_until_then(app: Flask, sign_in_as: SignIn) -> None:
    officer(app, "manager.wall")
    read(app, "worker.wall", 2)
    manager = sign_in_as("manager.wall")
    assert "Look through some of what your agency read last week" in manager.get("/").text
    page = manager.get("/privacy/sample").text
    assert "Worker Wall" in page
    assert "R-10001" in page
    assert manager.post("/privacy/sample", data={}).status_code == 422
    short = manager.post("/privacy/sample", data={"asked": "yes", "words": "x"})
    assert short.status_code == 409
    assert "whom you asked" in short.text
    told = {"asked": "yes", "words": "I asked her: it was a handover"}
    assert manager.post("/privacy/sample", data=told).status_code == 302
    assert manager.post("/privacy/sample", data=told).status_code == 409
    assert "it was a handover" in manager.get("/privacy/sample").text
    assert "Look through some of" not in manager.get("/").text
    assert len(rows(app, PrivacySample)) == 1


def test_nobody_else_is_shown_it(app: Flask, sign_in_as: SignIn) -> None:
    officer(app, "manager.wall")
    read(app, "worker.wall", 2)
    for name in ("worker.wall", "manager.panahghar", "recovery"):
        browser = sign_in_as(name)
        assert "R-10001" not in browser.get("/privacy/sample").text
        assert browser.post("/privacy/sample", data={"asked": "no"}).status_code == 409
        assert "Look through some of" not in browser.get("/").text
    assert rows(app, PrivacySample) == []


def test_the_database_keeps_what_was_looked_through(app: Flask) -> None:
    week = last_week(now())
    with database_of(app).write() as db:
        by, other = Pilot().person(db, "manager.wall"), Pilot().person(db, "manager.panahghar")
        mine, theirs, agency_id = by.id, other.id, by.agency_id
        told = {"agency_id": agency_id, "week_on": week, "looked_at": now(), "asked": False}
        db.add(PrivacySample(**told, looked_by_id=mine))
    for attack in (update(PrivacySample).values(words="Nothing"), delete(PrivacySample)):
        with pytest.raises(DBAPIError, match="kept as it was"), database_of(app).write() as db:
            db.execute(attack)
    with pytest.raises(DBAPIError, match="another agency"), database_of(app).write() as db:
        db.add(PrivacySample(**{**told, "week_on": week - timedelta(days=7)}, looked_by_id=theirs))
    for more in ({}, {"week_on": week - timedelta(days=7), "asked": True}):
        with pytest.raises(IntegrityError), database_of(app).write() as db:
            db.add(PrivacySample(**{**told, **more}, looked_by_id=mine))
