"""What changes are taken to cost, and a replay of the last year, published for commissioners."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import select

from allocation.replay.changes import Kind
from refuge.audit.service import SYSTEM
from refuge.database import now
from refuge.replays.models import Replay, ReplayState
from refuge.replays.queries import possible_changes
from refuge.replays.running import run_replays
from refuge.replays.service import CostDetails, ask_replay, publish, set_cost
from refuge.statistics.periods import Period

if TYPE_CHECKING:
    from refuge.database import Database
    from refuge.demo.loading import Loading

ASKS = "farah@wall.example"
SOURCE = "Assumption for the demonstration: no real contract"
COSTS = {
    Kind.ONE_MORE_BED: 24_000, Kind.STEP_FREE: 3_000, Kind.FUNDED_PLACES: 14_000, Kind.SON_AGE_LIMIT: 0,
    Kind.HIGH_SUPPORT_PLACES: 9_000, Kind.ROUND_THE_CLOCK: 120_000,
}  # fmt: skip
"""Pounds a year. All are assumptions (D)."""
TRIED = {
    ("WALL", Kind.ONE_MORE_BED), ("WALL", Kind.HIGH_SUPPORT_PLACES), ("Panahghar", Kind.ONE_MORE_BED),
    ("Panahghar", Kind.FUNDED_PLACES), ("Panahghar", Kind.ROUND_THE_CLOCK),
}  # fmt: skip
"""What is tried: a handful, so that it is done in some seconds."""
A_YEAR = timedelta(days=365)


def load_replay(loading: Loading) -> None:
    """Enter the costs, and ask what would have helped in the twelve months until yesterday."""
    by, at = loading.people[ASKS], loading.at
    for kind, pounds in COSTS.items():
        set_cost(loading.db, CostDetails(kind, pounds, 1, SOURCE, 0), by=by, actor=SYSTEM, at=at)
    yesterday = loading.today - timedelta(days=1)
    possible = possible_changes(loading.db, loading.network.id, on=loading.today)
    tried = [one for one in possible if (one.house, one.change.kind) in TRIED]
    period = Period(yesterday - A_YEAR + timedelta(days=1), yesterday)
    ask_replay(loading.db, period, tried, by=by, actor=SYSTEM, at=at)


def publish_replay(database: Database) -> None:
    """Work out what was asked, in a process of its own as the server does, and publish it."""
    run_replays(database)
    with database.write() as db:
        for row in db.scalars(select(Replay).where(Replay.state == ReplayState.DONE)):
            publish(db, row, by=row.asked_by, actor=SYSTEM, at=now())
