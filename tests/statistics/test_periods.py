"""Quarters of the financial year, rolling twelve months, any window."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from refuge.statistics.periods import Period, financial_year_of, last_quarters, quarter_of, rolling_year

DAYS = st.dates(date(2000, 1, 1), date(2099, 12, 31))


def test_a_quarter_is_named_as_a_board_names_it() -> None:
    assert quarter_of(date(2026, 8, 15)).label == "Q2 2026/27 (July to September 2026)"
    assert quarter_of(date(2027, 3, 31)).label == "Q4 2026/27 (January to March 2027)"
    assert financial_year_of(date(2027, 3, 31)).label == "2026/27 (April 2026 to March 2027)"
    assert Period(date(2015, 12, 1), date(2016, 9, 30)).label == "1 December 2015 to 30 September 2016"


def test_the_year_is_its_four_quarters() -> None:
    year = financial_year_of(date(2026, 6, 1))
    quarters = year.quarters()
    assert len(quarters) == 4
    assert (quarters[0].since, quarters[-1].until) == (year.since, year.until)
    assert sum(quarter.days for quarter in quarters) == year.days


@given(DAYS)
def test_every_day_is_in_one_quarter_and_quarters_follow_each_other(on: date) -> None:
    quarter = quarter_of(on)
    assert on in quarter
    assert quarter.before.until + timedelta(days=1) == quarter.since
    assert quarter_of(quarter.until + timedelta(days=1)).before == quarter


@given(DAYS)
def test_twelve_months_end_today_and_hold_no_day_twice(on: date) -> None:
    year = rolling_year(on)
    assert year.until == on
    assert year.days in {365, 366}


def test_the_last_quarters_are_over() -> None:
    found = last_quarters(date(2026, 11, 24), 4)
    assert [quarter.since for quarter in found] == [
        date(2025, 10, 1), date(2026, 1, 1), date(2026, 4, 1), date(2026, 7, 1),
    ]  # fmt: skip
    assert all(quarter.closed(date(2026, 11, 24)) for quarter in found)
    assert not quarter_of(date(2026, 11, 24)).closed(date(2026, 11, 24))


def test_a_period_cannot_end_before_it_begins() -> None:
    with pytest.raises(ValueError, match="ends no earlier"):
        Period(date(2026, 2, 1), date(2026, 1, 1))
