"""Shifts from patterns over every turn of the calendar of 2020 to 2040: clocks, leap days, week 53, bank holidays."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from refuge.beds.working_days import BANK_HOLIDAYS
from refuge.london import LONDON
from refuge.rota.hours import (
    NO_DAYS_OFF,
    Away,
    DaysOff,
    Missed,
    Shift,
    Weeks,
    Why,
    WorkingPattern,
    instant,
    rota,
    week_of,
)

WALL, PANAHGHAR = 1, 2
DAWN = 7
NINE, FIVE = 9 * 60, 17 * 60
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
FIRST, LAST = date(2020, 1, 1), date(2040, 12, 31)
EVERY_DAY = [FIRST + timedelta(days=days) for days in range((LAST - FIRST).days + 1)]
WORKDAYS = frozenset(range(5))
ENGLAND = frozenset(day for day in EVERY_DAY if day in BANK_HOLIDAYS)


def pattern(
    from_minute: int = NINE,
    until_minute: int = FIVE,
    weekdays: frozenset[int] = WORKDAYS,
    valid_from: date = FIRST,
    valid_until: date | None = None,
    refuge_ids: tuple[int, ...] = (WALL,),
) -> WorkingPattern:
    """Return a pattern of Dawn's: Monday to Friday 09:00 to 17:00 at WALL, unless told otherwise."""
    return WorkingPattern(DAWN, refuge_ids, weekdays, from_minute, until_minute, valid_from, valid_until)


def at(day: date, hour: int, minute: int = 0) -> datetime:
    """Return an instant by London's clock."""
    return datetime.combine(day, time(hour, minute), LONDON).astimezone(UTC)


def spans(*shifts: Shift) -> list[tuple[str, str]]:
    """Return shifts as London times."""
    return [
        (f"{one.from_at.astimezone(LONDON):%d %H:%M}", f"{one.until_at.astimezone(LONDON):%d %H:%M}") for one in shifts
    ]


def changes(month: int) -> list[date]:
    """Return the last Sunday of a month of each year: when the clocks change, if it is March or October."""
    found = []
    for year in range(2020, 2041):
        day = date(year, month, 31)
        found.append(day - timedelta(days=(day.weekday() + 1) % 7))
    return found


# Nights and clocks


@pytest.mark.parametrize(
    ("evening", "hours"),
    [
        (date(2026, 3, 28), 9),
        (date(2026, 10, 24), 11),
        (date(2027, 3, 27), 9),
        (date(2026, 3, 27), 10),
        (date(2026, 3, 29), 10),
        (date(2026, 10, 25), 10),
        (date(2026, 12, 31), 10),
        (date(2028, 2, 28), 10),
        (date(2028, 2, 29), 10),
    ],
)
def test_a_night_is_as_long_as_it_really_is(evening: date, hours: int) -> None:
    night = pattern(22 * 60, 32 * 60, frozenset(range(7)))
    (shift,) = rota([night], [], [], {}, evening, evening).shifts
    assert shift.length == hours * HOUR
    assert shift.from_at == at(evening, 22)
    assert shift.until_at == at(evening + DAY, 8)


def test_nights_of_twenty_one_years_are_ten_hours_but_for_the_changes_of_the_clocks() -> None:
    night = pattern(22 * 60, 32 * 60, frozenset(range(7)))
    shifts = rota([night], [], [], {}, FIRST, LAST).shifts
    short = {(one.from_at.astimezone(LONDON).date() + DAY) for one in shifts if one.length == 9 * HOUR}
    long = {(one.from_at.astimezone(LONDON).date() + DAY) for one in shifts if one.length == 11 * HOUR}
    assert short == set(changes(3))
    assert long == set(changes(10))
    assert len(shifts) == len(EVERY_DAY)
    assert sum((one.length for one in shifts), timedelta()) == (10 * len(EVERY_DAY) - 21 + 21) * HOUR


def test_a_day_of_work_is_eight_hours_on_the_day_the_clocks_change_too() -> None:
    for day in (*changes(3), *changes(10)):
        (shift,) = rota([pattern(weekdays=frozenset({6}))], [], [], {}, day, day).shifts
        assert shift.length == 8 * HOUR
        assert shift.from_at == at(day, 9)


def test_a_house_staffed_round_the_clock_has_no_second_without_staff_over_twenty_one_years() -> None:
    watch = [pattern(0, 8 * 60), pattern(8 * 60, 20 * 60), pattern(20 * 60, 24 * 60)]
    watch = [
        WorkingPattern(one.worker_id, (WALL,), frozenset(range(7)), one.from_minute, one.until_minute, FIRST)
        for one in watch
    ]
    shifts = rota(watch, [], [], {}, FIRST, LAST).shifts
    assert all(one.until_at == after.from_at for one, after in pairwise(shifts))


@pytest.mark.parametrize("spring", changes(3))
def test_in_the_missing_hour_a_shift_begins_when_the_clocks_go_forward(spring: date) -> None:
    one_o_clock = datetime.combine(spring, time(1), UTC)
    assert [instant(spring, minute) for minute in (60, 75, 90, 119)] == [one_o_clock] * 4
    assert instant(spring, 120) == one_o_clock
    assert instant(spring, 59) == one_o_clock - timedelta(minutes=1)
    assert instant(spring - DAY, 24 * 60 + 90) == one_o_clock
    inside = pattern(70, 110, frozenset({6}))
    assert rota([inside], [], [], {}, spring, spring).shifts == ()


@pytest.mark.parametrize("autumn", changes(10))
def test_in_the_hour_that_comes_twice_a_shift_begins_the_first_time(autumn: date) -> None:
    midnight = datetime.combine(autumn, time(), UTC)
    assert instant(autumn, 90) == midnight + timedelta(minutes=30)
    assert instant(autumn, 120) == midnight + 2 * HOUR


@given(
    st.dates(FIRST, LAST), st.integers(0, 1439), st.integers(1, 1440),
)  # fmt: skip
def test_no_shift_is_more_than_an_hour_longer_or_shorter_than_its_clock_says(
    day: date, begins: int, lasts: int
) -> None:
    one = pattern(begins, begins + lasts, frozenset(range(7)))
    shifts = rota([one], [], [], {}, day, day).shifts
    length = sum((shift.length for shift in shifts), timedelta())
    assert abs(length - timedelta(minutes=lasts)) <= HOUR
    for shift in shifts:
        assert shift.from_at < shift.until_at
        assert shift.from_at.astimezone(LONDON).date() == day


# Days of the calendar


def test_each_day_of_twenty_one_years_has_the_shift_of_its_weekday() -> None:
    days = [one.from_at.astimezone(LONDON).date() for one in rota([pattern()], [], [], {}, FIRST, LAST).shifts]
    assert days == [day for day in EVERY_DAY if day.weekday() < 5]


@pytest.mark.parametrize("leap", [date(2020, 2, 29), date(2024, 2, 29), date(2028, 2, 29), date(2032, 2, 29)])
def test_a_leap_day_is_worked(leap: date) -> None:
    every_day = pattern(weekdays=frozenset(range(7)))
    shifts = rota([every_day], [], [], {}, leap - DAY, leap + DAY).shifts
    assert spans(*shifts) == [("28 09:00", "28 17:00"), ("29 09:00", "29 17:00"), ("01 09:00", "01 17:00")]


def test_week_53_is_a_whole_week() -> None:
    monday = date.fromisocalendar(2026, 53, 1)
    assert monday == date(2026, 12, 28)
    shifts = rota([pattern()], [], [], {}, monday, monday + 6 * DAY).shifts
    assert [one.from_at.date().isocalendar()[:2] for one in shifts] == [(2026, 53)] * 5


def test_weeks_a_and_b_alternate_for_ever_over_week_53_leap_days_and_changes_of_the_clocks() -> None:
    a, b = (replace(pattern(weekdays=frozenset({0, 6})), weeks=weeks) for weeks in (Weeks.A, Weeks.B))
    days = {
        weeks: [shift.from_at.astimezone(LONDON).date() for shift in rota([one], [], [], {}, FIRST, LAST).shifts]
        for weeks, one in ((Weeks.A, a), (Weeks.B, b))
    }
    assert sorted(days[Weeks.A] + days[Weeks.B]) == [day for day in EVERY_DAY if day.weekday() in {0, 6}]
    for of in days.values():
        mondays = [day for day in of if day.weekday() == 0]
        assert {later - sooner for sooner, later in pairwise(mondays)} == {14 * DAY}
        assert {day - 6 * DAY for day in of if day.weekday() == 6 and day - 6 * DAY >= FIRST} <= set(mondays)
    assert week_of(date(2024, 1, 1)) is Weeks.A
    assert week_of(date(2026, 12, 28)) is not week_of(date(2027, 1, 4))


def test_a_pattern_holds_from_its_first_day_to_its_last() -> None:
    one = pattern(valid_from=date(2026, 11, 24), valid_until=date(2026, 11, 26))
    days = [shift.from_at.date().day for shift in rota([one], [], [], {}, date(2026, 11, 20), date(2026, 12, 5)).shifts]
    assert days == [24, 25, 26]


def test_a_night_that_begins_on_the_last_day_is_worked_to_its_end() -> None:
    night = pattern(22 * 60, 32 * 60, frozenset({4}), valid_until=date(2026, 11, 27))
    (shift,) = rota([night], [], [], {}, date(2026, 11, 27), date(2026, 11, 30)).shifts
    assert shift.until_at == at(date(2026, 11, 28), 8)


# Bank holidays and closure days


@pytest.mark.parametrize(
    "day",
    [
        date(2025, 4, 21),  # Easter Monday, which the list without England lacks
        date(2025, 8, 25),  # the summer bank holiday, which it lacks too
        date(2026, 12, 28),  # in place of Saturday 26 December
        date(2027, 12, 27),
        date(2027, 12, 28),
        date(2028, 1, 3),
        date(2020, 5, 8),  # moved from Monday
        date(2022, 6, 2),
        date(2022, 6, 3),
        date(2022, 9, 19),
        date(2023, 5, 8),
    ],
)
def test_who_does_not_work_bank_holidays_is_off_and_the_rota_says_why(day: date) -> None:
    result = rota([pattern()], [], [], {DAWN: DaysOff(bank_holidays=ENGLAND)}, day, day)
    assert result.shifts == ()
    (missed,) = result.missed
    assert missed == Missed(Shift(DAWN, (WALL,), at(day, 9), at(day, 17)), Why.BANK_HOLIDAY)


def test_who_works_bank_holidays_works_all_of_them() -> None:
    everybody = pattern(weekdays=frozenset(range(7)))
    assert len(rota([everybody], [], [], {DAWN: NO_DAYS_OFF}, FIRST, LAST).shifts) == len(EVERY_DAY)


def test_the_monday_that_the_early_may_holiday_left_in_2020_is_worked() -> None:
    monday = date(2020, 5, 4)
    assert len(rota([pattern()], [], [], {DAWN: DaysOff(ENGLAND)}, monday, monday).shifts) == 1


def test_working_days_of_each_year_are_its_weekdays_without_bank_holidays() -> None:
    for year in range(2020, 2041):
        first, last = date(year, 1, 1), date(year, 12, 31)
        shifts = rota([pattern()], [], [], {DAWN: DaysOff(ENGLAND)}, first, last).shifts
        off = [day for day in ENGLAND if day.year == year and day.weekday() < 5]
        weekdays = sum(1 for day in EVERY_DAY if day.year == year and day.weekday() < 5)
        assert len(shifts) == weekdays - len(off)
        assert len(off) in {8, 9, 10}


def test_a_night_before_a_bank_holiday_is_worked_and_the_night_of_it_is_not() -> None:
    christmas = date(2026, 12, 25)
    night = pattern(22 * 60, 32 * 60, frozenset(range(7)))
    shifts = rota([night], [], [], {DAWN: DaysOff(ENGLAND)}, christmas - DAY, christmas + 2 * DAY).shifts
    assert spans(*shifts) == [("24 22:00", "25 08:00"), ("27 22:00", "28 08:00")]


def test_a_closure_day_is_off_even_for_who_works_bank_holidays() -> None:
    day = date(2026, 11, 25)
    result = rota([pattern()], [], [], {DAWN: DaysOff(closure_days=frozenset({day}))}, day, day)
    assert (result.shifts, result.missed[0].why) == ((), Why.CLOSURE_DAY)


# Exceptions


def test_leave_takes_its_hours_and_leaves_the_rest() -> None:
    day = date(2026, 11, 25)
    away = Away(DAWN, at(day, 11), at(day, 13), Why.LEAVE)
    result = rota([pattern()], [away], [], {}, day, day)
    assert spans(*result.shifts) == [("25 09:00", "25 11:00"), ("25 13:00", "25 17:00")]
    assert spans(result.missed[0].shift) == [("25 11:00", "25 13:00")]


def test_leave_of_another_worker_takes_nothing() -> None:
    day = date(2026, 11, 25)
    assert len(rota([pattern()], [Away(8, at(day, 0), at(day, 23), Why.LEAVE)], [], {}, day, day).shifts) == 1


def test_leave_over_a_change_of_clocks_takes_whole_days() -> None:
    saturday = date(2026, 10, 24)
    every_day = pattern(weekdays=frozenset(range(7)))
    away = Away(DAWN, at(saturday, 0), at(saturday + 2 * DAY, 0), Why.LEAVE)
    days = [one.from_at.day for one in rota([every_day], [away], [], {}, saturday - DAY, saturday + 2 * DAY).shifts]
    assert days == [23, 26]


def test_an_extra_day_is_worked_on_a_bank_holiday_too() -> None:
    christmas = date(2026, 12, 25)
    extra = Shift(DAWN, (PANAHGHAR,), at(christmas, 10), at(christmas, 14))
    result = rota([pattern()], [], [extra], {DAWN: DaysOff(ENGLAND)}, christmas, christmas)
    assert result.shifts == (extra,)


def test_added_hours_at_another_house_stand_before_the_pattern() -> None:
    day = date(2026, 11, 25)
    extra = Shift(DAWN, (PANAHGHAR,), at(day, 13), at(day, 15))
    shifts = rota([pattern()], [], [extra], {}, day, day).shifts
    assert [(one.refuge_ids, *spans(one)) for one in shifts] == [
        ((WALL,), ("25 09:00", "25 13:00")),
        ((PANAHGHAR,), ("25 13:00", "25 15:00")),
        ((WALL,), ("25 15:00", "25 17:00")),
    ]


def test_nobody_is_on_two_shifts_at_once_where_a_night_runs_into_a_new_pattern() -> None:
    night = pattern(22 * 60, 32 * 60, frozenset({0}), valid_until=date(2026, 11, 23))
    morning = pattern(7 * 60, 12 * 60, frozenset({1}), valid_from=date(2026, 11, 24))
    shifts = rota([night, morning], [], [], {}, date(2026, 11, 23), date(2026, 11, 24)).shifts
    assert spans(*shifts) == [("23 22:00", "24 08:00"), ("24 08:00", "24 12:00")]


@given(
    st.lists(st.tuples(st.integers(0, 40), st.integers(1, 30)), max_size=6),
    st.dates(date(2026, 3, 20), date(2026, 4, 2)),
)
def test_what_is_worked_and_what_is_missed_make_up_the_pattern(aways: list[tuple[int, int]], day: date) -> None:
    begin = at(day, 0)
    away = [Away(DAWN, begin + a * HOUR, begin + (a + b) * HOUR, Why.LEAVE) for a, b in aways]
    night = pattern(20 * 60, 32 * 60, frozenset(range(7)))
    whole = rota([night], [], [], {}, day, day).shifts
    result = rota([night], away, [], {}, day, day)
    pieces = [*result.shifts, *(one.shift for one in result.missed)]
    assert sum((one.length for one in pieces), timedelta()) == sum((one.length for one in whole), timedelta())
