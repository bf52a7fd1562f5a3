"""What a careful reader works out: for each hidden cell the least and the most that it can be (linear programming).

It also says why: by how much each further hidden cell would let the answer move. That is the cut the solver learns.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ortools.linear_solver import pywraplp

from allocation.hiding.problem import GRAIN, Problem, neighbours

if TYPE_CHECKING:
    from collections.abc import Set as AbstractSet


@dataclass(frozen=True)
class Reach:
    """How far a cell can be from its true count in one direction, and what that hangs on."""

    distance: float
    fixed: float
    """How far it can be whatever is hidden."""
    helps: dict[int, float]
    """Place of a cell -> how much further at most it can be once that one is hidden too."""


class Reader:
    """One reader with the tables of one problem; `look` shows her other cells hidden."""

    def __init__(self, problem: Problem) -> None:
        """Write down the sums: how far the cells are from their true counts must add up as the counts do."""
        self.problem = problem
        self.model = pywraplp.Solver.CreateSolver("GLOP")
        self.moves = [self.model.NumVar(0, 0, "") for _ in problem.cells]
        for total, parts in neighbours(problem):
            row = self.model.Constraint(0, 0)
            row.SetCoefficient(self.moves[total], -1)
            for part in parts:
                row.SetCoefficient(self.moves[part], 1)
        self.room = [
            (self._room(place, hidden=False), self._room(place, hidden=True)) for place in range(len(problem.cells))
        ]
        self.asked: int | None = None

    def _room(self, place: int, *, hidden: bool) -> tuple[int, int]:
        low, high = self.problem.range_when(place, hidden=hidden)
        value = self.problem.cells[place].value
        return low - value, high - value

    def look(self, hidden: AbstractSet[int]) -> None:
        """Show her the tables with these cells hidden."""
        for place, move in enumerate(self.moves):
            low, high = self.room[place][place in hidden]
            move.SetBounds(low, high)

    def reach(self, place: int, sign: int) -> Reach:
        """Return how far up (`sign` 1) or down (-1) a cell can be from its true count."""
        objective = self.model.Objective()
        if self.asked is not None:
            objective.SetCoefficient(self.moves[self.asked], 0)
        objective.SetCoefficient(self.moves[place], sign)
        objective.SetMaximization()
        self.asked = place
        status = self.model.Solve()
        if status != pywraplp.Solver.OPTIMAL:
            raise RuntimeError("What a reader can work out could not be computed.")
        return self._why(objective.Value())

    def _why(self, distance: float) -> Reach:
        """Read off the dual: each cell adds its price times the room it has, and more room once it is hidden."""
        fixed, helps = 0.0, {}
        for place, move in enumerate(self.moves):
            price = move.ReducedCost()
            if abs(price) < GRAIN:
                continue
            side = 1 if price > 0 else 0
            shown, hidden = self.room[place][0][side], self.room[place][1][side]
            fixed += price * shown
            if abs(more := price * (hidden - shown)) > GRAIN:
                helps[place] = more
        return Reach(distance, fixed, helps)

    def range_of(self, place: int) -> tuple[float, float]:
        """Return the least and the most that a cell can be."""
        value = self.problem.cells[place].value
        return value - self.reach(place, -1).distance, value + self.reach(place, 1).distance
