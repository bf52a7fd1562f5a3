"""Made-up periods of any size, from a seed: the people of made-up networks, referred day by day."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from random import Random

from allocation.beds.problem import Level
from allocation.replay.history import Arrival, History, Living, Room
from tests.allocation.networks import network

FIRST = date(2025, 4, 1)
YEAR = 365


def period(beds: int, arrivals: int, *, days: int = YEAR, seed: int = 0) -> History:
    """Return a period in which so many were referred to so many beds, all of them empty on the first day."""
    random = Random(seed)  # noqa: S311 — made-up people, the same every time.
    made = network(beds, arrivals, seed=seed)
    people = []
    for household in made.households:
        on = FIRST + timedelta(days=random.randrange(days))
        free = replace(household, waiting_days=0, needed_by=None, asked_to_leave={})
        needs = tuple(need for need, level in sorted(free.needs.items()) if level not in {None, Level.NONE})
        people.append(
            Arrival(
                free,
                received_on=on,
                waits_until=on + timedelta(days=random.randint(0, 10)),
                stay_days=max(1, round(random.lognormvariate(4.65, 0.69))),
                counts_under=needs,
            )
        )
    rooms = tuple(Room(replace(bed, free_on=None), turnaround_days=random.randint(0, 3)) for bed in made.beds)
    return History(
        first=FIRST,
        last=FIRST + timedelta(days=days - 1),
        refuges=made.refuges,
        rooms=rooms,
        arrivals=tuple(people),
        living=tuple(Living(occupant, None) for occupant in made.occupants),
        conflicts=made.conflicts,
        rules=made.rules,
    )
