"""The clock on the wall: London dates and times, and how they read on a screen. The database keeps UTC."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

LONDON = ZoneInfo("Europe/London")
NAME_THE_YEAR_BEYOND = timedelta(days=300)
"""From how far away a date is shown with its year: before that nobody mistakes it."""


def london_date(at: datetime) -> date:
    """Return the London date of an instant."""
    return at.astimezone(LONDON).date()


def day_begins(on: date) -> datetime:
    """Return the instant, in UTC, at which this London day begins."""
    return datetime.combine(on, time(), LONDON).astimezone(UTC)


def instant_of(on: date, at: time) -> datetime:
    """Return the instant, in UTC, of a London date and time. Of the hour that comes twice, the first."""
    return datetime.combine(on, at, LONDON).astimezone(UTC)


def clock_words(at: datetime) -> str:
    """Return a London time: `17:00`."""
    return f"{at.astimezone(LONDON):%H:%M}"


def day_words(on: date, *, today: date) -> str:
    """Return a date: `today`, `Sat 21 Nov`, and with its year where that could be mistaken."""
    if on == today:
        return "today"
    if on == today + timedelta(days=1):
        return "tomorrow"
    if on == today - timedelta(days=1):
        return "yesterday"
    return date_words(on, today=today)


def date_words(on: date, *, today: date) -> str:
    """Return a date as `Sat 21 Nov`, and with its year where that could be mistaken."""
    far = abs(on - today) > NAME_THE_YEAR_BEYOND
    return f"{on:%a} {on.day} {on:%b}" + (f" {on:%Y}" if far else "")


def long_date_words(on: date) -> str:
    """Return a date in full: `Saturday 21 November 2026`."""
    return f"{on:%A} {on.day} {on:%B} {on:%Y}"


def instant_words(at: datetime, *, now: datetime) -> str:
    """Return an instant: `17:00` for today, `09:30 tomorrow`, `10:30 on Sun 22 Nov`."""
    on, today = london_date(at), london_date(now)
    if on == today:
        return clock_words(at)
    day = day_words(on, today=today)
    return f"{clock_words(at)} {day}" if day in {"tomorrow", "yesterday"} else f"{clock_words(at)} on {day}"


@dataclass(frozen=True)
class Telling:
    """How dates are told: near ones as today or tomorrow on a screen; on paper, read later, always in full."""

    now: datetime
    on_paper: bool = False

    @property
    def today(self) -> date:
        """The London date."""
        return london_date(self.now)

    def day(self, on: date) -> str:
        """Return a date."""
        return date_words(on, today=self.today) if self.on_paper else day_words(on, today=self.today)

    def instant(self, at: datetime) -> str:
        """Return an instant."""
        if self.on_paper:
            return f"{clock_words(at)} on {date_words(london_date(at), today=self.today)}"
        return instant_words(at, now=self.now)


def is_missing(on: date, minutes: int) -> bool:
    """Return whether the clock never shows so many minutes after this day's midnight: in spring an hour is left out."""
    wall = _wall(on, minutes)
    return wall.astimezone(UTC).astimezone(LONDON).replace(tzinfo=None) != wall.replace(tzinfo=None)


def comes_twice(on: date, minutes: int) -> bool:
    """Return whether the wall clock shows so many minutes after this day's midnight twice: in autumn an hour does."""
    wall = _wall(on, minutes)
    return not is_missing(on, minutes) and wall.utcoffset() != wall.replace(fold=1).utcoffset()


def _wall(on: date, minutes: int) -> datetime:
    return datetime.combine(on, time(), LONDON) + timedelta(minutes=minutes)
