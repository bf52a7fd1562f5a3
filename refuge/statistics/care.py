"""What plans, sessions, scores and leavings say of residents' time here: in time, or not, or not due yet. Pure.

Every figure is made of pairs, a referral and whether it was so, so that whoever may can look at those behind it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING

from refuge.beds.working_days import add_working_days
from refuge.london import london_date
from refuge.statistics.catalogue import within
from refuge.statistics.nights import DIED

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from refuge.statistics.nights import Time
    from refuge.statistics.periods import Period

Pair = tuple[int, bool]
"""The number of a referral, and whether it was so."""
NOBODY: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Scored:
    """The first and the last total of one questionnaire of one resident; the last one was taken in the period."""

    number: int
    tool: str
    first: int
    last: int
    higher_is_worse: bool = True

    @property
    def better(self) -> int:
        """1: better at the end than at the start; -1: worse; 0: the same."""
        change = self.first - self.last if self.higher_is_worse else self.last - self.first
        return (change > 0) - (change < 0)


@dataclass(frozen=True)
class Gap:
    """A day on which a promise of cover was not kept in full."""

    out_of_hours: bool
    """On a bank holiday, at a weekend, or outside office hours."""
    minutes: int


@dataclass(frozen=True)
class Care:
    """What is read of those who lived here during a period: by the number of the referral, no words and no scores."""

    agreed: Mapping[int, Sequence[date]] = field(default_factory=dict)
    """On which days a plan was agreed."""
    reviewed: Mapping[int, Sequence[date]] = field(default_factory=dict)
    assessed: Mapping[int, Sequence[date]] = field(default_factory=dict)
    """On which days a risk assessment was made."""
    needs: Mapping[str, frozenset[int]] = field(default_factory=dict)
    """Need of `facts.NEEDS` -> who has it."""
    sessions: Mapping[str, Mapping[int, Sequence[datetime]]] = field(default_factory=dict)
    """The same need -> when each was offered a session that answers it."""
    scored: Sequence[Scored] = ()
    on_pathway: frozenset[int] = NOBODY
    """With whom a mental health practitioner or a recovery worker works or worked."""
    handed_over: frozenset[int] = NOBODY
    """Who left with nothing of the discharge or the handover open."""
    gaps: Sequence[Gap] | None = None
    """None: the period is longer than gaps are counted over."""


@dataclass(frozen=True)
class When:
    """The period, and up to which day it is known what was done."""

    period: Period
    known_on: date

    def due(self, on: date, left_on: date | None) -> bool:
        """Return whether what was to be done by a day is due: that day is over, and she still lived here then."""
        return on < self.known_on and (left_on is None or on <= left_on)


def planned(times: Iterable[Time], care: Care, when: When) -> list[Pair]:
    """Return whose plan was agreed in time, of those who moved in and stayed that long."""
    days = within("K12", when.period.until)
    return _in_time(times, care.agreed, when, lambda on: add_working_days(on, days))


def assessed(times: Iterable[Time], care: Care, when: When) -> list[Pair]:
    """Return whose risk was assessed in time, of the same."""
    days = timedelta(days=within("K13", when.period.until))
    return _in_time(times, care.assessed, when, lambda on: on + days)


def seen(need: str, times: Iterable[Time], care: Care, when: When) -> list[Pair]:
    """Return who was offered a session soon enough, of those with a need who moved in and stayed that long."""
    days = timedelta(days=within(f"K17-{need}", when.period.until) - 1)
    with_it = care.needs.get(need, NOBODY)
    offered = {
        number: [london_date(at) for at in theirs] for number, theirs in care.sessions.get(need, {}).items()
    }  # fmt: skip
    return _in_time((time for time in times if time.number in with_it), offered, when, lambda on: on + days)


def _in_time(
    times: Iterable[Time], done: Mapping[int, Sequence[date]], when: When, due_on: Callable[[date], date]
) -> list[Pair]:
    found = []
    for time in times:
        came_on = london_date(time.started_at)
        last = due_on(came_on)
        if came_on in when.period and when.due(last, _left_on(time)):
            found.append((time.number, any(came_on <= on <= last for on in done.get(time.number, ()))))
    return found


def reviewed(times: Iterable[Time], care: Care, when: When) -> list[Pair]:
    """Return each review that fell due in the period, and whether it was done by then."""
    days = timedelta(days=within("K14", when.period.until))
    found = []
    for time in times:
        came_on, left_on = london_date(time.started_at), _left_on(time)
        looked = sorted(
            {
                on
                for on in (*care.agreed.get(time.number, ()), *care.reviewed.get(time.number, ()))
                if came_on <= on and (left_on is None or on <= left_on)
            }
        )
        for on, after in pairwise([*looked, date.max]):
            last = on + days
            if last in when.period and when.due(last, left_on):
                found.append((time.number, after <= last))
    return found


def scored(care: Care) -> list[Pair]:
    """Return whose last scores were better than the first, of those who have both of some questionnaire."""
    balance: dict[int, int] = defaultdict(int)
    for one in care.scored:
        balance[one.number] += one.better
    return [(number, more > 0) for number, more in balance.items()]


def handed_over(times: Iterable[Time], care: Care, when: When) -> list[Pair]:
    """Return who left with the handover seen to, of those who left alive and were on a pathway."""
    return [
        (time.number, time.number in care.handed_over)
        for time in times
        if time.number in care.on_pathway
        and time.destination != DIED
        and time.planned is not None
        and (left_on := _left_on(time)) is not None
        and left_on in when.period
    ]


def _left_on(time: Time) -> date | None:
    return None if time.ended_at is None else london_date(time.ended_at)
