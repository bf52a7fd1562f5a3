"""The referrals of the seed paper, December 2015 to September 2016: 23 with mental health needs, 11 with substances.

The paper tells the two counts and how many of each were not placed (A: 6 of 23, 7 of 11). That five women had both
needs, which bed each had and how long she stayed is ours (D).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from random import Random
from typing import TYPE_CHECKING

from allocation.beds.problem import Level
from refuge.demo.courses import Course, Ended, Offered, Spell
from refuge.demo.happened import add_what_happened
from refuge.demo.loading import SEED
from refuge.demo.settings import read_settings
from refuge.demo.stream import draw_woman
from refuge.demo.women import Fate, Woman

if TYPE_CHECKING:
    from collections.abc import Iterable

    from refuge.demo.happened import Story
    from refuge.demo.loading import Loading

FIRST, LAST = date(2015, 12, 1), date(2016, 9, 30)
SUPPORT = {"support_level": 21}
"""What stood in the way of those who were not placed: no bed of the two refuges could support the need."""


@dataclass(frozen=True)
class Group:
    """So many women with the same needs and the same answer."""

    women: int
    mental_health: Level = Level.NONE
    alcohol: Level = Level.NONE
    drugs: Level = Level.NONE
    placed_at: str = ""
    reason: str = ""
    """Code of list `turnaway_reason`, if not placed."""


LOW, MEDIUM, HIGH = Level.LOW, Level.MEDIUM, Level.HIGH
GROUPS = (
    # Mental health alone: 18 women, 3 not placed.
    Group(5, mental_health=HIGH, placed_at="WALL"),
    Group(10, mental_health=MEDIUM, placed_at="Panahghar"),
    Group(3, mental_health=HIGH, reason="C04"),
    # Both: 5 women, 3 not placed. They count in both rows, so that the rows never add up to women.
    Group(2, mental_health=MEDIUM, alcohol=MEDIUM, placed_at="WALL"),
    Group(3, mental_health=HIGH, alcohol=MEDIUM, drugs=HIGH, reason="C07"),
    # Alcohol or drugs alone: 6 women, 4 not placed.
    Group(2, alcohol=LOW, placed_at="WALL"),
    Group(2, drugs=HIGH, reason="C05"),
    Group(2, alcohol=HIGH, reason="C06"),
)
"""Mental health: 18 + 5 = 23 received, 3 + 3 = 6 not placed. Substances: 6 + 5 = 11 received, 3 + 4 = 7 not placed."""


def load_paper_period(loading: Loading) -> list[Story]:
    """Add the period: each woman who was placed has a bed to herself, so that no two stays meet."""
    return add_what_happened(loading, paper_courses(loading.beds))


def paper_courses(beds: Iterable[str]) -> list[Course]:
    """Return the courses of the period, in the order in which the women were referred; `beds` by name."""
    rng = Random(SEED)  # noqa: S311  the same each time
    groups = [group for group in GROUPS for _ in range(group.women)]
    rng.shuffle(groups)
    named = list(beds)
    free = {place: [bed for bed in named if bed.startswith(f"{place}/")] for place in ("WALL", "Panahghar")}
    every = (LAST - FIRST).days // len(groups)
    courses = []
    for number, group in enumerate(groups):
        woman = _woman(number, group, FIRST + timedelta(days=number * every + rng.randrange(every)), rng)
        courses.append(
            _placed(woman, free[group.placed_at].pop(0), rng) if group.placed_at else _turned_away(woman, group)
        )
    return courses


def _woman(number: int, group: Group, on: date, rng: Random) -> Woman:
    asked = "by_and_for_bme" if group.placed_at == "Panahghar" else "complex_needs"
    drawn = draw_woman(read_settings(), asked, rng, week=on - timedelta(days=on.weekday()))
    needs = {
        "mental_health": group.mental_health, "alcohol": group.alcohol, "drugs": group.drugs, "self_harm": Level.NONE,
    }  # fmt: skip
    return replace(
        drawn, ref=f"paper/{number:02}", received_on=on, needs=needs, fate=Fate.OPEN, gone="", children=(), access=(),
        offending=False, harm=(), pets=0, destination="SOC_TENANCY",
    )  # fmt: skip


def _placed(woman: Woman, bed: str, rng: Random) -> Course:
    came = woman.received_on + timedelta(days=rng.randrange(1, 4))
    left = came + timedelta(days=rng.randrange(60, 200))
    return Course(woman, Offered(bed, came, accepted=True), (Spell(bed, came, left, left + timedelta(days=2)),))


def _turned_away(woman: Woman, group: Group) -> Course:
    """Return the course of a woman for whom the search went on for some days, nationwide, and found nothing here."""
    on = woman.received_on + timedelta(days=4)
    return Course(woman, ended=Ended(on, "service", group.reason, proposed=group.reason, barriers=dict(SUPPORT)))
