"""London days and instants as the minutes that a problem counts in, and minutes as people read them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from allocation.sessions.problem import Day

LONDON = ZoneInfo("Europe/London")
A_DAY = 24 * 60
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def beginning(on: date) -> datetime:
    """Return the instant at which a London day begins, in UTC."""
    return datetime(on.year, on.month, on.day, tzinfo=LONDON).astimezone(UTC)


def minute(first: date, at: datetime) -> int:
    """Return an instant as minutes since the first day began; seconds are cut off."""
    return (at - beginning(first)) // timedelta(minutes=1)


def instant(first: date, minutes: int) -> datetime:
    """Return the instant, in UTC, that lies so many minutes after the first day began."""
    return beginning(first) + timedelta(minutes=minutes)


def days_from(first: date, count: int) -> tuple[Day, ...]:
    """Return so many London days in a row."""
    dates = [first + timedelta(days=number) for number in range(count)]
    return tuple(
        Day(on, minute(first, beginning(on)), minute(first, beginning(on + timedelta(days=1)))) for on in dates
    )


def place_of(days: Sequence[Day], at: int) -> int | None:
    """Return the number of the day that an instant is in; None where it is in none of them."""
    low, high = 0, len(days) - 1
    while low <= high:
        middle = (low + high) // 2
        if at < days[middle].from_at:
            high = middle - 1
        elif at >= days[middle].until_at:
            low = middle + 1
        else:
            return middle
    return None


def clock(day: Day, at: int) -> str:
    """Return what a clock in London shows at an instant of a day: `9:15`.

    Clocks change at 1:00 UTC, so whatever is later in the day is told by how long the day still lasts.
    """
    passed, left = at - day.from_at, day.until_at - at
    change = 120 if day.until_at - day.from_at > A_DAY else 60
    shown = passed if passed < change else A_DAY - left
    return f"{shown // 60}:{shown % 60:02}"


def said(days: Sequence[Day], at: int) -> str:
    """Return an instant as staff read it: `Tuesday 1 December, 9:15`."""
    place = place_of(days, at)
    if place is None:
        return "outside these days"
    return f"{day_said(days[place].on)}, {clock(days[place], at)}"


def day_said(on: date) -> str:
    """Return a day as staff read it: `Tuesday 1 December`."""
    return f"{WEEKDAYS[on.weekday()]} {on.day} {on:%B}"
