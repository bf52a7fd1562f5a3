"""A problem of sessions as a JSON document: read strictly, with every ref resolved, and the answer written."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Iterator
from typing import Any

from allocation.documents import BadProblem, nearest, parse, read, write
from allocation.schema import schema
from allocation.sessions.problem import DEFAULT_GOALS, Problem, Wanted
from allocation.sessions.solution import Solution

DAY_LENGTHS = (23 * 60, 24 * 60, 25 * 60)


def read_problem(text: str) -> Problem:
    """Return the problem that a JSON text holds; raise BadProblem with the path of the first fault."""
    problem: Problem = read(Problem, parse(text))
    refuse_bad(problem)
    return problem


def write_problem(problem: Problem) -> str:
    """Return the problem as a JSON text that `read_problem` takes."""
    return json.dumps(write(problem), ensure_ascii=False, indent=2)


def write_solution(solution: Solution) -> str:
    """Return the answer as a JSON text."""
    return json.dumps(write(solution), ensure_ascii=False, indent=2)


def read_solution(text: str) -> Solution:
    """Return the answer that a JSON text holds, as `write_solution` wrote it."""
    solution: Solution = read(Solution, json.loads(text))
    return solution


def problem_schema() -> dict[str, Any]:
    """Return the JSON Schema of a problem."""
    return schema(Problem, "Planning sessions of workers with residents")


def refuse_bad(problem: Problem) -> None:
    """Raise BadProblem where it contradicts itself: refs twice or unknown, days that do not follow, times reversed."""
    for refuse in (_days, _grid, _twice, _unknown_refs, _spans, _wanted, _booked, _decisions, _goals):
        refuse(problem)


def _days(problem: Problem) -> None:
    if not problem.days:
        raise BadProblem("days", "at least one day is needed")
    at, on = 0, problem.days[0].on
    for place, day in enumerate(problem.days):
        if day.from_at != at:
            raise BadProblem(f"days[{place}].from_at", f"{at} is needed, where the day before ends")
        if day.on.toordinal() != on.toordinal() + place:
            raise BadProblem(f"days[{place}].on", "the day after the one before is needed")
        if day.until_at - day.from_at not in DAY_LENGTHS:
            raise BadProblem(f"days[{place}].until_at", "a day lasts 23, 24 or 25 hours")
        at = day.until_at


def _grid(problem: Problem) -> None:
    if 60 % problem.slot_minutes:
        raise BadProblem("slot_minutes", f"an hour is not a multiple of {problem.slot_minutes}")


def _twice(problem: Problem) -> None:
    for name in ("houses", "rooms", "workers", "residents", "wanted", "booked"):
        _refuse_twice(name, (one.ref for one in getattr(problem, name)), "ref")
    _refuse_twice("decisions", (one.session for one in problem.decisions), "session")
    _refuse_twice("last", (one.session for one in problem.last), "session")
    _refuse_twice("days", (str(one.on) for one in problem.days), "on")
    pairs: set[tuple[str, str]] = set()
    for place, one in enumerate(problem.travel):
        if (one.from_house, one.to_house) in pairs:
            raise BadProblem(f"travel[{place}]", f"{one.from_house} to {one.to_house} stands here twice")
        pairs.add((one.from_house, one.to_house))


def _refuse_twice(name: str, refs: Iterable[str], key: str) -> None:
    seen: set[str] = set()
    for place, ref in enumerate(refs):
        if ref in seen:
            raise BadProblem(f"{name}[{place}].{key}", f"{ref} stands here twice")
        seen.add(ref)


def _unknown_refs(problem: Problem) -> None:
    known: dict[str, Collection[str]] = {
        name: {one.ref for one in getattr(problem, name)}
        for name in ("houses", "rooms", "workers", "residents", "wanted")
    }
    for path, ref, kind in _refs(problem):
        if ref is not None and ref not in known[kind]:
            raise BadProblem(path, f"there is no {ref} among the {kind} of this problem")


def _refs(problem: Problem) -> Iterator[tuple[str, str | None, str]]:
    for place, room in enumerate(problem.rooms):
        yield f"rooms[{place}].house", room.house, "houses"
    for place, worker in enumerate(problem.workers):
        for number, shift in enumerate(worker.shifts):
            yield from _each(f"workers[{place}].shifts[{number}].houses", shift.houses, "houses")
    for place, way in enumerate(problem.travel):
        yield f"travel[{place}].from_house", way.from_house, "houses"
        yield f"travel[{place}].to_house", way.to_house, "houses"
    for place, resident in enumerate(problem.residents):
        yield f"residents[{place}].house", resident.house, "houses"
    for place, wanted in enumerate(problem.wanted):
        yield from _refs_of_wanted(f"wanted[{place}]", wanted)
    for place, booked in enumerate(problem.booked):
        yield f"booked[{place}].worker", booked.worker, "workers"
        yield f"booked[{place}].house", booked.house, "houses"
        yield f"booked[{place}].room", booked.room, "rooms"
        yield from _each(f"booked[{place}].residents", booked.residents, "residents")
    for name in ("decisions", "last"):
        for place, one in enumerate(getattr(problem, name)):
            yield f"{name}[{place}].session", one.session, "wanted"
            yield f"{name}[{place}].worker", one.worker, "workers"
            yield f"{name}[{place}].room", one.room, "rooms"


def _refs_of_wanted(path: str, wanted: Wanted) -> Iterator[tuple[str, str | None, str]]:
    yield from _each(f"{path}.residents", wanted.residents, "residents")
    yield from _each(f"{path}.workers", wanted.workers or (), "workers")
    yield from _each(f"{path}.excluded_workers", wanted.excluded_workers, "workers")
    yield f"{path}.preferred_worker", wanted.preferred_worker, "workers"
    yield f"{path}.previous_worker", wanted.previous_worker, "workers"
    yield f"{path}.house", wanted.house, "houses"


def _each(path: str, refs: Iterable[str], kind: str) -> Iterator[tuple[str, str, str]]:
    for place, ref in enumerate(refs):
        yield f"{path}[{place}]", ref, kind


def _spans(problem: Problem) -> None:
    for path, one in _all_spans(problem):
        if one.until_at <= one.from_at:
            raise BadProblem(f"{path}.until_at", "a time after from_at is needed")


def _all_spans(problem: Problem) -> Iterator[tuple[str, Any]]:
    """Return everything that lasts from one instant until another, with its path."""
    lasting: dict[str, Callable[[Any], dict[str, Iterable[Any]]]] = {
        "houses": lambda one: {"childcare": one.childcare or ()},
        "rooms": lambda one: {"open": one.open, "blocked": one.blocked},
        "workers": lambda one: {"shifts": one.shifts, "blocked": one.blocked},
        "residents": lambda one: {"cannot": one.cannot, "prefers": one.prefers},
        "wanted": lambda one: {"interpreter.windows": one.interpreter.windows if one.interpreter else ()},
    }
    for name, inside in lasting.items():
        for place, one in enumerate(getattr(problem, name)):
            for key, spans in inside(one).items():
                yield from ((f"{name}[{place}].{key}[{number}]", span) for number, span in enumerate(spans))
    yield from ((f"booked[{place}]", one) for place, one in enumerate(problem.booked))


def _wanted(problem: Problem) -> None:
    lives_in = {resident.ref: resident.house for resident in problem.residents}
    for place, wanted in enumerate(problem.wanted):
        path = f"wanted[{place}]"
        if not wanted.residents:
            raise BadProblem(f"{path}.residents", "at least one resident is needed")
        _refuse_twice(f"{path}.residents", wanted.residents, "ref")
        house = wanted.house or lives_in[wanted.residents[0]]
        for number, ref in enumerate(wanted.residents):
            if lives_in[ref] != house:
                raise BadProblem(f"{path}.residents[{number}]", f"{ref} does not live in {house}, where it takes place")
        if wanted.capacity is not None and wanted.fewest > wanted.capacity:
            raise BadProblem(f"{path}.fewest", "no more than the capacity can be needed")
        if wanted.latest_at is not None and wanted.latest_at < wanted.earliest_at:
            raise BadProblem(f"{path}.latest_at", "a time after earliest_at is needed")


def _booked(problem: Problem) -> None:
    rooms = {room.ref: room.house for room in problem.rooms}
    for place, one in enumerate(problem.booked):
        if one.room is not None and rooms[one.room] != one.house:
            raise BadProblem(f"booked[{place}].room", f"{one.room} is not in {one.house}")


def _decisions(problem: Problem) -> None:
    rooms = {room.ref: room.house for room in problem.rooms}
    lives_in = {resident.ref: resident.house for resident in problem.residents}
    wanted = {one.ref: one for one in problem.wanted}
    for place, one in enumerate(problem.decisions):
        session = wanted[one.session]
        house = session.house or lives_in[session.residents[0]]
        if one.room is not None and rooms[one.room] != house:
            raise BadProblem(f"decisions[{place}].room", f"{one.room} is not in {house}, where {one.session} is")
        if one.worker is not None and session.needs_room and one.room is None:
            raise BadProblem(f"decisions[{place}].room", f"{one.session} needs a room")


def _goals(problem: Problem) -> None:
    for name in problem.goals:
        if name not in DEFAULT_GOALS:
            raise BadProblem("goals", f"{name} is not known; {nearest(name, DEFAULT_GOALS)}")
    if len(set(problem.goals)) < len(problem.goals):
        raise BadProblem("goals", "a goal stands here twice")
