"""Processes that race for the same hours or the last place. Each opens the database by itself."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from sqlalchemy import select

import refuge.beds.models
import refuge.referrals.models
from refuge.accounts.models import Person
from refuge.audit.service import SYSTEM
from refuge.database import now
from refuge.errors import Refused
from refuge.rota.models import ExceptionKind, Worker, Workshop
from refuge.rota.service.exceptions import ExceptionDetails, enter_exception
from refuge.rota.service.patterns import PatternDetails, add_pattern
from refuge.rota.service.training import book_place
from tests.databases import open_database
from tests.rota.rows import MONDAY, at

if TYPE_CHECKING:
    from multiprocessing.connection import Connection
    from multiprocessing.synchronize import Barrier

    from sqlalchemy.orm import Session

    from refuge.database import Database

WON = "won"
PATIENCE = 60
ROUNDS = 5


def race(url: str, what: str, worker_id: int, start: Barrier, told: Connection) -> None:
    """Do the same thing at the moment at which the others do it, a few times over, and tell how each time went."""
    database = open_database(url)
    outcomes = []
    for number in range(ROUNDS):
        start.wait(PATIENCE)
        outcomes.append(_try(database, what, worker_id, number))
    told.send(outcomes)
    told.close()
    database.engine.dispose()


def _try(database: Database, what: str, worker_id: int, number: int) -> str:
    try:
        with database.write() as db:
            worker = db.scalars(select(Worker).where(Worker.id == worker_id)).unique().one()
            by = db.scalars(select(Person).where(Person.id == worker.person_id)).unique().one()
            DO[what](db, worker, by, number)
    except Refused as refusal:
        return refusal.code
    except Exception as error:  # noqa: BLE001  whatever else went wrong is what the test must hear about
        return f"{type(error).__name__}: {error}"
    return WON


def _leave(db: Session, worker: Worker, by: Person, number: int) -> None:
    span = (at(MONDAY, 9 + number), at(MONDAY, 10 + number))
    enter_exception(
        db, worker, ExceptionDetails(ExceptionKind.LEAVE, "", span, None), by=by, actor=SYSTEM, at=now()
    )  # fmt: skip


def _pattern(db: Session, worker: Worker, by: Person, number: int) -> None:
    del by
    house = db.scalars(select(refuge.beds.models.Refuge.id).where(refuge.beds.models.Refuge.name == "WALL")).one()
    told = PatternDetails((number,), 540, 1020, ((house, 100),), date(2026, 6, 1), None)
    add_pattern(db, worker, told, actor=SYSTEM, at=now())


def _place(db: Session, worker: Worker, by: Person, number: int) -> None:
    workshop = db.scalars(select(Workshop).order_by(Workshop.id).offset(number).limit(1)).unique().one()
    book_place(db, workshop, worker, by=by, actor=SYSTEM, at=workshop.from_at.replace(year=2026, month=1))


DO = {"leave": _leave, "pattern": _pattern, "place": _place}
