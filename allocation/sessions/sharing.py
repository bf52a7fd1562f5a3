"""What sessions of one part share, in the model: residents, rooms, and the order and spacing of a need."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import combinations
from typing import TYPE_CHECKING, Any

from allocation.sessions.eligibility import people, room_free, rooms_for
from allocation.sessions.problem import Room, Span
from allocation.sessions.starts import on_grid

if TYPE_CHECKING:
    from allocation.sessions.model import Model


def add_residents(model: Model) -> None:
    """A resident is in one session at a time."""
    intervals: dict[str, list[tuple[int, int, Any]]] = defaultdict(list)
    for ref, wanted in model.sessions.items():
        choices = model.choices[ref]
        for resident in wanted.residents:
            comes = [resident in choice.come for choice in choices]
            lit = model.any_of(ref, comes)
            if lit is not None:
                starts = [at for one, come in zip(choices, comes, strict=True) if come for at in one.starts]
                interval = model.cp.new_optional_fixed_size_interval_var(model.begins[ref], wanted.minutes, lit, "")
                intervals[resident].append((min(starts), max(starts) + wanted.minutes, interval))
    for resident in sorted(intervals):
        for group in _overlapping(intervals[resident]):
            model.cp.add_no_overlap(group)


def add_rooms(model: Model) -> None:
    """No more sessions at a time than there are rooms that hold them."""
    levels: dict[str, set[int]] = defaultdict(set)
    for ref, wanted in model.sessions.items():
        if wanted.needs_room:
            levels[model.house(ref)].add(people(wanted))
    for house in sorted(levels):
        if house in model.one_by_one:
            _room_by_room(model, house)
            continue
        for level in sorted(levels[house]):
            rooms = [room for room in model.context.rooms_of[house] if room.capacity > level]
            lasting = [
                ref
                for ref, one in model.sessions.items()
                if one.needs_room and model.house(ref) == house and people(one) >= level
            ]
            _room_count(model, rooms, lasting)


def _room_by_room(model: Model, house: str) -> None:
    """Every session has one of the rooms, where counting rooms is not enough."""
    inside: dict[str, list[Any]] = defaultdict(list)
    for ref, wanted in model.sessions.items():
        if not wanted.needs_room or model.house(ref) != house:
            continue
        has = []
        for room in rooms_for(model.context, wanted):
            lit = model.cp.new_bool_var("")
            starts = on_grid(room_free(model.context, wanted, room), model.step)
            domain = model.domain([at // model.step for at in starts])
            model.cp.add_linear_expression_in_domain(model.slot[ref], domain).only_enforce_if(lit)
            interval = model.cp.new_optional_fixed_size_interval_var(model.begins[ref], wanted.minutes, lit, "")
            inside[room.ref].append(interval)
            has.append(lit)
        model.cp.add(sum(has) == model.placed[ref])
    for room_ref in sorted(inside):
        model.cp.add_no_overlap(inside[room_ref])


def _room_count(model: Model, rooms: Sequence[Room], refs: Sequence[str]) -> None:
    fixed = [(low, high) for room in rooms for low, high in _shut(model, room)]
    by_day: dict[int, set[str]] = defaultdict(set)
    workers: dict[int, set[str]] = defaultdict(set)
    for ref in refs:
        for choice in model.choices[ref]:
            by_day[choice.day].add(ref)
            workers[choice.day].add(choice.worker)
    for place in sorted(by_day):
        day = model.context.problem.days[place]
        shut = [(max(low, day.from_at), min(high, day.until_at)) for low, high in fixed]
        shut = [(low, high) for low, high in shut if low < high]
        if len(workers[place]) > len(rooms) - _most_at_once(shut):
            _room_day(model, place, sorted(by_day[place]), shut, len(rooms))


def _room_day(model: Model, place: int, refs: Sequence[str], shut: Sequence[tuple[int, int]], count: int) -> None:
    intervals = [model.cp.new_fixed_size_interval_var(low, high - low, "") for low, high in shut]
    for ref in refs:
        lit = model.any_of(ref, (choice.day == place for choice in model.choices[ref]))
        minutes = model.sessions[ref].minutes
        intervals.append(model.cp.new_optional_fixed_size_interval_var(model.begins[ref], minutes, lit, ""))
    model.cp.add_cumulative(intervals, [1] * len(intervals), count)


def _shut(model: Model, room: Room) -> list[tuple[int, int]]:
    """Return when a room cannot be used, in order and apart."""
    end = model.context.problem.days[-1].until_at
    used = (*room.blocked, *model.context.room_used.get(room.ref, ()))
    free = _minus([(span.from_at, span.until_at) for span in room.open], used)
    shut, reached = [], 0
    for low, high in sorted(free):
        if low > reached:
            shut.append((reached, low))
        reached = max(reached, high)
    return [*shut, (reached, end)] if reached < end else shut


def add_needs(model: Model) -> None:
    """Sessions of one need keep their order and their spacing."""
    for need, order in sorted(model.context.order.items()):
        for one, other in combinations([ref for ref in order if ref in model.sessions], 2):
            _spaced(model, one, other, model.context.apart[need])


def _spaced(model: Model, one: str, other: str, least: int) -> None:
    days = sorted({choice.day for choice in model.choices[one]})
    later = {choice.day for choice in model.choices[other]}
    if min(later) - max(days) >= max(1, least):
        return
    for day in days:
        if any(place < day + least for place in later):
            first = [lit for lit, choice in zip(model.lit[one], model.choices[one], strict=True) if choice.day >= day]
            then = [
                lit
                for lit, choice in zip(model.lit[other], model.choices[other], strict=True)
                if choice.day < day + least
            ]
            model.cp.add_at_most_one([*first, *then])
    if not least:
        ends = model.begins[one] + model.sessions[one].minutes
        model.cp.add(ends <= model.begins[other]).only_enforce_if(model.placed[one], model.placed[other])


def _overlapping(intervals: list[tuple[int, int, Any]]) -> list[list[Any]]:
    """Return intervals in groups that can overlap, each with more than one."""
    groups: list[list[Any]] = []
    reached = None
    for low, high, interval in sorted(intervals, key=lambda one: (one[0], one[1])):
        if reached is None or low >= reached:
            groups.append([])
        groups[-1].append(interval)
        reached = high if reached is None else max(reached, high)
    return [group for group in groups if len(group) > 1]


def _most_at_once(spans: Sequence[tuple[int, int]]) -> int:
    """Return how many spans overlap at most."""
    count = most = 0
    for _at, edge in sorted([(low, 1) for low, _high in spans] + [(high, -1) for _low, high in spans]):
        count += edge
        most = max(most, count)
    return most


def _minus(free: list[tuple[int, int]], used: Iterable[Span]) -> list[tuple[int, int]]:
    for span in used:
        cut = []
        for low, high in free:
            cut += [(low, min(high, span.from_at)), (max(low, span.until_at), high)]
        free = [(low, high) for low, high in cut if low < high]
    return free
