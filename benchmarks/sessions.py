"""How long planning takes at three sizes, how far it is from proven, and what simpler ways reach on the same problems.

Run: `.venv/bin/python -m benchmarks.sessions`, with `--all` for 2,000 residents. Beside the planner stand the first
plan that it makes by hand, earliest deadline first, and a plain time-indexed model with only the first question: how
many sessions have a time. CPU seconds stand beside the wall's, because other work may share the machine. Each size runs
in a process of its own; libraries are loaded before the clock starts.

A gap is told for each goal: how far its value is from its bound, as a part of the bound, while the goals before it keep
what they have; "within 2 %" is the widest of them. Measured on one busy core of two, in CPU seconds:

    size    seed  counts            whole order of goals
    pilot   1     0.6, all proven   0.9, all proven
    pilot   2     0.2, all proven   10.5, widest gap 0.76 % (come_early)
    pilot   3     1.0, all proven   5.5, all proven
    200     1     6.0, all proven   33.0, widest gap 0.25 % (come_early), in 10 parts
    2000    1     324, in 96 parts, 700 MB: sessions that are urgent proven, routine ones within 0.33 %, wishes of time
                  3.2 %; too little effort for changes of house (245, bound 112) and the earliest times

A sick day at the pilot's size, nine seeds, the three busiest workers on each of four days: 0.1 to 0.7 where the others
can stay, 0.6 to 1.4 where strands must be planned again (3 to 4 before), while other work kept both cores busy.
"""

from __future__ import annotations

import argparse
import multiprocessing
import resource
import time
from collections.abc import Callable
from dataclasses import replace

from allocation.sessions.eligibility import Eligibility
from allocation.sessions.goals import GOALS, PLACING, totals
from allocation.sessions.greedy import Plan, by_hand
from allocation.sessions.problem import Limits, Problem, Span
from allocation.sessions.repair import replan
from allocation.sessions.solution import GoalResult, Repair, Solution
from allocation.sessions.solver import solve
from allocation.sessions.standing import Context
from tests.allocation.sessions.rosters import roster
from tests.allocation.sessions.simple import Found, earliest_deadline_first, slot_by_slot

SIZES = {"pilot": (21, 2.5), "200": (200, 14.0), "2000": (2_000, 60.0)}
"""By name: how many residents, and how much effort the planner may use."""
MOST_SLOT_BY_SLOT = 200
"""Up to how many residents the plain model is asked."""
PLAIN_SECONDS = 20.0


def timed(act: Callable[[], object]) -> str:
    """Return how many seconds something takes, of the wall's and of the processor's."""
    wall, cpu = time.perf_counter(), time.process_time()
    act()
    return f"{time.perf_counter() - wall:.2f} ({time.process_time() - cpu:.2f} CPU)"


def gap(goal: GoalResult) -> float:
    """Return how far a goal may be from its best, as a part of it."""
    return abs(goal.bound - goal.value) / max(1, abs(goal.bound))


def measure(name: str, seed: int) -> None:
    """Print what is measured at one size."""
    residents, effort = SIZES[name]
    problem = replace(roster(residents, seed=seed), limits=Limits(effort))
    print(f"{name}, seed {seed}: {residents} residents, {len(problem.workers)} workers, {len(problem.wanted)} sessions")
    solution = _planner(problem)
    _beside(problem, solution)
    _sick(problem, solution)
    print(f"  peak of memory: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024} MB", flush=True)


def _planner(problem: Problem) -> Solution:
    found: list[Solution] = []
    counts = replace(problem, goals=PLACING)
    print("  how many are placed:", timed(lambda: found.append(solve(counts, explain_all=False))), _told(found[-1]))
    print("  whole order of goals:", timed(lambda: found.append(solve(problem, explain_all=False))), _told(found[-1]))
    for goal in found[-1].goals:
        if not goal.proven:
            print(f"    {goal.goal}: {goal.value}, at best {goal.bound}, gap {gap(goal):.2%}")
    return found[-1]


def _told(solution: Solution) -> str:
    proven = sum(goal.proven for goal in solution.goals)
    widest = max(gap(goal) for goal in solution.goals)
    return f"{proven} of {len(solution.goals)} goals proven, widest gap {widest:.2%}, {solution.parts} parts"


def _beside(problem: Problem, solution: Solution) -> None:
    """Print what simpler ways reach."""
    context = Context(problem)
    eligibility = Eligibility(context)
    choices = {one.ref: eligibility.choices(one) for one in problem.wanted}
    best = [int(GOALS[goal.goal].sense) * goal.value for goal in solution.goals]
    print(f"  placed: planner {len(solution.proposals)}")
    plans: list[Plan] = []
    for name, way in (
        ("first plan, by hand", lambda: by_hand(context, choices, problem.wanted)),
        ("earliest deadline first", lambda: earliest_deadline_first(context, choices)),
    ):
        seconds = timed(lambda way=way: plans.append(way()))  # type: ignore[misc] # The loop's own way.
        reached = totals(context, plans[-1].choices, plans[-1].at)
        differs = next(
            (place for place, pair in enumerate(zip(reached, best, strict=True)) if pair[0] != pair[1]), None
        )
        where = (
            "as good"
            if differs is None
            else f"{problem.goals[differs]}: {abs(reached[differs])} for {abs(best[differs])}"
        )
        print(f"    {name}: {len(plans[-1].at)} in {seconds}; {where}; better: {reached > best}")
    if len(problem.residents) <= MOST_SLOT_BY_SLOT:
        plain: list[Found] = []
        seconds = timed(lambda: plain.append(slot_by_slot(context, choices, PLAIN_SECONDS)))
        told = f"{plain[0].placed} of at most {plain[0].bound} in {seconds}"
        print(f"    slot by slot: {told}, {plain[0].variables} variables")


def _sick(problem: Problem, solution: Solution) -> None:
    """Print what it takes to mend the plan when the busiest worker is away on the second day."""
    day = problem.days[1]
    hit = [one for one in solution.proposals if day.from_at <= one.from_at < day.until_at]
    ref = max(sorted({one.worker for one in hit}), key=lambda ref: sum(one.worker == ref for one in hit))
    away = tuple(
        replace(one, blocked=(*one.blocked, Span(day.from_at, day.until_at))) if one.ref == ref else one
        for one in problem.workers
    )
    found: list[Repair] = []
    sick = replace(problem, workers=away)
    seconds = timed(lambda: found.append(replan(sick, solution, explain_all=False)))
    lost = sum(one.worker == ref for one in hit)
    print(f"  a sick day: {seconds}; {lost} sessions lost their time, {len(found[0].touched)} touched")


def main() -> None:
    """Measure each size in a process of its own."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--all", action="store_true", help="measure 2,000 residents, too")
    parser.add_argument("--seeds", type=int, default=1, help="how many problems of each size")
    told = parser.parse_args()
    for name in SIZES:
        if told.all or name != "2000":
            for seed in range(1, told.seeds + 1):
                process = multiprocessing.get_context("spawn").Process(target=measure, args=(name, seed))
                process.start()
                process.join()


if __name__ == "__main__":
    main()
