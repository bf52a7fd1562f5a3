"""Whether a worker's day holds what is put into it: gaps, travel, changes of house, the longest day, and the break."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from allocation.sessions.calendar import place_of
from allocation.sessions.problem import Break, Shift, Span, Worker
from allocation.sessions.standing import Context, Line
from allocation.sessions.starts import Ranges, clash, without


def too_much(context: Context, worker: Worker, place: int, lines: Sequence[Line], around: Sequence[Line]) -> str | None:
    """Return the code of the first rule that a day's lines break, or None; `around` holds those of the days beside it.

    What is fixed may break a rule by itself; then the rule asks no more than that it gets no worse.
    """
    fixed = context.lines.get((worker.ref, place), [])
    every = sorted([*around, *lines])
    if not follow(context, worker, every):
        return "worker_busy"
    if sum(until - at for at, until, _house in lines) > context.most_contact(worker, place):
        return "day_full"
    if changes(lines) > max(worker.changes_a_day, changes(fixed)):
        return "changes_house"
    rest = worker.long_break
    for shift in long_shifts(context, worker, place):
        if rest and breaks(context, worker, rest, shift, fixed) and not breaks(context, worker, rest, shift, every):
            return "no_break"
    return None


def follow(context: Context, worker: Worker, lines: Sequence[Line]) -> bool:
    """Say whether sessions in order of time leave the gap and the travel between them."""
    days = context.problem.days
    for (before, until, house), (at, _until, next_house) in pairwise(lines):
        way = context.way(house, next_house)
        if way is None and place_of(days, before) == place_of(days, at):
            return False
        if at < until + worker.gap_minutes + (way or 0):
            return False
    return True


def changes(lines: Sequence[Line]) -> int:
    """Return how often a worker goes from one house to another between sessions in order of time."""
    return sum(one[2] != other[2] for one, other in pairwise(sorted(lines)))


def long_shifts(context: Context, worker: Worker, place: int) -> list[Shift]:
    """Return the shifts that touch a day and are long enough for a break."""
    rest, day = worker.long_break, context.problem.days[place]
    if rest is None:
        return []
    return [
        shift
        for shift in worker.shifts
        if shift.from_at < day.until_at
        and day.from_at < shift.until_at
        and shift.until_at - shift.from_at >= rest.in_shifts_from
    ]


def breaks(context: Context, worker: Worker, rest: Break, shift: Shift, lines: Sequence[Line]) -> Ranges:
    """Return when a break can begin in a shift beside sessions in order of time."""
    gap, minutes = worker.gap_minutes, rest.minutes
    first, last = shift.from_at + rest.not_in_first, shift.until_at - rest.not_in_last - minutes
    busy = [Span(at, until + gap) for at, until, _house in lines]
    free = without([(first, last)] if first <= last else [], clash([*busy, *worker.blocked], minutes))
    ways: Ranges = []
    for (_at, until, house), (at, _until, next_house) in pairwise(lines):
        way = context.way(house, next_house) or 0
        ways.append((max(until + gap, at - way - minutes + 1), min(at - minutes, until + gap + way - 1)))
    return without(free, ways)
