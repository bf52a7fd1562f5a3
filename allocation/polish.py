"""Matchings with side rules where there are too many pairs to search: a linear programme, kept and asked again.

Side rules bend a matching only a little, so the linear programme is almost whole. Its prices give bounds, and say who
should rather have a bed elsewhere. Asked for one more goal, it goes on from where it was, in a fraction of the time.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Ints = NDArray[np.int64]
    Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Group:
    """Rules of one kind, of which a pair comes under one at most: by pair the number of its rule, -1 for none."""

    rule: Ints
    limits: Ints

    def only(self, kept: NDArray[Any]) -> Group:
        """Return the group over some of its pairs."""
        return Group(self.rule[kept], self.limits)


@dataclass(frozen=True)
class Relaxed:
    """The linear programme solved: how far each pair is used, the price of every rule, by group, and its steps."""

    used: Floats
    prices: list[Floats]
    steps: int


def paying(weights: Ints, prices: Sequence[Floats], groups: Sequence[Group]) -> Floats:
    """Return what is left of each pair's weight when it has paid for every rule that it comes under."""
    import numpy as np  # noqa: PLC0415 — importing this module must cost nothing.

    left = weights.astype(np.float64)
    for price, group in zip(prices, groups, strict=True):
        if price.any():
            left -= np.append(price, 0.0)[group.rule]
    return left


class Programme:
    """The heaviest pairs, no rule exceeded, every pair used from nought to wholly: for one weighting after another."""

    def __init__(self, groups: Sequence[Group]) -> None:
        import numpy as np  # noqa: PLC0415 — the same.
        from ortools.linear_solver import linear_solver_pb2, pywraplp  # noqa: PLC0415 — loads OR-Tools when it is used.

        model = linear_solver_pb2.MPModelProto(maximize=True)
        for _pair in range(len(groups[0].rule)):
            model.variable.add(lower_bound=0.0, upper_bound=np.inf)
        for group in groups:
            for places, limit in zip(_places(group), group.limits.tolist(), strict=True):
                rule = model.constraint.add(lower_bound=-np.inf, upper_bound=limit)
                rule.var_index.extend(places)
                rule.coefficient.extend([1.0] * len(places))
        self.starts = np.cumsum([0, *(len(group.limits) for group in groups)])
        self.solver = pywraplp.Solver.CreateSolver("GLOP")
        self.solver.LoadModelFromProto(model)
        self.pairs, self.rules = self.solver.variables(), self.solver.constraints()

    def add(self, groups: Sequence[Group]) -> None:
        """Take in more pairs, told by the same rules, without forgetting what was found."""
        for pair in range(len(groups[0].rule)):
            variable = self.solver.NumVar(0.0, self.solver.infinity(), "")
            self.pairs.append(variable)
            for start, group in zip(self.starts.tolist(), groups, strict=False):
                if group.rule[pair] >= 0:
                    self.rules[start + int(group.rule[pair])].SetCoefficient(variable, 1.0)

    def solve(self, weights: Ints, steps: int) -> Relaxed:
        """Return the best for these weights after so many steps at most: prices that are not the best are prices."""
        import numpy as np  # noqa: PLC0415 — the same.

        objective = self.solver.Objective()
        for pair, weight in zip(self.pairs, weights.tolist(), strict=True):
            objective.SetCoefficient(pair, weight)
        # Preprocessing would forget where the last weights ended, which is nearly where these do.
        settings = f"use_preprocessing: false max_number_of_iterations: {min(steps, 2**30)}"
        self.solver.SetSolverSpecificParametersAsString(settings)
        status = self.solver.Solve()
        if status not in (self.solver.OPTIMAL, self.solver.FEASIBLE):
            message = f"The linear programme of a matching ended as {status}."
            raise RuntimeError(message)
        used = np.array([pair.solution_value() for pair in self.pairs])
        paid = np.array([max(0.0, rule.dual_value()) for rule in self.rules])
        return Relaxed(used, np.split(paid, self.starts[1:-1]), int(self.solver.iterations()))


def _places(group: Group) -> list[list[int]]:
    """Return the places of the pairs under each rule."""
    import numpy as np  # noqa: PLC0415 — the same.

    order = np.argsort(group.rule, kind="stable")
    starts = np.searchsorted(group.rule[order], np.arange(len(group.limits) + 1))
    places = order.tolist()
    return [places[start:end] for start, end in zip(starts[:-1].tolist(), starts[1:].tolist(), strict=True)]


def safe_bound(
    prices: Sequence[Floats], weights: Ints, groups: Sequence[Group], rows: NDArray[np.int32]
) -> tuple[float, Floats]:
    """Return a bound on all answers from the prices, sound however they were found, and each pair's gain.

    The first group's prices, of the rows, are set to what the other prices ask: so no pair of any row is forgotten.
    """
    import numpy as np  # noqa: PLC0415 — the same.

    gain = paying(weights, prices[1:], groups)
    best = np.zeros(len(prices[0]))
    np.maximum.at(best, rows, gain)
    total = float(best.sum())
    for price, group in zip(prices[1:], groups, strict=True):
        total += float((price * group.limits).sum())
    return total, gain - prices[0][rows]
