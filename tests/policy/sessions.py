"""Sessions that are booked, in a series or planned, and a feed of them."""

from __future__ import annotations

from datetime import timedelta
from itertools import count
from typing import TYPE_CHECKING

from sqlalchemy import select

from refuge.accounts.models import Person
from refuge.audit.service import SYSTEM
from refuge.database import new_ref, now
from refuge.inreach.models import Booking, Series
from refuge.inreach.service.feeds import make_feed
from refuge.inreach.service.planning import keep_run, plan
from tests.builders import LONG_AGO, Pilot
from tests.inreach.rows import add_session, ask
from tests.policy.whose import REFUGES
from tests.support_plans.rows import add_resident, worker_of

if TYPE_CHECKING:
    from sqlalchemy.orm import Session


class SessionWorld:
    """Sessions of the reader's own worker, or of another's."""

    wanted = ""
    """A session that the newest plan of this world was asked for."""
    _days = count(2)
    """Days from now, each used once: one worker has one session at a time."""

    @classmethod
    def _booking(cls, db: Session, reader: str, relation: str) -> str:
        """Book a woman of the house with a worker: of a practitioner's own agency, or of another."""
        mine = reader if reader == "practitioner" else "recovery"
        worker = worker_of(db, {"own": mine, "elsewhere": "worker.elsewhere"}.get(relation, "counsellor"))
        woman, at = add_resident(db, REFUGES[relation]), now() + timedelta(days=next(cls._days))
        return add_session(db, worker, REFUGES[relation], at, woman).ref

    @classmethod
    def _series(cls, db: Session, reader: str, relation: str) -> str:
        booking = db.scalars(select(Booking).where(Booking.ref == cls._booking(db, reader, relation))).one()
        person = db.get_one(Person, booking.made_by_id)
        series = Series(
            ref=new_ref(db, Series), network_id=person.network_id, weekday=0, minute=600, minutes=50, every_weeks=1,
            from_on=LONG_AGO.date(), until_on=LONG_AGO.date(), skipped={}, made_by_id=person.id, made_at=now(),
        )  # fmt: skip
        db.add(series)
        db.flush()
        booking.series_id = series.id
        return series.ref

    @classmethod
    def _session_plan(cls, db: Session, _reader: str, relation: str) -> str:
        person = Pilot().person(db, "worker.elsewhere" if relation == "elsewhere" else "worker.wall")
        need = ask(db, add_resident(db), "practitioner", how_many=1, every_days=None)
        made = keep_run(db, plan(db, person.network_id, at=now()), by=person, actor=SYSTEM, at=now())
        cls.wanted = f"{need.ref}.{need.earliest_on}"
        return made.ref

    @staticmethod
    def _feed(db: Session, _reader: str, relation: str) -> str:
        person = Pilot().person(db, "recovery")
        token = make_feed(db, worker_of(db, "recovery"), by=person, actor=SYSTEM, at=now())
        return token if relation == "own" else f"nothing-{relation}"
