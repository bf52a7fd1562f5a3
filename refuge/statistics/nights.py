"""Bed-nights and stays: occupancy, availability, voids, turnaround, length of stay, move-on. Pure.

A night is counted at midnight, London time. A stay over two quarters has nights in both and one moving in.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import pairwise
from statistics import mean, median
from typing import TYPE_CHECKING

from refuge.london import day_begins, london_date

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date, datetime

    from refuge.statistics.facts import Spell, Unit
    from refuge.statistics.periods import Period

AVAILABLE_THOUGH_CLOSED = frozenset({"cleaning", "repair"})
"""Reasons of closures during which a bed still counts as available (SPI 1: minor repairs)."""
LONG = 180
"""Days from which a stay is long."""
DIED = "DIED"
NINETY = 0.9


@dataclass
class Nights:
    """Bed-nights of a period."""

    contracted: int = 0
    """Of all open beds."""
    available: int = 0
    occupied: int = 0
    void: Counter[str] = field(default_factory=Counter)
    """Why nobody used an available bed -> nights: `ready`, `held`, `cleaning`, `repair`."""


def nights(
    units: Sequence[Unit],
    spells: Iterable[Spell],
    period: Period,
    held: Iterable[tuple[int, datetime, datetime]] = (),
) -> Nights:
    """Count the bed-nights of a period; `held`: bed, from when, until when somebody was expected in it."""
    found = Nights()
    lived: dict[int, set[int]] = defaultdict(set)
    kept: dict[int, set[int]] = defaultdict(set)
    for spell in spells:
        lived[spell.bed].update(_midnights(spell.started_at, spell.ended_at, period))
    for bed, since, until in held:
        kept[bed].update(_midnights(since, until, period))
    for unit in units:
        every = set(_days_between(unit.opened_on, unit.retired_on, period))
        occupied = every & lived[unit.bed]
        closed = {
            on: reason for since, ended, reason in unit.closures for on in _midnights(since, ended, period)
        }  # of two closures of one night the later one says why
        void = Counter(closed[on] for on in (every & closed.keys()) - occupied)
        void = Counter({why: number for why, number in void.items() if why in AVAILABLE_THOUGH_CLOSED})
        free = every - occupied - closed.keys()
        void["held"], void["ready"] = len(free & kept[unit.bed]), len(free - kept[unit.bed])
        found.contracted += len(every)
        found.occupied += len(occupied)
        found.available += len(occupied) + void.total()
        found.void += void
    return found


def _midnights(since: datetime, until: datetime | None, period: Period) -> range:
    """Return the days, as numbers, at whose end it was so: the night of a day is the midnight after it."""
    return _days_between(london_date(since), None if until is None else london_date(until), period)


def _days_between(first: date, gone: date | None, period: Period) -> range:
    """Return the days of the period from the first on and before the one on which it was no more, as numbers."""
    ends = period.until.toordinal() + 1
    return range(max(first, period.since).toordinal(), ends if gone is None else min(ends, gone.toordinal()))


def turnaround(spells: Iterable[Spell], period: Period) -> list[float]:
    """Return the days between one resident and the next in a bed, of those who moved in during the period."""
    by_bed: dict[int, list[Spell]] = defaultdict(list)
    for spell in spells:
        by_bed[spell.bed].append(spell)
    found = []
    for theirs in by_bed.values():
        theirs.sort(key=lambda spell: spell.started_at)
        for before, after in pairwise(theirs):
            if before.ended_at is not None and london_date(after.started_at) in period:
                found.append(_days(before.ended_at, after.started_at))
    return found


@dataclass(frozen=True)
class Time:
    """One resident's whole time here, moves between beds included."""

    number: int
    """The number of her referral."""
    started_at: datetime
    ended_at: datetime | None
    destination: str = ""
    planned: bool | None = None


def times(spells: Iterable[Spell]) -> list[Time]:
    """Join the spells of each referral to one time: a move of bed is no leaving."""
    by_number: dict[int, list[Spell]] = defaultdict(list)
    for spell in spells:
        by_number[spell.number].append(spell)
    found = []
    for theirs in by_number.values():
        theirs.sort(key=lambda spell: spell.started_at)
        begun = theirs[0]
        for spell in theirs:
            if not spell.moved:
                found.append(Time(begun.number, begun.started_at, spell.ended_at, spell.destination, spell.planned))
                begun = next((later for later in theirs if later.started_at > spell.started_at), spell)
    return found


@dataclass(frozen=True)
class Stays:
    """How long residents stayed."""

    completed: tuple[float, ...]
    """Days of each who left during the period."""
    current: tuple[float, ...]
    """Days so far of each who lived here at its end."""

    @property
    def long(self) -> int:
        """How many who left had stayed longer than half a year."""
        return sum(days > LONG for days in self.completed)


def stays(found: Iterable[Time], period: Period) -> Stays:
    """Return the lengths of completed and of current stays."""
    end = day_begins(period.until + timedelta(days=1))
    completed, current = [], []
    for one in found:
        if one.ended_at is not None and london_date(one.ended_at) in period:
            completed.append(_days(one.started_at, one.ended_at))
        elif one.started_at < end and (one.ended_at is None or one.ended_at >= end):
            current.append(_days(one.started_at, end))
    return Stays(tuple(completed), tuple(current))


def move_on(found: Iterable[Time], period: Period) -> tuple[int, int]:
    """Return how many left as planned, of how many who left; those who died are left out."""
    left = [one for one in found if one.ended_at is not None and london_date(one.ended_at) in period]
    alive = [one for one in left if one.destination != DIED and one.planned is not None]
    return sum(bool(one.planned) for one in alive), len(alive)


def middle(numbers: Sequence[float]) -> float | None:
    """Return the median, or None of nothing."""
    return median(numbers) if numbers else None


def average(numbers: Sequence[float]) -> float | None:
    """Return the mean, or None of nothing."""
    return mean(numbers) if numbers else None


def ninetieth(numbers: Sequence[float]) -> float | None:
    """Return the 90th percentile: the least of the numbers that nine of ten do not exceed."""
    ordered = sorted(numbers)
    return ordered[min(len(ordered) - 1, int(-(-len(ordered) * NINETY // 1)) - 1)] if ordered else None


def _days(since: datetime, until: datetime) -> float:
    return max(0.0, (until - since) / timedelta(days=1))
