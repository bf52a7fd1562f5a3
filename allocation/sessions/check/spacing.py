"""Rules of time: when a session makes sense, how long it lasts, and how far it lies from others of its need."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import pairwise

from allocation.sessions.check.case import Case, Held
from allocation.sessions.problem import Wanted
from allocation.sessions.solution import Proposal


def begins_on_the_grid(case: Case, _wanted: Wanted, one: Proposal) -> bool:
    """A session begins at a multiple of the slot."""
    return one.from_at % case.problem.slot_minutes == 0


def lasts_as_long_as_wanted(_case: Case, wanted: Wanted, one: Proposal) -> bool:
    """A session lasts as long as it was asked for."""
    return one.until_at - one.from_at == wanted.minutes


def is_in_its_time(case: Case, wanted: Wanted, one: Proposal) -> bool:
    """A session begins no earlier and ends no later than it makes sense, on the days of the plan."""
    ends_by = case.problem.days[-1].until_at
    latest = ends_by if wanted.latest_at is None else min(wanted.latest_at, ends_by)
    return max(0, wanted.earliest_at) <= one.from_at and one.until_at <= latest


def need_is_spaced(case: Case, held: Sequence[Held]) -> Iterator[str]:
    """Sessions of a need are as many days apart as any of them asks for."""
    least: dict[str, int] = defaultdict(int)
    for wanted in case.problem.wanted:
        least[wanted.need or wanted.ref] = max(least[wanted.need or wanted.ref], wanted.days_apart)
    meeting = [one for one in held if one.need]
    for place, one in enumerate(meeting):
        for other in meeting[place + 1 :]:
            near = one.need == other.need and abs(case.day(one.from_at) - case.day(other.from_at)) < least[one.need]
            if near and not (one.fixed and other.fixed):
                yield other.ref if one.fixed else one.ref


def need_keeps_its_order(case: Case, held: Sequence[Held]) -> Iterator[str]:
    """Sessions of a need take place in the order in which they can begin, then must end, then of their refs."""
    ends_by = case.problem.days[-1].until_at

    def turn(one: Held) -> tuple[int, int, str]:
        wanted = case.wanted[one.ref]
        return wanted.earliest_at, min(wanted.latest_at or ends_by, ends_by), wanted.ref

    by_need: dict[str, list[Held]] = defaultdict(list)
    for one in held:
        if one.ref in case.wanted and not one.fixed:
            by_need[one.need].append(one)
    for lines in by_need.values():
        for one, other in pairwise(sorted(lines, key=turn)):
            if one.until_at > other.from_at:
                yield other.ref
