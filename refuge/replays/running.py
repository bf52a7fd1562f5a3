"""Runs replays beside the server: each in a process of its own, so that nobody's page waits for it.

Any number of server processes may ask; one claims a replay and says every few seconds how far it has come. If it falls
silent, because the machine was switched off, another claims the replay and begins again.
"""

from __future__ import annotations

import multiprocessing
import time
from typing import TYPE_CHECKING

import structlog

from allocation.replay.changes import Change, Kind, NoSuchPlace
from allocation.replay.gains import Gains, gains
from refuge.database import now
from refuge.placements.queries.rules import rules_now
from refuge.replays.history import history_of
from refuge.replays.models import Replay
from refuge.replays.queries import to_run
from refuge.replays.service import SILENT, beat, claim, fail, finish
from refuge.statistics.periods import Period

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

    from allocation.replay.history import History
    from refuge.database import Database

log = structlog.get_logger()
EVERY = 2.0
"""Seconds between two notes of how far a replay has come."""
PATIENCE = 900.0
"""Seconds without a sign from the process that thinks, after which it is taken for dead."""
SORRY = "It could not be worked out. Ask for it again; if it happens again, tell those who run this system."


def run_replays(database: Database) -> int:
    """Run the replays that wait; return how many were this process's to run."""
    count = 0
    try:
        while (replay_id := _claimed(database)) is not None:
            count += 1
            _run_or_say_why(database, replay_id)
    except Exception as error:  # noqa: BLE001  a job that ends would never run again
        log.error("job failed", job="replay", error=type(error).__name__)  # noqa: TRY400  a traceback could quote a record
    return count


def _run_or_say_why(database: Database, replay_id: int) -> None:
    try:
        _run(database, replay_id)
    except Exception as error:  # noqa: BLE001  whatever it is, the person who asked must be told
        log.error("job failed", job="replay", error=type(error).__name__)  # noqa: TRY400  the same
        _end(database, replay_id, SORRY)


def _claimed(database: Database) -> int | None:
    at = now()
    with database.reading() as db:
        waiting = to_run(db, silent_since=at - SILENT)
    if waiting is None:
        return None
    with database.write() as db:
        return waiting if claim(db, waiting, at=at) else None


def _run(database: Database, replay_id: int) -> None:
    with database.reading() as db:
        replay = db.get_one(Replay, replay_id)
        rules = rules_now(db, replay.network_id, at=now())
        history = history_of(db, replay.network_id, Period(replay.first, replay.last), rules=rules, seed=replay.seed)
        changes = [Change(Kind(one["kind"]), one["of"], one["by"]) for one in replay.changes]
        draws, seed, version = replay.draws, replay.seed, rules.version
    found = _think(database, replay_id, (history, changes, draws, seed))
    if isinstance(found, str):
        _end(database, replay_id, found)
        return
    with database.write() as db:
        finish(db, db.get_one(Replay, replay_id), found, rules_version=version, at=now())


def _think(database: Database, replay_id: int, asked: tuple[History, list[Change], int, int]) -> Gains | str:
    """Return what a process of its own works out, or in words why it could not; say meanwhile how far it has come."""
    spawn = multiprocessing.get_context("spawn")
    here, there = spawn.Pipe(duplex=False)
    process = spawn.Process(target=think, args=(there, *asked), daemon=True)
    process.start()
    there.close()
    said = time.monotonic()
    try:
        while here.poll(PATIENCE):
            told: int | str | Gains = here.recv()
            if not isinstance(told, int):
                process.join()
                return told
            if time.monotonic() - said >= EVERY:
                said = time.monotonic()
                with database.write() as db:
                    beat(db, replay_id, told, at=now())
    except EOFError:
        return SORRY
    finally:
        process.kill()
        here.close()
    return SORRY


def think(answer: Connection, history: History, changes: list[Change], draws: int, seed: int) -> None:
    """Work out a replay and send how many steps are done after each; last the answer, or why there is none."""
    try:
        answer.send(gains(history, changes, draws=draws, seed=seed, progress=lambda done, _every: answer.send(done)))
    except NoSuchPlace as nothing:
        answer.send(f"{nothing} Ask for the replay again: the network has changed since.")


def _end(database: Database, replay_id: int, why: str) -> None:
    with database.write() as db:
        fail(db, db.get_one(Replay, replay_id), why, at=now())
