"""Rest between shifts, as the Working Time Regulations ask. Told, never enforced: only this rota is known. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise

from refuge.london import LONDON
from refuge.rota.hours import Shift

DAILY_REST = timedelta(hours=11)
WEEKLY_REST = timedelta(hours=24)
TWO_WEEKS = timedelta(days=14)
BREAK_AFTER = timedelta(hours=6)
BREAK_MINUTES = 20
WEEKS = 17
AT_MOST_A_WEEK = timedelta(hours=48)


@dataclass(frozen=True)
class Concern:
    """What the rules of rest ask and this rota does not give, from a day on."""

    on: date
    words: str


def concerns(shifts: Sequence[Shift], break_minutes: int) -> list[Concern]:
    """Return what to look at in the shifts of one worker, in order of time."""
    ordered = sorted(shifts, key=lambda one: one.from_at)
    days = _stretches(ordered)
    found = _short_nights(days) + _weeks_without_rest(days) + _long_weeks(ordered)
    long_day = next((one for one in ordered if one.length > BREAK_AFTER), None)
    if long_day is not None and break_minutes < BREAK_MINUTES:
        found.append(Concern(_day(long_day.from_at), "works more than 6 hours without a break of 20 minutes"))
    return sorted(found, key=lambda one: one.on)


def _stretches(shifts: Sequence[Shift]) -> list[tuple[datetime, datetime]]:
    """Return from when until when she works on each day: a shift that begins on the same day belongs to it."""
    found: list[tuple[datetime, datetime]] = []
    for shift in shifts:
        if found and _day(found[-1][0]) == _day(shift.from_at):
            found[-1] = (found[-1][0], max(found[-1][1], shift.until_at))
        else:
            found.append((shift.from_at, shift.until_at))
    return found


def _short_nights(days: Sequence[tuple[datetime, datetime]]) -> list[Concern]:
    return [
        Concern(_day(start), f"begins {_hours(start - end)} after she finished; the rules ask for 11 hours")
        for (_, end), (start, _) in pairwise(days)
        if start - end < DAILY_REST
    ]


def _weeks_without_rest(days: Sequence[tuple[datetime, datetime]]) -> list[Concern]:
    """Tell the first time that two weeks pass without two rests of 24 hours."""
    if not days:
        return []
    rests = [(end, start) for (_, end), (start, _) in pairwise(days) if start - end >= WEEKLY_REST]
    for begin, _ in days:
        window = begin + TWO_WEEKS
        if window > days[-1][1]:
            return []
        inside = [(max(start, begin), min(end, window)) for start, end in rests if end > begin and start < window]
        whole = sum((end - start) // WEEKLY_REST for start, end in inside)
        if whole < 2:  # noqa: PLR2004  one for each of the two weeks
            return [Concern(_day(begin), "works two weeks without two rests of 24 hours")]
    return []


def _long_weeks(shifts: Sequence[Shift]) -> list[Concern]:
    """Tell if she works more than 48 hours a week on average over the 17 weeks that these shifts can be of."""
    if not shifts:
        return []
    until = shifts[0].from_at + timedelta(weeks=WEEKS)
    average = sum((one.length for one in shifts if one.from_at < until), timedelta()) / WEEKS
    if average <= AT_MOST_A_WEEK:
        return []
    return [Concern(_day(shifts[0].from_at), f"works {_hours(average)} a week over 17 weeks; the rules allow 48")]


def _hours(length: timedelta) -> str:
    minutes = int(length.total_seconds() // 60)
    return f"{minutes // 60} hours" + (f" {minutes % 60} minutes" if minutes % 60 else "")


def _day(at: datetime) -> date:
    return at.astimezone(LONDON).date()
