"""Which sessions of a need are due within some days: the first, and then by its rhythm from the last one. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

NEAR_END = timedelta(days=3)
"""A session whose day comes so near the last day is left to the next plan, which has more days for it."""
MOST_OF_ONE_NEED = 10
"""Sessions of one need in one plan."""


@dataclass(frozen=True)
class Rhythm:
    """How often a need asks for sessions, and what it has had."""

    earliest_on: date
    latest_on: date | None
    """The last day on which the first should be."""
    every_days: int | None
    how_many: int | None
    until_on: date | None
    last_on: date | None = None
    """The day of its last session, held or booked; None: there was none."""
    had: int = 0
    """How many it has had or has booked."""


@dataclass(frozen=True)
class Due:
    """One session that is due."""

    on: date
    """The day that the rhythm asks for."""
    earliest_on: date
    deadline_on: date | None
    """The last day on which it should be."""


def sessions_due(rhythm: Rhythm, from_on: date, until_on: date) -> Iterator[Due]:
    """Yield the sessions that are due from one day until another, both included; one that is late is due at once.

    Round the day that the rhythm asks for there is room by half of it, so that a weekly session can be on the worker's
    day: a week later at most three days early, and three late.
    """
    every, left = rhythm.every_days, MOST_OF_ONE_NEED
    if rhythm.how_many is not None:
        left = min(left, rhythm.how_many - rhythm.had)
    on = _first(rhythm)
    last_day = min(until_on, rhythm.until_on or until_on)
    while left > 0:
        slack = timedelta(days=(every or 0) // 2)
        earliest = on if rhythm.last_on is None and on == rhythm.earliest_on else on - slack
        if max(earliest, rhythm.earliest_on) > last_day or on > until_on - min(slack, NEAR_END):
            return
        yield Due(on, max(earliest, rhythm.earliest_on, from_on), _deadline(rhythm, on, slack))
        if every is None and rhythm.how_many is None:
            return
        left -= 1
        on = max(on, from_on) + timedelta(days=every or 1)


def _first(rhythm: Rhythm) -> date:
    if rhythm.last_on is None:
        return rhythm.earliest_on
    return max(rhythm.earliest_on, rhythm.last_on + timedelta(days=rhythm.every_days or 1))


def _deadline(rhythm: Rhythm, on: date, slack: timedelta) -> date | None:
    """Return by when it should be: the first by the day that was asked for, a later one by half of its rhythm."""
    if rhythm.last_on is None and on == rhythm.earliest_on and rhythm.latest_on is not None:
        return rhythm.latest_on
    return on + slack if rhythm.every_days is not None else rhythm.latest_on


def days_apart(every_days: int | None) -> int:
    """Return how many days lie between two sessions of one need at least."""
    return 1 if every_days is None else max(1, every_days - every_days // 2)
