"""What simpler ways reach on the same problems: earliest deadline first, and a plain model slot by slot."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ortools.sat.python import cp_model

from allocation.sessions.eligibility import Choice
from allocation.sessions.greedy import Board, Plan
from allocation.sessions.problem import Wanted
from allocation.sessions.standing import Context

Slots = list[tuple[Wanted, Choice, int, Any]]


def earliest_deadline_first(context: Context, choices: Mapping[str, Sequence[Choice]]) -> Plan:
    """Return what comes of giving each session the first time that is free, those due first before others."""
    board = Board(Context(context.problem))
    for wanted in sorted(context.problem.wanted, key=lambda one: (one.deadline_at or context.latest(one), one.ref)):
        ways = sorted((at, choice.worker, choice) for choice in choices[wanted.ref] for at in choice.starts)
        for at, _worker, choice in ways:
            room = board.room(wanted, at)
            if (room is not None or not wanted.needs_room) and board.fits(wanted, choice, at):
                board.put(wanted, choice, at, room)
                break
    return board.plan


@dataclass(frozen=True)
class Found:
    """What a plain model found."""

    placed: int
    bound: int
    variables: int


def slot_by_slot(context: Context, choices: Mapping[str, Sequence[Choice]], seconds: float) -> Found:
    """Return how many sessions a time-indexed model places: a yes or no for each session, worker and beginning.

    At most one session at a time for a worker, a resident and a house's rooms, travel between any two houses, the
    longest day and the spacing of needs. Breaks and goals after the first are left out: it is the textbook's model.
    """
    model = cp_model.CpModel()
    slots: Slots = [
        (context.wanted[ref], choice, at, model.new_bool_var(""))
        for ref in sorted(choices)
        for choice in choices[ref]
        for at in choice.starts
    ]
    for group in _cliques(context, slots):
        model.add_at_most_one(group)
    _counts(context, model, slots)
    model.maximize(sum(lit for *_, lit in slots))
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.max_time_in_seconds = seconds
    solver.solve(model)
    return Found(round(solver.objective_value), round(solver.best_objective_bound), len(slots))


def _cliques(context: Context, slots: Slots) -> list[list[Any]]:
    """Return the slots of which no two are used: of a session, and of a worker or resident at a time."""
    step = context.problem.slot_minutes
    found: dict[tuple[object, ...], list[Any]] = defaultdict(list)
    for wanted, choice, at, lit in slots:
        found["session", wanted.ref].append(lit)
        gap = context.workers[choice.worker].gap_minutes
        for cell in range(at // step, -(-(at + wanted.minutes + gap) // step)):
            found["worker", choice.worker, cell].append(lit)
        for cell in range(at // step, -(-(at + wanted.minutes) // step)):
            for resident in choice.come:
                found["resident", resident, cell].append(lit)
    return [*found.values(), *_travel(context, slots)]


def _travel(context: Context, slots: Slots) -> list[list[Any]]:
    """Return each slot with those of other houses that begin before its worker can be there."""
    step = context.problem.slot_minutes
    begins: dict[tuple[str, int], list[tuple[str, Any]]] = defaultdict(list)
    for wanted, choice, at, lit in slots:
        begins[choice.worker, at // step].append((context.house_of(wanted), lit))
    found = []
    for wanted, choice, at, lit in slots:
        house = context.house_of(wanted)
        until = at + wanted.minutes + context.workers[choice.worker].gap_minutes
        too_soon = [
            other_lit
            for cell in range(until // step, (until + (max(context.travel.values(), default=0))) // step)
            for other, other_lit in begins.get((choice.worker, cell), ())
            if other != house and cell * step < until + (context.way(house, other) or 0)
        ]
        if too_soon:
            found.append([lit, *too_soon])
    return found


def _counts(context: Context, model: cp_model.CpModel, slots: Slots) -> None:
    """Let rooms, longest days and needs hold no more than they do."""
    step = context.problem.slot_minutes
    rooms: dict[tuple[str, int], list[Any]] = defaultdict(list)
    days: dict[tuple[str, int], list[Any]] = defaultdict(list)
    needs: dict[tuple[str, int], list[Any]] = defaultdict(list)
    for wanted, choice, at, lit in slots:
        house = context.house_of(wanted)
        for cell in range(at // step, -(-(at + wanted.minutes) // step)):
            rooms[house, cell].append(lit)
        days[choice.worker, choice.day].append(lit * wanted.minutes)
        for day in range(choice.day, choice.day + context.apart[wanted.needs_ref]):
            needs[wanted.needs_ref, day].append(lit)
    for (house, _cell), lits in rooms.items():
        model.add(sum(lits) <= len(context.rooms_of[house]))
    for (worker, day), minutes in days.items():
        model.add(sum(minutes) <= context.most_contact(context.workers[worker], day))
    for lits in needs.values():
        model.add_at_most_one(lits)
