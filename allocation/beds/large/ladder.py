"""Goal after goal with the side rules kept, each as far as it goes: what one reaches narrows what the next may use.

For each goal a linear programme says how far it can go. Its prices say more: a pair that costs more than is left
between that and what is reached is in no answer as good, and a place that is worth more than that is never left empty.
So every goal leaves the next fewer pairs, and what is left at the end is nearly a single answer. The programme looks at
some pairs, and takes in others that its prices show to be better; its bounds are sound for all pairs. Who must not meet
is told to it when they would.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from math import floor
from typing import TYPE_CHECKING

from allocation.beds.large.effort import Effort
from allocation.beds.large.pairs import chunks, few_worst
from allocation.beds.large.places import Watch
from allocation.polish import Group, Programme, Relaxed

if TYPE_CHECKING:
    from allocation.beds.large.pairs import Ints, Truths
    from allocation.polish import Floats

    Weigh = Callable[[Ints], Ints]
    """What some pairs weigh, by their places."""

ROUNDS = 30
"""How often pairs or rules are taken in for one goal at most."""
TOLERANCE = 1e-6
ROUNDING = 1e-4
"""What rounding may have cost a bound or a price, in units of a goal: far more than it can."""
LOOSE = 1e-3
"""From which gap on a rule must say that a goal stays what it reached: without one, prices alone say so."""


@dataclass
class Step:
    """What one goal took away from the later ones, so that it can be given back."""

    places: Ints
    closed: list[int]
    held: list[int]
    is_kept: bool
    """Whether there is a rule that the goal must stay what it reached."""


@dataclass
class Ladder:
    """A linear programme over the pairs that may still be used."""

    watch: Watch
    places: Ints
    """The places of all pairs that may still be used, in order."""
    inside: Ints
    """The places of the pairs that the programme looks at, in its own order."""
    effort: Effort
    cuts: list[tuple[int, Ints]] = field(default_factory=list)
    """Rules of who must not meet: the number of the rule, and the places of the pairs under it."""
    kept: list[tuple[int, int, int]] = field(default_factory=list)
    """Goals that must stay what they reached: the number of the rule, the goal, and how much."""
    steps: list[Step] = field(default_factory=list)
    told: set[tuple[int, int, int]] = field(default_factory=set)
    """The clashes that there is a rule for."""

    def __post_init__(self) -> None:
        groups = self._groups(self.inside)
        self.programme = Programme(groups)
        self.limits = [float(limit) for group in groups for limit in group.limits]
        self.held: set[int] = set()

    def _groups(self, places: Ints) -> list[Group]:
        return [*self.watch.single(places), *self.watch.sides(places)]

    def most(self, weigh: Weigh) -> tuple[float, Relaxed] | None:
        """Return how much pairs so weighed can weigh at most, and how the programme reaches it; None if nothing can."""
        import numpy as np  # noqa: PLC0415 — importing this module must cost nothing.

        lowest = float("inf")
        for turn in range(ROUNDS):
            relaxed = self.solve(weigh)
            if relaxed is None:
                return None
            last = turn == ROUNDS - 1 or self.effort.is_over
            if self.cut(relaxed.used) and not last:
                continue
            bound, better = self._bound(weigh, relaxed.prices)
            lowest = min(lowest, bound)
            new = np.setdiff1d(better, self.inside)
            if not len(new) or last:
                break
            self._take_in(new)
        assert relaxed is not None  # noqa: S101 — it was solved once at least.
        return lowest, relaxed

    def solve(self, weigh: Weigh) -> Relaxed | None:
        """Solve the programme as it stands."""
        size = len(self.inside)
        relaxed = self.programme.solve(weigh(self.inside), self.effort.steps(size))
        self.effort.programme(size, relaxed.steps if relaxed else 1)
        return relaxed

    def gain(self, goal: int) -> Weigh:
        """Return what pairs weigh for one goal alone."""
        return lambda places: self.watch.pairs.gain(goal, places)

    def narrow(self, goal: int, relaxed: Relaxed, bound: float, least: int) -> None:
        """Leave later goals only what answers can use that reach so much of a goal whose bound is known."""
        import numpy as np  # noqa: PLC0415 — the same.

        kept = np.ones(len(self.places), dtype=bool)
        gap, weigh, price = max(0.0, bound - least), self.gain(goal), self._prices(self._sound(relaxed.prices))
        for part in chunks(len(self.places)):
            kept[part] = weigh(self.places[part]) - price(part) >= -gap - ROUNDING
        before, self.places = self.places, self.places[kept]
        inside = np.isin(self.inside, before)
        closed = np.nonzero(inside & ~np.isin(self.inside, self.places))[0].tolist()
        goals = {rule for rule, _goal, _least in self.kept}
        dear = np.nonzero(relaxed.prices > gap + ROUNDING)[0].tolist()
        held = [rule for rule in dear if rule not in self.held and rule not in goals]
        self.programme.close(closed)
        self.programme.hold(held)
        self.held.update(held)
        self.steps.append(Step(before, closed, held, is_kept=gap > LOOSE))
        if gap > LOOSE:
            self._keep(goal, least)

    def skip(self) -> None:
        """Take nothing away for a goal that all answers reach alike."""
        self.steps.append(Step(self.places, [], [], is_kept=False))

    def widen(self) -> None:
        """Give back what the last goal took away."""
        step = self.steps.pop()
        self.places = step.places
        self.programme.open(step.closed)
        self.programme.free(step.held)
        self.held.difference_update(step.held)
        if step.is_kept:
            rule, _goal, _least = self.kept.pop()
            self.programme.free([rule])
            self.limits[rule] = 0.0

    def _keep(self, goal: int, least: int) -> None:
        """Let a goal reach no less than so much from now on."""
        rule = self.programme.add_rule(float(least), self.programme.solver.infinity())
        self.kept.append((rule, goal, least))
        self.limits.append(float(least))
        gains = self.watch.pairs.gain(goal, self.inside)
        self.programme.count(rule, {pair: float(gain) for pair, gain in enumerate(gains.tolist()) if gain})

    def cut(self, used: Floats) -> bool:
        """Add a rule for each two who must not meet and would; return whether there were any."""
        import numpy as np  # noqa: PLC0415 — the same.

        inside = np.nonzero(used > TOLERANCE)[0]
        rows = self.watch.pairs.rows[self.inside[inside]]
        refuges = self.watch.refuge[self.watch.pairs.columns[self.inside[inside]]]
        there: dict[int, dict[int, float]] = {}
        for row, refuge, much in zip(rows.tolist(), refuges.tolist(), used[inside].tolist(), strict=True):
            where = there.setdefault(row, {})
            where[refuge] = where.get(refuge, 0.0) + much
        new = [
            (one, other, refuge)
            for one, other in self.watch.apart
            for refuge, much in there.get(one, {}).items()
            if much + there.get(other, {}).get(refuge, 0.0) > 1 + ROUNDING and (one, other, refuge) not in self.told
        ]
        for clash in new:
            self._tell(clash)
        return bool(new)

    def _tell(self, clash: tuple[int, int, int]) -> None:
        import numpy as np  # noqa: PLC0415 — the same.

        self.told.add(clash)
        one, other, refuge = clash
        pairs = self.watch.pairs
        both = np.concatenate([np.arange(part.start, part.stop) for part in (pairs.of_row(one), pairs.of_row(other))])
        under = both[self.watch.refuge[pairs.columns[both]] == refuge]
        rule = self.programme.add_rule(-self.programme.solver.infinity(), 1.0)
        self.cuts.append((rule, np.sort(under)))
        self.limits.append(1.0)
        self.programme.count(rule, dict.fromkeys(np.nonzero(np.isin(self.inside, under))[0].tolist(), 1.0))

    def take_in_all(self, most: int) -> bool:
        """Let the programme look at all pairs that may be used, unless they are too many; return whether it does."""
        import numpy as np  # noqa: PLC0415 — the same.

        new = np.setdiff1d(self.places, self.inside)
        if len(new) and len(self.places) <= most:
            self._take_in(new)
            return True
        return False

    def _take_in(self, new: Ints) -> None:
        import numpy as np  # noqa: PLC0415 — the same.

        first = len(self.inside)
        self.programme.add(self._groups(new))
        self.inside = np.concatenate([self.inside, new])
        for rule, under in self.cuts:
            self.programme.count(rule, {first + int(at): 1.0 for at in np.nonzero(np.isin(new, under))[0]})
        for rule, goal, _least in self.kept:
            gains = self.watch.pairs.gain(goal, new)
            self.programme.count(rule, {first + at: float(gain) for at, gain in enumerate(gains.tolist()) if gain})

    def _prices(self, prices: Floats) -> Callable[[slice], Floats]:
        """Return a function that tells what some of the pairs that may be used have to pay."""
        import numpy as np  # noqa: PLC0415 — the same.

        pairs, watch, starts = self.watch.pairs, self.watch, self.programme.starts
        of_row, of_column = prices[: starts[1]], prices[starts[1] : starts[2]]
        sort = np.zeros(len(of_row), dtype=np.int64)
        table = np.tile(of_column, (2 ** len(watch.kinds), 1))
        for kind, (needs, under, _limits) in enumerate(watch.kinds):
            sort += needs.astype(np.int64) << kind
            paid = np.append(prices[starts[2 + kind] : starts[3 + kind]], 0.0)[under]
            table[(np.arange(len(table)) >> kind & 1) == 1] += paid
        extra = np.zeros(len(self.places)) if self.cuts else None
        for rule, under in self.cuts:
            at = np.searchsorted(self.places, under)
            found = at[(at < len(self.places))]
            found = found[np.isin(self.places[found], under)]
            assert extra is not None  # noqa: S101 — there are cuts.
            extra[found] += prices[rule]

        def price(part: slice) -> Floats:
            rows, columns = pairs.rows[self.places[part]], pairs.columns[self.places[part]]
            paid: Floats = of_row[rows] + table.ravel()[sort[rows] * table.shape[1] + columns]
            if extra is not None:
                paid += extra[part]
            for rule, goal, _least in self.kept:
                if prices[rule]:
                    paid += prices[rule] * pairs.gain(goal, self.places[part])
            return paid

        return price

    def _bound(self, weigh: Weigh, told: Floats) -> tuple[float, Ints]:
        """Return a bound on all pairs that is sound whatever the prices, and places of pairs that could better it."""
        import numpy as np  # noqa: PLC0415 — the same.

        prices = self._sound(told)
        price = self._prices(prices)
        rows = self.watch.pairs.rows
        most, better = np.zeros(self.watch.pairs.shape[0]), []
        for part in chunks(len(self.places)):
            gain = weigh(self.places[part]) - price(part)
            good = np.nonzero(gain > TOLERANCE)[0]
            places = self.places[part][good]
            np.maximum.at(most, rows[places], gain[good])
            better.append(few_worst(rows[places], -gain[good], places))
        total = float((prices * np.array(self.limits)).sum()) + float(most.sum())
        return total, np.unique(np.concatenate(better)) if better else np.zeros(0, dtype=np.int64)

    def _sound(self, told: Floats) -> Floats:
        """Return the prices with the sign that each rule's must have, which rounding or want of time may have cost."""
        import numpy as np  # noqa: PLC0415 — the same.

        # Rules that were added since have no price yet.
        told = np.append(told, np.zeros(len(self.limits) - len(told)))
        prices = np.maximum(told, 0.0)
        held = np.array(sorted(self.held), dtype=np.intp)
        prices[held] = told[held]
        for rule, _goal, _least in self.kept:
            prices[rule] = min(told[rule], 0.0)
        return prices


def whole(bound: float) -> int:
    """Return the most that a whole number can be under a bound."""
    return floor(bound + ROUNDING)


def is_whole(used: Floats) -> Truths:
    """Mark what is used wholly or not at all."""
    import numpy as np  # noqa: PLC0415 — the same.

    near: Truths = np.abs(used - np.rint(used)) < ROUNDING
    return near
