"""The rules of rest are told where a rota breaks them, also over a change of the clocks."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from refuge.rota.hours import Shift, WorkingPattern, rota
from refuge.rota.rest import concerns

MONDAY = date(2026, 6, 8)


def shifts(*patterns: tuple[set[int], int, int], monday: date = MONDAY, weeks: int = 1) -> list[Shift]:
    made = [WorkingPattern(7, (1,), frozenset(days), begin, end, date(2020, 1, 1)) for days, begin, end in patterns]
    return list(rota(made, [], [], {}, monday, monday + timedelta(days=7 * weeks - 1)).shifts)


def told(found: list[Shift], break_minutes: int = 30) -> list[str]:
    return [one.words for one in concerns(found, break_minutes)]


def test_an_ordinary_week_is_no_concern() -> None:
    assert told(shifts(({0, 1, 2, 3, 4}, 540, 1020), weeks=17)) == []
    assert told([]) == []


def test_less_than_eleven_hours_between_two_days_is_told_with_the_hours() -> None:
    late_then_early = shifts(({0}, 780, 1320), ({1}, 420, 900))
    assert told(late_then_early) == ["begins 9 hours after she finished; the rules ask for 11 hours"]
    assert told(shifts(({0}, 780, 1200), ({1}, 420, 900))) == []


def test_the_night_on_which_clocks_go_forward_has_an_hour_less_to_rest_in() -> None:
    pattern = (({5}, 780, 1260), ({6}, 480, 960))
    assert told(shifts(*pattern, monday=date(2026, 3, 16))) == []
    assert told(shifts(*pattern, monday=date(2026, 3, 23))) == [
        "begins 10 hours after she finished; the rules ask for 11 hours"
    ]
    assert told(shifts(*pattern, monday=date(2026, 10, 19))) == []


def test_hours_on_one_day_with_a_gap_are_one_day() -> None:
    assert told(shifts(({0}, 540, 720), ({0}, 780, 1020))) == []


def test_two_weeks_without_two_rests_are_told_once() -> None:
    assert told(shifts((set(range(7)), 540, 900), weeks=4)) == ["works two weeks without two rests of 24 hours"]
    assert told(shifts((set(range(6)), 540, 900), weeks=4)) == []


def test_more_than_48_hours_a_week_over_17_weeks_are_told() -> None:
    assert told(shifts(({0, 1, 2, 3, 4}, 480, 1080), weeks=17)) == [
        "works 50 hours a week over 17 weeks; the rules allow 48"
    ]
    assert told(shifts(({0, 1, 2, 3, 4}, 480, 1080), weeks=16)) == []


def test_more_than_six_hours_need_a_break() -> None:
    assert told(shifts(({0}, 540, 1020)), break_minutes=15) == ["works more than 6 hours without a break of 20 minutes"]
    assert told(shifts(({0}, 540, 900)), break_minutes=0) == []
    at = datetime(2026, 6, 8, 9, tzinfo=UTC)
    assert told([Shift(7, (1,), at, at + timedelta(hours=6, minutes=1))], break_minutes=0) != []
