"""What would change it: each kind of change is made in the problem as it is told, and the problem solved again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from allocation.sessions.check import broken_rules
from allocation.sessions.problem import Booking, House, Interpreter, Problem, Resident, Room, Shift
from allocation.sessions.solution import Change
from allocation.sessions.solver import solve
from tests.allocation.sessions.rosters import at, span
from tests.allocation.sessions.small import DAYS, NINE, TEN, session, small, worker

HOUR = span(DAYS[0], 9, 10)
Mend = Callable[[Problem, Change], Problem]


def she_could_come(problem: Problem, change: Change) -> Problem:
    """Nothing keeps the women during the hour told."""
    until = (change.from_at or 0) + 60
    free = tuple(
        replace(one, cannot=tuple(span for span in one.cannot if span.until_at <= until - 60 or until <= span.from_at))
        for one in problem.residents
    )
    return replace(problem, residents=free)


def it_could_be_later(problem: Problem, change: Change) -> Problem:
    """It may end when the session told would end."""
    late = tuple(replace(one, latest_at=(change.from_at or 0) + one.minutes) for one in problem.wanted)
    return replace(problem, wanted=late)


def the_interpreter_were_there(problem: Problem, change: Change) -> Problem:
    """The interpreter is there at the time told."""
    begins = change.from_at or 0
    there = (replace(HOUR, from_at=begins, until_at=begins + 60),)
    return replace(
        problem,
        wanted=tuple(
            replace(one, interpreter=replace(one.interpreter, windows=there)) if one.interpreter else one
            for one in problem.wanted
        ),
    )


def it_could_be_nearer(problem: Problem, _change: Change) -> Problem:
    """No days need lie between the sessions of the need."""
    return replace(problem, wanted=tuple(replace(one, days_apart=0) for one in problem.wanted))


def children_were_minded(problem: Problem, change: Change) -> Problem:
    """Somebody minds children at the time told."""
    begins = change.from_at or 0
    minded = (replace(HOUR, from_at=begins, until_at=begins + 60),)
    return replace(problem, houses=tuple(replace(one, childcare=minded) for one in problem.houses))


def the_house_had_another_room(problem: Problem, _change: Change) -> Problem:
    """The first house has one more room."""
    return replace(problem, rooms=(*problem.rooms, Room("M-9", "F-1", 2, tuple(span(day, 8, 20) for day in DAYS))))


def the_worker_worked(problem: Problem, change: Change) -> Problem:
    """The worker told is at the first house on the day told."""
    day = next(one for one in DAYS if one.from_at <= (change.from_at or 0) < one.until_at)
    shift = Shift(at(day, 9), at(day, 17), ("F-1",))
    more = (replace(one, shifts=(*one.shifts, shift)) if one.ref == change.worker else one for one in problem.workers)
    return replace(problem, workers=tuple(more))


def there_were_another_worker(problem: Problem, _change: Change) -> Problem:
    """There is one more worker of that kind, with the same hours."""
    return replace(problem, workers=(*problem.workers, replace(problem.workers[0], ref="K-9", blocked=())))


ONE_HOUR = (worker(shifts=(Shift(NINE, TEN, ("F-1",)),)),)
HELPED: dict[str, tuple[Problem, Mend]] = {
    "her_times": (
        small(workers=ONE_HOUR, residents=(Resident("R-1", "F-1", cannot=(HOUR,)), Resident("R-2", "F-1"))),
        she_could_come,
    ),
    "out_of_time": (small(wanted=(session(latest_at=NINE),)), it_could_be_later),
    "interpreter": (
        small(wanted=(session(interpreter=Interpreter("pa", Booking.CONFIRMED, (span(DAYS[0], 6, 7),))),)),
        the_interpreter_were_there,
    ),
    "spacing": (
        small(wanted=tuple(session(f"Q-{number}", need="N-1", days_apart=3) for number in (1, 2))),
        it_could_be_nearer,
    ),
    "childcare": (
        small(wanted=(session(childcare=True),), houses=(House("F-1", (span(DAYS[0], 6, 7),)), House("F-2"))),
        children_were_minded,
    ),
    "no_room": (
        small(
            workers=tuple(replace(ONE_HOUR[0], ref=f"K-{number}") for number in (1, 2)),
            wanted=(session("Q-1"), session("Q-2", "R-2")),
        ),
        the_house_had_another_room,
    ),
    "not_on_rota": (small(workers=ONE_HOUR, wanted=(session("Q-1"), session("Q-2", "R-2"))), the_worker_worked),
    "worker_busy": (
        small(
            workers=ONE_HOUR,
            wanted=(session("Q-1"), session("Q-2", "R-2")),
            rooms=tuple(Room(f"M-{number}", "F-1", 4, tuple(span(day, 8, 20) for day in DAYS)) for number in (1, 2)),
        ),
        there_were_another_worker,
    ),
}
"""By kind of change: a problem in which a session has no time, and the change as staff would make it."""


@pytest.mark.parametrize("code", HELPED)
def test_what_is_said_to_help_helps_when_it_is_done_and_costs_nobody_a_time(code: str) -> None:
    problem, mend = HELPED[code]
    before = solve(problem)
    (unplaced,) = before.unplaced
    change = next(one for one in unplaced.changes if one.code == code)
    changed = mend(problem, change)
    after = solve(changed)
    assert broken_rules(changed, after) == []
    assert {one.session for one in after.proposals} == {*(one.session for one in before.proposals), unplaced.session}
