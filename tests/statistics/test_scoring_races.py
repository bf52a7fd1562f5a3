"""Two people of one agency score a theme at one moment: one score is kept, and the other person is told so."""

from __future__ import annotations

import multiprocessing
from datetime import date
from typing import TYPE_CHECKING

from sqlalchemy import select

from refuge.statistics.beside import HarmScore
from tests.builders import Pilot
from tests.statistics.scorers import PATIENCE, score_now

if TYPE_CHECKING:
    from refuge.database import Database

ROUND = date(2026, 7, 1)
TWO = {"manager.wall": 3, "worker.wall": 17}


def test_of_two_people_of_one_agency_one_score_is_kept_and_the_other_is_told(
    database: Database, database_url: str
) -> None:
    with database.reading() as db:
        people = {Pilot().person(db, name).id: score for name, score in TWO.items()}
    context = multiprocessing.get_context("spawn")
    start, pipes = context.Barrier(len(people)), [context.Pipe(duplex=False) for _ in people]
    racers = [
        context.Process(target=score_now, args=(database_url, who, score, ROUND, start, told))
        for (who, score), (_, told) in zip(people.items(), pipes, strict=True)
    ]
    for racer in racers:
        racer.start()
    said = [heard.recv() if heard.poll(2 * PATIENCE) else "silent" for heard, _ in pipes]
    for racer in racers:
        racer.join(PATIENCE)
        assert racer.exitcode == 0
    assert sorted(said) == ["", "kept.meanwhile"]
    with database.reading() as db:
        [kept] = db.scalars(select(HarmScore)).all()
    assert (kept.scored_by_id, kept.number) == (list(people)[said.index("")], 1)
    assert kept.score == people[kept.scored_by_id]
