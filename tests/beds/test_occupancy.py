"""What a bed is now and next, against an oracle that walks through time and knows nothing of how it is computed."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from refuge.beds.occupancy import (
    BedLife,
    Closed,
    ClosureSpan,
    Follows,
    Free,
    Held,
    HoldSpan,
    Occupied,
    Span,
    State,
    StaySpan,
    Task,
    expected_free_on,
    occupancy,
)
from refuge.beds.working_days import add_working_days
from refuge.london import day_begins

START = datetime(2026, 3, 27, tzinfo=UTC)
"""Two days before the clocks go forward."""
OPENED = date(2026, 3, 27)
STEPS = 60
STEP = timedelta(hours=3)


def hour(step: int) -> datetime:
    return START + step * STEP


steps = st.integers(0, STEPS)


@st.composite
def stays(draw: st.DrawFn) -> StaySpan:
    start = draw(st.integers(0, STEPS - 1))
    end = draw(st.none() | st.integers(start + 1, STEPS))
    move_on = draw(st.none() | st.integers(-3, 12))
    return StaySpan(
        hour(start),
        None if end is None else hour(end),
        None if move_on is None else OPENED + timedelta(days=move_on),
        ref="W-1",
    )


@st.composite
def holds(draw: st.DrawFn) -> HoldSpan:
    start = draw(st.integers(0, STEPS - 1))
    until = draw(st.integers(start + 1, STEPS))
    ended = draw(st.none() | st.integers(start, STEPS))
    return HoldSpan(hour(start), hour(until), None if ended is None else hour(ended))


@st.composite
def closures(draw: st.DrawFn) -> ClosureSpan:
    start = draw(st.integers(0, STEPS - 1))
    ended = draw(st.none() | st.integers(start, STEPS))
    return ClosureSpan(hour(start), "repair", None if ended is None else hour(ended))


@st.composite
def lives(draw: st.DrawFn) -> BedLife:
    return BedLife(
        OPENED,
        tuple(draw(st.lists(stays(), max_size=4))),
        tuple(draw(st.lists(holds(), max_size=4))),
        tuple(draw(st.lists(closures(), max_size=4))),
    )


def every(life: BedLife) -> list[Span]:
    return [*life.stays, *life.holds, *life.closures]


def told_by_walking(life: BedLife) -> list[State]:
    """Return the state in each step of time, painted from the weakest to the strongest."""
    states = [State.FREE] * (STEPS + 1)

    def paint(state: State, start: datetime, end: datetime | None) -> None:
        for step in range(STEPS + 1):
            inside = hour(step) >= start and (end is None or hour(step) < end)
            if inside:
                states[step] = state

    for hold in life.holds:
        ends = [hold.until_at] if hold.ended_at is None else [hold.until_at, hold.ended_at]
        paint(State.HELD, hold.from_at, min(ends))
    for closure in life.closures:
        paint(State.CLOSED, closure.from_at, closure.ended_at)
    for stay in life.stays:
        paint(State.OCCUPIED, stay.started_at, stay.ended_at)
    return states


@given(lives(), steps)
def test_a_bed_is_what_walking_through_time_says_it_is(life: BedLife, step: int) -> None:
    assert occupancy(life, hour(step)).state is told_by_walking(life)[step]


@given(lives(), steps)
def test_a_free_bed_is_free_since_it_was_last_taken(life: BedLife, step: int) -> None:
    now = occupancy(life, hour(step)).now
    if not isinstance(now, Free):
        return
    states = told_by_walking(life)
    taken = [earlier for earlier in range(step) if states[earlier] is not State.FREE]
    assert now.since == (hour(taken[-1] + 1) if taken else day_begins(OPENED))


@given(lives(), steps)
def test_older_spans_can_be_left_out_if_their_last_end_is_told(life: BedLife, step: int) -> None:
    at = hour(step)
    over = [one.end for one in every(life) if one.end and one.start < one.end <= at]
    short = BedLife(
        OPENED,
        tuple(one for one in life.stays if one.end is None or one.end > at),
        tuple(one for one in life.holds if one.end > at),
        tuple(one for one in life.closures if one.end is None or one.end > at),
        max(over, default=None),
    )
    assert occupancy(short, at) == occupancy(life, at)


@given(lives(), steps)
def test_what_comes_is_in_order_and_names_everything_that_has_not_begun(life: BedLife, step: int) -> None:
    at = hour(step)
    found = occupancy(life, at)
    times = [one.at for one in found.coming]
    assert times == sorted(times)
    begun_later = sorted(
        one.start for one in every(life) if one.start > at and (one.end is None or one.end > one.start)
    )
    assert [one.at for one in found.coming if one.span is not None] == begun_later


AT = datetime(2026, 11, 21, 9, 40, tzinfo=UTC)


def life_with(*spans: StaySpan | HoldSpan | ClosureSpan) -> BedLife:
    return BedLife(
        date(2020, 1, 1),
        tuple(one for one in spans if isinstance(one, StaySpan)),
        tuple(one for one in spans if isinstance(one, HoldSpan)),
        tuple(one for one in spans if isinstance(one, ClosureSpan)),
    )


def test_a_hold_lapses_by_itself_at_its_hour() -> None:
    hold = HoldSpan(AT - timedelta(hours=2), AT + timedelta(hours=1), None, "R-1", "Farah K.")
    life = life_with(hold)
    assert occupancy(life, AT).now == Held(hold)
    step = occupancy(life, AT).next
    assert step is not None
    assert (step.what, step.at) == (Follows.LAPSE, hold.until_at)
    assert occupancy(life, hold.until_at - timedelta(microseconds=1)).state is State.HELD
    assert occupancy(life, hold.until_at).now == Free(hold.until_at)


def test_where_data_disagree_the_bed_is_shown_as_taken() -> None:
    stay = StaySpan(AT - timedelta(days=3))
    closure = ClosureSpan(AT - timedelta(days=1), "repair")
    hold = HoldSpan(AT - timedelta(hours=1), AT + timedelta(hours=1))
    assert isinstance(occupancy(life_with(stay, closure, hold), AT).now, Occupied)
    assert isinstance(occupancy(life_with(closure, hold), AT).now, Closed)
    assert isinstance(occupancy(life_with(hold), AT).now, Held)


def test_the_day_she_moves_in_is_day_one_and_days_turn_at_midnight_in_london() -> None:
    half_past_eleven_at_night = datetime(2026, 7, 1, 22, 30, tzinfo=UTC)
    life = life_with(StaySpan(half_past_eleven_at_night))

    def day_at(at: datetime) -> int:
        now = occupancy(life, at).now
        assert isinstance(now, Occupied)
        return now.day

    assert day_at(half_past_eleven_at_night) == 1
    assert day_at(half_past_eleven_at_night + timedelta(minutes=29)) == 1
    assert day_at(half_past_eleven_at_night + timedelta(minutes=30)) == 2


@pytest.mark.parametrize(
    ("changes", "hours_of_days"),
    [(datetime(2026, 3, 29, 1, tzinfo=UTC), [23, 23]), (datetime(2026, 10, 25, 1, tzinfo=UTC), [22, 25])],
)
def test_days_are_counted_right_through_the_nights_on_which_the_clocks_change(
    changes: datetime, hours_of_days: list[int]
) -> None:
    life = life_with(StaySpan(changes - timedelta(days=1)))
    days = []
    for hours in range(-24, 49):
        now = occupancy(life, changes + timedelta(hours=hours)).now
        assert isinstance(now, Occupied)
        days.append(now.day)
    assert [days.count(day) for day in (1, 2)] == hours_of_days
    assert days == sorted(days)
    assert days[-1] == 4


def test_a_hold_over_the_hour_that_comes_twice_ends_once() -> None:
    second_half_past_one = datetime(2026, 10, 25, 1, 30, tzinfo=UTC)
    life = life_with(HoldSpan(second_half_past_one - timedelta(hours=3), second_half_past_one))
    assert occupancy(life, second_half_past_one - timedelta(hours=1)).state is State.HELD
    assert occupancy(life, second_half_past_one).state is State.FREE


def resident(at: datetime = AT, **told: Any) -> Occupied:  # noqa: ANN401  any date of a stay
    now = occupancy(life_with(StaySpan(datetime(2026, 4, 1, 12, tzinfo=UTC), **told)), at).now
    assert isinstance(now, Occupied)
    return now


def test_a_plan_is_due_five_working_days_after_she_moved_in_bank_holidays_left_out() -> None:
    # Moved in on Wednesday 1 April 2026; Good Friday is the 3rd, Easter Monday the 6th.
    due = resident(datetime(2026, 4, 10, 9, tzinfo=UTC)).due
    assert due is not None
    assert (due.task, due.due_on, due.overdue) == (Task.PLAN, date(2026, 4, 10), False)
    late = resident(datetime(2026, 4, 11, 9, tzinfo=UTC)).due
    assert late is not None
    assert late.overdue


def test_once_the_plan_is_agreed_the_review_is_due() -> None:
    agreed = date(2026, 4, 8)
    assert resident(plan_agreed_on=agreed).due is None
    due = resident(plan_agreed_on=agreed, review_due_on=date(2026, 11, 20)).due
    assert due is not None
    assert (due.task, due.overdue) == (Task.REVIEW, True)
    due = resident(plan_agreed_on=agreed, review_due_on=date(2026, 11, 21)).due
    assert due is not None
    assert not due.overdue


def test_a_move_on_is_overdue_from_the_day_after_it_was_expected() -> None:
    assert not resident(expected_move_on=date(2026, 11, 21)).move_on_overdue
    assert resident(expected_move_on=date(2026, 11, 20)).move_on_overdue


def test_a_closed_bed_is_overdue_from_the_day_after_it_was_expected_back() -> None:
    closed = ClosureSpan(AT - timedelta(days=5), "repair", expected_ready=date(2026, 11, 21))
    assert occupancy(life_with(closed), AT).now == Closed(closed, overdue=False)
    assert occupancy(life_with(closed), AT + timedelta(days=1)).now == Closed(closed, overdue=True)


def test_only_a_promise_that_stands_and_is_not_promised_on_counts_as_free_soon() -> None:
    today = date(2026, 11, 21)

    def soon(*spans: StaySpan | HoldSpan | ClosureSpan) -> date | None:
        return expected_free_on(occupancy(life_with(*spans), AT), today=today, days=7)

    def lived_in_until(on: date) -> StaySpan:
        return StaySpan(AT - timedelta(days=30), expected_move_on=on)

    assert soon(lived_in_until(date(2026, 11, 28))) == date(2026, 11, 28)
    assert soon(lived_in_until(date(2026, 11, 29))) is None
    assert soon(lived_in_until(date(2026, 11, 20))) is None
    held_then = HoldSpan(datetime(2026, 11, 25, 12, tzinfo=UTC), datetime(2026, 11, 26, 12, tzinfo=UTC))
    assert soon(lived_in_until(date(2026, 11, 25)), held_then) is None
    assert soon(ClosureSpan(AT - timedelta(days=1), "repair", expected_ready=date(2026, 11, 24))) == date(2026, 11, 24)
    assert soon() is None


@pytest.mark.parametrize(
    ("start", "due"),
    [
        (date(2026, 11, 16), date(2026, 11, 23)),
        (date(2026, 11, 21), date(2026, 11, 27)),
        (date(2026, 12, 23), date(2027, 1, 4)),  # Christmas Day, the substitute for Boxing Day, New Year's Day
        (date(2026, 8, 28), date(2026, 9, 7)),  # late August bank holiday in England; there is none then in Scotland
    ],
)
def test_working_days_are_those_of_england(start: date, due: date) -> None:
    assert add_working_days(start, 5) == due
