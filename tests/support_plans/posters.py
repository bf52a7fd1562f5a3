"""Processes that all see to the post at one moment. Each opens the database by itself, as a server's worker does."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import time_machine

import refuge.app  # noqa: F401  every table
from refuge.config import Config, Setting
from refuge.jobs import run_post
from tests.databases import KEY, open_database

if TYPE_CHECKING:
    from multiprocessing.connection import Connection
    from multiprocessing.synchronize import Barrier

PATIENCE = 60


def post_now(url: str, start: Barrier, told: Connection) -> None:
    """See to the post at the moment at which the others do, and tell how many e-mails were this process's."""
    database = open_database(url)
    start.wait(PATIENCE)
    with time_machine.travel(datetime(2026, 3, 3, 9, tzinfo=UTC), tick=False):
        told.send(run_post(database, Config(Setting.DEVELOPMENT, KEY, url)))
    told.close()
    database.engine.dispose()
