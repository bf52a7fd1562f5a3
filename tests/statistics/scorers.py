"""Processes of people of one agency who score the same theme at one moment, none having seen the other's score."""

from __future__ import annotations

from typing import TYPE_CHECKING

import refuge.app  # noqa: F401  every table
from refuge.accounts.models import Person
from refuge.audit.service import SYSTEM
from refuge.database import now
from refuge.errors import Refused
from refuge.statistics.service.beside import score_harm
from tests.databases import open_database

if TYPE_CHECKING:
    from datetime import date
    from multiprocessing.connection import Connection
    from multiprocessing.synchronize import Barrier

PATIENCE = 120


def score_now(url: str, who: int, score: int, round_on: date, start: Barrier, told: Connection) -> None:
    """Score when the others do, and tell what came of it: the code of a refusal, or nothing."""
    database = open_database(url)
    start.wait(PATIENCE)
    try:
        with database.write() as db:
            by = db.get_one(Person, who)
            score_harm(db, {"nrpf": (score, "")}, {}, round_on=round_on, by=by, actor=SYSTEM, at=now())
        told.send("")
    except Refused as refusal:
        told.send(refusal.code)
    told.close()
    database.engine.dispose()
