"""The small network, with things in it that stand in each relation to a reader, and browsers signed in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from refuge.accounts import service
from refuge.accounts.models import Person
from refuge.accounts.sessions import ServerSessions, hash_token, start_session
from refuge.audit.service import SYSTEM
from refuge.beds.models import Stay
from refuge.database import new_ref, now
from refuge.permissions import Role
from tests.builders import LONG_AGO, Pilot, add_referral
from tests.policy.care import CareWorld
from tests.policy.cells import filled, kind_of
from tests.policy.figures import FigureWorld
from tests.policy.oracle import NOBODY, READERS
from tests.policy.refuges import RefugeWorld
from tests.policy.rota import RotaWorld
from tests.policy.sessions import SessionWorld
from tests.support_plans.matrix import PlanWorld

if TYPE_CHECKING:
    from flask import Flask
    from flask.testing import FlaskClient
    from sqlalchemy.orm import Session


class World(PlanWorld, RefugeWorld, CareWorld, SessionWorld, RotaWorld, FigureWorld):
    """The small network, and things in it that stand in each relation to a reader."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.database = app.extensions["database"]
        app.config["WTF_CSRF_ENABLED"] = False
        with self.database.write() as db:
            Pilot().person(db, "administrator").password_hash = "never used"
            stay_of = add_referral(db, "worker.wall")
            bed = Pilot().bed(db, "WALL", "Room 1")
            db.add(Stay(ref=new_ref(db, Stay), bed_id=bed.id, referral_id=stay_of.id, started_at=LONG_AGO))
        self._browsers: dict[str, FlaskClient] = {}
        self._paths: dict[tuple[str, str, str], str] = {}

    def fresh_browser(self, reader: str) -> FlaskClient:
        """Return a new browser, signed in as this reader unless she is nobody."""
        browser = self.app.test_client()
        if reader != NOBODY:
            with self.database.write() as db:
                token = start_session(db, Pilot().person(db, READERS[reader]), at=now())
            browser.set_cookie(ServerSessions.token_cookie(self.app), token)
        return browser

    def browser(self, reader: str) -> FlaskClient:
        """Return a browser of this reader that nothing has changed."""
        if reader not in self._browsers:
            self._browsers[reader] = self.fresh_browser(reader)
        return self._browsers[reader]

    def forget_browsers(self) -> None:
        """Sign everybody in anew from here on."""
        self._browsers.clear()

    def path(self, rule: str, reader: str, relation: str) -> str:
        """Return a path of this rule to a thing that stands in this relation to the reader."""
        key = (kind_of(rule), reader, relation)
        if key not in self._paths:
            self._paths[key] = self.fresh_path("<>", key)
        return filled(rule, self._paths[key])

    def fresh_path(self, rule: str, key: tuple[str, str, str]) -> str:
        """Return a path to a thing that nothing has touched."""
        kind, reader, relation = key
        if kind == "none":
            return rule
        with self.database.write() as db:
            made = getattr(self, f"_{kind}")(db, READERS.get(reader, "worker.wall"), relation)
        return filled(rule, made)

    @staticmethod
    def _static(_db: Session, _reader: str, _relation: str) -> str:
        return "app.css"

    @staticmethod
    def _person(db: Session, reader: str, relation: str) -> str:
        agencies = {"other": "Wall agency", "hidden": "Panahghar agency", "elsewhere": "Elsewhere agency"}
        own = Pilot().person(db, reader)
        agency = own.agency if relation == "own" else Pilot().agency(db, agencies[relation])
        role = own.role if relation == "own" else Role.REFUGE_WORKER
        made = new_ref(db, Person)
        service.add_person(db, agency, role, name=made, email=f"{made.lower()}@example.org", by=SYSTEM, at=now())
        return db.scalars(select(Person.ref).where(Person.name == made)).one()

    @staticmethod
    def _session(db: Session, reader: str, relation: str) -> str:
        owner = {"own": reader, "other": "worker.panahghar", "hidden": "recovery", "elsewhere": "worker.elsewhere"}
        return hash_token(start_session(db, Pilot().person(db, owner[relation]), at=now()))[:16]

    @staticmethod
    def _link(db: Session, _reader: str, relation: str) -> str:
        person = Pilot().person(db, "recovery")
        return service.make_link(db, person, by=SYSTEM, at=now()) if relation == "own" else f"nothing-{relation}"
