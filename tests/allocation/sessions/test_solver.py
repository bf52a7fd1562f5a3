"""Plans: against brute force, against the judge, and against what must never change them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from itertools import pairwise
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from allocation.__main__ import main
from allocation.sessions.calendar import days_from, said
from allocation.sessions.check import broken_rules
from allocation.sessions.document import read_solution, write_problem
from allocation.sessions.eligibility import Eligibility
from allocation.sessions.goals import GOALS, totals
from allocation.sessions.greedy import by_hand
from allocation.sessions.problem import (
    Booked,
    Booking,
    Decision,
    House,
    Interpreter,
    Kind,
    Limits,
    Problem,
    Proposed,
    Resident,
    Risk,
    Room,
    Shift,
    Urgency,
)
from allocation.sessions.solution import Proposal, Solution
from allocation.sessions.solver import explain, solve
from allocation.sessions.standing import Context
from tests.allocation.sessions.rosters import at, roster, span
from tests.allocation.sessions.small import DAYS, NINE, TEN, answer, session, small, tiny, worker


def values(solution: Solution) -> list[int]:
    """What a solution says that it reached, more being better."""
    return [int(GOALS[goal.goal].sense) * goal.value for goal in solution.goals]


def bounds(solution: Solution) -> list[int]:
    """What a solution says that no plan exceeds."""
    return [int(GOALS[goal.goal].sense) * goal.bound for goal in solution.goals]


def placed(solution: Solution) -> dict[str, tuple[str, int]]:
    """Who gives which session when."""
    return {one.session: (one.worker, one.from_at) for one in solution.proposals}


def every_proposal(problem: Problem, ref: str) -> Iterator[Proposal]:
    """Every way to place one session that breaks no rule by itself."""
    wanted = next(one for one in problem.wanted if one.ref == ref)
    house = next(one.house for one in problem.residents if one.ref == wanted.residents[0])
    for begins in range(0, problem.days[-1].until_at, problem.slot_minutes):
        until = begins + wanted.minutes
        late = wanted.deadline_at is not None and until > wanted.deadline_at
        for one in problem.workers:
            made = Proposal(ref, one.ref, house, f"M-{house[-1]}", begins, until, wanted.residents, late)
            if any(shift.from_at <= begins < shift.until_at for shift in one.shifts) and not broken_rules(
                problem, answer(problem, made)
            ):
                yield made


def counted(problem: Problem, plan: tuple[Proposal, ...]) -> list[int]:
    """What a plan reaches of each goal in the order that networks start with, counted from the problem alone."""
    wanted = {one.ref: one for one in problem.wanted}
    residents = {one.ref: one for one in problem.residents}
    here = [(one, wanted[one.session], residents[one.residents[0]]) for one in plan]

    def day(instant: int) -> int:
        return next(place for place, one in enumerate(problem.days) if one.from_at <= instant < one.until_at)

    in_time = [who.risk for one, what, who in here if what.kind is Kind.ASSESSMENT and not one.late]
    lines = [(one.worker, day(one.from_at), one.from_at, one.house) for one in plan]
    lines += [(one.worker, day(one.from_at), one.from_at, one.house) for one in problem.booked]
    moves = [1 for one, other in pairwise(sorted(lines)) if one[:2] == other[:2] and one[3] != other[3]]
    gladly = [
        1
        for one, _what, who in here
        if any(like.from_at <= one.from_at and one.until_at <= like.until_at for like in who.prefers)
    ]
    return [
        in_time.count(Risk.HIGH),
        in_time.count(Risk.MEDIUM),
        in_time.count(Risk.STANDARD) + in_time.count(Risk.NOT_ASSESSED),
        *(sum(what.urgency is urgency for _one, what, _who in here) for urgency in reversed(Urgency)),
        sum(what.days_since_seen for _one, what, _who in here),
        sum(one.worker == what.previous_worker for one, what, _who in here),
        0,
        len(gladly),
        -len(moves),
        -sum(day(one.from_at) - day(max(0, what.earliest_at)) for one, what, _who in here),
        0,
    ]


def best_by_trying_all(problem: Problem) -> list[int]:
    """What the best of all plans reaches."""
    ways = {one.ref: list(every_proposal(problem, one.ref)) for one in problem.wanted}
    best = counted(problem, ())
    stack: list[tuple[int, tuple[Proposal, ...]]] = [(0, ())]
    refs = sorted(ways)
    while stack:
        number, plan = stack.pop()
        if number == len(refs):
            best = max(best, counted(problem, plan))
            continue
        stack.append((number + 1, plan))
        more = ((*plan, one) for one in ways[refs[number]])
        stack += [(number + 1, longer) for longer in more if not broken_rules(problem, answer(problem, *longer))]
    return best


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10**6))
def test_a_plan_is_the_best_of_all_goal_by_goal(seed: int) -> None:
    problem = tiny(seed)
    solution = solve(problem)
    assert broken_rules(problem, solution) == []
    assert values(solution) == counted(problem, solution.proposals)
    assert values(solution) == best_by_trying_all(problem)
    assert solution.proven


def test_a_plan_of_the_pilots_size_keeps_all_rules_and_counts_are_proven() -> None:
    problem = replace(roster(seed=1), limits=Limits(2.0))
    solution = solve(problem)
    assert broken_rules(problem, solution) == []
    assert all(goal.proven for goal in solution.goals[:7])
    assert all(most >= value for most, value in zip(bounds(solution), values(solution), strict=True))


@pytest.mark.parametrize("seed", range(3))
def test_a_plan_made_by_hand_is_never_better(seed: int) -> None:
    problem = replace(crowded(seed), limits=Limits(1.0))
    context = Context(problem)
    eligibility = Eligibility(context)
    hand = by_hand(context, {one.ref: eligibility.choices(one) for one in problem.wanted}, problem.wanted)
    assert totals(context, hand.choices, hand.at) <= values(solve(problem, explain_all=False))


def crowded(seed: int) -> Problem:
    """A week in which not every session finds a time."""
    problem = roster(14, weeks=1, seed=seed)
    fewer = tuple(replace(one, shifts=one.shifts[:1]) for one in problem.workers)
    return replace(problem, workers=fewer, limits=Limits(2.0))


def test_when_there_is_no_effort_the_plan_made_by_hand_is_told_with_its_bounds() -> None:
    problem = crowded(0)
    hasty, best = solve(replace(problem, limits=Limits(0.0))), solve(problem)
    assert broken_rules(problem, hasty) == []
    assert "Time was up" in hasty.notes[0]
    assert not hasty.proven
    assert bounds(hasty) >= values(best) >= values(hasty)


@pytest.mark.parametrize("seed", range(2))
def test_the_order_in_which_things_are_told_changes_nothing(seed: int) -> None:
    problem = crowded(seed)
    random = Random(seed)  # noqa: S311 — to shuffle, the same every time.
    shuffled = replace(
        problem,
        houses=tuple(random.sample(problem.houses, len(problem.houses))),
        workers=tuple(random.sample(problem.workers, len(problem.workers))),
        residents=tuple(random.sample(problem.residents, len(problem.residents))),
        wanted=tuple(random.sample(problem.wanted, len(problem.wanted))),
        rooms=tuple(random.sample(problem.rooms, len(problem.rooms))),
        travel=tuple(random.sample(problem.travel, len(problem.travel))),
    )
    assert replace(solve(problem), seconds=0) == replace(solve(shuffled), seconds=0)


def test_one_more_room_never_worsens_what_is_placed() -> None:
    problem = crowded(1)
    house = problem.houses[0].ref
    always = tuple(span(day, 9, 17) for day in problem.days)
    more = replace(problem, rooms=(*problem.rooms, Room("M-new", house, 12, always)))
    assert values(solve(more, explain_all=False))[:7] >= values(solve(problem, explain_all=False))[:7]


@pytest.mark.parametrize("seed", range(2))
def test_what_is_said_to_help_gives_the_session_a_time_when_it_is_decided_in_the_changed_problem(seed: int) -> None:
    problem = crowded(seed)
    solution = solve(problem)
    assert solution.unplaced
    helped = 0
    for unplaced in solution.unplaced[:4]:
        assert unplaced.barriers
        assert explain(problem, solution, unplaced.session) == unplaced
        for change in unplaced.changes:
            if change.code == "not_on_rota":
                better = solve(with_a_day(problem, change.worker or "", change.from_at or 0), explain_all=False)
                assert values(better)[:7] > values(solution)[:7]
                helped += 1
    assert helped


def with_a_day(problem: Problem, ref: str, instant: int) -> Problem:
    """The problem with one worker at any house on the day of an instant, from 9:00 to 17:00."""
    day = next(one for one in problem.days if one.from_at <= instant < one.until_at)
    houses = tuple(one.ref for one in problem.houses)
    shift = Shift(at(day, 9), at(day, 17), houses)
    workers = (replace(one, shifts=(*one.shifts, shift)) if one.ref == ref else one for one in problem.workers)
    return replace(problem, workers=tuple(workers))


def test_why_is_told_and_what_would_help() -> None:
    school = (span(DAYS[0], 9, 12), span(DAYS[0], 12, 17), *(span(day, 9, 17) for day in DAYS[1:]))
    problem = small(residents=(Resident("R-1", "F-1", cannot=school), Resident("R-2", "F-1"), Resident("R-3", "F-2")))
    (unplaced,) = solve(problem).unplaced
    assert "her_times" in [one.code for one in unplaced.barriers]
    assert unplaced.changes[0].sentence == "if R-1 could come on Monday 23 November, 9:00"


def test_a_house_without_a_room_is_told_that_a_room_would_help() -> None:
    (unplaced,) = solve(small(rooms=())).unplaced
    assert [one.code for one in unplaced.barriers] == ["no_room"]
    assert unplaced.changes[0].sentence == "if F-1 had a room for 2, on Monday 23 November, 9:00"


def test_a_session_without_its_kind_of_worker_says_so() -> None:
    (unplaced,) = solve(small(wanted=(session(disciplines=("therapist",)),))).unplaced
    assert [one.code for one in unplaced.barriers] == ["no_such_worker"]
    assert unplaced.changes == ()


def test_what_is_booked_stays_and_what_is_decided_is_kept() -> None:
    booked = (Booked("S-1", "K-1", "F-1", NINE, TEN, ("R-1",), "M-1"),)
    decisions = (Decision("Q-2", "K-1", TEN, "M-1"), Decision("Q-3"))
    wanted = (session("Q-1"), session("Q-2", "R-2"), session("Q-3", "R-2"))
    problem = small(wanted=wanted, booked=booked, decisions=decisions)
    solution = solve(problem)
    assert broken_rules(problem, solution) == []
    assert placed(solution) == {"Q-1": ("K-1", TEN + 60), "Q-2": ("K-1", TEN)}
    assert [(one.session, one.decided) for one in solution.unplaced] == [("Q-3", True)]
    assert next(goal.value for goal in solution.goals if goal.goal == "place_routine_sessions") == 2


def test_a_deadline_holds_where_it_can_be_met_and_else_the_session_is_late_and_says_so() -> None:
    late = small(wanted=(session(kind=Kind.ASSESSMENT, deadline_at=NINE),))
    (proposal,) = solve(late).proposals
    assert (proposal.late, [one.code for one in proposal.asks]) == (True, ["late"])
    two = tuple(session(f"Q-{number}", f"R-{number}", deadline_at=TEN) for number in (1, 2))
    solution = solve(small(wanted=two))
    assert (len(solution.proposals), solution.proposals[0].late) == (1, False)


def test_the_assessment_at_highest_risk_comes_first() -> None:
    who = tuple(Resident(f"R-{number}", "F-1", risk) for number, risk in ((1, Risk.STANDARD), (2, Risk.HIGH)))
    wanted = tuple(
        session(f"Q-{number}", f"R-{number}", kind=Kind.ASSESSMENT, deadline_at=TEN, urgency=Urgency.URGENT)
        for number in (1, 2)
    )
    assert placed(solve(small(residents=(*who, Resident("R-3", "F-2")), wanted=wanted))) == {"Q-2": ("K-1", NINE)}


def test_an_interpreter_is_asked_for_unless_the_worker_speaks_the_language() -> None:
    needed = Interpreter("pa", Booking.BOOKED, (span(DAYS[1], 10, 11),))
    problem = small(wanted=(session(interpreter=needed),))
    (proposal,) = solve(problem).proposals
    assert (said(DAYS, proposal.from_at), [one.code for one in proposal.asks]) == (
        "Tuesday 24 November, 10:00",
        ["interpreter"],
    )
    speaking = replace(problem, workers=(worker(languages=("pa",)),))
    (proposal,) = solve(speaking).proposals
    assert (proposal.from_at, proposal.asks) == (NINE, ())


def test_a_group_is_held_when_most_can_come_and_only_they_are_kept_from_other_sessions() -> None:
    who = tuple(
        Resident(f"R-{number}", "F-1", cannot=(span(DAYS[0], 9, 17),) if number < 3 else ()) for number in (1, 2, 3)
    )
    group = session("Q-0", "R-1", "R-2", "R-3", capacity=3, fewest=1, minutes=90)
    solution = solve(
        small(
            residents=who, wanted=(group,), rooms=(Room("M-1", "F-1", 4, (span(DAYS[0], 9, 17), span(DAYS[1], 9, 17))),)
        )
    )
    (proposal,) = solution.proposals
    assert (said(DAYS, proposal.from_at), len(proposal.residents)) == ("Tuesday 24 November, 9:00", 3)


def test_rooms_that_differ_are_given_so_that_every_session_has_one() -> None:
    rooms = (
        Room("M-1", "F-1", 2, (span(DAYS[0], 9, 11),)),
        Room("M-2", "F-1", 2, (span(DAYS[0], 9, 10), span(DAYS[0], 10.5, 12))),
    )
    wanted = tuple(session(f"Q-{number}", f"R-{number}", minutes=60) for number in (1, 2))
    three = (*wanted, session("Q-3", "R-1", minutes=90))
    problem = small(rooms=rooms, wanted=three, workers=tuple(worker(f"K-{number}") for number in (1, 2, 3)))
    solution = solve(problem)
    assert broken_rules(problem, solution) == []
    assert len(solution.proposals) == 3


def test_parts_that_share_nothing_are_planned_apart_and_said_to_be() -> None:
    two = solve(replace(roster(42, weeks=1, seed=3), limits=Limits(2.0)), explain_all=False)
    assert two.parts > 1
    assert any(f"falls into {two.parts} parts" in note for note in two.notes)


@pytest.mark.parametrize("first", [date(2026, 3, 28), date(2026, 10, 24)])
def test_the_night_when_clocks_change_leaves_work_at_the_hours_that_clocks_show(first: date) -> None:
    days = days_from(first, 3)
    shifts = tuple(Shift(at(day, 9), at(day, 17), ("F-1",)) for day in days)
    wanted = tuple(session(f"Q-{number}", "R-1", need="N-1", days_apart=1) for number in range(3))
    rooms = (Room("M-1", "F-1", 2, tuple(span(day, 8, 20) for day in days)),)
    problem = small(
        days=days, workers=(worker(shifts=shifts),), wanted=wanted, rooms=rooms, houses=(House("F-1"), House("F-2"))
    )
    solution = solve(problem)
    assert broken_rules(problem, solution) == []
    assert [said(days, one.from_at).split(", ")[1] for one in solution.proposals] == ["9:00"] * 3
    hours = [other.from_at - one.from_at for one, other in pairwise(solution.proposals)]
    assert sorted(hours) == sorted([1440, 1380 if first.month == 3 else 1500])


def test_a_shift_over_the_night_when_clocks_change_is_as_long_as_it_is() -> None:
    days = days_from(date(2026, 3, 28), 3)
    night = Shift(at(days[0], 22), at(days[1], 6), ("F-1",))
    always = (span(days[0], 20, 24), span(days[1], 0.5, 8))
    rooms = (Room("M-1", "F-1", 2, (replace(always[0], until_at=at(days[1], 8)),)),)
    wanted = (session(minutes=420),)
    problem = small(
        days=days, workers=(worker(shifts=(night,), longest_contact_minutes=600),), rooms=rooms, wanted=wanted
    )
    assert night.until_at - night.from_at == 7 * 60
    assert solve(problem).proposals == ()
    fits = replace(problem, wanted=(session(minutes=120),))
    assert len(solve(fits).proposals) == 1


def test_the_last_proposal_is_kept_where_nothing_better_is_known() -> None:
    last = (Proposed("Q-1", "K-1", TEN + 45, "M-1"),)
    assert placed(solve(small(last=last))) == {"Q-1": ("K-1", TEN + 45)}


def test_the_terminal_solves_a_file_prints_a_schema_and_says_where_a_fault_is(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    problem = small()
    file = tmp_path / "problem.json"
    file.write_text(write_problem(problem), encoding="utf-8")
    assert main(["sessions", str(file)]) == 0
    assert placed(read_solution(capsys.readouterr().out)) == placed(solve(problem))
    assert main(["sessions", "--schema"]) == 0
    assert "Wanted" in json.loads(capsys.readouterr().out)["$defs"]
    file.write_text("{}", encoding="utf-8")
    assert main(["sessions", str(file)]) == 2
    assert "days: this is missing" in capsys.readouterr().err


def test_nothing_wanted_and_nobody_there_are_answers_too() -> None:
    assert solve(small(wanted=())).proven
    assert len(solve(small(workers=())).unplaced) == 1


@pytest.mark.parametrize("seed", [5, 9])
def test_every_goal_of_a_crowded_fortnight_of_the_pilot_is_proven(seed: int) -> None:
    problem = replace(roster(21, seed=seed), limits=Limits(4.0))
    solution = solve(problem, explain_all=False)
    assert solution.proven
    assert not broken_rules(problem, solution)
