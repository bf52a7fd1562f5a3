"""Processes that race for a bed. Each opens the database by itself, as each worker of the application does."""

from __future__ import annotations

from typing import TYPE_CHECKING

import refuge.referrals.models  # noqa: F401  the table that a stay refers to
from refuge.beds.models import Stay
from refuge.beds.service.occupy import take_bed
from refuge.database import new_ref, now
from refuge.errors import Refused
from tests.databases import open_database

if TYPE_CHECKING:
    from multiprocessing.connection import Connection
    from multiprocessing.synchronize import Barrier

    from refuge.database import Database

WON = "won"
PATIENCE = 60


def race(url: str, beds: list[int], referrals: list[int], start: Barrier, told: Connection) -> None:
    """Try to move one referral into each bed at the moment at which the others try, and tell how each went."""
    database = open_database(url)
    outcomes = []
    for bed_id, referral_id in zip(beds, referrals, strict=True):
        start.wait(PATIENCE)
        outcomes.append(_try(database, bed_id, referral_id))
    told.send(outcomes)
    told.close()
    database.engine.dispose()


def _try(database: Database, bed_id: int, referral_id: int) -> str:
    try:
        with database.write() as db:
            take_bed(db, Stay(ref=new_ref(db, Stay), bed_id=bed_id, referral_id=referral_id, started_at=now()))
    except Refused as refusal:
        return refusal.sentence
    except Exception as error:  # noqa: BLE001  whatever else went wrong is what the test must hear about
        return f"{type(error).__name__}: {error}"
    return WON
