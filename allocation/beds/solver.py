"""Solves a problem: who is proposed for which bed, how good that is at most, and why the others have none."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Sequence

from allocation.beds.core import Answer, Core
from allocation.beds.document import refuse_bad
from allocation.beds.explanation import Explainer
from allocation.beds.goals import GOALS
from allocation.beds.large import solve_large
from allocation.beds.problem import Problem
from allocation.beds.reasons import Reasons
from allocation.beds.small import MOST_PAIRS, Plan, plan
from allocation.beds.solution import GoalResult, Placement, Solution, Unplaced, Verdict

MOST_EXPLAINED = 200
"""Up to how many households without a bed are explained at once; more are explained when somebody asks."""

__all__ = ["explain", "explain_each", "explain_some", "solve"]


def solve(problem: Problem, *, explain_all: bool | None = None) -> Solution:
    """Return the answer to a problem; raise BadProblem where it contradicts itself.

    With `explain_all` None, everyone without a bed is explained unless they are very many or the problem is large: then
    `Solution.unplaced` names them with nothing said, and `explain` says it of one.
    """
    began = time.perf_counter()
    refuse_bad(problem)
    core = Core.of(problem)
    solved = _plan(core)
    answer = solved.answer() if solved else solve_large(core)
    placed = {**answer.placed, **core.decided}
    waiting = [household.ref for household in core.table.households if household.ref not in placed]
    every = explain_all if explain_all is not None else solved is not None and len(waiting) <= MOST_EXPLAINED
    explainer = Explainer(core, placed, solved)
    unplaced = tuple(explainer.explain(ref) if every else _unexplained(core, ref) for ref in waiting)
    goals = _results(core, answer)
    reasons = Reasons(core, placed)
    return Solution(
        placements=tuple(_placement(reasons, ref) for ref in sorted(placed)),
        unplaced=unplaced,
        goals=goals,
        proven=all(goal.proven for goal in goals),
        seconds=time.perf_counter() - began,
        rules_version=problem.rules.version,
        goals_version=problem.goals_version,
        notes=tuple(_notes(core, answer, explained=every or not waiting)),
    )


def explain(problem: Problem, solution: Solution, household: str) -> Unplaced:
    """Return why one household has no bed in a solution, by its ref; KeyError if it does not wait in the problem."""
    (told,) = explain_some(problem, solution, [household])
    return told


def explain_some(problem: Problem, solution: Solution, households: Sequence[str]) -> tuple[Unplaced, ...]:
    """Return why some households have no bed in a solution; KeyError if one does not wait in the problem.

    In a large network each takes some tenths of a second: a few refuges around some of the beds are solved again.
    """
    return tuple(explain_each(problem, solution, households))


def explain_each(
    problem: Problem, solution: Solution, households: Iterable[str], *, again: bool = True
) -> Iterator[Unplaced]:
    """Go through some households with why they have no bed; KeyError if one does not wait in the problem.

    Without solving `again` each takes milliseconds, and is told what blocks her and who has the beds she could have
    had, but not what a bed would cost or what would help.
    """
    core = Core.of(problem)
    placed = {placement.household: placement.bed for placement in solution.placements}
    explainer = Explainer(core, placed, _plan(core) if again else None, again)
    for ref in households:
        yield explainer.explain(core.context.households[ref].ref)


def _plan(core: Core) -> Plan | None:
    """Return a small problem solved as a whole; None if it is too large, or so crowded that the large way is better."""
    solved = plan(core) if len(core.pairs[0]) <= MOST_PAIRS else None
    return solved if solved and solved.found.proven else None


def _unexplained(core: Core, ref: str) -> Unplaced:
    return Unplaced(ref, (), (), (), "", decided=ref in core.set_aside)


def _placement(reasons: Reasons, ref: str) -> Placement:
    core, bed = reasons.core, reasons.placed[ref]
    pair = core.table.pair(ref, bed)
    asks = tuple(barrier for barrier in pair.barriers if barrier.verdict is Verdict.ASK)
    return Placement(ref, bed, reasons.of(ref), asks, decided=ref in core.decided)


def _results(core: Core, answer: Answer) -> tuple[GoalResult, ...]:
    """Return each goal's value and bound as staff count them: what decisions add is in both."""
    found = []
    for name, added, reached in zip(core.goals, core.decided_totals(), answer.reached, strict=True):
        sense = int(GOALS[name].sense)
        bound = None if reached.bound is None else sense * (reached.bound + added)
        found.append(GoalResult(name, sense * (reached.total + added), bound, reached.proven))
    return tuple(found)


def _notes(core: Core, answer: Answer, *, explained: bool) -> Iterable[str]:
    """Return what staff should know of the run."""
    if answer.stopped:
        yield "Time was up before every goal was proven best: the bounds say how much better an answer could be."
    elif not all(one.proven for one in answer.reached):
        yield "Not every goal is proven best: the bounds say how much better an answer could be at most."
    if not explained:
        yield "So many are not placed that each is explained when somebody asks."
    for household, bed in sorted(core.decided.items()):
        pair = core.table.pair(household, bed)
        for barrier in pair.barriers:
            if barrier.verdict is Verdict.NO:
                yield f"A person decided on {bed} for {household} although: {barrier.sentence}"
    yield from core.overrun
