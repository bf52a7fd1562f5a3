"""Rules of the worker: who can give it, where she is on the rota, and what her day holds."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import pairwise

from allocation.sessions.check.case import Case, Held, overlap
from allocation.sessions.problem import Shift, Span, Wanted, Worker
from allocation.sessions.solution import Proposal


def has_the_right_worker(case: Case, wanted: Wanted, one: Proposal) -> bool:
    """The worker is of a kind that can give it, and nobody is excluded who gives it."""
    worker = case.workers[one.worker]
    if wanted.workers is not None and worker.ref not in wanted.workers:
        return False
    if wanted.disciplines and worker.discipline not in wanted.disciplines:
        return False
    return worker.ref not in wanted.excluded_workers and wanted.worker_gender in (None, worker.gender)


def is_on_the_rota(case: Case, _wanted: Wanted, one: Proposal) -> bool:
    """The worker is on the rota at that house, in one shift, from its beginning to its end."""
    return any(
        one.house in shift.houses and shift.from_at <= one.from_at and one.until_at <= shift.until_at
        for shift in case.workers[one.worker].shifts
    )


def worker_is_not_away(case: Case, _wanted: Wanted, one: Proposal) -> bool:
    """Nothing else keeps the worker."""
    return not any(overlap(span, one) for span in case.workers[one.worker].blocked)


def worker_is_in_one_place(case: Case, held: Sequence[Held]) -> Iterator[str]:
    """A worker has the gap, and the way where the house changes, between one session and the next."""
    for lines in _by_worker(held).values():
        for one, other in pairwise(lines):
            way = case.way(one.house, other.house)
            gap = case.workers[one.worker].gap_minutes
            late = way is None and _same_day(case, one, other)
            if not (one.fixed and other.fixed) and (late or other.from_at < one.until_at + gap + (way or 0)):
                yield other.ref if one.fixed else one.ref


def day_is_not_too_full(case: Case, held: Sequence[Held]) -> Iterator[str]:
    """A worker's sessions of a day are no longer than her longest day, and leave free what is kept free."""
    for worker, place, lines in _days(case, held):
        proposed = [one.ref for one in lines if not one.fixed]
        day = case.problem.days[place]
        minutes = {
            at
            for shift in worker.shifts
            for at in range(max(shift.from_at, day.from_at), min(shift.until_at, day.until_at))
        }
        most = min(worker.longest_contact_minutes, len(minutes) * (100 - worker.free_percent) // 100)
        if proposed and sum(one.until_at - one.from_at for one in lines) > most:
            yield proposed[-1]


def house_changes_seldom(case: Case, held: Sequence[Held]) -> Iterator[str]:
    """A worker changes house on a day no more often than she may, or than what is fixed makes her."""
    for worker, _place, lines in _days(case, held):
        proposed = [one.ref for one in lines if not one.fixed]
        must = _changes([one for one in lines if one.fixed])
        if proposed and _changes(lines) > max(worker.changes_a_day, must):
            yield proposed[-1]


def worker_has_a_break(case: Case, held: Sequence[Held]) -> Iterator[str]:
    """A worker has the break in each long shift, where what is fixed leaves one."""
    for ref, lines in _by_worker(held).items():
        worker = case.workers[ref]
        for shift in worker.shifts:
            touching = [one.ref for one in lines if not one.fixed and overlap(one, Span(shift.from_at, shift.until_at))]
            fixed = [one for one in lines if one.fixed]
            if touching and _breaks(case, worker, shift, fixed) and not _breaks(case, worker, shift, lines):
                yield touching[-1]


def _by_worker(held: Sequence[Held]) -> dict[str, list[Held]]:
    found: dict[str, list[Held]] = defaultdict(list)
    for one in sorted(held, key=lambda one: (one.from_at, one.until_at, one.house)):
        found[one.worker].append(one)
    return found


def _same_day(case: Case, one: Held, other: Held) -> bool:
    return case.day(one.from_at) == case.day(other.from_at)


def _changes(lines: Sequence[Held]) -> int:
    return len([1 for one, other in pairwise(lines) if one.house != other.house])


def _days(case: Case, held: Sequence[Held]) -> Iterator[tuple[Worker, int, list[Held]]]:
    """Return each worker's days with what is held on them, in order of time."""
    for ref, lines in _by_worker(held).items():
        for place in sorted({case.day(one.from_at) for one in lines}):
            if 0 <= place < len(case.problem.days):
                yield case.workers[ref], place, [one for one in lines if case.day(one.from_at) == place]


def _breaks(case: Case, worker: Worker, shift: Shift, lines: Sequence[Held]) -> bool:
    """Say whether a break fits into a shift: if it does, it does right at its earliest or right after something."""
    rest = worker.long_break
    if rest is None or shift.until_at - shift.from_at < rest.in_shifts_from:
        return True
    first, last = shift.from_at + rest.not_in_first, shift.until_at - rest.not_in_last - rest.minutes
    ends = [first, *(span.until_at for span in worker.blocked)]
    for place, one in enumerate(lines):
        following = lines[place + 1].house if place + 1 < len(lines) else one.house
        ends += [
            one.until_at + worker.gap_minutes,
            one.until_at + worker.gap_minutes + (case.way(one.house, following) or 0),
        ]
    return any(first <= at <= last and _rests(case, worker, Span(at, at + rest.minutes), lines) for at in ends)


def _rests(case: Case, worker: Worker, rest: Span, lines: Sequence[Held]) -> bool:
    gap = worker.gap_minutes
    if any(overlap(rest, span) for span in worker.blocked):
        return False
    if any(one.from_at < rest.until_at and rest.from_at < one.until_at + gap for one in lines):
        return False
    before = [one for one in lines if one.until_at + gap <= rest.from_at]
    after = [one for one in lines if rest.until_at <= one.from_at]
    if not before or not after:
        return True
    way = case.way(before[-1].house, after[0].house) or 0
    return rest.from_at - before[-1].until_at - gap >= way or after[0].from_at - rest.until_at >= way
