"""Judges a plan from the problem alone: it shares no line with what solved it, and knows no limit but its own.

Every rule is derived here a second time, straight from the problem's data, so that one mistake cannot hide another.
What is booked or was decided by a person may break rules by itself; nothing that is proposed may break one with it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from allocation.sessions.check.case import Case
from allocation.sessions.check.deadline import wrongly_late
from allocation.sessions.check.rules import PLAN_RULES, PROPOSAL_RULES
from allocation.sessions.problem import Problem
from allocation.sessions.solution import Solution


@dataclass(frozen=True)
class Broken:
    """A rule that a plan breaks."""

    rule: str
    session: str
    sentence: str


def broken_rules(problem: Problem, solution: Solution) -> list[Broken]:
    """Return every rule that a plan breaks."""
    case = Case(problem)
    unknown = list(_unknown(case, solution))
    if unknown:
        return unknown
    return [
        *_everyone_answered(case, solution),
        *_decisions_kept(case, solution),
        *_each_by_itself(case, solution),
        *_all_together(case, solution),
        *(Broken(*one) for one in wrongly_late(case, solution)),
    ]


def _unknown(case: Case, solution: Solution) -> Iterator[Broken]:
    houses = {house.ref for house in case.problem.houses}
    for one in solution.proposals:
        known = one.session in case.wanted and one.worker in case.workers and one.house in houses
        if not known or one.room not in {None, *case.rooms} or not set(one.residents) <= set(case.residents):
            yield Broken("known_refs", one.session, "There is no such session, worker, house, room or resident.")


def _everyone_answered(case: Case, solution: Solution) -> Iterator[Broken]:
    answered = Counter(one.session for one in solution.proposals)
    answered.update(one.session for one in solution.unplaced)
    for ref in case.wanted:
        if answered[ref] != 1:
            yield Broken("everyone_answered", ref, "It is not either placed or unplaced, once.")


def _decisions_kept(case: Case, solution: Solution) -> Iterator[Broken]:
    given = {one.session: (one.worker, one.from_at, one.room) for one in solution.proposals}
    for ref, told in case.decided.items():
        if given.get(ref) != told:
            yield Broken("decisions_kept", ref, "A person decided otherwise.")


def _each_by_itself(case: Case, solution: Solution) -> Iterator[Broken]:
    for one in solution.proposals:
        if one.session not in case.decided:
            wanted = case.wanted[one.session]
            for rule in PROPOSAL_RULES:
                if not rule(case, wanted, one):
                    yield _broken(rule, one.session)


def _broken(rule: Callable[..., object], session: str) -> Broken:
    return Broken(getattr(rule, "__name__", ""), session, f"It breaks a rule: {rule.__doc__}")


def _all_together(case: Case, solution: Solution) -> Iterator[Broken]:
    held = [*case.booked(), *(case.held(one) for one in solution.proposals)]
    for rule in PLAN_RULES:
        for session in rule(case, held):
            yield _broken(rule, session)
