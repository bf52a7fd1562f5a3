"""The number of queries of a page does not grow with what it shows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import event, select

from refuge.accounts.models import Person
from refuge.accounts.sessions import ServerSessions, start_session
from refuge.audit.service import SYSTEM
from refuge.database import now
from refuge.demo.load import load_demo
from refuge.placements.service.matching import make_run
from tests.more import add_much_more

if TYPE_CHECKING:
    from flask import Flask
    from flask.testing import FlaskClient

    from refuge.database import Database

PAGES = (
    "/", "/beds", "/beds/print", "/refuges", "/referrals", "/matches", "/matches/rules", "/rota", "/rota/workers",
    "/rota/cover", "/training",
)  # fmt: skip
PEOPLE = ("farah@wall.example", "mary@lpt.example", "priya@helpline.example", "grace@council.example")


def signed_in(app: Flask, email: str) -> FlaskClient:
    """Return a browser on which this person is signed in."""
    with app.extensions["database"].write() as db:
        person = db.scalars(select(Person).where(Person.email == email)).one()
        token = start_session(db, person, at=now())
    client = app.test_client()
    client.set_cookie(ServerSessions.token_cookie(app), token)
    return client


def queries_of_pages(app: Flask) -> dict[tuple[str, str], int]:
    """Return for each person and page that she may open how many queries it asked."""
    asked: list[str] = []
    engine = app.extensions["database"].engine
    event.listen(engine, "before_cursor_execute", lambda *told: asked.append(told[2]))
    found = {}
    for email in PEOPLE:
        client = signed_in(app, email)
        for path in PAGES:
            asked.clear()
            if client.get(path).status_code == 200:
                found[email, path] = len(asked)
    return found


def test_a_page_asks_no_more_when_it_shows_more(app: Flask, database: Database) -> None:
    with database.write() as db:
        load_demo(db, at=now())
        by = db.scalars(select(Person).where(Person.email == PEOPLE[0])).one()
        make_run(db, by.network_id, by=by, actor=SYSTEM, at=now())
    before = queries_of_pages(app)
    with database.write() as db:
        add_much_more(db, times=5)
    after = queries_of_pages(app)
    assert len(before) >= 10
    assert after == before
