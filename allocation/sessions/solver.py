"""Solves a problem of sessions: who is proposed to see whom and when, how good that is, and why not the others."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from allocation.sessions.document import refuse_bad
from allocation.sessions.eligibility import Choice, Eligibility
from allocation.sessions.explanation import Explainer
from allocation.sessions.goals import GOALS, totals
from allocation.sessions.greedy import Plan
from allocation.sessions.parts import parts_of
from allocation.sessions.problem import Problem, Wanted
from allocation.sessions.reasons import asks_of, reasons_of
from allocation.sessions.solution import GoalResult, Proposal, Solution, Unplaced
from allocation.sessions.stages import Part
from allocation.sessions.standing import Context

MOST_EXPLAINED = 100
"""Up to how many sessions without a time are explained at once; more are explained when somebody asks."""
__all__ = ["explain", "solve"]


@dataclass(frozen=True)
class Answer:
    """A plan for all parts, and what is proven of it."""

    context: Context
    plan: Plan
    rooms: dict[str, str]
    parts: Sequence[Part]
    spare: Sequence[int]
    """By goal: by how much a plan could be better at most, as far as is known."""
    spent: float
    """The effort that it took."""
    notes: tuple[str, ...] = ()
    """What staff should know of it besides."""


def solve(problem: Problem, *, explain_all: bool | None = None) -> Solution:
    """Return the answer to a problem; raise BadProblem where it contradicts itself.

    With `explain_all` None, every session without a time is explained unless they are very many: then
    `Solution.unplaced` names them with nothing said, and `explain` says it of one.
    """
    began = time.perf_counter()
    refuse_bad(problem)
    return answered(answer(problem), began, explain_all=explain_all)


def answer(problem: Problem, known: Plan | None = None) -> Answer:
    """Plan a problem, no worse than a plan that is known already."""
    context = Context(problem)
    eligibility = Eligibility(context)
    choices = {wanted.ref: eligibility.choices(wanted) for wanted in problem.wanted}
    return planned(context, choices, problem.limits.effort, known)


def planned(
    context: Context,
    choices: Mapping[str, Sequence[Choice]],
    effort: float,
    known: Plan | None = None,
    alone_for: int | None = None,
    goals: int | None = None,
) -> Answer:
    """Plan each part by itself; what a small one leaves of its effort, larger ones may use."""
    parts = [
        Part(context, part, choices, known=_of_part(part, known), alone_for=alone_for, goals=goals)
        for part in sorted(parts_of(context, choices), key=len)
    ]
    left, waiting = effort, sum(len(part.sessions) for part in parts)
    plan, rooms = Plan(), dict[str, str]()
    for part in parts:
        part.solve(max(0.0, left) * len(part.sessions) / waiting)
        left, waiting = left - part.spent, waiting - len(part.sessions)
        plan.choices |= part.plan.choices
        plan.at |= part.plan.at
        rooms |= part.rooms
    spare = [
        sum(part.reached[place].bound - part.reached[place].total for part in parts)
        for place in range(len(context.problem.goals[:goals]))
    ]
    return Answer(context, plan, rooms, parts, spare, effort - left)


def _of_part(sessions: Sequence[Wanted], plan: Plan | None) -> Plan | None:
    if plan is None:
        return None
    refs = [one.ref for one in sessions if one.ref in plan.at]
    return Plan({ref: plan.choices[ref] for ref in refs}, {ref: plan.at[ref] for ref in refs})


def answered(found: Answer, began: float, *, explain_all: bool | None = None) -> Solution:
    """Return what was found as staff read it."""
    context, problem = found.context, found.context.problem
    proposals = tuple(sorted(_proposals(found), key=lambda one: one.session))
    without = sorted(context.wanted.keys() - {one.session for one in proposals})
    every = explain_all if explain_all is not None else len(without) <= MOST_EXPLAINED
    explainer = Explainer(problem, proposals)
    unplaced = tuple(explainer.explain(ref) if every else Unplaced(ref, decided=ref in context.left) for ref in without)
    goals = _results(found)
    return Solution(
        proposals=proposals,
        unplaced=unplaced,
        goals=goals,
        proven=all(goal.proven for goal in goals),
        parts=len(found.parts),
        seconds=time.perf_counter() - began,
        rules_version=problem.rules_version,
        goals_version=problem.goals_version,
        notes=tuple(_notes(found, explained=every or not without)),
    )


def explain(problem: Problem, solution: Solution, session: str) -> Unplaced:
    """Return why one session has no time in a solution, by its ref; KeyError if it is not wanted in the problem."""
    return Explainer(problem, solution.proposals).explain(session)


def _proposals(found: Answer) -> Iterable[Proposal]:
    context = found.context
    for ref, choice in found.plan.choices.items():
        yield _proposal(context, context.wanted[ref], choice, found.plan.at[ref], found.rooms.get(ref))
    eligibility = Eligibility(context)
    for ref, one in context.decided.items():
        wanted = context.wanted[ref]
        choice = decided_choice(eligibility, wanted)
        yield _proposal(context, wanted, choice, one.from_at, one.room, decided=True)


def decided_choice(eligibility: Eligibility, wanted: Wanted) -> Choice:
    """Return what a person decided as a choice, so that goals can count it."""
    one = eligibility.context.decided[wanted.ref]
    day, _come, gladly, again, late = eligibility.worth(wanted, one.worker, one.from_at, come=one.residents)
    return Choice(wanted.ref, one.worker, day, (one.from_at,), one.residents, gladly, again, late)


def _proposal(
    context: Context, wanted: Wanted, choice: Choice, at: int, room: str | None, *, decided: bool = False
) -> Proposal:
    return Proposal(
        session=wanted.ref,
        worker=choice.worker,
        house=context.house_of(wanted),
        room=room if wanted.needs_room else None,
        from_at=at,
        until_at=at + wanted.minutes,
        residents=choice.come,
        late=choice.late,
        reasons=tuple(reasons_of(context, wanted, choice)),
        asks=tuple(asks_of(context, wanted, choice)),
        decided=decided,
    )


def _results(found: Answer) -> tuple[GoalResult, ...]:
    """Return each goal's value and bound as staff count them: what is decided and booked is in both."""
    context, eligibility = found.context, Eligibility(found.context)
    decided = {ref: decided_choice(eligibility, context.wanted[ref]) for ref in context.decided}
    at = found.plan.at | {ref: one.from_at for ref, one in context.decided.items()}
    results = []
    for place, total in enumerate(totals(context, found.plan.choices | decided, at)):
        name = context.problem.goals[place]
        spare = found.spare[place]
        sense = int(GOALS[name].sense)
        results.append(GoalResult(name, sense * total, sense * (total + spare), spare == 0))
    return tuple(results)


def _notes(found: Answer, *, explained: bool) -> Iterable[str]:
    """Return what staff should know of the run."""
    if any(part.stopped for part in found.parts):
        yield "Time was up before every goal was proven best: the bounds say how much better a plan could be at most."
    if found.notes:
        yield from found.notes
    elif len(found.parts) > 1:
        yield f"The plan falls into {len(found.parts)} parts that share nothing; each was planned by itself."
    if not explained:
        yield "So many sessions have no time that each is explained when somebody asks."
