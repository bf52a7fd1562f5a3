"""What the screens of the rota say: patterns, shifts, houses, causes. Pure."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from refuge.beds.words import WEEKDAYS, counted
from refuge.london import clock_words, date_words, london_date
from refuge.rota.cover import AWAY, VACANCY
from refuge.rota.hours import Weeks, Why, week_of
from refuge.rota.models import weekdays_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from refuge.rota.models import CoverPromise, Pattern, PatternPlace

MIDNIGHT = 24 * 60
CAUSES = {VACANCY: "nobody is on the rota for it", AWAY: "away"}
OF_A_DAY = {Why.BANK_HOLIDAY.value, Why.CLOSURE_DAY.value}


def minutes_words(minutes: int) -> str:
    """Return minutes after midnight as a time of day; the end of the day is midnight."""
    if minutes == MIDNIGHT:
        return "midnight"
    time = f"{minutes % MIDNIGHT // 60:02}:{minutes % 60:02}"
    return f"{time} the next day" if minutes > MIDNIGHT else time


def hours_words(from_minute: int, until_minute: int) -> str:
    """Return the hours of a day: `09:00 to 17:00`."""
    if (from_minute, until_minute) == (0, MIDNIGHT):
        return "round the clock"
    return f"{minutes_words(from_minute)} to {minutes_words(until_minute)}"


def days_words(days: Sequence[int]) -> str:
    """Return weekdays: `Mon to Fri`, `Mon, Wed and Fri`, `every day`."""
    if len(days) == len(WEEKDAYS):
        return "every day"
    if len(days) > 2 and days[-1] - days[0] == len(days) - 1:  # noqa: PLR2004  two days read better with `and`
        return f"{WEEKDAYS[days[0]]} to {WEEKDAYS[days[-1]]}"
    names = [WEEKDAYS[day] for day in days]
    return " and ".join(filter(None, [", ".join(names[:-1]), names[-1]])) if names else "no day"


def places_words(places: Sequence[PatternPlace]) -> str:
    """Return the houses of a pattern, each with its part of the time."""
    whole = sum(place.share for place in places)
    if len(places) == 1:
        return places[0].refuge.name
    return " and ".join(f"{place.refuge.name} ({round(100 * place.share / whole)}%)" for place in places)


def pattern_words(row: Pattern) -> str:
    """Return a pattern: `Mon to Fri, 09:00 to 17:00`."""
    weeks = "" if row.weeks is Weeks.EVERY else f" in weeks {row.weeks.value.upper()}"
    return f"{days_words(weekdays_of(row.weekdays))}{weeks}, {hours_words(row.from_minute, row.until_minute)}"


def weeks_words(on: date) -> str:
    """Return which week this is, for who chooses between A and B: `The week of 23 November is a week A`."""
    monday = on - timedelta(days=on.weekday())
    letters = week_of(on).value.upper(), week_of(on + timedelta(weeks=1)).value.upper()
    return f"This week, from Monday {monday.day} {monday:%B}, is a week {letters[0]}; the next is a week {letters[1]}."


def valid_words(valid_from: date, valid_until: date | None, *, today: date) -> str:
    """Return from when until when something holds."""
    since = "since" if valid_from <= today else "from"
    until = f" until {full_date(valid_until)}" if valid_until else ""
    return f"{since} {full_date(valid_from)}{until}"


def full_date(on: date) -> str:
    """Return a date that may be long ago or far ahead: `27 June 2026`."""
    return f"{on.day} {on:%B %Y}"


def span_words(from_at: datetime, until_at: datetime, *, today: date) -> str:
    """Return a span: `Wed 25 Nov, 09:00 to 17:00`, or whole days without times: `Wed 25 Nov to Fri 27 Nov`."""
    first, last = london_date(from_at), london_date(until_at)
    if clock_words(from_at) == clock_words(until_at) == "00:00" and first < last:
        last -= timedelta(days=1)
        begin, end = date_words(first, today=today), date_words(last, today=today)
        return begin if first == last else f"{begin} to {end}"
    if first == last:
        return f"{date_words(first, today=today)}, {clock_words(from_at)} to {clock_words(until_at)}"
    if last == first + timedelta(days=1) and clock_words(until_at) == "00:00":
        return f"{date_words(first, today=today)}, {clock_words(from_at)} to midnight"
    begin, end = (f"{date_words(london_date(at), today=today)} {clock_words(at)}" for at in (from_at, until_at))
    return f"{begin} to {end}"


def promise_words(row: CoverPromise) -> str:
    """Return what is promised when: `09:00 to 17:00 on 3 days a week of Mon to Fri`."""
    days = days_words(weekdays_of(row.weekdays))
    hours = hours_words(row.from_minute, row.until_minute)
    if row.days_a_week is not None:
        hours = f"{hours} on {counted(row.days_a_week, 'day', 'days')} a week, of {days}"
    else:
        hours = f"{hours}, {days}"
    people = f"{row.at_least} at a time, " if row.at_least > 1 else ""
    return people + hours + ("" if row.on_bank_holidays else ", not on bank holidays")


def cause_words(why: str, name: str | None, *, own: bool) -> str:
    """Return why hours are not covered; another agency's people are only away, whatever the reason."""
    if why in CAUSES:
        return CAUSES[why]
    if why in OF_A_DAY:
        return Why(why).label.lower()
    reason = Why(why).label.lower() if own else AWAY
    return f"{name}: {reason}" if name else reason


def amount_words(length: timedelta) -> str:
    """Return a length of time: `7 h 30 min`."""
    minutes = int(length.total_seconds() // 60)
    parts = [f"{minutes // 60} h"] if minutes >= 60 or not minutes else []  # noqa: PLR2004  an hour
    return " ".join([*parts, f"{minutes % 60} min"] if minutes % 60 else parts)


def listed(codes: Sequence[str], known: Mapping[str, str]) -> str:
    """Return codes in words."""
    return ", ".join(known.get(code, code) for code in codes) or "None"
