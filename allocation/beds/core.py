"""What is left to decide of a problem: decisions taken out, pairs that cannot be taken out, goals as whole numbers."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from allocation.beds.goals import GOALS, Weights, weigh
from allocation.beds.problem import Problem
from allocation.beds.rules import Side, sides
from allocation.beds.standing import Context
from allocation.beds.table import Table, eligibility
from allocation.lexicographic import Judged, Order

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


OVERRUN = {
    "refuge_high_support_places": "more women with high support needs than it has places for",
    "refuge_funded_places": "more women without recourse to public funds than it has funded places",
    "conflicting_households_apart": "two households that must not meet",
}
"""By side rule: what it means to break it, for staff."""


@dataclass
class Answer:
    """Who gets which bed, by refs, and what each goal reached; decisions not counted."""

    placed: dict[str, str]
    reached: list[Judged]
    stopped: bool = False
    """Whether time was up before all was proven."""


@dataclass
class Core:
    """A problem without what people decided."""

    context: Context
    table: Table
    decided: dict[str, str] = field(init=False)
    """By household: the bed that a person decided on."""
    set_aside: frozenset[str] = field(init=False)
    """Households that a person decided to leave without a bed for now."""

    def __post_init__(self) -> None:
        decisions = self.context.problem.decisions
        self.decided = {one.household: one.bed for one in decisions if one.bed is not None}
        self.set_aside = frozenset(one.household for one in decisions if one.bed is None)

    @classmethod
    def of(cls, problem: Problem) -> Core:
        """Return the core of a problem, with the verdict on every pair."""
        context = Context(problem)
        return cls(context, eligibility(context))

    @property
    def goals(self) -> tuple[str, ...]:
        """The names of the goals in their order."""
        return self.context.problem.goals

    @cached_property
    def sides(self) -> list[Side]:
        """The side rules, decisions taken off."""
        return sides(self.context, self.decided)

    @cached_property
    def free(self) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
        """Rows of the households and columns of the beds that nobody decided on."""
        import numpy as np  # noqa: PLC0415 — importing this module must cost nothing.

        gone = self.decided.keys() | self.set_aside
        taken = set(self.decided.values())
        rows = [row for row, one in enumerate(self.table.households) if one.ref not in gone]
        columns = [column for column, bed in enumerate(self.table.beds) if bed.ref not in taken]
        return np.array(rows, dtype=np.intp), np.array(columns, dtype=np.intp)

    @cached_property
    def pairs(self) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
        """Rows and columns of all pairs that are free and not barred, by row and then column."""
        import numpy as np  # noqa: PLC0415 — the same.

        rows, columns = self.free
        found = np.nonzero(self.table.asks[np.ix_(rows, columns)] >= 0)
        return rows[found[0]], columns[found[1]]

    @cached_property
    def weights(self) -> list[Weights]:
        """The weights of pairs, goal by goal."""
        return [Weights(name, self.table) for name in self.goals]

    @property
    def overrun(self) -> list[str]:
        """Return a sentence for each side rule that decisions break among themselves."""
        found: list[str] = []
        for side in sides(self.context, {}) if self.decided else ():
            used = [one for one, bed in sorted(self.decided.items()) if one in side.households and bed in side.beds]
            if len(used) > max(0, side.limit):
                refuge = self.context.beds[min(side.beds)].refuge
                found.append(f"Decisions of people at {refuge} go beyond a rule: {OVERRUN[side.rule]}.")
        return found

    def decided_totals(self) -> list[int]:
        """Return what decisions add to each goal, more being better."""
        context, totals = self.context, []
        for name in self.goals:
            pairs = ((context.households[one], context.beds[bed]) for one, bed in sorted(self.decided.items()))
            totals.append(int(GOALS[name].sense) * sum(weigh(name, self.table, one, bed) for one, bed in pairs))
        return totals


def spans_of(gains: Sequence[NDArray[np.int64]], rows: NDArray[np.intp], most: int) -> tuple[tuple[int, int], ...]:
    """Return the least and most that each goal's total can be when at most `most` pairs are used, one in each row."""
    import numpy as np  # noqa: PLC0415 — the same.

    _rows, starts = np.unique(rows, return_index=True)
    spans = []
    for gain in gains:
        if not len(starts):
            spans.append((0, 0))
            continue
        best = np.sort(np.maximum(np.maximum.reduceat(gain, starts), 0))[::-1][:most]
        worst = np.sort(np.minimum(np.minimum.reduceat(gain, starts), 0))[:most]
        spans.append((int(worst.sum()), int(best.sum())))
    return tuple(spans)


def lot(household: str, bed: str) -> int:
    """Return a number that settles ties the same way always, whoever else waits and in whatever order."""
    return zlib.crc32(f"{household} {bed}".encode())


def fold_pairs(order: Order, gains: Sequence[Sequence[int]]) -> list[int]:
    """Return one whole number for each pair: the folded weights of all its goals."""
    bands = order.bands
    return [sum(band * gain for band, gain in zip(bands, pair, strict=True)) for pair in zip(*gains, strict=True)]
