"""Workers with their patterns and days away, rooms, promises and workshops."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import uuid4

from sqlalchemy import select

from refuge.database import new_ref, now
from refuge.rota.models import ClosureDay, Place, WorkshopPlace
from tests.builders import LONG_AGO, Pilot
from tests.policy.whose import PEOPLE_OF, REFUGES
from tests.rota.rows import add_exception, add_pattern, add_promise, add_room, add_worker, add_workshop

if TYPE_CHECKING:
    from sqlalchemy.orm import Session


class RotaWorld:
    """What stands in the rota of the reader's agency, or of another's."""

    @staticmethod
    def _rota_worker(db: Session, reader: str, relation: str) -> str:
        return add_worker(db, PEOPLE_OF.get(relation, reader), person_id=None).ref

    @classmethod
    def _pattern(cls, db: Session, reader: str, relation: str) -> str:
        worker = add_worker(db, PEOPLE_OF.get(relation, reader), person_id=None)
        return add_pattern(db, worker, REFUGES[relation]).ref

    @classmethod
    def _exception(cls, db: Session, reader: str, relation: str) -> str:
        worker, at = add_worker(db, PEOPLE_OF.get(relation, reader), person_id=None), now()
        return add_exception(db, worker, at, at + timedelta(days=2)).ref

    @staticmethod
    def _closure_day(db: Session, reader: str, relation: str) -> str:
        person = Pilot().person(db, PEOPLE_OF.get(relation, reader))
        kept = db.scalars(select(ClosureDay.on).where(ClosureDay.agency_id == person.agency_id)).all()
        row = ClosureDay(
            ref=new_ref(db, ClosureDay), network_id=person.network_id, agency_id=person.agency_id, name="Away day",
            on=max([*kept, now().date()]) + timedelta(days=1),
        )  # fmt: skip
        db.add(row)
        return row.ref

    @staticmethod
    def _session_room(db: Session, _reader: str, relation: str) -> str:
        return add_room(db, REFUGES[relation], name=f"Room {uuid4().hex[:12]}").ref

    @staticmethod
    def _promise(db: Session, _reader: str, relation: str) -> str:
        return add_promise(db, REFUGES[relation]).ref

    @staticmethod
    def _workshop(db: Session, reader: str, relation: str) -> str:
        """Make a workshop of yesterday that the reader attended, if it is hers."""
        by = Pilot().person(db, PEOPLE_OF.get(relation, reader))
        begun = now() - timedelta(days=1)
        row = add_workshop(
            db, network_id=by.network_id, held_by_id=by.agency_id, from_at=begun, until_at=begun + timedelta(hours=3)
        )
        place = {"person_id": by.id, "state": Place.ATTENDED, "booked_by_id": by.id, "booked_at": LONG_AGO}
        db.add(WorkshopPlace(workshop_id=row.id, **place))
        return row.ref
