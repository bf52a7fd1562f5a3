"""Processes that all run the jobs at one moment. Each opens the database by itself, as each worker of a server does."""

from __future__ import annotations

from typing import TYPE_CHECKING

import refuge.app  # noqa: F401  every table
from refuge.jobs import run_jobs
from tests.databases import open_database

if TYPE_CHECKING:
    from multiprocessing.connection import Connection
    from multiprocessing.synchronize import Barrier

PATIENCE = 240
"""Seconds: a busy machine takes a minute to start six of them."""


def lapse(url: str, start: Barrier, told: Connection) -> None:
    """Run the jobs at the moment at which the others do, and tell how many holds were this process's."""
    database = open_database(url)
    start.wait(PATIENCE)
    told.send(run_jobs(database))
    told.close()
    database.engine.dispose()
