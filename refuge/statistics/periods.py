"""Periods that figures are counted over: quarters of the financial year, rolling twelve months, any window. Pure."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

YEAR_BEGINS = 4
"""The financial year begins on 1 April."""
MONTHS, QUARTER = 12, 3


class Kind(StrEnum):
    """What sort of period it is."""

    QUARTER = "quarter"
    YEAR = "year"
    WINDOW = "window"


@dataclass(frozen=True, order=True)
class Period:
    """From one London day to another, both included."""

    since: date
    until: date

    def __post_init__(self) -> None:
        if self.since > self.until:
            raise ValueError("A period ends no earlier than it begins.")

    def __contains__(self, on: object) -> bool:
        return isinstance(on, date) and self.since <= on <= self.until

    @property
    def days(self) -> int:
        """How many days it has."""
        return (self.until - self.since).days + 1

    @property
    def kind(self) -> Kind:
        """Whether it is a whole quarter or a whole year of the calendar of money, or neither."""
        if self == quarter_of(self.since):
            return Kind.QUARTER
        return Kind.YEAR if self == financial_year_of(self.since) else Kind.WINDOW

    @property
    def label(self) -> str:
        """Its name: `Q2 2026/27 (July to September 2026)`, `2026/27`, or its two days."""
        if self.kind is Kind.QUARTER:
            number = (self.since.month - YEAR_BEGINS) % MONTHS // QUARTER + 1
            return f"Q{number} {_year(self.since)} ({self.since:%B} to {self.until:%B} {self.until:%Y})"
        if self.kind is Kind.YEAR:
            return f"{_year(self.since)} (April {self.since:%Y} to March {self.until:%Y})"
        return self.days_words

    @property
    def days_words(self) -> str:
        """Its two days: `1 December 2015 to 30 September 2016`."""
        return f"{_day(self.since)} to {_day(self.until)}"

    @property
    def before(self) -> Period:
        """What it is held against: the quarter or the year before, else as many days just before."""
        last = self.since - timedelta(days=1)
        if self.kind is Kind.QUARTER:
            return quarter_of(last)
        if self.kind is Kind.YEAR:
            return financial_year_of(last)
        return Period(last - timedelta(days=self.days - 1), last)

    def closed(self, on: date) -> bool:
        """Whether it is over on this day."""
        return self.until < on

    def quarters(self) -> list[Period]:
        """Return the quarters of a year, in order; of anything else, nothing."""
        if self.kind is not Kind.YEAR:
            return []
        found = [quarter_of(self.since)]
        while found[-1].until < self.until:
            found.append(quarter_of(found[-1].until + timedelta(days=1)))
        return found


def quarter_of(on: date) -> Period:
    """Return the quarter of the financial year in which a day falls."""
    first = (on.month - 1) // QUARTER * QUARTER + 1
    last = first + QUARTER - 1
    return Period(date(on.year, first, 1), date(on.year, last, monthrange(on.year, last)[1]))


def financial_year_of(on: date) -> Period:
    """Return the financial year, April to March, in which a day falls."""
    began = on.year if on.month >= YEAR_BEGINS else on.year - 1
    return Period(date(began, YEAR_BEGINS, 1), date(began + 1, YEAR_BEGINS - 1, 31))


def rolling_year(on: date) -> Period:
    """Return the twelve months that end with this day."""
    year_ago = date(on.year - 1, on.month, min(on.day, monthrange(on.year - 1, on.month)[1]))
    return Period(year_ago + timedelta(days=1), on)


def last_quarters(on: date, how_many: int) -> list[Period]:
    """Return the last quarters that were over before this day, the oldest first."""
    found = [quarter_of(on).before]
    while len(found) < how_many:
        found.append(found[-1].before)
    return found[::-1]


def _year(on: date) -> str:
    began = financial_year_of(on).since.year
    return f"{began}/{(began + 1) % 100:02}"


def _day(on: date) -> str:
    return f"{on.day} {on:%B %Y}"
