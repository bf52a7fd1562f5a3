"""What is done by the clock: holds lapse, staff are told that something waits, replays run, quarters are published.

Every server process runs it; each hold, e-mail, replay and quarter is one process's.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import structlog
from apscheduler.schedulers.background import BackgroundScheduler
from sqlalchemy import select

from refuge.accounts.models import Network
from refuge.audit.service import SYSTEM
from refuge.beds.models import Hold
from refuge.database import now
from refuge.placements.queries.holds import past_their_hour
from refuge.placements.service.holding import lapse_hold
from refuge.post.service import deliver
from refuge.replays.running import run_replays
from refuge.statistics.queries.beside import own_returns_waiting
from refuge.statistics.service.editions import is_due, publish_due
from support_plans.queries.incidents import past_their_clock
from support_plans.service.digest import let_know, who_is_due
from support_plans.service.incidents import escalate

if TYPE_CHECKING:
    from datetime import datetime

    from flask import Flask

    from refuge.config import Config
    from refuge.database import Database

log = structlog.get_logger()
EVERY = 60
"""Seconds between two runs."""
LOOK_FOR_REPLAYS = 5
"""Seconds between two looks for a replay to run: somebody may be waiting for it."""
SPREAD = 10
"""Seconds, at most, by which a run is put off by chance, so that processes do not all ask at one moment."""


def start_jobs(app: Flask) -> BackgroundScheduler:
    """Run the jobs every minute beside this server process; `gunicorn.conf.py` calls it in each."""
    logging.getLogger("apscheduler").setLevel(logging.ERROR)  # that a long replay is still running is no news
    scheduler = BackgroundScheduler(timezone="UTC", daemon=True)
    scheduler.add_job(
        run_jobs, "interval", [app.extensions["database"]], id="jobs", seconds=EVERY, jitter=SPREAD, max_instances=1,
        coalesce=True,
    )  # fmt: skip
    scheduler.add_job(
        run_post, "interval", [app.extensions["database"], app.config["CONFIG"]], id="post", seconds=EVERY,
        jitter=SPREAD, max_instances=1, coalesce=True,
    )  # fmt: skip
    scheduler.add_job(
        run_replays, "interval", [app.extensions["database"]], id="replays", seconds=LOOK_FOR_REPLAYS, max_instances=1,
        coalesce=True,
    )  # fmt: skip
    scheduler.start()
    return scheduler


def run_post(database: Database, config: Config) -> int:
    """Let everybody know once a day that something waits for her, and empty the tray; return how many were sent."""
    try:
        at = now()
        with database.reading() as db:
            waiting = who_is_due(db, at=at)
        for person_id in waiting:
            _let_know(database, person_id, at)
        _escalate(database, at)
        return deliver(database, config)
    except Exception as error:  # noqa: BLE001  a job that ends would never run again
        log.error("job failed", job="post", error=type(error).__name__)  # noqa: TRY400  a traceback could quote a record
        return 0


def _escalate(database: Database, at: datetime) -> None:
    """Give to a second person what nobody closed in its time."""
    with database.reading() as db:
        late = past_their_clock(db, at=at)
    for incident_id in late:
        with database.write() as db:
            escalate(db, incident_id, at=at)


def _let_know(database: Database, person_id: int, at: datetime) -> None:
    with database.write() as db:
        let_know(db, person_id, also=own_returns_waiting, at=at)


def run_jobs(database: Database) -> int:
    """Let every hold lapse that has passed its hour; return how many were this process's to notice.

    What goes wrong with one is logged, without anything about anybody, and tried again with the next run; the others
    lapse all the same.
    """
    _publish_due(database)
    try:
        with database.reading() as db:
            waiting = list(db.scalars(past_their_hour(now()).with_only_columns(Hold.id)))
    except Exception as error:  # noqa: BLE001  a job that ends would never run again
        log.error("job failed", job="lapse", error=type(error).__name__)  # noqa: TRY400  a traceback could quote a record
        return 0
    return sum(_lapse(database, hold_id) for hold_id in waiting)


def _lapse(database: Database, hold_id: int) -> bool:
    try:
        with database.write() as db:
            return lapse_hold(db, hold_id, at=now())
    except Exception as error:  # noqa: BLE001  the same
        log.error("job failed", job="lapse", error=type(error).__name__)  # noqa: TRY400  the same
        return False


def _publish_due(database: Database) -> None:
    """Publish the last quarter of each network once it has settled; the unique constraint lets one process do it."""
    try:
        with database.reading() as db:
            networks = list(db.scalars(select(Network.id)))
            due = [network for network in networks if is_due(db, network, at=now())]
        for network in due:
            with database.write() as db:
                publish_due(db, network, by=SYSTEM, at=now())
    except Exception as error:  # noqa: BLE001  the same
        log.error("job failed", job="publish", error=type(error).__name__)  # noqa: TRY400  the same
