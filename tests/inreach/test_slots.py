"""When a session can be: each rule broken once, and the times that nothing stands against."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from refuge.inreach import slots
from refuge.inreach.slots import Asked, Busy, Cannot, Diary, OnRota, Room, Span, free_slots, room_for, slot_at, why_not

if TYPE_CHECKING:
    from collections.abc import Callable

WALL, PANAHGHAR = 1, 2


def at(hour: float) -> datetime:
    """Return an hour of a winter day, when London's clock shows UTC."""
    return datetime(2026, 12, 1, tzinfo=UTC) + timedelta(hours=hour)


def span(begins: float, ends: float) -> Span:
    return Span(at(begins), at(ends))


ROOM = Room(7, "Quiet room", 2, [span(8, 18)], [])
DIARY = Diary(
    "Dawn", [OnRota(at(9), at(17), frozenset({WALL, PANAHGHAR}))], [], gap=timedelta(minutes=10),
    longest_day=timedelta(hours=5), rest=timedelta(minutes=30), travel={(1, 2): 30, (2, 1): 30},
)  # fmt: skip
ASKED = Asked(WALL, "WALL", 60, [ROOM], DIARY, not_before=at(8))


def with_busy(*busy: Busy) -> Asked:
    return replace(ASKED, diary=replace(DIARY, busy=busy))


def test_nothing_stands_against_a_free_time() -> None:
    assert why_not(ASKED, span(10, 11)) is None
    slot = slot_at(ASKED, at(10))
    assert slot is not None
    assert (slot.until_at, slot.room_id) == (at(11), ROOM.id)


BROKEN: list[tuple[Callable[[Asked, Span], str | None], Asked, Span, str]] = [
    (slots.it_has_passed, replace(ASKED, not_before=at(10.5)), span(10, 11), "has passed"),
    (slots.worker_is_not_there, ASKED, span(8, 9), "not on the rota at 08:00"),
    (slots.worker_is_not_there, ASKED, span(16.5, 17.5), "not on the rota"),
    (slots.worker_is_not_there, replace(ASKED, refuge_id=3, house="House 3"), span(10, 11), "at another house"),
    (slots.worker_is_taken, with_busy(Busy(at(10.5), at(11.5), WALL)), span(10, 11), "another session from 10:30"),
    (slots.worker_needs_time_between, with_busy(Busy(at(11), at(12), WALL)), span(10, 11), "needs 10 minutes"),
    (slots.worker_needs_time_between, with_busy(Busy(at(11.5), at(12), PANAHGHAR)), span(10, 11), "needs 40 minutes"),
    (slots.day_is_full, with_busy(Busy(at(9), at(11), WALL), Busy(at(12), at(14.5), WALL)), span(15, 16), "5 hours"),
    (
        slots.break_would_be_lost,
        replace(ASKED, minutes=230, diary=replace(DIARY, longest_day=None)), span(11, 14.9), "no break of 30 minutes",
    ),
    (slots.room_is_taken, replace(ASKED, rooms=[]), span(10, 11), "no room for sessions"),
    (slots.room_is_taken, replace(ASKED, people=2), span(10, 11), "holds 2 women"),
    (slots.room_is_taken, replace(ASKED, rooms=[replace(ROOM, open=[span(12, 18)])]), span(10, 11), "is open"),
    (slots.room_is_taken, replace(ASKED, rooms=[replace(ROOM, taken=[span(10.5, 11)])]), span(10, 11), "is taken"),
    (slots.she_is_taken, replace(ASKED, hers=[span(10.9, 12)]), span(10, 11), "another session from 10:54"),
    (slots.she_cannot_come, replace(ASKED, cannot=[Cannot(at(8.5), at(10.25), "School run")]), span(10, 11), "School"),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "asked", "time", "said"), BROKEN)
def test_each_rule_is_broken_once_and_says_so(
    rule: Callable[[Asked, Span], str | None], asked: Asked, time: Span, said: str
) -> None:
    assert said in (rule(asked, time) or "")
    assert rule in slots.AGAINST
    assert why_not(asked, time) is not None
    assert rule(ASKED, span(10, 11)) is None


def test_every_rule_is_violated_by_some_case() -> None:
    assert {rule for rule, *_ in BROKEN} == set(slots.AGAINST)


def test_times_that_touch_do_not_overlap() -> None:
    asked = replace(with_busy(Busy(at(11), at(12), WALL)), hers=[span(11, 12)], cannot=[Cannot(at(9), at(10), "")])
    asked = replace(asked, diary=replace(asked.diary, gap=timedelta()))
    assert why_not(asked, span(10, 11)) is None


def test_every_quarter_of_an_hour_is_offered_and_nothing_that_does_not_fit() -> None:
    starts = [slot.from_at for slot in free_slots(with_busy(Busy(at(12), at(13), WALL)))]
    assert starts[0] == at(9)
    assert at(10.75) in starts
    assert at(11) not in starts
    assert at(13.25) in starts
    assert starts[-1] == at(16)
    assert starts == sorted(set(starts))


def test_a_shift_that_begins_off_the_grid_is_offered_from_the_next_quarter() -> None:
    shift = OnRota(at(9) + timedelta(minutes=5), at(11), frozenset({WALL}))
    asked = replace(ASKED, diary=replace(DIARY, on_rota=[shift]))
    assert [slot.from_at for slot in free_slots(asked)] == [at(9.25), at(9.5), at(9.75), at(10)]


def test_the_preferred_room_is_taken_where_it_is_free_and_else_the_smallest() -> None:
    large, small = replace(ROOM, id=8, capacity=12), replace(ROOM, id=9, capacity=3)
    asked = replace(ASKED, rooms=[large, small])
    assert (room_for(asked, span(10, 11)) or ROOM).id == small.id
    assert (room_for(asked, span(10, 11), large.id) or ROOM).id == large.id


def test_a_session_without_a_room_needs_none() -> None:
    slot = slot_at(replace(ASKED, rooms=None), at(10))
    assert slot is not None
    assert slot.room_id is None


def test_a_break_is_kept_where_it_still_fits() -> None:
    morning = with_busy(Busy(at(11), at(13), WALL))
    assert slots.break_would_be_lost(morning, span(13, 14)) is None
    assert slots.break_would_be_lost(replace(morning, minutes=105), span(13, 14.75)) is not None
