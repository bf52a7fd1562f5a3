"""Whether what is hidden stays hidden: a reader's bounds on the counts as published. It never saw the solver."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ortools.linear_solver import pywraplp

from allocation.hiding.problem import Problem, Standing

if TYPE_CHECKING:
    from collections.abc import Set as AbstractSet


@dataclass(frozen=True)
class Weakness:
    """A cell of which a reader knows too much, and the least and most that it can be."""

    key: str
    low: float
    high: float


def broken(problem: Problem, hidden: AbstractSet[str]) -> list[str]:
    """Return, in sentences, what the standing of cells forbids in a choice of what to hide."""
    faults = []
    for cell in problem.cells:
        if cell.standing is Standing.HIDDEN and cell.key not in hidden:
            faults.append(f"{cell.key} must be hidden and is shown.")
        if cell.key in hidden and cell.standing in {Standing.SHOWN, Standing.UNSEEN}:
            faults.append(f"{cell.key} cannot be hidden.")
    unknown = sorted(hidden - {cell.key for cell in problem.cells})
    return [*faults, *(f"{key} is no cell." for key in unknown)]


def weaknesses(problem: Problem, hidden: AbstractSet[str]) -> list[Weakness]:
    """Return every hidden or unseen cell that a reader can narrow further than she may."""
    model = pywraplp.Solver.CreateSolver("GLOP")
    counts = {}
    for cell in problem.cells:
        low, high = (0, problem.most) if cell.key in hidden or not cell.seen else cell.spread
        counts[cell.key] = model.NumVar(low, high, cell.key)
    for one in problem.sums:
        model.Add(counts[one.total] == sum(counts[part] for part in one.parts))
    found = []
    for place, cell in enumerate(problem.cells):
        if cell.key not in hidden and (cell.seen or cell.cover is None):
            continue
        ends = []
        for direction in (model.Minimize, model.Maximize):
            direction(counts[cell.key])
            if model.Solve() != pywraplp.Solver.OPTIMAL:
                raise RuntimeError("The counts as published contradict each other.")
            ends.append(model.Objective().Value())
        if problem.weak(place, *ends):
            found.append(Weakness(cell.key, *ends))
    return found
