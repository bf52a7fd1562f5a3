"""What follows from a worker's day as a whole, told to the solver so that it can prove sooner: no rule of its own."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

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
    ranked = sorted(windows, key=lambda one: (-sum(one[0] <= low and high <= one[1] for *_, low, high in inside), one))
    for low, high in ranked[:MOST_WINDOWS]:
        within = [(choice, lit) for choice, lit, begins, ends in inside if low <= begins and ends <= high]
        _fill(model, duty, high - low, within)


def _fill(model: Model, duty: Duty, minutes: int, within: Iterable[tuple[Choice, Any]]) -> None:
    step, gap = model.step, duty.worker.gap_minutes
    sizes = [(-(-(model.sessions[one.session].minutes + gap) // step) * step, one, lit) for one, lit in within]
    spare = max(size - model.sessions[one.session].minutes for size, one, _lit in sizes)
    room = minutes + spare
    if sum(size for size, _one, _lit in sizes) > room:
        model.cp.add(sum(size * lit for size, _one, lit in sizes) <= room)
        count = room // min(size for size, _one, _lit in sizes)
        model.cp.add(sum(lit for _size, _one, lit in sizes) <= count)


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
