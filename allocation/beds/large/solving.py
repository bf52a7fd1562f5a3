"""Matching of a region's or a nation's size: flows for each stage of goals, and side rules mended where they break.

Without its side rules a problem is a matching, which flows solve and prove for goals in strict order. What they reach
is a bound on every answer. Where that answer breaks a side rule, a linear programme that knows the places of refuges
says how far each goal can go with them, and what a place is worth in each refuge. With those prices paid, the flows
choose again; those who lose least are kept out of a rule that is still broken. As places seldom decide how many can be
housed, what comes out mostly reaches the bound on the first goals; how far the later ones may be from theirs is said.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from allocation.beds.core import Answer, Core
from allocation.beds.large.bounds import Ceiling, Relaxation
from allocation.beds.large.chain import ADDING, priced_out
from allocation.beds.large.effort import Effort
from allocation.beds.large.mending import better, climb, round_off
from allocation.beds.large.pairs import gather, totals
from allocation.beds.large.places import Watch
from allocation.lexicographic import Order, Reached, judge

if TYPE_CHECKING:
    from allocation.beds.large.pairs import Mates

BEST = 30
"""How many of the best fitting beds of each household are looked at first, where there are too many pairs for all."""
FEWEST = 15
MOST_FIRST = 300_000
"""About how many pairs that makes at most; never fewer than `FEWEST` for a household."""
ALL = 400_000
"""Up to how many pairs are all looked at by flows from the start."""
MOST_IN_PROGRAMME = 200_000
"""Up to how many pairs a linear programme starts with: with more it takes minutes."""

LATER = 2
"""How often pairs are taken in for goals that do not count households: their bounds may be a little loose."""


def solve_large(core: Core) -> Answer:
    """Return the answer to a problem with too many pairs to be solved as a whole."""
    return Large(core).answer()


class Large:
    """One large problem while it is solved."""

    def __init__(self, core: Core) -> None:
        import numpy as np  # noqa: PLC0415 — importing this module must cost nothing.

        self.core = core
        self.effort = Effort(core.context.problem.limits.effort)
        self.pairs = gather(core)
        self.watch = Watch(core, self.pairs)
        self.allowed = self.watch.allowed()
        few = max(FEWEST, min(BEST, MOST_FIRST // max(1, self.pairs.shape[0])))
        self.best = np.nonzero(self.allowed & self.pairs.best_fitting(few))[0]
        first = np.nonzero(self.allowed)[0] if len(self.allowed) <= ALL else self.best
        self.chain = priced_out(self.pairs, first, self.allowed, self.effort, enough=self.watch.breaks)
        self.ceilings: list[Ceiling] = []

    def answer(self) -> Answer:
        """Return who gets which bed, and what each goal reached."""
        mates = self.chain.mates
        if self.watch.breaks(mates):
            mates = self._keeping_rules()
        reached = self._judged(mates)
        households, beds = self.core.table.households, self.core.table.beds
        placed = {households[row].ref: beds[column].ref for row, column in enumerate(mates.tolist()) if column >= 0}
        unproven = any(one.total != one.bound for one in reached)
        return Answer(placed, reached, stopped=unproven and self.effort.is_over)

    @property
    def counting(self) -> int:
        """How many of the first goals count households."""
        most, spans = min(self.pairs.shape), self.pairs.spans
        return next((place for place, (low, high) in enumerate(spans) if not 0 <= low <= high <= most), len(spans))

    def _keeping_rules(self) -> Mates:
        """Return the best answer found that keeps the side rules, and note what it could be at most."""
        import numpy as np  # noqa: PLC0415 — the same.

        mates = self.watch.within(self.chain.mates)
        if self.effort.is_over:
            return mates
        start = np.union1d(self.best, self.pairs.places_of(self.chain.mates))
        if len(start) > MOST_IN_PROGRAMME:
            return self._climbing()
        every = np.nonzero(self.allowed)[0]
        relaxation = Relaxation(self.core, self.watch, every, start, self.effort)
        mates = better(self.core, mates, self._ceilings(relaxation))
        most = self._bounds(totals(self.core, mates))[: self.counting]
        columns = np.union1d(self.best, every[relaxation.inside])
        return climb(self.core, self.watch, columns, mates, most, self.effort)

    def _climbing(self) -> Mates:
        """Return an answer where there are too many pairs for linear programmes: flows bound it and better it."""
        import numpy as np  # noqa: PLC0415 — the same.

        self.chain = priced_out(self.pairs, self.chain.columns, self.allowed, self.effort)
        most = self.pairs.unfold(self.chain.bounds)[: self.counting]
        start = self.watch.within(self.chain.mates)
        nobody: Mates = np.full(len(start), -1, dtype=np.intp)
        found = climb(self.core, self.watch, self.chain.columns, nobody, most, self.effort)
        return better(self.core, start, found)

    def _ceilings(self, relaxation: Relaxation) -> Mates:
        """Find what the goals can reach, one more of them each time, and return an answer near the last."""
        goals = [place for place, largest in enumerate(relaxation.largest) if largest]
        steps = [relaxation.bands(goal + 1) for goal in goals if goal >= self.counting]
        if self.counting:
            steps.insert(0, Order(self.pairs.spans[: self.counting]).bands)
        if not steps:
            return self.watch.within(self.chain.mates)
        for bands in steps:
            rounds = ADDING if len(bands) == self.counting else LATER
            ceiling, relaxed = relaxation.ceiling(bands, rounds)
            self.ceilings.append(ceiling)
            if self.effort.is_over:
                break
        return round_off(self.core, self.watch, relaxation, relaxation.weigh(bands), relaxed)

    def _bounds(self, reached: Sequence[int]) -> list[int]:
        """Return the most that each goal can reach while those before it reach so much."""
        least, most = [low for low, _high in self.pairs.spans], [high for _low, high in self.pairs.spans]
        found = [one.bound for one in judge(reached, self.pairs.unfold(self.chain.bounds), most)]
        for ceiling in self.ceilings:
            told = [ceiling.bound(goal, reached, least) for goal in range(len(most))]
            found = [bound if one is None else min(bound, one) for bound, one in zip(found, told, strict=True)]
        return found

    def _judged(self, mates: Mates) -> list[Reached]:
        reached = totals(self.core, mates)
        return [Reached(total, max(total, bound)) for total, bound in zip(reached, self._bounds(reached), strict=True)]
