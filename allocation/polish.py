"""Matchings with side rules where there are too many pairs to search: a linear programme, then its core exactly.

Side rules bend a matching only a little, so the linear programme is almost whole. The pairs that it uses or nearly uses
are few; among those the best whole answer is searched exactly. The prices give bounds.
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
    """The linear programme solved: how far each pair is used, and the price of every rule, by group."""

    used: Floats
    prices: list[Floats]

    def loss(self, weights: Ints, groups: Sequence[Group]) -> Floats:
        """Return what using each pair would lose against the best: nought where it may be used."""
        import numpy as np  # noqa: PLC0415 — importing this module must cost nothing.

        found = -weights.astype(np.float64)
        for price, group in zip(self.prices, groups, strict=True):
            found += np.append(price, 0.0)[group.rule]
        return found


def relax(weights: Ints, groups: Sequence[Group]) -> Relaxed:
    """Solve the linear programme: the heaviest pairs, no rule exceeded, every pair used from nought to wholly."""
    import numpy as np  # noqa: PLC0415 — the same.
    from ortools.linear_solver import linear_solver_pb2, pywraplp  # noqa: PLC0415 — loads OR-Tools when it is used.

    model = linear_solver_pb2.MPModelProto(maximize=True)
    for weight in weights.tolist():
        model.variable.add(lower_bound=0.0, upper_bound=np.inf, objective_coefficient=weight)
    for group in groups:
        for places, limit in zip(_places(group), group.limits.tolist(), strict=True):
            rule = model.constraint.add(lower_bound=-np.inf, upper_bound=limit)
            rule.var_index.extend(places)
            rule.coefficient.extend([1.0] * len(places))
    solver = pywraplp.Solver.CreateSolver("GLOP")
    solver.LoadModelFromProto(model)
    if solver.Solve() != pywraplp.Solver.OPTIMAL:
        message = "The linear programme of a matching was not solved."
        raise RuntimeError(message)
    used = np.array([variable.solution_value() for variable in solver.variables()])
    paid = np.array([max(0.0, rule.dual_value()) for rule in solver.constraints()])
    return Relaxed(used, np.split(paid, np.cumsum([len(group.limits) for group in groups])[:-1]))


def _places(group: Group) -> list[list[int]]:
    """Return the places of the pairs under each rule."""
    import numpy as np  # noqa: PLC0415 — the same.

    order = np.argsort(group.rule, kind="stable")
    starts = np.searchsorted(group.rule[order], np.arange(len(group.limits) + 1))
    places = order.tolist()
    return [places[start:end] for start, end in zip(starts[:-1].tolist(), starts[1:].tolist(), strict=True)]


def safe_bound(
    relaxed: Relaxed, weights: Ints, groups: Sequence[Group], rows: NDArray[np.int32]
) -> tuple[float, Floats]:
    """Return a bound on all answers from the prices, sound however they were found, and each pair's gain.

    The first group's prices, of the rows, are set to what the other prices ask: so no pair of any row is forgotten.
    """
    import numpy as np  # noqa: PLC0415 — the same.

    others = Relaxed(relaxed.used, relaxed.prices[1:])
    gain = -others.loss(weights, groups[1:])
    best = np.zeros(len(groups[0].limits))
    np.maximum.at(best, rows, gain)
    total = float(best.sum())
    for prices, group in zip(relaxed.prices[1:], groups[1:], strict=True):
        total += float((prices * group.limits).sum())
    return total, gain - relaxed.prices[0][rows]
