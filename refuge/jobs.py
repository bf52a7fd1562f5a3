"""What is done by the clock, not by a person: holds lapse. Every server process runs it; each hold is one process's."""

from __future__ import annotations

from typing import TYPE_CHECKING

import structlog
from apscheduler.schedulers.background import BackgroundScheduler

from refuge.beds.models import Hold
from refuge.database import now
from refuge.placements.queries.holds import past_their_hour
from refuge.placements.service.holding import lapse_hold

if TYPE_CHECKING:
    from flask import Flask

    from refuge.database import Database

log = structlog.get_logger()
EVERY = 60
"""Seconds between two runs."""
SPREAD = 10
"""Seconds, at most, by which a run is put off by chance, so that processes do not all ask at one moment."""


def start_jobs(app: Flask) -> BackgroundScheduler:
    """Run the jobs every minute beside this server process; `gunicorn.conf.py` calls it in each."""
    scheduler = BackgroundScheduler(timezone="UTC", daemon=True)
    scheduler.add_job(
        run_jobs, "interval", [app.extensions["database"]], id="jobs", seconds=EVERY, jitter=SPREAD, max_instances=1,
        coalesce=True,
    )  # fmt: skip
    scheduler.start()
    return scheduler


def run_jobs(database: Database) -> int:
    """Let every hold lapse that has passed its hour; return how many were this process's to notice.

    What goes wrong with one is logged, without anything about anybody, and tried again with the next run; the others
    lapse all the same.
    """
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
