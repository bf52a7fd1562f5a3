"""A matching problem as a JSON document: read strictly, with every ref resolved, and the answer written."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

from allocation.beds.problem import HARM, NEEDS, Problem
from allocation.beds.solution import Solution
from allocation.documents import BadProblem, nearest, parse, read, write
from allocation.schema import schema

ACCESS = ("step_free", "adapted", "ground_floor")


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
    return schema(Problem, "Matching waiting households to beds")


def refuse_bad(problem: Problem) -> None:
    """Raise BadProblem where it contradicts itself: refs twice or unknown, codes unknown, a bed decided twice."""
    _refuse_twice(problem)
    _refuse_unknown_refs(problem)
    _refuse_unknown_codes(problem)
    _refuse_bad_decisions(problem)


def _refuse_twice(problem: Problem) -> None:
    for name in ("refuges", "beds", "households", "occupants"):
        seen: set[str] = set()
        for place, one in enumerate(getattr(problem, name)):
            if one.ref in seen:
                raise BadProblem(f"{name}[{place}].ref", f"{one.ref} stands here twice")
            seen.add(one.ref)
    households = {household.ref for household in problem.households}
    for place, occupant in enumerate(problem.occupants):
        if occupant.ref in households:
            raise BadProblem(f"occupants[{place}].ref", f"{occupant.ref} is the ref of a waiting household too")


def _refuse_unknown_refs(problem: Problem) -> None:
    refuges = {refuge.ref for refuge in problem.refuges}
    beds = {bed.ref for bed in problem.beds}
    people = {household.ref for household in problem.households} | {occupant.ref for occupant in problem.occupants}
    for path, ref, known in _refs(problem, refuges, beds, people):
        if ref not in known:
            raise BadProblem(path, f"there is no {ref} in this problem")


def _refs(problem: Problem, refuges: set[str], beds: set[str], people: set[str]) -> Iterator[tuple[str, str, set[str]]]:
    for place, bed in enumerate(problem.beds):
        yield f"beds[{place}].refuge", bed.refuge, refuges
    for place, occupant in enumerate(problem.occupants):
        yield f"occupants[{place}].refuge", occupant.refuge, refuges
    for place, conflict in enumerate(problem.conflicts):
        for side, ref in enumerate(conflict):
            yield f"conflicts[{place}][{side}]", ref, people
    for place, household in enumerate(problem.households):
        for name in ("only_refuges", "asked_to_leave", "maybe_asked_to_leave"):
            for ref in getattr(household, name) or ():
                yield f"households[{place}].{name}", ref, refuges
    households = {household.ref for household in problem.households}
    for place, decision in enumerate(problem.decisions):
        yield f"decisions[{place}].household", decision.household, households
        if decision.bed is not None:
            yield f"decisions[{place}].bed", decision.bed, beds


def _refuse_unknown_codes(problem: Problem) -> None:
    from allocation.beds.eligibility import BARRIERS  # noqa: PLC0415 — eligibility reads problems, and is not needed to.
    from allocation.beds.goals import GOALS  # noqa: PLC0415 — the same.

    for place, household in enumerate(problem.households):
        _known(f"households[{place}].access", household.access, ACCESS)
        _known(f"households[{place}].harm", household.harm, HARM)
        _known(f"households[{place}].needs", household.needs, NEEDS)
    for place, refuge in enumerate(problem.refuges):
        _known(f"refuges[{place}].excludes", refuge.excludes, HARM)
        _known(f"refuges[{place}].support", refuge.support, NEEDS)
    _known("rules.strictness", problem.rules.strictness, tuple(BARRIERS))
    _known("rules.round_the_clock_from", problem.rules.round_the_clock_from, NEEDS)
    _known("goals", problem.goals, tuple(GOALS))
    if len(set(problem.goals)) < len(problem.goals):
        raise BadProblem("goals", "a goal stands here twice")


def _known(path: str, codes: Iterable[str], known: tuple[str, ...]) -> None:
    for code in codes:
        if code not in known:
            raise BadProblem(path, f"{code} is not known; {nearest(code, known)}")


def _refuse_bad_decisions(problem: Problem) -> None:
    households: set[str] = set()
    beds: set[str] = set()
    for place, decision in enumerate(problem.decisions):
        if decision.household in households:
            raise BadProblem(f"decisions[{place}].household", f"{decision.household} was decided twice")
        if decision.bed is not None and decision.bed in beds:
            raise BadProblem(f"decisions[{place}].bed", f"{decision.bed} was given to two households")
        households.add(decision.household)
        if decision.bed is not None:
            beds.add(decision.bed)
