"""Processes that all ask for a replay at one moment."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import refuge.app  # noqa: F401  every table
from refuge.audit.service import SYSTEM
from refuge.database import now
from refuge.errors import Refused
from refuge.replays import service
from refuge.replays.queries import possible_changes
from tests.builders import Pilot
from tests.databases import open_database
from tests.replays.years import PERIOD

if TYPE_CHECKING:
    from multiprocessing.connection import Connection
    from multiprocessing.synchronize import Barrier


def ask_at_once(url: str, start: Barrier, told: Connection) -> None:
    """Ask when all do, and tell whether it was granted."""
    database = open_database(url)
    start.wait(60)
    try:
        with database.write() as db:
            by = Pilot().person(db, "manager.wall")
            possible = possible_changes(db, by.network_id, on=date(2026, 1, 5))
            service.ask_replay(db, PERIOD, possible[:1], by=by, actor=SYSTEM, at=now())
        told.send("asked")
    except Refused as refused:
        told.send(refused.code)
    told.close()
    database.engine.dispose()
