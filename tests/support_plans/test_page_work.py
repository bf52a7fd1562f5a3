"""A plan's page asks the database no more after two years than on the first day."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import event, select

from refuge.referrals.models import Referral
from tests.builders import Pilot
from tests.placements.deciding import database_of
from tests.support_plans.more import add_two_years
from tests.support_plans.rows import add_resident

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask
    from flask.testing import FlaskClient

SHORT = 1 / 12
PAGES = ("", "/notes", "/history", "/sharing", "/looked")


def queries_of(app: Flask, browser: FlaskClient, ref: str) -> list[int]:
    """Return how many queries each page of a plan asks."""
    asked: list[str] = []
    listen = app.extensions["database"].engine
    event.listen(listen, "before_cursor_execute", lambda *told: asked.append(told[2]))
    counts = []
    for path in PAGES:
        asked.clear()
        assert browser.get(f"/plans/{ref}{path}").status_code == 200
        counts.append(len(asked))
    return counts


def test_two_years_of_notes_cost_no_query_more(app: Flask, sign_in_as: Callable[[str], FlaskClient]) -> None:
    with database_of(app).write() as db:
        referral = add_resident(db)
        by = Pilot().person(db, "worker.wall")
        add_two_years(db, referral, by, area="first", years=SHORT)
        ref = referral.ref
    browser = sign_in_as("worker.wall")
    browser.get(f"/plans/{ref}")
    before = queries_of(app, browser, ref)
    with database_of(app).write() as db:
        add_two_years(db, db.scalars(select(Referral).where(Referral.ref == ref)).unique().one(), by)
    after = queries_of(app, browser, ref)
    assert after == before
    assert max(after) < 40
