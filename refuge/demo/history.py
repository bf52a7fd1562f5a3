"""Loads a year of the simulation as referrals and stays, around those that `pilot.toml` tells of by name."""

from __future__ import annotations

from datetime import timedelta
from random import Random
from typing import TYPE_CHECKING, Any

from refuge.demo.given import givens
from refuge.demo.happened import add_what_happened
from refuge.demo.houses import houses_of
from refuge.demo.loading import SEED
from refuge.demo.settings import read_settings
from refuge.demo.simulation import Simulation
from refuge.demo.stream import referrals

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from refuge.demo.courses import Course
    from refuge.demo.loading import Loading
    from refuge.demo.simulation import Given
    from refuge.demo.women import Woman

A_YEAR = timedelta(days=365)
RUN_UP = timedelta(days=270)
"""The simulation starts so much earlier, so that its beds are lived in when the year begins."""
LATEST_CALL = timedelta(days=6)
"""The last days belong to the referrals that `pilot.toml` tells of."""
BATCH = 40


def load_history(loading: Loading, told: dict[str, Any]) -> int:
    """Add the year that ends today, in batches; return how many referrals it has."""
    courses = year_of(loading.today, told)
    for start in range(0, len(courses), BATCH):
        batch = courses[start : start + BATCH]
        add_what_happened(loading, batch)
        loading.say(f"Loading a year of referrals … {start + len(batch)} of {len(courses)}")
    return len(courses)


def year_of(today: date, told: dict[str, Any]) -> list[Course]:
    """Return the courses of the year before a day: those referred in it, and those who lived here when it began."""
    settings, houses, others = read_settings(), houses_of(told), givens(told, today)
    first, last = today - A_YEAR - RUN_UP, today - LATEST_CALL
    women = referrals(settings, houses.beds_by_specialism(), first=first, last=last, seed=SEED)
    simulation = Simulation(houses, settings, Random(SEED), given=others)  # noqa: S311  the same each time
    specialism = {refuge.ref: refuge.specialism for refuge in houses.refuges}
    courses = simulation.run(
        give_way(women, others, specialism), first=first, last=today - timedelta(days=1),
    )  # fmt: skip
    begins = today - A_YEAR
    return [course for course in courses if course.woman.received_on >= begins or _lives_here_on(begins, course)]


def give_way(women: Sequence[Woman], given: Sequence[Given], specialism: dict[str, str]) -> list[Woman]:
    """Leave out, for each given resident, the woman referred nearest in time to the same sort of refuge.

    So the given residents are part of the year's referrals and do not come on top.
    """
    left = {woman.ref: woman for woman in women}
    for one in given:
        sort = specialism[one.bed.partition("/")[0]]
        days = {ref: abs((woman.received_on - one.from_on).days) for ref, woman in left.items() if woman.asked == sort}
        if days and one.lives_there:
            del left[min(days, key=days.__getitem__)]
    return list(left.values())


def _lives_here_on(day: date, course: Course) -> bool:
    return course.placed and (course.spells[-1].until is None or course.spells[-1].until > day)
