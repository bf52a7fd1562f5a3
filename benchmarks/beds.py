"""How long matching takes at four sizes, how far it is from proven, and what simpler ways reach on the same problems.

Run: `.venv/bin/python -m benchmarks.beds`, with `--all` for 20,000 households waiting. Beside the solver stand greedy
first fit (scarce beds first, each to the highest risk that waited longest) and SciPy's `linear_sum_assignment` on the
same eligible pairs without side rules, a limit on what any answer can reach that some cannot. Each size runs in a
process of its own, so that its peak of memory is its own; libraries are loaded before the clock starts.
"""

from __future__ import annotations

import argparse
import multiprocessing
import resource
import time
from collections.abc import Callable

import numpy as np
from ortools.graph.python import min_cost_flow
from ortools.linear_solver import pywraplp
from scipy.optimize import linear_sum_assignment  # type: ignore[import-untyped] # SciPy ships no types.

from allocation.beds.core import Core
from allocation.beds.large import solve_large
from allocation.beds.problem import Problem, Risk
from allocation.beds.small import MOST_PAIRS, plan
from allocation.beds.solution import GoalResult, Solution
from allocation.beds.solver import explain_some, solve
from tests.allocation.greedy import first_fit
from tests.allocation.networks import network

SIZES = {"pilot": (21, 40), "region": (500, 2_000), "nation": (5_000, 2_000), "nation x 20k": (5_000, 20_000)}
MOST_CELLS = 20_000_000
"""Up to how many pairs SciPy's dense matrix is asked for: ten times as many would take 800 MB and a minute."""
EXPLAINED = 20
"""How many households are explained above pilot size."""
HEADS = ("size", "build s", "solve s", "explain s", "gap", "proven", "MB", "solver", "greedy", "s", "limit", "s")


def timed(act: Callable[[], object]) -> float:
    """Return how many seconds something takes."""
    began = time.perf_counter()
    act()
    return time.perf_counter() - began


def highest(core: Core, placed: dict[str, str]) -> str:
    """Return how many of those at highest risk, and how many in all, an answer places."""
    return f"{sum(core.context.households[ref].risk is Risk.HIGH for ref in placed)}/{len(placed)}"


def limit(core: Core) -> tuple[str, float]:
    """Return what an assignment without side rules places, and the seconds it takes; says so where it is too large."""
    if core.table.asks.size > MOST_CELLS:
        return "too large", 0.0
    began = time.perf_counter()
    high = np.array([household.risk is Risk.HIGH for household in core.table.households])
    worth = np.where(core.table.asks >= 0, 1.0 + high[:, None] * (1 + min(core.table.asks.shape)), 0.0)
    rows, columns = linear_sum_assignment(worth, maximize=True)
    used = worth[rows, columns] > 0
    return f"{int(high[rows[used]].sum())}/{int(used.sum())}", time.perf_counter() - began


def solve_core(core: Core) -> object:
    """Solve without explaining."""
    return plan(core).answer() if len(core.pairs[0]) <= MOST_PAIRS else solve_large(core)


def solving_alone(problem: Problem) -> float:
    """Return how many seconds solving takes once all pairs are known."""
    core = Core.of(problem)
    assert core.pairs  # noqa: S101 — worked out before the clock starts: it was counted as building.
    return timed(lambda: solve_core(core))


def gaps(solution: Solution) -> tuple[str, str]:
    """Return the largest gap of the counting goals and that of the first unproven goal, and how many are proven."""
    proven = sum(goal.proven for goal in solution.goals)
    first = next((goal for goal in solution.goals if not goal.proven), solution.goals[0])
    counting = max(gap(goal) for goal in solution.goals[:2])
    return f"{counting:.2%}/{gap(first):.1%}", f"{proven} of {len(solution.goals)}"


def gap(goal: GoalResult) -> float:
    """Return how far a goal may be from its best, as a part of it."""
    return abs(goal.bound - goal.value) / max(1, abs(goal.bound))


def measure(name: str) -> None:
    """Print one line for one size."""
    beds, households = SIZES[name]
    problem = network(beds, households)
    build = timed(lambda: Core.of(problem).pairs)
    core = Core.of(problem)
    solving = solving_alone(problem)
    solution = solve(problem, explain_all=False)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    unplaced = [one.household for one in solution.unplaced]
    explaining = timed(lambda: explain_some(problem, solution, unplaced if name == "pilot" else unplaced[:EXPLAINED]))
    placed = {one.household: one.bed for one in solution.placements}
    greedy: dict[str, str] = {}
    greedy_seconds = timed(lambda: greedy.update(first_fit(core)))
    reach, reach_seconds = limit(core)
    far, proven = gaps(solution)
    explained = f"{explaining:.2f}/{min(len(unplaced), len(unplaced) if name == 'pilot' else EXPLAINED)}"
    figures = (f"{build:.2f}", f"{solving:.2f}", explained, far, proven, str(memory), highest(core, placed))
    beside = (highest(core, greedy), f"{greedy_seconds:.2f}", reach, f"{reach_seconds:.2f}")
    print(row((name, *figures, *beside)), flush=True)


def row(cells: tuple[str, ...]) -> str:
    """Return one line of the table."""
    return cells[0].ljust(13) + "".join(cell.rjust(11) for cell in cells[1:])


def main() -> None:
    """Print one line for each size."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--all", action="store_true", help="measure 20,000 households waiting, too")
    every = parser.parse_args().all
    loaded = min_cost_flow.__name__, pywraplp.__name__
    print("Placed: at highest risk / in all. Explained: seconds / households.")
    print(f"Gap: of the counting goals / of the first goal that is not proven. Loaded: {', '.join(loaded)}.")
    print(row(HEADS))
    for name in SIZES:
        if every or name != "nation x 20k":
            process = multiprocessing.get_context("spawn").Process(target=measure, args=(name,))
            process.start()
            process.join()


if __name__ == "__main__":
    main()
