"""Free times as a page offers them: day by day, as far ahead as one screen."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from refuge.inreach.forms.fields import slot_value
from refuge.inreach.slots import Slot
from refuge.london import clock_words, london_date, long_date_words

DAYS = 7
"""Days that one page offers."""


@dataclass(frozen=True)
class Offered:
    """One time that can be chosen."""

    value: str
    clock: str
    ends: str
    room: str


@dataclass(frozen=True)
class DayOffered:
    """The free times of one day."""

    on: date
    words: str
    times: Sequence[Offered]


def days_offered(slots: Iterable[Slot]) -> list[DayOffered]:
    """Return free times day by day."""
    found: dict[date, list[Offered]] = {}
    for slot in slots:
        one = Offered(slot_value(slot.from_at), clock_words(slot.from_at), clock_words(slot.until_at), slot.room)
        found.setdefault(london_date(slot.from_at), []).append(one)
    return [DayOffered(on, long_date_words(on), times) for on, times in sorted(found.items())]


def until(from_on: date) -> date:
    """Return the last day that one page offers."""
    return from_on + timedelta(days=DAYS - 1)
