"""What planning wishes for, in words and in whole numbers: all goals but one give each choice of a session a weight.

Never utilisation for its own sake: no goal counts hours that a worker is busy.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from enum import IntEnum

from allocation.sessions.duties import changes
from allocation.sessions.eligibility import Choice
from allocation.sessions.problem import Kind, Risk, Urgency, Wanted
from allocation.sessions.standing import Context, Line


class Sense(IntEnum):
    """Whether more or less of a goal's value is better."""

    MORE = 1
    LESS = -1


Weigh = Callable[[Context, Wanted, Choice], int]


@dataclass(frozen=True)
class Goal:
    """A wish, how it is counted, and how staff read it."""

    sense: Sense
    sentence: str
    weigh: Weigh | None
    """None: it counts changes of house, which no session has by itself."""


def _assessed(*risks: Risk) -> Weigh:
    def weigh(context: Context, wanted: Wanted, choice: Choice) -> int:
        risk = context.residents[wanted.residents[0]].risk
        return int(wanted.kind is Kind.ASSESSMENT and not choice.late and risk in risks)

    return weigh


def _placed(urgency: Urgency) -> Weigh:
    return lambda _context, wanted, _choice: int(wanted.urgency is urgency)


def _early(context: Context, wanted: Wanted, choice: Choice) -> int:
    last = context.problem.days[-1].until_at - 1
    return choice.day - context.day_of(min(max(0, wanted.earliest_at), last))


GOALS: dict[str, Goal] = {
    "assess_those_at_high_risk_in_time": Goal(
        Sense.MORE, "Assess those at high risk by their deadline.", _assessed(Risk.HIGH)
    ),
    "assess_those_at_medium_risk_in_time": Goal(
        Sense.MORE, "Assess those at medium risk by their deadline.", _assessed(Risk.MEDIUM)
    ),
    "assess_everyone_else_in_time": Goal(
        Sense.MORE, "Assess everyone else by the deadline.", _assessed(Risk.STANDARD, Risk.NOT_ASSESSED)
    ),
    "place_urgent_sessions": Goal(
        Sense.MORE, "Find a time for as many urgent sessions as possible.", _placed(Urgency.URGENT)
    ),
    "place_sessions_due_soon": Goal(
        Sense.MORE, "Find a time for as many sessions due soon as possible.", _placed(Urgency.SOON)
    ),
    "place_routine_sessions": Goal(
        Sense.MORE, "Find a time for as many routine sessions as possible.", _placed(Urgency.ROUTINE)
    ),
    "see_those_not_seen_longest": Goal(
        Sense.MORE,
        "See those who were not seen for longest: the days since they were, added up.",
        lambda _context, wanted, _choice: wanted.days_since_seen,
    ),
    "keep_the_same_worker": Goal(
        Sense.MORE,
        "Let her see the worker she would rather see, or else the one she saw before.",
        lambda _context, wanted, choice: int(choice.worker == wanted.hoped_worker),
    ),
    "let_many_come_to_groups": Goal(
        Sense.MORE,
        "Hold groups when many can come: everyone who can, added up.",
        lambda _context, wanted, choice: 0 if wanted.capacity is None else len(choice.come),
    ),
    "keep_to_preferred_times": Goal(
        Sense.MORE,
        "Meet when she would rather come: everyone who gets such a time, added up.",
        lambda _context, _wanted, choice: choice.gladly,
    ),
    "change_house_seldom": Goal(Sense.LESS, "Let workers change house seldom on one day.", None),
    "come_early": Goal(Sense.LESS, "Meet early: the days from the first on which it could be, added up.", _early),
    "keep_the_last_proposal": Goal(
        Sense.MORE,
        "Keep what was proposed last time: how many have the same worker and time proposed again.",
        lambda _context, _wanted, choice: int(choice.again),
    ),
}
"""Every goal that a network may put in its order."""
PLACING = tuple(GOALS)[:7]
"""The goals that say which sessions have a time at all; the others say how good it is."""
KEEP = "keep_the_last_proposal"


def totals(
    context: Context,
    plan: Mapping[str, Choice],
    at: Mapping[str, int],
    duties: Collection[tuple[str, int]] | None = None,
) -> list[int]:
    """Return what a plan reaches of each goal of the problem, more being better.

    Changes of house are counted on the days of `duties`, by worker and number of the day; None: on all.
    """
    found = []
    for name in context.problem.goals:
        goal = GOALS[name]
        if goal.weigh is None:
            value = house_changes(context, plan, at, duties)
        else:
            value = sum(goal.weigh(context, context.wanted[ref], choice) for ref, choice in plan.items())
        found.append(int(goal.sense) * value)
    return found


def house_changes(
    context: Context,
    plan: Mapping[str, Choice],
    at: Mapping[str, int],
    duties: Collection[tuple[str, int]] | None = None,
) -> int:
    """Return how often workers go from one house to another on one day, to and from fixed sessions included."""
    lines: dict[tuple[str, int], list[Line]] = {key: list(fixed) for key, fixed in context.lines.items()}
    for ref, choice in plan.items():
        wanted = context.wanted[ref]
        if ref not in context.decided:
            line = (at[ref], at[ref] + wanted.minutes, context.house_of(wanted))
            lines.setdefault((choice.worker, choice.day), []).append(line)
    return sum(changes(one) for key, one in lines.items() if duties is None or key in duties)
