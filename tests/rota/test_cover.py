"""Promised against given: every gap has its hours and its cause, and none is invented."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

from hypothesis import given
from hypothesis import strategies as st

from refuge.london import LONDON
from refuge.rota.cover import VACANCY, Cause, Covered, Promise, covered
from refuge.rota.hours import Away, DaysOff, Rota, Shift, Why, WorkingPattern, rota
from refuge.rota.models import Promised

WALL, PANAHGHAR = 1, 2
DAWN, MARY = 7, 8
MONDAY = date(2026, 6, 8)
HOUR = timedelta(hours=1)
NINE, FIVE = 540, 1020
NONE: frozenset[date] = frozenset()
WORKDAYS = Promise(
    WALL, Promised.MENTAL_HEALTH_PRACTITIONER, frozenset(range(5)), NINE, FIVE, None, 1, False, date(2020, 1, 1)
)  # fmt: skip
THREE_DAYS = replace(WORKDAYS, promised=Promised.RECOVERY_WORKER, days_a_week=3)
ROUND_THE_CLOCK = replace(
    WORKDAYS, promised=Promised.STAFF, weekdays=frozenset(range(7)), from_minute=0, until_minute=1440,
    on_bank_holidays=True,
)  # fmt: skip


def at(day: date, hour: int) -> datetime:
    return datetime.combine(day, time(hour), LONDON).astimezone(UTC)


def week(monday: date = MONDAY) -> list[date]:
    return [monday + timedelta(days=day) for day in range(7)]


def works(
    *days: int, who: int = MARY, house: tuple[int, ...] = (WALL,), hours: tuple[int, int] = (NINE, FIVE)
) -> WorkingPattern:
    return WorkingPattern(who, house, frozenset(days), *hours, date(2020, 1, 1))


def judged(
    promise: Promise,
    *patterns: WorkingPattern,
    away: tuple[Away, ...] = (),
    off: frozenset[date] = NONE,
    monday: date = MONDAY,
) -> Covered:
    made: Rota = rota(
        patterns, away, [], {MARY: DaysOff(off), DAWN: DaysOff(off)}, monday - timedelta(days=1), week(monday)[-1]
    )
    return covered(promise, week(monday), made.shifts, made.missed, off)


def told(result: Covered) -> list[tuple[int, float, list[str]]]:
    """Return each gap as its day after Monday, its hours, and its causes."""
    first = result.gaps[0].on - timedelta(days=result.gaps[0].on.weekday()) if result.gaps else MONDAY
    return [((gap.on - first).days, gap.length / HOUR, [cause.why for cause in gap.causes]) for gap in result.gaps]


def test_a_promise_that_is_kept_has_no_gap() -> None:
    result = judged(WORKDAYS, works(0, 1, 2, 3, 4))
    assert (result.is_kept, result.gaps, result.promised, result.given) == (True, (), 40 * HOUR, 40 * HOUR)


def test_leave_is_the_cause_of_its_gap_and_names_whose_hours_they_were() -> None:
    leave = Away(MARY, at(MONDAY, 11), at(MONDAY, 13), Why.LEAVE)
    result = judged(WORKDAYS, works(0, 1, 2, 3, 4), away=(leave,))
    assert told(result) == [(0, 2, ["leave"])]
    assert result.gaps[0].causes == (Cause("leave", MARY),)
    assert result.given == 38 * HOUR


def test_a_bank_holiday_is_a_gap_only_if_it_is_promised_too() -> None:
    friday = frozenset({MONDAY + timedelta(days=4)})
    promised = replace(WORKDAYS, on_bank_holidays=True)
    assert told(judged(promised, works(0, 1, 2, 3, 4), off=friday)) == [(4, 8, ["bank_holiday"])]
    result = judged(WORKDAYS, works(0, 1, 2, 3, 4), off=friday)
    assert (result.is_kept, result.promised) == (True, 32 * HOUR)


def test_hours_that_nobody_is_on_the_rota_for_are_a_vacancy() -> None:
    assert told(judged(WORKDAYS, works(0, 1, 2, 3))) == [(4, 8, [VACANCY])]
    assert told(judged(WORKDAYS, works(0, 1, 2, 3, 4, hours=(NINE, 960)))) == [(day, 1, [VACANCY]) for day in range(5)]


def test_another_house_gives_nothing_and_hours_between_houses_give_both() -> None:
    assert len(judged(WORKDAYS, works(0, 1, 2, 3, 4, house=(PANAHGHAR,))).gaps) == 5
    assert judged(WORKDAYS, works(0, 1, 2, 3, 4, house=(PANAHGHAR, WALL))).is_kept


def test_two_at_a_time_need_two() -> None:
    two = replace(WORKDAYS, at_least=2)
    leave = Away(DAWN, at(MONDAY, 9), at(MONDAY, 17), Why.SICKNESS)
    every = (0, 1, 2, 3, 4)
    assert judged(two, works(*every), works(*every, who=DAWN)).is_kept
    assert told(judged(two, works(*every), works(*every, who=DAWN), away=(leave,))) == [(0, 8, ["sickness"])]
    both = (leave, replace(leave, worker_id=MARY, why=Why.LEAVE))
    assert told(judged(two, works(*every), works(*every, who=DAWN), away=both)) == [(0, 8, ["leave", "sickness"])]
    assert told(judged(two, works(*every)))[0] == (0, 8, [VACANCY])


def test_three_days_a_week_may_be_any_three() -> None:
    assert judged(THREE_DAYS, works(0, 2, 4)).is_kept
    assert judged(THREE_DAYS, works(1, 2, 3)).is_kept
    assert judged(THREE_DAYS, works(0, 1, 2, 3, 4)).is_kept


def test_of_three_days_a_half_day_does_not_count_and_says_why() -> None:
    leave = Away(MARY, at(MONDAY, 13), at(MONDAY, 17), Why.LEAVE)
    result = judged(THREE_DAYS, works(0, 2, 4), away=(leave,))
    assert (result.days_given, result.days_promised, told(result)) == (2, 3, [(0, 4, ["leave"])])


def test_of_three_days_only_as_many_are_gaps_as_are_missing() -> None:
    result = judged(THREE_DAYS, works(0))
    assert (result.days_given, len(result.gaps)) == (1, 2)


def test_a_week_with_bank_holidays_promises_no_more_days_than_it_has() -> None:
    off = frozenset({date(2026, 12, 25), date(2026, 12, 28)})
    assert judged(THREE_DAYS, works(0, 2, 4), off=off, monday=date(2026, 12, 21)).days_promised == 3
    four_off = frozenset(date(2026, 12, 21) + timedelta(days=day) for day in range(4))
    assert judged(THREE_DAYS, works(0, 2, 4), off=four_off, monday=date(2026, 12, 21)).days_promised == 1


def test_round_the_clock_is_as_long_as_the_week_over_both_changes_of_the_clocks() -> None:
    always = works(*range(7), hours=(0, 1440))
    for monday, hours in ((date(2026, 3, 23), 167), (date(2026, 10, 19), 169), (date(2026, 6, 8), 168)):
        result = judged(ROUND_THE_CLOCK, always, monday=monday)
        assert (result.is_kept, result.promised, result.given) == (True, hours * HOUR, hours * HOUR)


def test_the_night_before_monday_covers_the_early_hours_of_monday() -> None:
    nights, days = works(*range(7), hours=(20 * 60, 32 * 60)), works(*range(7), who=DAWN, hours=(8 * 60, 20 * 60))
    assert judged(ROUND_THE_CLOCK, nights, days).is_kept


def test_a_promise_that_has_ended_or_not_begun_promises_nothing() -> None:
    for promise in (
        replace(WORKDAYS, valid_until=MONDAY - timedelta(days=1)),
        replace(WORKDAYS, valid_from=MONDAY + timedelta(days=7)),
    ):
        result = judged(promise)
        assert (result.promised, result.gaps, result.is_kept) == (timedelta(), (), True)


@given(
    st.lists(st.tuples(st.integers(0, 6), st.integers(0, 23), st.integers(1, 12)), max_size=8),
    st.lists(st.tuples(st.integers(0, 160), st.integers(1, 20)), max_size=4),
    st.integers(1, 2),
)
def test_given_and_gaps_make_up_what_is_promised_hour_by_hour(
    shifts: list[tuple[int, int, int]], leaves: list[tuple[int, int]], at_least: int
) -> None:
    promise = replace(ROUND_THE_CLOCK, at_least=at_least)
    begin = at(MONDAY, 0)
    patterns = [
        works(day, who=position, hours=(hour * 60, (hour + length) * 60))
        for position, (day, hour, length) in enumerate(shifts)
    ]
    away = [Away(0, begin + start * HOUR, begin + (start + length) * HOUR, Why.LEAVE) for start, length in leaves]
    made = rota(patterns, away, [], {}, MONDAY, week()[-1])
    result = covered(promise, week(), made.shifts, made.missed, NONE)
    short = [hour for hour in range(168) if sum(_there(one, begin + hour * HOUR) for one in made.shifts) < at_least]
    assert result.promised == result.given + sum((gap.length for gap in result.gaps), timedelta())
    assert sum((gap.length for gap in result.gaps), timedelta()) == len(short) * HOUR
    assert all(gap.causes for gap in result.gaps)


def _there(shift: Shift, at: datetime) -> bool:
    return shift.from_at <= at < shift.until_at
