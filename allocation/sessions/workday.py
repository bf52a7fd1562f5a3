"""What a worker's day holds, in the model: one session at a time, the longest day, the break, and visits to houses.

A day with two houses is a row of visits, each to one of them, and travel lies between visits rather than sessions.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from allocation.sessions.duties import breaks, changes, long_shifts
from allocation.sessions.eligibility import Choice
from allocation.sessions.parts import NEAR
from allocation.sessions.problem import Shift, Worker

if TYPE_CHECKING:
    from allocation.sessions.model import Model


@dataclass
class Duty:
    """A worker's day in the model."""

    worker: Worker
    day: int
    sessions: dict[str, Any] = field(default_factory=dict)
    """By session: whether the worker gives it on that day."""
    visits: dict[tuple[int, str], Any] = field(default_factory=dict)
    """By place in the row and house: whether the worker's visit with that number is there."""


def add_duties(model: Model) -> None:
    """Say of each worker's day what it holds."""
    for ref, choices in model.choices.items():
        for key in sorted({(choice.worker, choice.day) for choice in choices}):
            duty = model.duties.setdefault(key, Duty(model.context.workers[key[0]], key[1]))
            duty.sessions[ref] = model.any_of(ref, ((one.worker, one.day) == key for one in choices))
    for key in sorted(model.duties):
        _contact(model, model.duties[key])
    for stretch in _stretches(model):
        _apart(model, stretch)


def _contact(model: Model, duty: Duty) -> None:
    """A worker's sessions on one day are no longer in all than they may be."""
    left = model.context.most_contact(duty.worker, duty.day) - model.context.contact(duty.worker.ref, duty.day)
    model.cp.add(sum(lit * model.sessions[ref].minutes for ref, lit in duty.sessions.items()) <= left)


def _stretches(model: Model) -> list[list[Duty]]:
    """Return the duties of each worker, days that are near each other together."""
    found: list[list[Duty]] = []
    ends: dict[str, int] = {}
    for _key, duty in sorted(model.duties.items()):
        starts = [at for ref in duty.sessions for one in _on(model, duty, ref) for at in one.starts]
        first, last = min(starts), max(starts) + max(model.sessions[ref].minutes for ref in duty.sessions)
        known = ends.get(duty.worker.ref)
        if known is not None and first - known < NEAR:
            found[-1].append(duty)
        else:
            found.append([duty])
        ends[duty.worker.ref] = max(last, known or last)
    return found


def _on(model: Model, duty: Duty, ref: str) -> list[Choice]:
    return [one for one in model.choices[ref] if (one.worker, one.day) == (duty.worker.ref, duty.day)]


def _apart(model: Model, stretch: Sequence[Duty]) -> None:
    """A worker is in one session at a time, with the gap after it, and has the break."""
    worker, intervals = stretch[0].worker, []
    for duty in stretch:
        for ref, lit in duty.sessions.items():
            size = model.sessions[ref].minutes + worker.gap_minutes
            intervals.append(model.cp.new_optional_fixed_size_interval_var(model.begins[ref], size, lit, ""))
    rests = _breaks(model, stretch)
    intervals += [
        model.cp.new_fixed_size_interval_var(begins, worker.long_break.minutes, "")
        for begins in rests
        if worker.long_break
    ]
    if len(intervals) > 1:
        model.cp.add_no_overlap(intervals)
    for duty in stretch:
        _visits(model, duty, rests)
    for one, other in pairwise(stretch):
        _overnight(model, one, other)


def _breaks(model: Model, stretch: Sequence[Duty]) -> list[Any]:
    """Return when the break of each long shift begins."""
    worker, found, seen = stretch[0].worker, [], set[Shift]()
    for duty in stretch:
        for shift in long_shifts(model.context, worker, duty.day):
            lines = model.context.held.get(worker.ref, [])
            if shift not in seen and worker.long_break:
                seen.add(shift)
                free = breaks(model.context, worker, worker.long_break, shift, lines)
                if free:
                    found.append(model.cp.new_int_var_from_domain(model.ranges(free), ""))
    return found


def _overnight(model: Model, one: Duty, other: Duty) -> None:
    """Travel is kept between the sessions of two days that are near each other, too."""
    for ref, lit in one.sessions.items():
        for later, later_lit in other.sessions.items():
            way = model.context.way(model.house(ref), model.house(later))
            if way:
                ends = model.begins[ref] + model.sessions[ref].minutes + one.worker.gap_minutes + way
                model.cp.add(ends <= model.begins[later]).only_enforce_if(lit, later_lit)


def _way(model: Model, one: str, other: str) -> int:
    way = model.context.way(one, other)
    return 24 * 60 if way is None else way


@dataclass
class Row:
    """The visits of a worker's day, one after the other."""

    duty: Duty
    houses: Sequence[str]
    bounds: Sequence[Any]
    """Between one visit and the next: when the first has ended, gap included."""
    arrive: dict[tuple[int, str], Any] = field(default_factory=dict)
    """By boundary and the house after it: when something can begin there, the way counted."""


def _visits(model: Model, duty: Duty, rests: Sequence[Any]) -> None:
    """A worker's day is a row of visits, each to one house, with travel between them."""
    fixed = model.context.lines.get((duty.worker.ref, duty.day), [])
    houses = sorted({model.house(ref) for ref in duty.sessions} | {house for _at, _until, house in fixed})
    if len(houses) == 1:
        return
    day = model.context.problem.days[duty.day]
    most = max(duty.worker.changes_a_day, changes(fixed)) + 1
    _which(model, duty, houses, most)
    bounds = [model.cp.new_int_var(day.from_at - NEAR, day.until_at + NEAR, "") for _ in range(most - 1)]
    row = Row(duty, houses, bounds)
    _travel(model, row)
    for ref, lit in duty.sessions.items():
        size = model.sessions[ref].minutes + duty.worker.gap_minutes
        _in_a_visit(model, row, model.house(ref), (model.begins[ref], size), lit)
    for at, until, house in fixed:
        _in_a_visit(model, row, house, (at, until - at + duty.worker.gap_minutes), 1)
    for begins in rests:
        _rest_in_a_visit(model, row, begins)


def _which(model: Model, duty: Duty, houses: Sequence[str], most: int) -> None:
    """Each visit is to one house, which is not that of the visit before it; none is left out in between."""
    for number in range(most):
        for house in houses:
            duty.visits[number, house] = model.cp.new_bool_var(f"{duty.worker.ref} {duty.day} {number} {house}")
        model.cp.add_at_most_one(duty.visits[number, house] for house in houses)
    for number in range(1, most):
        used = [sum(duty.visits[one, house] for house in houses) for one in (number - 1, number)]
        model.cp.add(used[0] >= used[1])
        for house in houses:
            model.cp.add_at_most_one(duty.visits[number - 1, house], duty.visits[number, house])


def _travel(model: Model, row: Row) -> None:
    """Note when the visit after each boundary can begin."""
    for number, bound in enumerate(row.bounds):
        for house in row.houses:
            ways = {other: _way(model, other, house) for other in row.houses if other != house}
            taken = [row.duty.visits[number, other] * way for other, way in ways.items()]
            same = len(set(ways.values())) == 1
            row.arrive[number, house] = bound + (next(iter(ways.values())) if same else sum(taken))


def _in_a_visit(model: Model, row: Row, house: str, lasts: tuple[Any, int], lit: Any) -> None:
    """A session is inside one visit to its house."""
    (begins, size), parts = lasts, []
    for number in range(len(row.bounds) + 1):
        inside = model.cp.new_bool_var("")
        parts.append(inside)
        model.cp.add_implication(inside, row.duty.visits[number, house])
        if number:
            model.cp.add(begins >= row.arrive[number - 1, house]).only_enforce_if(inside)
        if number < len(row.bounds):
            model.cp.add(begins + size <= row.bounds[number]).only_enforce_if(inside)
    model.cp.add(sum(parts) == lit)


def _rest_in_a_visit(model: Model, row: Row, begins: Any) -> None:
    """A break is not spent travelling."""
    rest = row.duty.worker.long_break
    for number, bound in enumerate(row.bounds):
        before = model.cp.new_bool_var("")
        model.cp.add(begins + (rest.minutes if rest else 0) <= bound).only_enforce_if(before)
        for house in row.houses:
            after = before.negated(), row.duty.visits[number + 1, house]
            model.cp.add(begins >= row.arrive[number, house]).only_enforce_if(*after)
