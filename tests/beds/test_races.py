"""Real processes race for the last bed, on both engines: one wins, the others are told so, nothing else goes wrong."""

from __future__ import annotations

import multiprocessing
from collections import Counter
from typing import TYPE_CHECKING

from sqlalchemy import select

from refuge.beds.models import Stay
from refuge.beds.service.occupy import JUST_TAKEN
from tests.beds.racers import PATIENCE, WON, race
from tests.builders import Pilot, add_bed, add_referral

if TYPE_CHECKING:
    from refuge.database import Database

RACERS = 8
ROUNDS = 20


def test_of_all_who_reach_for_one_bed_exactly_one_gets_it(database: Database, database_url: str) -> None:
    with database.write() as db:
        refuge = Pilot().refuge(db, "WALL")
        beds = [add_bed(db, refuge, f"Race {number}").id for number in range(ROUNDS)]
        referrals = [[add_referral(db).id for _ in range(ROUNDS)] for _ in range(RACERS)]
    outcomes = _run(database_url, beds, referrals)
    for number, told in enumerate(zip(*outcomes, strict=True)):
        assert Counter(told) == {WON: 1, JUST_TAKEN: RACERS - 1}, f"round {number}"
    with database.reading() as db:
        lived_in = [stay.bed_id for stay in db.scalars(select(Stay))]
    assert sorted(lived_in) == sorted(beds)


def _run(url: str, beds: list[int], referrals: list[list[int]]) -> list[list[str]]:
    context = multiprocessing.get_context("spawn")
    start = context.Barrier(RACERS)
    pipes = [context.Pipe(duplex=False) for _ in range(RACERS)]
    racers = [
        context.Process(target=race, args=(url, beds, hers, start, told))
        for hers, (_, told) in zip(referrals, pipes, strict=True)
    ]
    for racer in racers:
        racer.start()
    outcomes = [heard.recv() if heard.poll(2 * PATIENCE) else [] for heard, _ in pipes]
    for racer in racers:
        racer.join(PATIENCE)
        assert racer.exitcode == 0
    return outcomes
