"""What follows from a worker's day as a whole, told to the solver so that it can prove sooner: no rule of its own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from allocation.sessions.duties import breaks, long_shifts
from allocation.sessions.eligibility import Choice

if TYPE_CHECKING:
    from allocation.sessions.model import Model
    from allocation.sessions.workday import Duty

MOST_WINDOWS = 24
"""For how many windows of a day it is said how many sessions they hold."""


def add_cuts(model: Model) -> None:
    """Tell how much each window of a day holds, and that a house is visited before anybody is seen there."""
    for key in sorted(model.duties):
        _windows(model, model.duties[key])
        _houses(model, model.duties[key])


def _windows(model: Model, duty: Duty) -> None:
    """Sessions that can only begin and end inside a window are no longer together than it is, gaps included."""
    inside = [
        (choice, lit, choice.starts[0], choice.starts[-1] + model.sessions[ref].minutes)
        for ref in duty.sessions
        for choice, lit in zip(model.choices[ref], model.lit[ref], strict=True)
        if (choice.worker, choice.day) == (duty.worker.ref, duty.day)
    ]
    windows = {(low, high) for _choice, _lit, low, high in inside}
    windows.add((min(low for low, _high in windows), max(high for _low, high in windows)))
    ranked = sorted(windows, key=lambda one: (-sum(one[0] <= low and high <= one[1] for *_, low, high in inside), one))
    for low, high in ranked[:MOST_WINDOWS]:
        within = [(choice, lit) for choice, lit, begins, ends in inside if low <= begins and ends <= high]
        _fill(model, duty, (low, high), within, moves=_moves(model, duty) if len(within) == len(inside) else [])


def _fill(
    model: Model,
    duty: Duty,
    window: tuple[int, int],
    within: Sequence[tuple[Choice, Any]],
    moves: Sequence[tuple[int, Any]],
) -> None:
    """Sessions, the break and the ways between houses fit into a window one after the other.

    A session is followed by its gap, up to the next beginning on the grid; only before a break or a way it may be less,
    and the last one may end with the window.
    """
    step, gap = model.step, duty.worker.gap_minutes
    lasts = [model.sessions[one.session].minutes + gap for one, _lit in within]
    sizes = [-(-one // step) * step for one in lasts]
    less = max(size - one for size, one in zip(sizes, lasts, strict=True))
    rest = _rest_inside(model, duty, window)
    room = window[1] - window[0] + gap + less - max(0, rest - less)
    travel = sum(max(0, way - less) * lit for way, lit in moves)
    lits = [lit for _one, lit in within]
    if sum(sizes) + sum(way for way, _lit in moves) > room:
        model.cp.add(sum(size * lit for size, lit in zip(sizes, lits, strict=True)) + travel <= room)
        model.cp.add(sum(lits) <= max(0, room // min(sizes)))


def _moves(model: Model, duty: Duty) -> list[tuple[int, Any]]:
    """Return the changes of house on a day with nothing fixed, and how long the way takes at least."""
    houses = {house for _number, house in duty.visits}
    ways = [model.context.way(one, other) for one in houses for other in houses if one != other]
    least = min((way for way in ways if way is not None), default=0)
    if model.context.lines.get((duty.worker.ref, duty.day)):
        return []
    return [(least, lit) for (number, _house), lit in duty.visits.items() if number]


def _rest_inside(model: Model, duty: Duty, window: tuple[int, int]) -> int:
    """Return how long the break lasts that lies in a window whenever it is taken; 0: none does."""
    context, worker, rest = model.context, duty.worker, duty.worker.long_break
    for shift in long_shifts(context, worker, duty.day):
        if rest and shift.from_at + rest.not_in_first >= window[0] and shift.until_at - rest.not_in_last <= window[1]:
            return rest.minutes if breaks(context, worker, rest, shift, context.held.get(worker.ref, [])) else 0
    return 0


def _houses(model: Model, duty: Duty) -> None:
    """Nobody is seen in a house that is not visited, and no more in all than a day holds."""
    most = model.context.most_contact(duty.worker, duty.day)
    for house in sorted({house for _number, house in duty.visits}):
        here = [(lit, model.sessions[ref].minutes) for ref, lit in duty.sessions.items() if model.house(ref) == house]
        visited = sum(lit for (_number, other), lit in duty.visits.items() if other == house)
        if here:
            model.cp.add(sum(lit * minutes for lit, minutes in here) <= most * visited)
            model.cp.add(sum(lit for lit, _minutes in here) <= most // min(one for _lit, one in here) * visited)
        for lit, _minutes in here:
            model.cp.add(lit <= visited)
