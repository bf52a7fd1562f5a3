"""Plans again what something that happened has touched, around all that can stay where it is.

First only the sessions that lost their time look for another. Where that leaves something to wish for, the strands that
hold them (`parts.strands_of`: those who share a worker's days) are planned again, while every other session stays with
its worker on its day; and then, where effort is left, with its worker.

What a strand reaches by itself bounds every plan of the whole. Where the plan reaches as much of placing and of
keeping, no plan at all places or keeps more. What is proven of later goals is proven among the plans looked through.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace

from allocation.sessions.eligibility import Choice, Eligibility, rooms_for
from allocation.sessions.goals import KEEP, PLACING, totals
from allocation.sessions.greedy import Board, Plan
from allocation.sessions.parts import strands_of
from allocation.sessions.problem import Problem
from allocation.sessions.solver import Answer, planned
from allocation.sessions.stages import Part
from allocation.sessions.standing import Context

Ways = Mapping[str, Sequence[Choice]]
NEARBY: dict[str, Callable[[Choice, Choice], bool]] = {
    "stay where they are": lambda one, was: one == was,
    "stay with their worker on their day": lambda one, was: (one.worker, one.day) == (was.worker, was.day),
    "stay with their worker": lambda one, was: one.worker == was.worker,
}
"""How far the sessions go that nothing touched, as staff read it: the next is tried where one is not enough."""


def around_what_stays(problem: Problem) -> Answer | None:
    """Return the best plan that leaves what nothing touched; None where not all that could stay can do so together.

    The goals of the problem have keeping right after placing.
    """
    context = Context(problem)
    eligibility = Eligibility(context)
    ways = {one.ref: eligibility.choices(one) for one in problem.wanted}
    stays = _stays(context, ways)
    if stays is None:
        return None
    first, left = problem.goals.index(KEEP) + 1, problem.limits.effort
    lost = {ref for ref, found in ways.items() if found and ref not in stays.at}
    where, *further = NEARBY
    alone = _near(ways, stays, lost, where)
    found = planned(context, alone, left, stays, goals=first)
    if not could_be_better(_told(found, ways, Part(context, problem.wanted, ways).most()), KEEP):
        return _noted(planned(context, alone, left, found.plan), len(lost), where)
    strands = strands_of(context, [one for one in problem.wanted if ways[one.ref]], ways)
    touched = {one.ref for strand in strands if not lost.isdisjoint(one.ref for one in strand) for one in strand}
    for where in further:
        left -= found.spent
        found = planned(context, _near(ways, stays, touched, where), left, found.plan, alone_for=first)
        found = _noted(_told(found, ways, _bounds(found, first)), len(touched), where)
        if found.spent >= left or not could_be_better(found, KEEP):
            break
    return found


def could_be_better(found: Answer, *also: str) -> bool:
    """Say whether some plan might find a time for more sessions, for more pressing ones, or reach more of a goal."""
    goals = found.context.problem.goals
    return any(spare and name in (*PLACING, *also) for name, spare in zip(goals, found.spare, strict=False))


def _near(ways: Ways, stays: Plan, free: Collection[str], where: str) -> dict[str, Sequence[Choice]]:
    """Return all choices of what is free and what has no time, and of the others those that are near."""
    found: dict[str, Sequence[Choice]] = dict(ways)
    for ref, was in stays.choices.items():
        if ref not in free:
            found[ref] = [one for one in ways[ref] if NEARBY[where](one, was)]
    return found


def _noted(found: Answer, again: int, where: str) -> Answer:
    """Return a plan with what staff should know of how it was looked for."""
    note = f"{again} sessions were planned again; the others {where}. How good the times are is proven beside these."
    return replace(found, notes=(note,)) if again else found


def _bounds(found: Answer, first: int) -> list[int]:
    """Return what no plan of the whole exceeds of the first goals: what strands reach if there were no others."""
    each = ([one.bound for one in part.alone or part.reached][:first] for part in found.parts)
    return [sum(ones) for ones in zip(*each, strict=True)]


def _told(found: Answer, ways: Ways, bounds: Sequence[int]) -> Answer:
    """Return a plan with what is known of it beside every plan of the whole problem, from bounds on these.

    Once a goal is not known to be best, another plan might keep less of it than is thought: then a later goal has no
    bound but that of each session by itself.
    """
    problem = found.context.problem
    reached = totals(found.context, found.plan.choices, found.plan.at)
    for place in range(problem.goals.index(KEEP) + 1):
        if reached[place] < bounds[place]:
            most = Part(found.context, problem.wanted, ways).most()
            after = [one - other for one, other in zip(most, reached, strict=True)][place + 1 :]
            return replace(found, spare=[*[0] * place, bounds[place] - reached[place], *after])
    return found


def _stays(context: Context, ways: Ways) -> Plan | None:
    """Return the sessions that can keep their worker and time, all together; None if not all that can alone can."""
    board = Board(Context(context.problem))
    for ref in sorted(ways):
        same = next((choice for choice in ways[ref] if choice.again), None)
        if same is not None and _has_its_room(context, ref):
            wanted, at = context.wanted[ref], context.last[ref].from_at
            if not board.fits(wanted, same, at):
                return None
            board.put(wanted, same, at, None)
    return board.plan


def _has_its_room(context: Context, ref: str) -> bool:
    """Say whether the room of the last proposal is still there for it."""
    wanted, last = context.wanted[ref], context.last[ref]
    room = next((one for one in rooms_for(context, wanted) if one.ref == last.room), None)
    if not wanted.needs_room:
        return True
    return room is not None and context.room_free(room, last.from_at, last.from_at + wanted.minutes)
