"""What matching wishes for, in words and in whole numbers: each goal gives every pair of household and bed a weight.

Never occupancy for its own sake: no goal counts beds.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING, Any

from allocation.beds.barriers import too_many_children
from allocation.beds.problem import Answer, Bed, Household, Risk
from allocation.beds.standing import Context
from allocation.beds.table import Table, sorts

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


class Sense(IntEnum):
    """Whether more or less of a goal's value is better."""

    MORE = 1
    LESS = -1


@dataclass(frozen=True)
class Part:
    """One thing that a goal counts, with all of the household and of the bed that it looks at."""

    weigh: Callable[[Context, Household, Bed], int]
    of_household: Callable[[Context, Household], Hashable]
    """None: the part is nought for her."""
    of_bed: Callable[[Context, Bed], Hashable]
    same: bool = False
    """Whether it counts 1 where both are equal, and else nought: then nobody need look at every pair."""


@dataclass(frozen=True)
class Goal:
    """A wish, how it is counted, and how staff read it."""

    sense: Sense
    sentence: str
    parts: tuple[Part, ...] = ()
    counts_asks: bool = False
    """Whether it counts open questions, which eligibility has found already."""


POINTS = {"specialist": 3, "by_and_for": 3, "language": 3, "area": 2, "self_contained": 2}
"""What each thing that suits her adds to `fit_the_need`."""
COSTS = {"adapted": 4, "step_free": 3, "self_contained": 2, "last_funded_place": 2, "last_high_support_place": 1}
"""What using each scarce thing without need adds to `spare_scarce_beds`; each place left empty adds 1, up to 4."""
MOST_EMPTY = 4


def _anywhere(_context: Context, _bed: Bed) -> Hashable:
    return True


def is_specialist_for(context: Context, household: Household, bed: Bed) -> bool:
    """Say whether the refuge is a specialist one whose specification is for her."""
    special = context.refuge_of(bed).specialism
    return special != "general" and household.specialisms.get(special) is Answer.YES


def is_by_and_for_as_preferred(context: Context, household: Household, bed: Bed) -> bool:
    """Say whether she would rather have a refuge led by and for women like her, and this is one."""
    special = context.refuge_of(bed).specialism
    return (
        household.prefers_by_and_for and special.startswith("by_and_for") and is_specialist_for(context, household, bed)
    )


def _points_for_specialism(context: Context, household: Household, bed: Bed) -> int:
    by_and_for = is_by_and_for_as_preferred(context, household, bed)
    return POINTS["specialist"] * is_specialist_for(context, household, bed) + POINTS["by_and_for"] * by_and_for


def speaks_her_language(context: Context, household: Household, bed: Bed) -> bool:
    """Say whether staff of the refuge speak the language that she would rather speak."""
    return household.language is not None and household.language in context.refuge_of(bed).languages


def is_in_preferred_area(context: Context, household: Household, bed: Bed) -> bool:
    """Say whether the refuge is in an area that she would rather live in."""
    return context.refuge_of(bed).area in household.preferred_areas


def is_self_contained_as_preferred(_context: Context, household: Household, bed: Bed) -> bool:
    """Say whether she would rather have a self-contained place, and this is one."""
    return household.prefers_self_contained and bed.self_contained


FIT = (
    Part(
        _points_for_specialism,
        lambda _context, household: (tuple(sorted(household.specialisms.items())), household.prefers_by_and_for),
        lambda context, bed: context.refuge_of(bed).specialism,
    ),
    Part(
        lambda context, household, bed: POINTS["language"] * speaks_her_language(context, household, bed),
        lambda _context, household: household.language,
        lambda context, bed: context.refuge_of(bed).languages,
    ),
    Part(
        lambda context, household, bed: POINTS["area"] * is_in_preferred_area(context, household, bed),
        lambda _context, household: household.preferred_areas or None,
        lambda context, bed: context.refuge_of(bed).area,
    ),
    Part(
        lambda context, household, bed: (
            POINTS["self_contained"] * is_self_contained_as_preferred(context, household, bed)
        ),
        lambda _context, household: household.prefers_self_contained or None,
        lambda _context, bed: bed.self_contained,
    ),
)


def _access_cost(_context: Context, household: Household, bed: Bed) -> int:
    if bed.adapted:
        return 0 if "adapted" in household.access else COSTS["adapted"]
    return COSTS["step_free"] if bed.step_free and not household.access else 0


def _empty_places(_context: Context, household: Household, bed: Bed) -> int:
    return min(MOST_EMPTY, max(0, -too_many_children(household, bed)))


def _self_contained_cost(_context: Context, household: Household, bed: Bed) -> int:
    wanted = household.needs_self_contained or household.prefers_self_contained
    return COSTS["self_contained"] if bed.self_contained and not wanted else 0


def takes_last_funded(context: Context, household: Household, bed: Bed) -> bool:
    """Say whether she would use the last funded place that no occupant of the refuge uses."""
    return context.takes_funded(household, bed) and context.spare_funded[bed.refuge] == 1


def takes_last_high(context: Context, household: Household, bed: Bed) -> bool:
    """Say whether she would use the last high-support place that no occupant of the refuge uses."""
    return context.takes_high(household, bed) and context.spare_high[bed.refuge] == 1


SCARCITY = (
    Part(
        _access_cost,
        lambda _context, household: household.access,
        lambda _context, bed: (bed.adapted, bed.step_free),
    ),
    Part(
        _empty_places,
        lambda _context, household: (household.adults, tuple(child.age for child in household.children)),
        lambda _context, bed: (bed.adults, bed.children, bed.cots),
    ),
    Part(
        _self_contained_cost,
        lambda _context, household: household.needs_self_contained or household.prefers_self_contained,
        lambda _context, bed: bed.self_contained,
    ),
    Part(
        lambda context, household, bed: COSTS["last_funded_place"] * takes_last_funded(context, household, bed),
        lambda _context, household: household.funding,
        lambda context, bed: (context.spare_funded[bed.refuge] == 1, context.follows_funded(bed)),
    ),
    Part(
        lambda context, household, bed: COSTS["last_high_support_place"] * takes_last_high(context, household, bed),
        lambda _context, household: household.needs_high_support or None,
        lambda context, bed: (context.spare_high[bed.refuge] == 1, context.follows_high(bed)),
    ),
)

GOALS: dict[str, Goal] = {
    "place_those_at_highest_risk": Goal(
        Sense.MORE,
        "Place as many as possible of those at highest risk.",
        (Part(lambda _c, h, _b: int(h.risk is Risk.HIGH), lambda _c, h: h.risk is Risk.HIGH or None, _anywhere),),
    ),
    "place_as_many_as_possible": Goal(
        Sense.MORE,
        "Place as many households as possible.",
        (Part(lambda _c, _h, _b: 1, lambda _c, _h: True, _anywhere),),
    ),
    "place_those_who_waited_longest": Goal(
        Sense.MORE,
        "Place those who have waited longest: the days that they have waited, added up.",
        (Part(lambda _c, h, _b: h.waiting_days, lambda _c, h: h.waiting_days or None, _anywhere),),
    ),
    "fit_the_need": Goal(
        Sense.MORE, "Fit the need: the right specialist, what she asked for, her language; in points.", FIT
    ),
    "spare_scarce_beds": Goal(
        Sense.LESS,
        "Spare scarce beds for those who need them: step-free, large, self-contained, last funded place; in points.",
        SCARCITY,
    ),
    "leave_few_open_questions": Goal(
        Sense.LESS, "Leave few questions open before the beds can be offered.", counts_asks=True
    ),
    "keep_the_last_proposal": Goal(
        Sense.MORE,
        "Keep what was proposed last time: how many have the same bed proposed again.",
        (
            Part(
                lambda _c, h, b: int(h.last_proposed == b.ref),
                lambda _c, h: h.last_proposed,
                lambda _c, b: b.ref,
                same=True,
            ),
        ),
    ),
}
"""Every goal that a network may put in its order."""


def weigh(name: str, table: Table, household: Household, bed: Bed) -> int:
    """Return what one pair adds to the value of a goal."""
    goal = GOALS[name]
    if goal.counts_asks:
        return sum(barrier.verdict.value == "ask" for barrier in table.pair(household.ref, bed.ref).barriers)
    return sum(part.weigh(table.context, household, bed) for part in goal.parts)


class Weights:
    """The weight of any pairs for one goal, found once for each two sorts of household and bed."""

    def __init__(self, name: str, table: Table) -> None:
        self.goal = GOALS[name]
        self.table = table
        self.parts = [_spread(part, table) for part in self.goal.parts]

    def of(self, rows: NDArray[np.integer[Any]], columns: NDArray[np.integer[Any]]) -> NDArray[np.int64]:
        """Return what each pair adds, with the sign that makes more better."""
        import numpy as np  # noqa: PLC0415 — importing this module must cost nothing.

        total = np.zeros(len(rows), dtype=np.int64)
        if self.goal.counts_asks:
            total += np.maximum(self.table.asks[rows, columns], 0)
        for of_row, of_column, weights in self.parts:
            if weights is None:
                total += of_row[rows] == of_column[columns]
            elif weights.shape[1] == 1:
                total += weights[:, 0][of_row][rows]
            elif weights.any():
                total += weights.ravel()[(of_row * weights.shape[1])[rows] + of_column[columns]]
        return total if self.goal.sense is Sense.MORE else -total

    @property
    def is_by_household(self) -> bool:
        """Whether a pair adds the same wherever the household goes."""
        apart = [weights is not None and weights.shape[1] <= 1 for _of_row, _of_column, weights in self.parts]
        return not self.goal.counts_asks and all(apart)

    def reach(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return the least and the most that a pair of each row can add, with the same sign, barred or not."""
        import numpy as np  # noqa: PLC0415 — the same.

        low = np.zeros(len(self.table.households), dtype=np.int64)
        high = low.copy()
        if self.goal.counts_asks:
            high += np.maximum(self.table.asks.max(axis=1, initial=0), 0)
        for of_row, _of_column, weights in self.parts:
            if weights is None:
                high += of_row >= 0
            elif weights.size:
                low += weights.min(axis=1)[of_row]
                high += weights.max(axis=1)[of_row]
        return (low, high) if self.goal.sense is Sense.MORE else (-high, -low)


def _spread(part: Part, table: Table) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.int64] | None]:
    """Return the sort of every row and column, and the weight of every two sorts."""
    import numpy as np  # noqa: PLC0415 — the same.

    context = table.context
    keys = [part.of_household(context, household) for household in table.households]
    bed_keys = [part.of_bed(context, bed) for bed in table.beds]
    if part.same:
        numbers = {key: place for place, key in enumerate(bed_keys)}
        rows = np.array([numbers.get(key, -1) for key in keys], dtype=np.intp)
        return rows, np.array([numbers[key] for key in bed_keys], dtype=np.intp), None
    of_row, households = sorts(keys)
    of_column, beds = sorts(bed_keys)
    weights = np.zeros((len(households), len(beds)), dtype=np.int64)
    for i, row in enumerate(households):
        if keys[row] is not None:
            for j, column in enumerate(beds):
                weights[i, j] = part.weigh(context, table.households[row], table.beds[column])
    return of_row, of_column, weights
