"""Browsers on the rota's pages, at a fixed morning in June, so that no bank holiday moves what a test expects."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

from refuge.accounts.models import Person
from refuge.once import new_key
from refuge.rota.models import Worker
from tests.builders import Pilot
from tests.rota.rows import MONDAY, add_pattern, add_worker

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask.testing import FlaskClient
    from sqlalchemy.orm import Session
    from werkzeug.test import TestResponse

    from refuge.database import Database

MORNING = datetime(2026, 6, 1, 8, tzinfo=UTC)
"""A Monday, a week before MONDAY."""


def boxes(day: date | None) -> list[str]:
    """Return a date as three boxes send it."""
    return [str(day.day), str(day.month), str(day.year)] if day else ["", "", ""]


@dataclass
class Desk:
    """The database, and a way to sign in."""

    database: Database
    sign_in: Callable[[str], FlaskClient]

    def worker(self, name: str = "practitioner", *houses: str, pattern: bool = True) -> str:
        """Put the person of this e-mail name on the rota, Monday to Friday 09:00 to 17:00; return her ref."""
        with self.database.write() as db:
            worker = add_worker(db, name)
            if pattern:
                add_pattern(db, worker, *houses)
            return worker.ref

    def kept(self, ref: str) -> Worker:
        """Return a worker as she is kept now."""
        with self.database.reading() as db:
            return _worker(db, ref)

    def refuge(self, name: str) -> str:
        """Return the ref of a house."""
        with self.database.reading() as db:
            return Pilot().refuge(db, name).ref

    def person(self, name: str) -> Person:
        """Return a person."""
        with self.database.reading() as db:
            return Pilot().person(db, name)


def _worker(db: Session, ref: str) -> Worker:
    return db.query(Worker).filter_by(ref=ref).one()


def leave(browser: FlaskClient, ref: str, **told: object) -> TestResponse:
    """Send the form of leave of one day, the Monday, unless told otherwise."""
    plain: dict[str, object] = {
        "key": new_key(), "kind": "leave", "from_on": boxes(MONDAY), "until_on": boxes(None), "part": "whole",
        "which": "first",
    }  # fmt: skip
    return browser.post(f"/rota/workers/{ref}/away", data={**plain, **told})


def extra(browser: FlaskClient, ref: str, **told: object) -> TestResponse:
    """Send the form of extra hours on the Saturday, unless told otherwise."""
    plain: dict[str, object] = {
        "key": new_key(), "kind": "extra", "extra_on": boxes(MONDAY + timedelta(days=5)), "extra_from": "10:00",
        "extra_until": "14:00", "part": "whole", "which": "first", "from_on": boxes(None), "until_on": boxes(None),
    }  # fmt: skip
    return browser.post(f"/rota/workers/{ref}/away?working=1", data={**plain, **told})
