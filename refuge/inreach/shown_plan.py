"""A plan as one reader may see it: what is proposed and why, what found no time and what would help. Names for refs."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from allocation.sessions.calendar import instant
from refuge.inreach.problem_wanted import is_group
from refuge.london import clock_words, date_words, london_date

if TYPE_CHECKING:
    from allocation.sessions.problem import Problem, Wanted
    from allocation.sessions.solution import Proposal, Solution, Unplaced

REF = re.compile(r"\b[A-Z]{1,2}-[0-9]{5}\b")
URGENCIES = {0: ("Routine", "neutral"), 1: ("Soon", "waiting"), 2: ("Urgent", "danger")}
GOALS = {
    "assess_those_at_high_risk_in_time": "Assess those at high risk in time",
    "assess_those_at_medium_risk_in_time": "Assess those at medium risk in time",
    "assess_everyone_else_in_time": "Assess everyone else in time",
    "place_urgent_sessions": "Find a time for urgent sessions",
    "place_sessions_due_soon": "Find a time for sessions due soon",
    "place_routine_sessions": "Find a time for routine sessions",
    "see_those_not_seen_longest": "See first those who were not seen longest",
    "keep_the_same_worker": "Keep the same worker",
    "let_many_come_to_groups": "Let many come to groups",
    "keep_to_preferred_times": "Keep to the times that women prefer",
    "change_house_seldom": "Change house seldom",
    "come_early": "Come early",
    "keep_the_last_proposal": "Keep what was proposed before",
}


@dataclass(frozen=True)
class Names:
    """What refs stand for, as far as the reader may know it."""

    of: Mapping[str, str]
    women: frozenset[str]
    """The refs of residents that she may know of."""

    def words(self, sentence: str) -> str:
        """Return a sentence of the solver with names in the place of refs; a woman she may not know is another."""
        return REF.sub(lambda found: self.name(found[0]), sentence)

    def name(self, ref: str) -> str:
        """Return what a ref stands for."""
        if ref.startswith("R-"):
            return ref if ref in self.women else "another woman"
        return self.of.get(ref, ref)

    def knows(self, residents: Sequence[str]) -> bool:
        """Return whether the reader may know of all these women."""
        return self.women.issuperset(residents)


@dataclass(frozen=True)
class ProposedLine:
    """One session with a time."""

    session: str
    who: str
    service: str
    urgency: tuple[str, str]
    when: str
    where: str
    worker: str
    reasons: Sequence[str]
    asks: Sequence[str]
    late: bool
    decided: bool
    booking: str
    """The ref of the booking that accepted it; empty while nobody has."""
    may_accept: bool


@dataclass(frozen=True)
class UnplacedLine:
    """One session without a time."""

    session: str
    who: str
    service: str
    urgency: tuple[str, str]
    barriers: Sequence[str]
    changes: Sequence[str]
    decided: bool


@dataclass(frozen=True)
class PlanShown:
    """A plan for a page."""

    proposed: Sequence[ProposedLine]
    unplaced: Sequence[UnplacedLine]
    hidden_proposed: int
    hidden_unplaced: int
    goals: Sequence[tuple[str, str]]
    notes: Sequence[str]
    refs: frozenset[str]
    """The women who are named."""


@dataclass(frozen=True)
class Context:
    """What a plan is shown with."""

    problem: Problem
    answer: Solution
    names: Names
    services: Mapping[str, str]
    accepted: Mapping[str, str]
    """Session -> the booking that accepted it."""
    bookable: frozenset[str]
    """Refs of the workers whose sessions the reader books."""
    at: datetime

    @property
    def wanted(self) -> dict[str, Wanted]:
        """The sessions wanted by their refs."""
        return {one.ref: one for one in self.problem.wanted}


def plan_shown(context: Context) -> PlanShown:
    """Return a plan as the reader may see it; of other women only how many there are."""
    wanted, names = context.wanted, context.names
    proposals = sorted(context.answer.proposals, key=lambda one: (one.from_at, one.session))
    seen = [one for one in proposals if names.knows(one.residents)]
    left = [one for one in context.answer.unplaced if names.knows(wanted[one.session].residents)]
    refs = {ref for one in seen for ref in one.residents} | {
        ref for one in left for ref in wanted[one.session].residents
    }
    return PlanShown(
        proposed=[_proposed(context, wanted[one.session], one) for one in seen],
        unplaced=[_unplaced(context, wanted[one.session], one) for one in left],
        hidden_proposed=len(proposals) - len(seen),
        hidden_unplaced=len(context.answer.unplaced) - len(left),
        goals=[
            (GOALS.get(goal.goal, goal.goal), "proven best" if goal.proven else "a better one may exist")
            for goal in context.answer.goals
        ],
        notes=context.answer.notes,
        refs=frozenset(refs),
    )


def when_words(problem: Problem, minutes: int, *, at: datetime) -> str:
    """Return an instant of a problem in words: `Tue 1 Dec, 09:15`."""
    found = instant(problem.days[0].on, minutes)
    return f"{date_words(london_date(found), today=london_date(at))}, {clock_words(found)}"


def who_of(wanted: Wanted, residents: Sequence[str]) -> str:
    """Return who a session is for."""
    return f"Group of {len(residents)}" if is_group(wanted.ref) else ", ".join(residents)


def _proposed(context: Context, wanted: Wanted, one: Proposal) -> ProposedLine:
    names = context.names
    booking = context.accepted.get(one.session, "")
    later = instant(context.problem.days[0].on, one.from_at) > context.at
    room = f", {names.name(one.room)}" if one.room else ""
    return ProposedLine(
        session=one.session, who=who_of(wanted, one.residents),
        service=context.services.get(wanted.service, wanted.service), urgency=URGENCIES[wanted.urgency],
        when=when_words(context.problem, one.from_at, at=context.at), where=f"{names.name(one.house)}{room}",
        worker=names.name(one.worker), reasons=[names.words(reason.sentence) for reason in one.reasons],
        asks=[names.words(ask.sentence) for ask in one.asks], late=one.late, decided=one.decided, booking=booking,
        may_accept=not booking and later and one.worker in context.bookable,
    )  # fmt: skip


def _unplaced(context: Context, wanted: Wanted, one: Unplaced) -> UnplacedLine:
    names = context.names
    return UnplacedLine(
        session=one.session, who=who_of(wanted, wanted.residents),
        service=context.services.get(wanted.service, wanted.service), urgency=URGENCIES[wanted.urgency],
        barriers=[names.words(barrier.sentence) for barrier in one.barriers],
        changes=[names.words(change.sentence) for change in one.changes], decided=one.decided,
    )  # fmt: skip


def differences(
    before: tuple[Problem, Solution], after: tuple[Problem, Solution], names: Names, *, at: datetime
) -> list[str]:
    """Return what a plan changed against the one before it, in sentences about women whom the reader may know of."""
    was = {one.session: (before[0], one) for one in before[1].proposals}
    is_now = {one.session: (after[0], one) for one in after[1].proposals}
    wanted = {one.ref: one for one in after[0].wanted}
    found = []
    for session in sorted(wanted):
        if not names.knows(wanted[session].residents) or _same(was.get(session), is_now.get(session)):
            continue
        who = who_of(wanted[session], wanted[session].residents)
        found.append(f"{who}: {_time(was.get(session), names, at)} became {_time(is_now.get(session), names, at)}.")
    return found


def _same(one: tuple[Problem, Proposal] | None, other: tuple[Problem, Proposal] | None) -> bool:
    if one is None or other is None:
        return one is other
    first, second = instant(one[0].days[0].on, one[1].from_at), instant(other[0].days[0].on, other[1].from_at)
    return (first, one[1].worker) == (second, other[1].worker)


def _time(one: tuple[Problem, Proposal] | None, names: Names, at: datetime) -> str:
    if one is None:
        return "no time"
    return f"{when_words(one[0], one[1].from_at, at=at)} with {names.name(one[1].worker)}"
