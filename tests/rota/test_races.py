"""Of all who enter the same hours, or reach for the last place, exactly one wins; the others read a refusal."""

from __future__ import annotations

import multiprocessing
from collections import Counter
from typing import TYPE_CHECKING

import pytest

from refuge.accounts.models import Person
from refuge.database import new_ref
from tests.builders import LONG_AGO, Pilot
from tests.rota.racers import PATIENCE, ROUNDS, WON, race
from tests.rota.rows import add_worker, add_workshop

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from refuge.database import Database

RACERS = 4


@pytest.mark.parametrize(("what", "refusal"), [("leave", "exception.overlaps"), ("pattern", "pattern.overlaps")])
def test_the_same_hours_are_entered_once(database: Database, database_url: str, what: str, refusal: str) -> None:
    with database.write() as db:
        worker_id = add_worker(db).id
    for told in _run(database_url, what, [worker_id] * RACERS):
        assert Counter(told) == {WON: 1, refusal: RACERS - 1}


def test_the_last_place_is_booked_once(database: Database, database_url: str) -> None:
    with database.write() as db:
        for _ in range(ROUNDS):
            add_workshop(db, places=1)
        workers = [_somebody(db) for _ in range(RACERS)]
    for told in _run(database_url, "place", workers):
        assert Counter(told) == {WON: 1, "workshop.full": RACERS - 1}


def _somebody(db: Session) -> int:
    """Add a person of the health trust who is a worker, and return the worker's number."""
    like = Pilot().person(db, "practitioner")
    ref = new_ref(db, Person)
    person = Person(
        ref=ref, agency_id=like.agency_id, agency_kind=like.agency_kind, name=ref, email=f"{ref.lower()}@example.org",
        role=like.role, created_at=LONG_AGO,
    )  # fmt: skip
    db.add(person)
    db.flush()
    return add_worker(db, person_id=person.id).id


def _run(url: str, what: str, workers: list[int]) -> list[tuple[str, ...]]:
    """Return, round by round, how it went for each racer."""
    context = multiprocessing.get_context("spawn")
    start = context.Barrier(len(workers))
    pipes = [context.Pipe(duplex=False) for _ in workers]
    racers = [
        context.Process(target=race, args=(url, what, worker_id, start, told))
        for worker_id, (_, told) in zip(workers, pipes, strict=True)
    ]
    for racer in racers:
        racer.start()
    outcomes = [heard.recv() if heard.poll(2 * PATIENCE) else [] for heard, _ in pipes]
    for racer in racers:
        racer.join(PATIENCE)
        assert racer.exitcode == 0
    return list(zip(*outcomes, strict=True))
