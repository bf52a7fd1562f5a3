"""How much better an answer that keeps the side rules could be: bounds on every goal, from linear programmes.

For each goal the goals up to it are weighed together, earlier ones far above later ones. What that can weigh at most is
a bound on the goal itself once the totals of the goals before it are known: true whatever those totals are, and close
where they are nearly the best. The programme looks at some pairs, and takes in others that its prices show to be
better; its bounds are made sound for all pairs.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import floor
from typing import TYPE_CHECKING

from allocation.beds.core import Core
from allocation.beds.large.effort import Effort
from allocation.beds.large.pairs import few_worst
from allocation.beds.large.places import Watch
from allocation.polish import Group, Programme, Relaxed, safe_bound

if TYPE_CHECKING:
    from allocation.beds.large.pairs import Ints

ABOVE = 10
"""How far a goal's largest weight is set above the next goal's."""
FAR_ABOVE = 100
"""The same for a goal that counts households, so that a place is not given up for what is less."""
ROUNDING = 0.01
"""What rounding may have cost a bound, in units of its last goal: far more than it can."""
TOLERANCE = 1e-6
NEARLY = 0.3
"""How much of one unit of a goal pairs that were left out may be worth before they are taken in."""
ADDING = 8
"""How often pairs are taken in at most."""


@dataclass(frozen=True)
class Ceiling:
    """What the first goals, so weighed, can reach together at most."""

    bands: tuple[int, ...]
    weight: float

    def bound(self, goal: int, reached: Sequence[int], least: Sequence[int]) -> int | None:
        """Return the most that one goal can reach while those before it reach so much; None if this says nothing of it.

        `least` is the least that each goal can reach: nothing is known of those that come later.
        """
        if goal >= len(self.bands):
            return None
        others = [*reached[:goal], 0, *least[goal + 1 :]]
        rest = self.weight - sum(band * total for band, total in zip(self.bands, others, strict=False))
        return floor((rest + ROUNDING) / self.bands[goal])


class Relaxation:
    """The linear programme of a problem with its places, over more and more of its pairs."""

    def __init__(self, core: Core, watch: Watch, every: Ints, start: Ints, effort: Effort) -> None:
        import numpy as np  # noqa: PLC0415 — importing this module must cost nothing.

        self.core, self.watch, self.every, self.effort = core, watch, every, effort
        self.rows = watch.pairs.rows[every]
        self.columns = watch.pairs.columns[every]
        self.groups = [*watch.single(every)[1:], *watch.sides(every)]
        self.inside = np.searchsorted(every, start)
        self.programme = Programme(self._told(self.inside))
        self.largest = [int(np.abs(weights.of(self.rows, self.columns)).max(initial=0)) for weights in core.weights]

    def _told(self, inside: Ints) -> list[Group]:
        places = self.every[inside]
        return [*self.watch.single(places), *self.watch.sides(places)]

    def bands(self, goals: int) -> tuple[int, ...]:
        """Return what one unit of each of the first goals weighs."""
        found, reach = [], 1
        for largest in reversed(self.largest[:goals]):
            unit = max(1, reach // max(1, largest))
            found.append(unit)
            reach = unit * largest * (FAR_ABOVE if largest == 1 else ABOVE) if largest else reach
        return tuple(reversed(found))

    def weigh(self, bands: Sequence[int]) -> Ints:
        """Return the weight of every pair."""
        import numpy as np  # noqa: PLC0415 — the same.

        total = np.zeros(len(self.every), dtype=np.int64)
        for band, weights in zip(bands, self.core.weights, strict=False):
            total += band * weights.of(self.rows, self.columns)
        return total

    def ceiling(self, bands: tuple[int, ...], rounds: int = ADDING) -> tuple[Ceiling, Relaxed]:
        """Return what the first goals can reach together, and how the programme reaches it.

        `inside` says which of all pairs the programme looks at.
        """
        import numpy as np  # noqa: PLC0415 — the same.

        weights, lowest = self.weigh(bands), float("inf")
        for _round in range(rounds):
            size = len(self.inside)
            relaxed = self.programme.solve(weights[self.inside], self.effort.steps(size))
            self.effort.programme(size, relaxed.steps)
            bound, gain = safe_bound(relaxed.prices, weights, self.groups, self.rows)
            lowest = min(lowest, bound)
            reached = float((relaxed.used * weights[self.inside]).sum())
            if bound - reached < NEARLY * bands[-1] or self.effort.is_over or _round == rounds - 1:
                break
            better = np.nonzero(gain > TOLERANCE * max(1, bands[-1]))[0]
            new = np.setdiff1d(few_worst(self.rows[better], -gain[better], better), self.inside)
            if not len(new):
                break
            self.programme.add(self._told(new))
            self.inside = np.concatenate([self.inside, new])
        return Ceiling(bands, lowest), relaxed
