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
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from ortools.graph.python import min_cost_flow
from ortools.linear_solver import pywraplp
from scipy.optimize import linear_sum_assignment  # type: ignore[import-untyped] # SciPy ships no types.

from allocation.beds.core import Core
from allocation.beds.problem import Problem, Risk
from allocation.beds.solution import GoalResult, Solution
from allocation.beds.solver import explain_each, solve
from tests.allocation.greedy import first_fit
from tests.allocation.networks import network

SIZES = {"pilot": (21, 40), "region": (500, 2_000), "nation": (5_000, 2_000), "nation x 20k": (5_000, 20_000)}
MOST_CELLS = 20_000_000
"""Up to how many pairs SciPy's dense matrix is asked for: ten times as many would take 800 MB and a minute."""
TOLD = {"nation x 20k": 200}
"""Of how many households without a bed it is said what blocks them, where everybody would take minutes."""
SOLVED_AGAIN = {"region": 50, "nation": 10, "nation x 20k": 5}
"""For how many it is solved again what a bed would cost and what would help; in the pilot for everybody."""
HEADS = ("size", "build s", "solve s", "told s", "of", "again s", "of", "gap", "proven", "MB")
BESIDE = ("solver", "greedy", "s", "limit", "s")


@dataclass
class Clock:
    """Seconds that something took: on the wall, and of the processor, which other work does not lengthen."""

    wall: float = 0.0
    processor: float = 0.0

    def __str__(self) -> str:
        return f"{self.wall:.2f} ({self.processor:.2f})"


def timed(act: Callable[[], object]) -> Clock:
    """Return how long something takes."""
    wall, processor = time.perf_counter(), time.process_time()
    act()
    return Clock(time.perf_counter() - wall, time.process_time() - processor)


def highest(core: Core, placed: dict[str, str]) -> str:
    """Return how many of those at highest risk, and how many in all, an answer places."""
    return f"{sum(core.context.households[ref].risk is Risk.HIGH for ref in placed)}/{len(placed)}"


def limit(core: Core) -> tuple[str, str]:
    """Return what an assignment without side rules places, and the seconds it takes; says so where it is too large."""
    if core.table.asks.size > MOST_CELLS:
        return "too large", "-"
    reached = []

    def assign() -> None:
        high = np.array([household.risk is Risk.HIGH for household in core.table.households])
        worth = np.where(core.table.asks >= 0, 1.0 + high[:, None] * (1 + min(core.table.asks.shape)), 0.0)
        rows, columns = linear_sum_assignment(worth, maximize=True)
        used = worth[rows, columns] > 0
        reached.append(f"{int(high[rows[used]].sum())}/{int(used.sum())}")

    took = timed(assign)
    return reached[0], f"{took.wall:.2f}"


def gaps(solution: Solution) -> tuple[str, str]:
    """Return the largest gap of the counting goals and that of the first unproven goal, and how many are proven."""
    proven = sum(goal.proven for goal in solution.goals)
    first = next((goal for goal in solution.goals if not goal.proven), solution.goals[0])
    counting = max(gap(goal) for goal in solution.goals[:2])
    return f"{counting:.2%}/{gap(first):.1%}", f"{proven} of {len(solution.goals)}"


def gap(goal: GoalResult) -> float:
    """Return how far a goal may be from its best, as a part of it; all of it where nothing is known."""
    return 1.0 if goal.bound is None else abs(goal.bound - goal.value) / max(1, abs(goal.bound))


def explaining(problem: Problem, solution: Solution, most: int, *, again: bool) -> tuple[Clock, str]:
    """Return how long it takes to explain those without a bed, and how many of them were."""
    unplaced = [one.household for one in solution.unplaced]
    told = explain_each(problem, solution, unplaced[:most], again=again)
    clock = timed(lambda: deque(told, maxlen=0))
    return clock, f"{min(most, len(unplaced))}/{len(unplaced)}"


def measure(name: str) -> None:
    """Print one line for one size."""
    beds, households = SIZES[name]
    problem = network(beds, households)
    build = timed(lambda: Core.of(problem).pairs)
    found: list[Solution] = []
    solving = timed(lambda: found.append(solve(problem, explain_all=False)))
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    solution = found[0]
    told, of_told = explaining(problem, solution, TOLD.get(name, households), again=False)
    again, of_again = explaining(problem, solution, SOLVED_AGAIN.get(name, households), again=True)
    core = Core.of(problem)
    greedy: dict[str, str] = {}
    greedy_took = timed(lambda: greedy.update(first_fit(core)))
    reach, reach_seconds = limit(core)
    placed = {one.household: one.bed for one in solution.placements}
    far, proven = gaps(solution)
    figures = (str(build), str(solving), str(told), of_told, str(again), of_again, far, proven, str(memory))
    print(row((name, *figures)))
    beside = (highest(core, placed), highest(core, greedy), f"{greedy_took.wall:.2f}", reach, reach_seconds)
    print("".ljust(13) + "  ".join(f"{head} {cell}" for head, cell in zip(BESIDE, beside, strict=True)), flush=True)


def row(cells: tuple[str, ...]) -> str:
    """Return one line of the table."""
    return cells[0].ljust(13) + "".join(cell.rjust(15) for cell in cells[1:])


def main() -> None:
    """Print one line for each size."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--all", action="store_true", help="measure 20,000 households waiting, too")
    every = parser.parse_args().all
    loaded = min_cost_flow.__name__, pywraplp.__name__
    print("Seconds on the wall (of the processor). Build: the verdict on all pairs. Solve: from problem to answer,")
    print(
        "building and what speaks for each match included. Told: what blocks each household without a bed, and who has"
    )
    print(
        "the beds that she could have had. Again: that, and solved again what each bed would cost and what would help."
    )
    print("Of: how many of those without a bed. Beside: placed at highest risk / in all.")
    print(f"Gap: of the counting goals / of the first goal that is not proven. Loaded: {', '.join(loaded)}.")
    print(row(HEADS))
    for name in SIZES:
        if every or name != "nation x 20k":
            process = multiprocessing.get_context("spawn").Process(target=measure, args=(name,))
            process.start()
            process.join()


if __name__ == "__main__":
    main()
