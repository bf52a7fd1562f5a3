"""Processes that decide at one moment whether two referrals are about the same woman, each in its own way."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

import refuge.placements.models  # noqa: F401  what a stay and a referral are followed by
from refuge.audit.service import SYSTEM
from refuge.database import now
from refuge.errors import Refused
from refuge.referrals.models import PossibleSame, Referral
from refuge.referrals.queries.pairs import mark_of
from refuge.referrals.service import decide_same
from tests.builders import Pilot
from tests.databases import open_database

if TYPE_CHECKING:
    from multiprocessing.connection import Connection
    from multiprocessing.synchronize import Barrier

    from refuge.database import Database

WON = "won"
PATIENCE = 60


def decide(url: str, pairs: list[tuple[str, str]], same: bool, start: Barrier, told: Connection) -> None:  # noqa: FBT001  what she decides
    """Decide each pair at the moment at which the others do, and tell how each went."""
    database = open_database(url)
    outcomes = []
    for pair in pairs:
        start.wait(PATIENCE)
        outcomes.append(_try(database, pair, same=same))
    told.send(outcomes)
    told.close()
    database.engine.dispose()


def _try(database: Database, pair: tuple[str, str], *, same: bool) -> str:
    try:
        with database.write() as db:
            one, other = (db.scalars(select(Referral).where(Referral.ref == ref)).unique().one() for ref in pair)
            low, high = sorted((one.id, other.id))
            found = select(PossibleSame.grounds).where(PossibleSame.low_id == low, PossibleSame.high_id == high)
            seen = mark_of(None, db.scalars(found).one())
            by = Pilot().person(db, "worker.wall")
            decide_same(db, one, other, same=same, seen=seen, by=by, actor=SYSTEM, at=now())
    except Refused as refusal:
        return refusal.code
    except Exception as error:  # noqa: BLE001  whatever else went wrong is what the test must hear about
        return f"{type(error).__name__}: {error}"
    return WON
