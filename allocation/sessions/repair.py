"""Mends a plan after something happened: leave, a session cancelled, an admission, a move-on. As little as can be."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from dataclasses import replace

from allocation.sessions.around import around_what_stays
from allocation.sessions.document import refuse_bad
from allocation.sessions.eligibility import LIMITS, Eligibility
from allocation.sessions.goals import KEEP, PLACING
from allocation.sessions.problem import Limits, Problem, Proposed
from allocation.sessions.solution import Proposal, Repair, Solution, Touched
from allocation.sessions.solver import answer, answered
from allocation.sessions.standing import Context

MOST_EFFORT = 0.25
"""How much effort a repair uses at most, for somebody waits for it."""
BECAUSE: dict[str, str] = {
    "no_such_worker": "{worker} can no longer give it.",
    "out_of_time": "It is wanted at another time now.",
    "not_on_rota": "{worker} is no longer on the rota there then.",
    "worker_away": "{worker} is no longer free then.",
    "her_times": "She can no longer come then.",
    "in_another_session": "She is in another session then.",
    "no_room": "No room is free then any more.",
    "interpreter": "The interpreter is not there then.",
    "childcare": "Nobody minds children then.",
    "spacing": "It would be too near another session of its need, or out of order.",
}
"""By limit that a proposal no longer keeps: why it could not stay."""


def replan(problem: Problem, previous: Solution, *, explain_all: bool | None = None) -> Repair:
    """Return the smallest repair of a plan for a problem that has changed; what is booked stays by itself.

    As many sessions as possible have a time; then as many as possible keep theirs; then the other goals follow.
    """
    began = time.perf_counter()
    refuse_bad(problem)
    asked = _asked(problem, previous)
    hasty = replace(asked, limits=Limits(min(asked.limits.effort, MOST_EFFORT)))
    found = around_what_stays(hasty) or answer(hasty)
    solution = answered(found, began, explain_all=explain_all)
    return Repair(solution, tuple(_touched(found.context, previous.proposals, solution.proposals)))


def _asked(problem: Problem, previous: Solution) -> Problem:
    """Return the problem with the last plan in it, and keeping it next in order after placing."""
    wanted = {one.ref for one in problem.wanted}
    workers, rooms = {one.ref for one in problem.workers}, {one.ref for one in problem.rooms}
    last = tuple(
        Proposed(one.session, one.worker, one.from_at, one.room if one.room in rooms else None)
        for one in previous.proposals
        if one.session in wanted and one.worker in workers
    )
    placing = tuple(name for name in problem.goals if name in PLACING)
    rest = tuple(name for name in problem.goals if name not in (*PLACING, KEEP))
    return replace(problem, last=last, goals=(*placing, KEEP, *rest))


def _touched(context: Context, before: Sequence[Proposal], after: Sequence[Proposal]) -> Iterable[Touched]:
    """Return every session that is not as it was, and why."""
    was, now = {one.session: one for one in before}, {one.session: one for one in after}
    for ref in sorted(was.keys() | now.keys()):
        old, new = was.get(ref), now.get(ref)
        if old is None or new is None or (old.worker, old.from_at, old.room) != (new.worker, new.from_at, new.room):
            yield Touched(ref, old, new, _why(context, old, new))


def _why(context: Context, old: Proposal | None, new: Proposal | None) -> str:
    if old is None:
        return "It has a time now."
    if old.session not in context.wanted:
        return "It is no longer wanted."
    if new is not None and new.decided:
        return "A person chose this time."
    if new is not None and (old.worker, old.from_at) == (new.worker, new.from_at):
        return "It moves to another room."
    return _why_not(context, old)


def _why_not(context: Context, old: Proposal) -> str:
    """Return why a proposal does not stand any more."""
    if old.worker not in context.workers:
        return f"{old.worker} is no longer in the plan."
    wanted, worker = context.wanted[old.session], context.workers[old.worker]
    for code, limit in LIMITS.items():
        if not any(low <= old.from_at <= high for low, high in limit(context, wanted, worker)):
            return BECAUSE[code].format(worker=old.worker)
    if Eligibility(context).day_bars(wanted, worker, old.from_at) is not None:
        return f"{old.worker}’s day does not hold it any more."
    return "It makes way, so that others have a time."
