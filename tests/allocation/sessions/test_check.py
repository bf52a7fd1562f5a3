"""The judge: every rule broken once, and a plan that keeps them all passed."""

from __future__ import annotations

from dataclasses import replace

import pytest

from allocation.sessions.check import broken_rules
from allocation.sessions.problem import (
    Booked,
    Booking,
    Break,
    Decision,
    House,
    Interpreter,
    Problem,
    Resident,
    Room,
    Span,
)
from allocation.sessions.solution import Proposal
from tests.allocation.sessions.rosters import at, span
from tests.allocation.sessions.small import DAYS, ELEVEN, NINE, NOON, TEN, answer, proposal, session, small, worker

HOUR = Span(NINE, TEN)
PAIR = (session("Q-1", "R-1"), session("Q-2", "R-2"))
BOTH = (worker("K-1", "F-1", "F-2"),)
ONE_NEED = (session("Q-1", need="N-1"), session("Q-2", need="N-1"))
LUNCH = Break(60, 300, 150, 150)
"""From 11:30 to 14:30: an hour."""

Case = tuple[str, Problem, tuple[tuple[str, int, dict[str, object]], ...]]
"""The rule that is broken, the problem, and proposals by session and beginning."""

CASES: list[Case] = [
    ("begins_on_the_grid", small(), (("Q-1", NINE + 5, {}),)),
    ("lasts_as_long_as_wanted", small(), (("Q-1", NINE, {"until_at": NINE + 45}),)),
    ("is_in_its_time", small(wanted=(session(earliest_at=TEN),)), (("Q-1", NINE, {}),)),
    ("is_in_its_time", small(wanted=(session(latest_at=TEN),)), (("Q-1", NINE + 15, {}),)),
    ("is_in_its_house", small(workers=BOTH), (("Q-1", NINE, {"house": "F-2", "room": "M-2"}),)),
    ("has_the_right_worker", small(wanted=(session(disciplines=("therapist",)),)), (("Q-1", NINE, {}),)),
    ("has_the_right_worker", small(wanted=(session(workers=()),)), (("Q-1", NINE, {}),)),
    ("has_the_right_worker", small(wanted=(session(excluded_workers=("K-1",)),)), (("Q-1", NINE, {}),)),
    ("has_the_right_worker", small(wanted=(session(worker_gender="woman"),)), (("Q-1", NINE, {}),)),
    ("is_on_the_rota", small(), (("Q-1", at(DAYS[0], 16, 15), {}),)),
    ("is_on_the_rota", small(wanted=(session("Q-1", "R-3"),)), (("Q-1", NINE, {}),)),
    ("worker_is_not_away", small(workers=(worker(blocked=(HOUR,)),)), (("Q-1", NINE + 45, {}),)),
    ("she_can_come", small(residents=(Resident("R-1", "F-1", cannot=(HOUR,)),)), (("Q-1", NINE + 45, {}),)),
    ("those_come_who_must", small(wanted=(session("Q-1", "R-1", "R-2"),)), (("Q-1", NINE, {"residents": ("R-1",)}),)),
    (
        "those_come_who_must",
        small(wanted=(session("Q-1", "R-1", "R-2", capacity=1),)),
        (("Q-1", NINE, {}),),
    ),
    (
        "those_come_who_must",
        small(wanted=(session("Q-1", "R-1", "R-2", capacity=2, fewest=2),)),
        (("Q-1", NINE, {"residents": ("R-1",)}),),
    ),
    ("has_a_room", small(), (("Q-1", NINE, {"room": None}),)),
    ("has_a_room", small(), (("Q-1", NINE, {"room": "M-2"}),)),
    ("has_a_room", small(rooms=(Room("M-1", "F-1", 1, (span(DAYS[0], 8, 20),)),)), (("Q-1", NINE, {}),)),
    ("has_a_room", small(rooms=(Room("M-1", "F-1", 2, (span(DAYS[0], 10, 20),)),)), (("Q-1", NINE, {}),)),
    ("has_a_room", small(rooms=(Room("M-1", "F-1", 2, (span(DAYS[0], 8, 20),), (HOUR,)),)), (("Q-1", NINE, {}),)),
    (
        "interpreter_is_there",
        small(wanted=(session(interpreter=Interpreter("pa", Booking.CONFIRMED, (HOUR,))),)),
        (("Q-1", TEN, {}),),
    ),
    (
        "children_are_minded",
        small(wanted=(session(childcare=True),), houses=(House("F-1", (HOUR,)), House("F-2"))),
        (("Q-1", TEN, {}),),
    ),
    ("worker_is_in_one_place", small(wanted=PAIR), (("Q-1", NINE, {}), ("Q-2", NINE, {}))),
    (
        "worker_is_in_one_place",
        small(wanted=PAIR, workers=(worker(gap_minutes=15),)),
        (("Q-1", NINE, {}), ("Q-2", TEN, {})),
    ),
    (
        "worker_is_in_one_place",
        small(wanted=(*PAIR[:1], session("Q-2", "R-3")), workers=BOTH),
        (("Q-1", NINE, {}), ("Q-2", TEN + 15, {})),
    ),
    (
        "worker_is_in_one_place",
        small(wanted=(*PAIR[:1], session("Q-2", "R-3")), workers=BOTH, travel=()),
        (("Q-1", NINE, {}), ("Q-2", NOON, {})),
    ),
    (
        "worker_is_in_one_place",
        small(booked=(Booked("S-1", "K-1", "F-1", NINE, TEN),)),
        (("Q-1", NINE + 30, {}),),
    ),
    (
        "resident_is_in_one_session",
        small(wanted=(session("Q-1"), session("Q-2", needs_room=False)), workers=(worker(), worker("K-2"))),
        (("Q-1", NINE, {}), ("Q-2", NINE + 30, {"worker": "K-2"})),
    ),
    (
        "room_holds_one_session",
        small(wanted=PAIR, workers=(worker(), worker("K-2"))),
        (("Q-1", NINE, {}), ("Q-2", NINE + 30, {"worker": "K-2"})),
    ),
    (
        "day_is_not_too_full",
        small(wanted=PAIR, workers=(worker(longest_contact_minutes=90),)),
        (("Q-1", NINE, {}), ("Q-2", TEN, {})),
    ),
    ("day_is_not_too_full", small(workers=(worker(free_percent=90),)), (("Q-1", NINE, {}),)),
    (
        "house_changes_seldom",
        small(wanted=(*PAIR[:1], session("Q-2", "R-3")), workers=(replace(BOTH[0], changes_a_day=0),)),
        (("Q-1", NINE, {}), ("Q-2", ELEVEN, {})),
    ),
    (
        "worker_has_a_break",
        small(wanted=(session(minutes=180),), workers=(worker(long_break=LUNCH),)),
        (("Q-1", at(DAYS[0], 11, 45), {}),),
    ),
    (
        "need_is_spaced",
        small(wanted=(replace(ONE_NEED[0], days_apart=1), ONE_NEED[1])),
        (("Q-1", NINE, {}), ("Q-2", TEN, {})),
    ),
    (
        "need_is_spaced",
        small(
            wanted=(session(need="N-1", days_apart=2),), booked=(Booked("S-1", "K-1", "F-1", NINE, TEN, need="N-1"),)
        ),
        (("Q-1", at(DAYS[1], 9), {}),),
    ),
    ("need_keeps_its_order", small(wanted=ONE_NEED), (("Q-1", TEN, {}), ("Q-2", NINE, {}))),
    ("deadline_kept_where_it_can_be", small(wanted=(session(deadline_at=NOON),)), (("Q-1", NOON, {}),)),
    ("late_is_said", small(wanted=(session(deadline_at=NOON),)), (("Q-1", NINE, {"late": True}),)),
    ("decisions_kept", small(decisions=(Decision("Q-1", "K-1", TEN, "M-1"),)), (("Q-1", NINE, {}),)),
    ("known_refs", small(), (("Q-1", NINE, {"worker": "K-9"}),)),
]


def made(problem: Problem, told: tuple[tuple[str, int, dict[str, object]], ...]) -> list[Proposal]:
    """The proposals of a case."""
    return [replace(proposal(problem, ref, begins), **more) for ref, begins, more in told]  # type: ignore[arg-type]


@pytest.mark.parametrize(("rule", "problem", "told"), CASES)
def test_each_rule_is_seen_when_it_is_broken(
    rule: str, problem: Problem, told: tuple[tuple[str, int, dict[str, object]], ...]
) -> None:
    assert rule in {one.rule for one in broken_rules(problem, answer(problem, *made(problem, told)))}


def test_a_plan_that_keeps_all_rules_is_passed() -> None:
    problem = small(wanted=(session("Q-1"), session("Q-2", "R-3")), workers=(replace(BOTH[0], long_break=LUNCH),))
    plan = answer(problem, proposal(problem, "Q-1", TEN), proposal(problem, "Q-2", at(DAYS[0], 13)))
    assert broken_rules(problem, plan) == []


def test_a_session_that_is_answered_twice_or_not_at_all_is_seen() -> None:
    problem = small()
    twice = answer(problem, proposal(problem, "Q-1", NINE), proposal(problem, "Q-1", TEN))
    missing = replace(answer(problem), unplaced=())
    for plan in (twice, missing):
        assert "everyone_answered" in {one.rule for one in broken_rules(problem, plan)}


def test_a_late_session_passes_where_no_time_before_its_deadline_was_possible() -> None:
    problem = small(wanted=(session(deadline_at=NINE),))
    assert broken_rules(problem, answer(problem, proposal(problem, "Q-1", NINE))) == []


def test_what_is_booked_may_break_rules_by_itself_but_nothing_may_be_added_to_it() -> None:
    booked = tuple(Booked(f"S-{number}", "K-1", "F-1", NINE, TEN) for number in (1, 2))
    problem = small(booked=booked)
    assert broken_rules(problem, answer(problem)) == []
    assert broken_rules(problem, answer(problem, proposal(problem, "Q-1", TEN))) == []
