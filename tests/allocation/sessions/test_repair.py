"""Mending a plan: as few sessions touched as possible, and nothing that is booked."""

from __future__ import annotations

from dataclasses import replace

import pytest

from allocation.sessions.check import broken_rules
from allocation.sessions.goals import KEEP, PLACING
from allocation.sessions.problem import (
    Booked,
    Decision,
    Limits,
    Problem,
    Proposed,
    Resident,
    Room,
    Span,
    Worker,
)
from allocation.sessions.repair import replan
from allocation.sessions.solution import Proposal, Solution
from allocation.sessions.solver import solve
from tests.allocation.sessions.rosters import roster, span
from tests.allocation.sessions.small import DAYS, NINE, TEN, answer, proposal, session, small, worker

EFFORT = Limits(0.3)


def times(solution: Solution) -> dict[str, tuple[str, int]]:
    """Who gives which session when."""
    return {one.session: (one.worker, one.from_at) for one in solution.proposals}


def away(problem: Problem, ref: str, place: int) -> Problem:
    """The problem with a worker away on one day."""
    day = span(problem.days[place], 0, 24)
    workers = (replace(one, blocked=(*one.blocked, day)) if one.ref == ref else one for one in problem.workers)
    return replace(problem, workers=tuple(workers))


@pytest.fixture(scope="module")
def planned() -> tuple[Problem, Solution]:
    """A week of the pilot, half of it booked, and its plan."""
    problem = replace(roster(weeks=1, seed=4), limits=EFFORT)
    solution = solve(problem, explain_all=False)
    booked = [one for place, one in enumerate(solution.proposals) if place % 3 == 0]
    return with_booked(problem, booked), solution


def with_booked(problem: Problem, proposals: list[Proposal]) -> Problem:
    """The problem with some proposals booked."""
    taken = {one.session for one in proposals}
    needs = {one.ref: one.needs_ref for one in problem.wanted}
    booked = tuple(
        Booked(
            f"S-{one.session}",
            one.worker,
            one.house,
            one.from_at,
            one.until_at,
            one.residents,
            one.room,
            needs[one.session],
        )
        for one in proposals
    )
    return replace(problem, booked=booked, wanted=tuple(one for one in problem.wanted if one.ref not in taken))


def test_a_sick_day_moves_only_what_was_on_it(planned: tuple[Problem, Solution]) -> None:
    problem, before = planned
    sick = away(problem, problem.workers[2].ref, 1)
    day = problem.days[1]
    hit = {
        one.session
        for one in before.proposals
        if one.worker == problem.workers[2].ref and day.from_at <= one.from_at < day.until_at
    }
    repair = replan(sick, before, explain_all=False)
    assert broken_rules(sick, repair.solution) == []
    wanted = {one.ref for one in problem.wanted}
    assert hit & wanted
    assert {one.session for one in repair.touched if one.session in wanted} == hit & wanted
    assert all("free" in one.sentence for one in repair.touched if one.session in hit & wanted)


def test_a_plan_that_nothing_happened_to_stays_as_it_is(planned: tuple[Problem, Solution]) -> None:
    problem, before = planned
    first = replan(problem, before, explain_all=False).solution
    again = replan(problem, first, explain_all=False)
    assert again.touched == ()
    assert times(again.solution) == times(first)


def test_no_plan_exceeds_what_a_repair_says_that_none_does() -> None:
    problem = replace(roster(weeks=1, seed=4), limits=EFFORT)
    before = solve(problem, explain_all=False)
    sick = away(problem, problem.workers[4].ref, 1)
    repair = replan(sick, before, explain_all=False).solution
    assert broken_rules(sick, repair) == []
    last = tuple(Proposed(one.session, one.worker, one.from_at, one.room) for one in before.proposals)
    goals = (*PLACING, KEEP)
    best = solve(replace(sick, last=last, goals=goals, limits=Limits(2.0)), explain_all=False)
    assert [one.value for one in best.goals] <= [one.bound for one in repair.goals[: len(goals)]]
    assert [one.value for one in best.goals][:7] == [one.value for one in repair.goals][:7]


def test_a_repair_says_what_stayed_and_beside_what_it_is_proven() -> None:
    there = (worker(shifts=(replace(worker().shifts[0], until_at=NINE + 120),)),)
    before_problem = small(wanted=(session("Q-1"), session("Q-2", "R-2")), workers=there)
    before = answer(before_problem, proposal(before_problem, "Q-1", NINE), proposal(before_problem, "Q-2", TEN))
    she_cannot = replace(before_problem.residents[0], cannot=(Span(NINE, TEN),))
    problem = replace(before_problem, residents=(she_cannot, *before_problem.residents[1:]))
    repair = replan(problem, before)
    assert times(repair.solution) == {"Q-1": ("K-1", TEN), "Q-2": ("K-1", NINE)}
    (note,) = repair.solution.notes
    assert note.startswith("2 sessions were planned again; the others stay with their worker on their day.")


def test_what_stays_keeps_its_room_although_a_smaller_one_is_free_now() -> None:
    rooms = tuple(Room(f"M-{number}", "F-1", size, (span(DAYS[0], 8, 17),)) for number, size in ((1, 2), (2, 4)))
    problem = small(wanted=(session("Q-1"), session("Q-2", "R-2")), rooms=rooms, workers=(worker(), worker("K-2")))
    before = answer(problem, proposal(problem, "Q-1", NINE, room="M-2"))
    after = {one.session: one.room for one in replan(problem, before).solution.proposals}
    assert after["Q-1"] == "M-2"


def test_what_is_wanted_no_more_leaves_and_what_is_new_finds_a_time_around_the_rest() -> None:
    before_problem = small(wanted=(session("Q-1"), session("Q-2", "R-2")))
    before = solve(before_problem)
    after_problem = small(wanted=(session("Q-2", "R-2"), session("Q-3", "R-1")))
    repair = replan(after_problem, before)
    assert [(one.session, one.sentence) for one in repair.touched] == [
        ("Q-1", "It is no longer wanted."),
        ("Q-3", "It has a time now."),
    ]
    assert times(repair.solution)["Q-2"] == times(before)["Q-2"]


def test_a_session_makes_way_only_where_another_would_go_without_a_time() -> None:
    there = (worker(shifts=(replace(worker().shifts[0], until_at=NINE + 120),)),)
    problem = small(wanted=(session("Q-1"), session("Q-2", "R-2", latest_at=TEN)), workers=there)
    before = answer(problem, proposal(problem, "Q-1", NINE))
    repair = replan(problem, before)
    assert times(repair.solution) == {"Q-1": ("K-1", TEN), "Q-2": ("K-1", NINE)}
    assert repair.touched[0].sentence == "It makes way, so that others have a time."


def test_a_deadline_that_can_be_met_by_moving_another_is_met() -> None:
    there = (worker(shifts=(replace(worker().shifts[0], until_at=NINE + 120),)),)
    problem = small(wanted=(session("Q-1"), session("Q-2", "R-2", deadline_at=TEN)), workers=there)
    repair = replan(problem, answer(problem, proposal(problem, "Q-1", NINE)))
    assert broken_rules(problem, repair.solution) == []
    assert times(repair.solution)["Q-2"] == ("K-1", NINE)


WHY: list[tuple[str, Problem]] = [
    ("K-1 is no longer on the rota there then.", small(workers=(worker(shifts=worker().shifts[1:]),))),
    (
        "K-1 can no longer give it.",
        small(wanted=(session(excluded_workers=("K-1",)),), workers=(worker(), worker("K-2"))),
    ),
    ("It is wanted at another time now.", small(wanted=(session(earliest_at=TEN),))),
    (
        "She can no longer come then.",
        small(residents=(Resident("R-1", "F-1", cannot=(span(DAYS[0], 9, 10),)), Resident("R-2", "F-1"))),
    ),
    (
        "She is in another session then.",
        small(booked=(Booked("S-1", "K-2", "F-1", NINE, TEN, ("R-1",)),), workers=(worker(), worker("K-2"))),
    ),
    ("No room is free then any more.", small(rooms=(Room("M-1", "F-1", 2, (span(DAYS[0], 12, 17),)),))),
    ("K-1’s day does not hold it any more.", small(booked=(Booked("S-1", "K-1", "F-1", NINE, TEN),))),
    ("K-1 is no longer in the plan.", small(workers=(worker("K-2"),))),
    ("A person chose this time.", small(decisions=(Decision("Q-1", "K-1", TEN, "M-1"),))),
    ("It moves to another room.", small(rooms=(Room("M-9", "F-1", 2, (span(DAYS[0], 8, 17),)),))),
]


@pytest.mark.parametrize(("sentence", "problem"), WHY)
def test_it_is_told_why_a_session_could_not_stay(sentence: str, problem: Problem) -> None:
    before = answer(small(), proposal(small(), "Q-1", NINE))
    (touched,) = replan(problem, before).touched
    assert touched.sentence == sentence


def test_workers_who_left_do_not_stop_a_repair() -> None:
    problem = small(workers=(Worker("K-2", "recovery_worker"),))
    repair = replan(problem, answer(small(), proposal(small(), "Q-1", NINE)))
    assert [(one.now, one.session) for one in repair.touched] == [(None, "Q-1")]
    assert len(repair.solution.unplaced) == 1
