"""Matchings with side rules where there are too many pairs to search: a linear programme, kept and asked again.

Side rules bend a matching only a little, so the linear programme is almost whole. Its prices give bounds, and say which
pairs and places no answer as good can do without. Asked for one more goal, it goes on from where it was.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

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


@dataclass(frozen=True)
class Relaxed:
    """The linear programme solved: how far each pair is used, the price of every rule, and its steps."""

    used: Floats
    prices: Floats
    steps: int


class Programme:
    """The heaviest pairs, no rule exceeded, every pair used from nought to wholly: for one weighting after another.

    Its rules are those of the groups, one group after the other, and then those that were added.
    """

    def __init__(self, groups: Sequence[Group]) -> None:
        import numpy as np  # noqa: PLC0415 — importing this module must cost nothing.
        from ortools.linear_solver import linear_solver_pb2, pywraplp  # noqa: PLC0415 — loads OR-Tools when it is used.

        model = linear_solver_pb2.MPModelProto(maximize=True)
        for _pair in range(len(groups[0].rule)):
            model.variable.add(lower_bound=0.0, upper_bound=np.inf)
        for group in groups:
            for places, limit in zip(_places(group), group.limits.tolist(), strict=True):
                rule = model.constraint.add(lower_bound=-np.inf, upper_bound=limit)
                rule.var_index.extend(places)
                rule.coefficient.extend([1.0] * len(places))
        self.starts = np.cumsum([0, *(len(group.limits) for group in groups)]).tolist()
        self.solver = pywraplp.Solver.CreateSolver("GLOP")
        self.solver.LoadModelFromProto(model)
        # Preprocessing would forget where the last weights ended, which is nearly where these do.
        self.settings = "use_preprocessing: false max_number_of_iterations: {}"
        self.pairs, self.rules = self.solver.variables(), self.solver.constraints()
        self.told: Ints = np.zeros(len(self.pairs), dtype=np.int64)
        """The weights that the programme knows."""

    def add(self, groups: Sequence[Group]) -> None:
        """Take in more pairs, told by the same groups, without forgetting what was found."""
        import numpy as np  # noqa: PLC0415 — the same.

        for pair in range(len(groups[0].rule)):
            variable = self.solver.NumVar(0.0, self.solver.infinity(), "")
            self.pairs.append(variable)
            for start, group in zip(self.starts, groups, strict=False):
                if group.rule[pair] >= 0:
                    self.rules[start + int(group.rule[pair])].SetCoefficient(variable, 1.0)
        self.told = np.append(self.told, np.zeros(len(groups[0].rule), dtype=np.int64))

    def add_rule(self, least: float, most: float) -> int:
        """Add a rule that no pair is under yet, and return its number."""
        self.rules.append(self.solver.Constraint(least, most))
        return len(self.rules) - 1

    def count(self, rule: int, pairs: Mapping[int, float]) -> None:
        """Say how much some pairs count for a rule that was added."""
        for pair, much in pairs.items():
            self.rules[rule].SetCoefficient(self.pairs[pair], much)

    def close(self, pairs: Iterable[int]) -> None:
        """Use these pairs no more."""
        for pair in pairs:
            self.pairs[pair].SetUb(0.0)

    def open(self, pairs: Iterable[int]) -> None:
        """Let these pairs be used again."""
        for pair in pairs:
            self.pairs[pair].SetUb(self.solver.infinity())

    def hold(self, rules: Iterable[int]) -> None:
        """Use all that these rules allow, not less."""
        for rule in rules:
            self.rules[rule].SetLb(self.rules[rule].ub())

    def free(self, rules: Iterable[int]) -> None:
        """Let less be used than these rules allow."""
        for rule in rules:
            self.rules[rule].SetLb(-self.solver.infinity())

    def solve(self, weights: Ints, steps: int) -> Relaxed | None:
        """Return the best for these weights after so many steps at most, whose prices are prices; None: there is none.

        Which pairs are closed and what is held may leave nothing that is allowed.
        """
        import numpy as np  # noqa: PLC0415 — the same.
        from ortools.linear_solver import linear_solver_pb2  # noqa: PLC0415 — the same.

        objective, changed = self.solver.Objective(), np.nonzero(weights != self.told)[0]
        for pair, weight in zip(changed.tolist(), weights[changed].tolist(), strict=True):
            objective.SetCoefficient(self.pairs[pair], weight)
        self.told = weights
        self.solver.SetSolverSpecificParametersAsString(self.settings.format(min(steps, 2**30)))
        status = self.solver.Solve()
        if status in (self.solver.INFEASIBLE, self.solver.ABNORMAL, self.solver.NOT_SOLVED):
            return None
        if status not in (self.solver.OPTIMAL, self.solver.FEASIBLE):
            message = f"The linear programme of a matching ended as {status}."
            raise RuntimeError(message)
        answer = linear_solver_pb2.MPSolutionResponse()
        self.solver.FillSolutionResponseProto(answer)
        return Relaxed(np.array(answer.variable_value), np.array(answer.dual_value), int(self.solver.iterations()))


def _places(group: Group) -> list[list[int]]:
    """Return the places of the pairs under each rule."""
    import numpy as np  # noqa: PLC0415 — the same.

    order = np.argsort(group.rule, kind="stable")
    starts = np.searchsorted(group.rule[order], np.arange(len(group.limits) + 1))
    places = order.tolist()
    return [places[start:end] for start, end in zip(starts[:-1].tolist(), starts[1:].tolist(), strict=True)]
