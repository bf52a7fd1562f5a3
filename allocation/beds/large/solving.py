"""Matching of a region's or a nation's size: flows count who can be housed, a ladder of goals keeps the side rules.

Without its side rules a problem is a matching, which flows solve and prove. How many that houses is a bound on every
answer, and its prices leave only the pairs that an answer so good can use. Among these a ladder of linear programmes
takes one goal after another with the side rules kept (`ladder`), and a whole answer is found in what it leaves
(`diving`). Where that reaches what the ladder does, every goal is proven. Where no whole answer does, goals are let go
from the last one up until there is one, and the ladder is climbed again to say how far each goal may be from its best.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from allocation.beds.core import Answer, Core
from allocation.beds.large.chain import Chain, priced_out
from allocation.beds.large.diving import Dive
from allocation.beds.large.effort import Effort
from allocation.beds.large.ladder import Ladder, whole
from allocation.beds.large.mending import better, climb
from allocation.beds.large.pairs import Run, gather, lots, totals
from allocation.beds.large.places import Watch
from allocation.lexicographic import Judged, judge

if TYPE_CHECKING:
    from allocation.beds.large.ladder import Weigh
    from allocation.beds.large.pairs import Ints, Mates, Truths

BEST = 20
"""How many of the best fitting beds of each household are looked at first, where there are too many pairs for all."""
FEWEST = 15
MOST_FIRST = 300_000
"""About how many pairs that makes at most; never fewer than `FEWEST` for a household."""
ALL = 400_000
"""Up to how many pairs are all looked at by flows from the start."""
MOST_IN_PROGRAMME = 75_000
"""Up to how many pairs a linear programme starts with: with more it takes minutes, so that flows are tried first."""
ALONE = 2
"""How often pairs are taken in for the bound of one goal alone."""
ABOVE = 10
"""How far a goal's largest weight is set above the next goal's, where several are weighed together."""


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
        self.places: Ints = np.nonzero(self.allowed)[0]
        self.few = max(FEWEST, min(BEST, MOST_FIRST // max(1, self.pairs.shape[0])))
        self.best = self.pairs.best_fitting(self.places, self.few)
        self.told: list[Judged] = []
        """What each goal reached, and what is known of how far it can go."""

    def answer(self) -> Answer:
        """Return who gets which bed, and what each goal reached."""
        mates = self._by_ladder()
        households, beds = self.core.table.households, self.core.table.beds
        placed = {households[row].ref: beds[column].ref for row, column in enumerate(mates.tolist()) if column >= 0}
        stopped = self.effort.is_over and not all(one.proven for one in self.told)
        return Answer(placed, self.told, stopped)

    def _by_ladder(self) -> Mates:
        """Return the best answer that was found goal after goal, and note what is proven of each."""
        import numpy as np  # noqa: PLC0415 — the same.

        pairs = self.pairs
        runs = [run for run in pairs.runs if run[-1] < pairs.counting]
        first = self.places if len(self.places) <= ALL else self.best
        chain = priced_out(pairs, runs or pairs.runs[:1], first, self.allowed, self.effort)
        mates = self.watch.within(chain.mates)
        most = pairs.unfold(runs, chain.bounds[: len(runs)])
        if self.effort.is_over:
            return self._note(mates, most)
        face = self._face(chain, runs)
        start = np.union1d(pairs.best_fitting(face, self.few), pairs.places_of(chain.mates))
        if len(start) > MOST_IN_PROGRAMME:
            mates = self._by_flows(face, start, runs)
            if all(one.proven for one in self.told[: pairs.counting]):
                return mates
        ladder = Ladder(self.watch, face, start, self.effort)
        reach = self._climb(ladder, range(pairs.counting))
        if reach != most and len(face) < len(self.places):
            ladder = Ladder(self.watch, self.places, np.union1d(start, self.best), self.effort)
            reach = self._climb(ladder, range(pairs.counting))
        reach += self._climb(ladder, range(pairs.counting, len(self.core.goals)))
        return self._settle(ladder, mates, reach)

    def _face(self, chain: Chain, runs: Sequence[Run]) -> Ints:
        """Return the pairs that an answer can use which houses as many as there could be without side rules."""
        places = self.places
        if any(chain.excess):
            return places
        for run, stage in zip(runs, chain.stages, strict=False):
            weights = self.pairs.weigh(run, places)
            places = places[stage.slack(self.pairs.rows[places], self.pairs.columns[places], weights) == 0]
        return places

    def _climb(self, ladder: Ladder, goals: Iterable[int], reached: Sequence[int] = ()) -> list[int]:
        """Take goals one after another, and return the most that each can reach, as far as there was time.

        What is given as `reached` is what the goals must keep; without it each keeps the most that it can reach.
        """
        found: list[int] = []
        for goal in goals:
            low, high = self.pairs.spans[goal]
            if low == high:
                ladder.skip()
                found.append(low)
                continue
            told = ladder.most(ladder.gain(goal))
            if told is None:
                break
            bound, relaxed = told
            found.append(whole(bound))
            if self.effort.is_over:
                break
            ladder.narrow(goal, relaxed, bound, reached[goal] if reached else found[-1])
        return found

    def _settle(self, ladder: Ladder, mates: Mates, reach: list[int]) -> Mates:
        """Return a whole answer in what the ladder leaves; goals are let go from the last one until there is one."""
        import numpy as np  # noqa: PLC0415 — the same.

        found, let_go = None, len(ladder.steps)
        while not self.effort.is_over:
            weigh = self._weigh(range(let_go, len(reach)))
            found = Dive(ladder, weigh).find()
            if found is None and ladder.take_in_all(MOST_IN_PROGRAMME):
                found = Dive(ladder, weigh).find()
            if found is not None or not ladder.steps:
                break
            ladder.widen()
            let_go -= 1
        if found is None or totals(self.core, found) != reach:
            near = np.union1d(self.best, ladder.inside)
            mates = mates if found is None else better(self.core, mates, found)
            mates = climb(self.core, self.watch, near, self.allowed, mates, reach[: self.pairs.counting], self.effort)
        else:
            mates = found
        return self._again(ladder, mates, reach)

    def _again(self, ladder: Ladder, mates: Mates, reach: list[int]) -> Mates:
        """Climb again from the first goal that an answer falls short of, and note what is known of the later ones."""
        reached = totals(self.core, mates)
        short = next((goal for goal, most in enumerate(reach) if reached[goal] < most), len(reach))
        if short == len(reached) or self.effort.is_over:
            return self._note(mates, reach)
        while len(ladder.steps) > short:
            ladder.widen()
        goals = range(len(ladder.steps), len(reached))
        bounds = reach[: goals.start] + self._climb(ladder, goals, reached)
        self.told = [Judged(total, max(total, bound)) for total, bound in zip(reached, bounds, strict=False)]
        self.told += [Judged(total, None) for total in reached[len(bounds) :]]
        return mates

    def _note(self, mates: Mates, reach: Sequence[int]) -> Mates:
        """Hold an answer against the most that each goal can reach while those before it reach theirs."""
        unknown = [None] * (len(self.core.goals) - len(reach))
        most = [high for _low, high in self.pairs.spans]
        self.told = judge(totals(self.core, mates), [*reach, *unknown], most)
        return mates

    def _weigh(self, goals: Sequence[int]) -> Weigh:
        """Return what pairs weigh when some goals are weighed together, the first far above the last; lots without."""
        if not goals:
            return lambda places: lots(self.pairs, places)
        bands, reach = [], 1
        for goal in reversed(goals):
            low, high = self.pairs.reach(goal)
            bands.append(reach)
            reach *= ABOVE * max(1, -low, high)
        told = list(zip(goals, reversed(bands), strict=True))

        def weigh(places: Ints) -> Ints:
            return sum((band * self.pairs.gain(goal, places) for goal, band in told), start=0 * places)

        return weigh

    def _by_flows(self, face: Ints, start: Ints, counting: Sequence[Run]) -> Mates:
        """Return an answer where linear programmes would take too long: flows bound it and better it."""
        import numpy as np  # noqa: PLC0415 — the same.

        pairs, inside = self.pairs, np.zeros(len(self.pairs.rows), dtype=bool)
        inside[face] = True
        chain = priced_out(pairs, pairs.runs, start, inside, self.effort)
        within, most = self.watch.within(chain.mates), pairs.unfold(pairs.runs, chain.bounds)
        nobody: Mates = np.full(len(within), -1, dtype=np.intp)
        near = np.union1d(start, chain.columns)
        found = climb(self.core, self.watch, near, inside, nobody, most[: pairs.counting], self.effort)
        mates = self._note(better(self.core, within, found), most)
        if all(one.proven for one in self.told[: pairs.counting]):
            self._bound_alone(chain.columns, inside, counting)
        return mates

    def _bound_alone(self, columns: Ints, inside: Truths, counting: Sequence[Run]) -> None:
        """Say of each goal without a bound how far it could go if only as many were housed, all else being free."""
        for goal, one in enumerate(self.told):
            if one.bound is None and not self.effort.is_over:
                runs = [*counting, (goal,)]
                chain = priced_out(self.pairs, runs, columns, inside, self.effort, ALONE)
                bound = max(one.total, self.pairs.unfold(runs, chain.bounds)[-1])
                says_something = bound < self.pairs.spans[goal][1]
                self.told[goal] = Judged(one.total, bound if says_something else None)
