"""Which sessions of a need are due."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from refuge.inreach.due import Rhythm, days_apart, sessions_due

TODAY = date(2026, 11, 24)
WEEKLY = Rhythm(TODAY, None, 7, None, None)


def day(days: int) -> date:
    return TODAY + timedelta(days=days)


def due(rhythm: Rhythm, days: int = 13) -> list[tuple[date, date | None]]:
    return [(one.earliest_on, one.deadline_on) for one in sessions_due(rhythm, TODAY, day(days))]


def test_a_weekly_need_is_due_each_week_with_room_round_its_day() -> None:
    assert due(WEEKLY) == [(day(0), day(3)), (day(4), day(10))]


def test_the_next_is_counted_from_the_last_that_she_had() -> None:
    assert due(replace(WEEKLY, earliest_on=day(-60), last_on=day(-2), had=8), 15) == [
        (day(2), day(8)), (day(9), day(15)),
    ]  # fmt: skip


def test_one_that_is_late_is_due_at_once_and_the_next_a_rhythm_after_today() -> None:
    late = due(replace(WEEKLY, earliest_on=day(-60), last_on=day(-20), had=3))
    assert late[0] == (day(0), day(-10))
    assert late[1][0] == day(4)


def test_an_assessment_is_due_once_by_its_deadline() -> None:
    once = Rhythm(day(-1), day(2), None, 1, None)
    assert due(once) == [(day(0), day(2))]
    assert due(replace(once, last_on=day(-1), had=1)) == []


def test_a_course_ends_when_all_its_sessions_were_had_or_booked() -> None:
    course = Rhythm(day(-30), None, 7, 6, None, last_on=day(-3), had=5)
    assert len(due(course)) == 1
    assert due(replace(course, had=6)) == []


def test_nothing_is_due_after_the_need_ends_or_before_it_begins() -> None:
    assert len(due(replace(WEEKLY, until_on=day(5)))) == 2
    assert due(replace(WEEKLY, earliest_on=day(20))) == []


@pytest.mark.parametrize(("every", "apart"), [(None, 1), (1, 1), (2, 1), (7, 4), (14, 7)])
def test_sessions_of_one_need_lie_apart(every: int | None, apart: int) -> None:
    assert days_apart(every) == apart
