"""What a run knew of women can be erased; that it was made, and how well it placed, stays."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import select

from refuge.audit.service import SYSTEM
from refuge.database import now
from refuge.once import new_key
from refuge.placements.models import MatchRun, MatchRunContent
from refuge.placements.service.matching import erase_runs
from tests.placements.deciding import audited, clear
from tests.placements.test_matching import match

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask
    from flask.testing import FlaskClient


def test_an_old_run_is_erased_and_its_figures_stay(app: Flask, sign_in_as: Callable[[str], FlaskClient]) -> None:
    clear(app)
    worker = sign_in_as("worker.wall")
    match(worker)
    database = app.extensions["database"]
    at = now()
    with database.write() as db:
        assert erase_runs(db, before=at - timedelta(days=1), actor=SYSTEM, at=at) == 0
        assert erase_runs(db, before=at + timedelta(days=1), actor=SYSTEM, at=at) == 1
    with database.reading() as db:
        kept = db.scalars(select(MatchRun)).one()
        assert (kept.content, kept.waiting) == (None, 1)
        assert db.scalars(select(MatchRunContent)).all() == []
    assert [ref for ref, _ in audited(app, "match.erased")] == [kept.ref]
    page = worker.get("/matches").text
    assert "has been erased because it is old" in page
    assert "1 waiting" in page
    assert worker.post("/matches", data={"key": new_key()}).status_code == 302
    with database.reading() as db:
        assert len(db.scalars(select(MatchRunContent)).all()) == 1
