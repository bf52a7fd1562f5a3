"""One part of a problem as a constraint model: a yes or no for every choice, a beginning for every session.

What goals count hangs on choices alone (who, which day, at a preferred time or not), so that beginnings only have to
fit. A worker's day with two houses is a row of visits, and travel lies between visits rather than between sessions.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations, pairwise
from typing import TYPE_CHECKING, Any

from allocation.sessions.cuts import add_cuts
from allocation.sessions.duties import breaks, changes, long_shifts
from allocation.sessions.eligibility import Choice, people, room_free, rooms_for
from allocation.sessions.goals import GOALS
from allocation.sessions.greedy import Plan
from allocation.sessions.parts import NEAR
from allocation.sessions.problem import Room, Shift, Span, Wanted, Worker
from allocation.sessions.standing import Context, Line
from allocation.sessions.starts import on_grid

if TYPE_CHECKING:
    from ortools.sat.python import cp_model


@dataclass
class Duty:
    """A worker's day in the model."""

    worker: Worker
    day: int
    sessions: dict[str, Any] = field(default_factory=dict)
    """By session: whether the worker gives it on that day."""
    visits: dict[tuple[int, str], Any] = field(default_factory=dict)
    """By place in the row and house: whether the worker's visit with that number is there."""


class Model:
    """The constraint model of some sessions that share nothing with the others."""

    def __init__(
        self,
        context: Context,
        sessions: Sequence[Wanted],
        choices: Mapping[str, Sequence[Choice]],
        one_by_one: Collection[str] = (),
    ) -> None:
        from ortools.sat.python import cp_model  # noqa: PLC0415 — only solving pays for loading the solver.

        self.cp = cp_model.CpModel()
        self.domain = cp_model.Domain.from_values
        self.context = context
        self.step = context.problem.slot_minutes
        self.sessions = {one.ref: one for one in sorted(sessions, key=lambda one: one.ref) if choices[one.ref]}
        self.choices = {ref: list(choices[ref]) for ref in self.sessions}
        self.lit: dict[str, list[Any]] = {}
        self.slot: dict[str, Any] = {}
        self.begins: dict[str, Any] = {}
        self.placed: dict[str, Any] = {}
        self.duties: dict[tuple[str, int], Duty] = {}
        self.boundaries: list[tuple[Duty, list[Any]]] = []
        self.one_by_one = one_by_one
        for ref in self.sessions:
            self._session(ref)
        self._duties()
        self._residents()
        self._rooms()
        self._needs()
        add_cuts(self)

    def _session(self, ref: str) -> None:
        cp, choices = self.cp, self.choices[ref]
        every = sorted({at // self.step for choice in choices for at in choice.starts})
        self.slot[ref] = cp.new_int_var_from_domain(self.domain(every), f"at {ref}")
        self.begins[ref] = self.slot[ref] * self.step
        self.placed[ref] = cp.new_bool_var(f"placed {ref}")
        self.lit[ref] = [cp.new_bool_var(f"{ref} {number}") for number in range(len(choices))]
        cp.add_exactly_one([*self.lit[ref], self.placed[ref].negated()])
        for choice, lit in zip(choices, self.lit[ref], strict=True):
            starts = self.domain([at // self.step for at in choice.starts])
            cp.add_linear_expression_in_domain(self.slot[ref], starts).only_enforce_if(lit)

    def any_of(self, ref: str, picked: Iterable[bool]) -> Any:
        """Return whether one of some choices of a session is taken; None: never."""
        lits = [lit for lit, one in zip(self.lit[ref], picked, strict=True) if one]
        if len(lits) <= 1:
            return lits[0] if lits else None
        if len(lits) == len(self.lit[ref]):
            return self.placed[ref]
        found = self.cp.new_bool_var("")
        self.cp.add(sum(lits) == found)
        return found

    # What a worker's day holds.

    def _duties(self) -> None:
        for ref, choices in self.choices.items():
            for key in sorted({(choice.worker, choice.day) for choice in choices}):
                duty = self.duties.setdefault(key, Duty(self.context.workers[key[0]], key[1]))
                duty.sessions[ref] = self.any_of(ref, ((one.worker, one.day) == key for one in choices))
        for key in sorted(self.duties):
            self._contact(self.duties[key])
        for stretch in self._stretches():
            self._apart(stretch)

    def _contact(self, duty: Duty) -> None:
        """A worker's sessions on one day are no longer in all than they may be."""
        left = self.context.most_contact(duty.worker, duty.day) - self.context.contact(duty.worker.ref, duty.day)
        self.cp.add(sum(lit * self.sessions[ref].minutes for ref, lit in duty.sessions.items()) <= left)

    def _stretches(self) -> list[list[Duty]]:
        """Return the duties of each worker, days that are near each other together."""
        found: list[list[Duty]] = []
        ends: dict[str, int] = {}
        for _key, duty in sorted(self.duties.items()):
            starts = [at for ref in duty.sessions for one in self._on(duty, ref) for at in one.starts]
            first, last = min(starts), max(starts) + max(self.sessions[ref].minutes for ref in duty.sessions)
            known = ends.get(duty.worker.ref)
            if known is not None and first - known < NEAR:
                found[-1].append(duty)
            else:
                found.append([duty])
            ends[duty.worker.ref] = max(last, known or last)
        return found

    def _on(self, duty: Duty, ref: str) -> list[Choice]:
        return [one for one in self.choices[ref] if (one.worker, one.day) == (duty.worker.ref, duty.day)]

    def _apart(self, stretch: Sequence[Duty]) -> None:
        """A worker is in one session at a time, with the gap after it, and has the break."""
        worker, intervals = stretch[0].worker, []
        for duty in stretch:
            for ref, lit in duty.sessions.items():
                size = self.sessions[ref].minutes + worker.gap_minutes
                intervals.append(self.cp.new_optional_fixed_size_interval_var(self.begins[ref], size, lit, ""))
        rests = self._breaks(stretch)
        intervals += [
            self.cp.new_fixed_size_interval_var(begins, worker.long_break.minutes, "")
            for begins in rests
            if worker.long_break
        ]
        if len(intervals) > 1:
            self.cp.add_no_overlap(intervals)
        for duty in stretch:
            self._visits(duty, rests)
        for one, other in pairwise(stretch):
            self._overnight(one, other)

    def _breaks(self, stretch: Sequence[Duty]) -> list[Any]:
        """Return when the break of each long shift begins."""
        worker, found, seen = stretch[0].worker, [], set[Shift]()
        for duty in stretch:
            for shift in long_shifts(self.context, worker, duty.day):
                lines = self.context.held.get(worker.ref, [])
                if shift not in seen and worker.long_break:
                    seen.add(shift)
                    free = breaks(self.context, worker, worker.long_break, shift, lines)
                    if free:
                        found.append(self.cp.new_int_var_from_domain(self._intervals(free), ""))
        return found

    def _intervals(self, ranges: Sequence[tuple[int, int]]) -> Any:
        from ortools.sat.python import cp_model  # noqa: PLC0415 — the same.

        return cp_model.Domain.from_intervals([list(one) for one in ranges])

    def _overnight(self, one: Duty, other: Duty) -> None:
        """Travel is kept between the sessions of two days that are near each other, too."""
        for ref, lit in one.sessions.items():
            for later, later_lit in other.sessions.items():
                way = self.context.way(self.house(ref), self.house(later))
                if way:
                    ends = self.begins[ref] + self.sessions[ref].minutes + one.worker.gap_minutes + way
                    self.cp.add(ends <= self.begins[later]).only_enforce_if(lit, later_lit)

    def house(self, ref: str) -> str:
        """Return the house of a session."""
        return self.context.house_of(self.sessions[ref])

    def _way(self, one: str, other: str) -> int:
        way = self.context.way(one, other)
        return 24 * 60 if way is None else way

    # Changes of house.

    def _visits(self, duty: Duty, rests: Sequence[Any]) -> None:
        """A worker's day is a row of visits, each to one house, with travel between them."""
        fixed = self.context.lines.get((duty.worker.ref, duty.day), [])
        houses = sorted({self.house(ref) for ref in duty.sessions} | {house for _at, _until, house in fixed})
        if len(houses) == 1:
            return
        cp = self.cp
        day = self.context.problem.days[duty.day]
        most = max(duty.worker.changes_a_day, changes(fixed)) + 1
        for number in range(most):
            for house in houses:
                duty.visits[number, house] = cp.new_bool_var(f"{duty.worker.ref} {duty.day} {number} {house}")
            cp.add_at_most_one(duty.visits[number, house] for house in houses)
        for number in range(1, most):
            used = [sum(duty.visits[one, house] for house in houses) for one in (number - 1, number)]
            cp.add(used[0] >= used[1])
            for house in houses:
                cp.add_at_most_one(duty.visits[number - 1, house], duty.visits[number, house])
        bounds = [cp.new_int_var(day.from_at - NEAR, day.until_at + NEAR, "") for _ in range(most - 1)]
        self.boundaries.append((duty, bounds))
        self._travel(duty, bounds, houses)
        for ref, lit in duty.sessions.items():
            size = self.sessions[ref].minutes + duty.worker.gap_minutes
            self._in_a_visit(duty, bounds, self.house(ref), self.begins[ref], size, lit)
        for at, until, house in fixed:
            self._in_a_visit(duty, bounds, house, at, until - at + duty.worker.gap_minutes, None)
        self._rest_in_a_visit(duty, bounds, rests, houses)

    def _travel(self, duty: Duty, bounds: Sequence[Any], houses: Sequence[str]) -> None:
        """Note by boundary and next house when its visit can begin."""
        self.arrive: dict[tuple[int, str], Any] = {}
        for number, bound in enumerate(bounds):
            for house in houses:
                ways = {other: self._way(other, house) for other in houses if other != house}
                if len(set(ways.values())) == 1:
                    self.arrive[number, house] = bound + next(iter(ways.values()))
                else:
                    self.arrive[number, house] = bound + sum(
                        duty.visits[number, other] * way for other, way in ways.items()
                    )

    def _in_a_visit(self, duty: Duty, bounds: Sequence[Any], house: str, begins: Any, size: int, lit: Any) -> None:
        """A session is inside one visit to its house."""
        cp, parts = self.cp, []
        for number in range(len(bounds) + 1):
            inside = cp.new_bool_var("")
            parts.append(inside)
            cp.add_implication(inside, duty.visits[number, house])
            if number:
                cp.add(begins >= self.arrive[number - 1, house]).only_enforce_if(inside)
            if number < len(bounds):
                cp.add(begins + size <= bounds[number]).only_enforce_if(inside)
        cp.add(sum(parts) == (1 if lit is None else lit))

    def _rest_in_a_visit(self, duty: Duty, bounds: Sequence[Any], rests: Sequence[Any], houses: Sequence[str]) -> None:
        """A break is not spent travelling."""
        rest = duty.worker.long_break
        for begins in rests:
            for number, bound in enumerate(bounds):
                before = self.cp.new_bool_var("")
                minutes = rest.minutes if rest else 0
                self.cp.add(begins + minutes <= bound).only_enforce_if(before)
                for house in houses:
                    arrives = self.arrive[number, house]
                    self.cp.add(begins >= arrives).only_enforce_if(before.negated(), duty.visits[number + 1, house])

    # Residents, rooms and needs.

    def _residents(self) -> None:
        """A resident is in one session at a time."""
        intervals: dict[str, list[tuple[int, int, Any]]] = defaultdict(list)
        for ref, wanted in self.sessions.items():
            choices = self.choices[ref]
            for resident in wanted.residents:
                comes = [resident in choice.come for choice in choices]
                lit = self.any_of(ref, comes)
                if lit is not None:
                    starts = [at for one, come in zip(choices, comes, strict=True) if come for at in one.starts]
                    interval = self.cp.new_optional_fixed_size_interval_var(self.begins[ref], wanted.minutes, lit, "")
                    intervals[resident].append((min(starts), max(starts) + wanted.minutes, interval))
        for resident in sorted(intervals):
            for group in _overlapping(intervals[resident]):
                self.cp.add_no_overlap(group)

    def _rooms(self) -> None:
        """No more sessions at a time than there are rooms that hold them."""
        levels: dict[str, set[int]] = defaultdict(set)
        for ref, wanted in self.sessions.items():
            if wanted.needs_room:
                levels[self.house(ref)].add(people(wanted))
        for house in sorted(levels):
            if house in self.one_by_one:
                self._room_by_room(house)
                continue
            for level in sorted(levels[house]):
                rooms = [room for room in self.context.rooms_of[house] if room.capacity > level]
                lasting = [
                    ref
                    for ref, one in self.sessions.items()
                    if one.needs_room and self.house(ref) == house and people(one) >= level
                ]
                self._room_count(rooms, lasting)

    def _room_by_room(self, house: str) -> None:
        """Every session has one of the rooms, where counting rooms is not enough."""
        inside: dict[str, list[Any]] = defaultdict(list)
        for ref, wanted in self.sessions.items():
            if not wanted.needs_room or self.house(ref) != house:
                continue
            has = []
            for room in rooms_for(self.context, wanted):
                lit = self.cp.new_bool_var("")
                starts = on_grid(room_free(self.context, wanted, room), self.step)
                domain = self.domain([at // self.step for at in starts])
                self.cp.add_linear_expression_in_domain(self.slot[ref], domain).only_enforce_if(lit)
                interval = self.cp.new_optional_fixed_size_interval_var(self.begins[ref], wanted.minutes, lit, "")
                inside[room.ref].append(interval)
                has.append(lit)
            self.cp.add(sum(has) == self.placed[ref])
        for room_ref in sorted(inside):
            self.cp.add_no_overlap(inside[room_ref])

    def _room_count(self, rooms: Sequence[Room], refs: Sequence[str]) -> None:
        fixed = [(low, high) for room in rooms for low, high in self._shut(room)]
        by_day: dict[int, set[str]] = defaultdict(set)
        workers: dict[int, set[str]] = defaultdict(set)
        for ref in refs:
            for choice in self.choices[ref]:
                by_day[choice.day].add(ref)
                workers[choice.day].add(choice.worker)
        for place in sorted(by_day):
            day = self.context.problem.days[place]
            shut = [(max(low, day.from_at), min(high, day.until_at)) for low, high in fixed]
            shut = [(low, high) for low, high in shut if low < high]
            if len(workers[place]) > len(rooms) - _most_at_once(shut):
                self._room_day(place, sorted(by_day[place]), shut, len(rooms))

    def _room_day(self, place: int, refs: Sequence[str], shut: Sequence[tuple[int, int]], count: int) -> None:
        intervals = [self.cp.new_fixed_size_interval_var(low, high - low, "") for low, high in shut]
        for ref in refs:
            lit = self.any_of(ref, (choice.day == place for choice in self.choices[ref]))
            minutes = self.sessions[ref].minutes
            intervals.append(self.cp.new_optional_fixed_size_interval_var(self.begins[ref], minutes, lit, ""))
        self.cp.add_cumulative(intervals, [1] * len(intervals), count)

    def _shut(self, room: Room) -> list[tuple[int, int]]:
        """Return when a room cannot be used, in order and apart."""
        end = self.context.problem.days[-1].until_at
        used = (*room.blocked, *self.context.room_used.get(room.ref, ()))
        free = _minus([(span.from_at, span.until_at) for span in room.open], used)
        shut, reached = [], 0
        for low, high in sorted(free):
            if low > reached:
                shut.append((reached, low))
            reached = max(reached, high)
        return [*shut, (reached, end)] if reached < end else shut

    def _needs(self) -> None:
        """Sessions of one need keep their order and their spacing."""
        for need, order in sorted(self.context.order.items()):
            for one, other in combinations([ref for ref in order if ref in self.sessions], 2):
                self._spaced(one, other, self.context.apart[need])

    def _spaced(self, one: str, other: str, least: int) -> None:
        days = sorted({choice.day for choice in self.choices[one]})
        later = {choice.day for choice in self.choices[other]}
        if min(later) - max(days) >= max(1, least):
            return
        for day in days:
            if any(place < day + least for place in later):
                first = [lit for lit, choice in zip(self.lit[one], self.choices[one], strict=True) if choice.day >= day]
                then = [
                    lit
                    for lit, choice in zip(self.lit[other], self.choices[other], strict=True)
                    if choice.day < day + least
                ]
                self.cp.add_at_most_one([*first, *then])
        if not least:
            ends = self.begins[one] + self.sessions[one].minutes
            self.cp.add(ends <= self.begins[other]).only_enforce_if(self.placed[one], self.placed[other])

    # Goals and answers.

    def total(self, name: str) -> Any:
        """Return what a goal counts, more being better."""
        goal = GOALS[name]
        if goal.weigh is None:
            return -sum(lit for duty in self.duties.values() for (number, _house), lit in duty.visits.items() if number)
        found = []
        for ref, wanted in self.sessions.items():
            for choice, lit in zip(self.choices[ref], self.lit[ref], strict=True):
                gain = int(goal.sense) * goal.weigh(self.context, wanted, choice)
                if gain:
                    found.append(gain * lit)
        return sum(found)

    def keep(self, name: str, total: int) -> None:
        """Let no later answer reach less of a goal."""
        self.cp.add(self.total(name) >= total)

    def seek(self, name: str, plan: Plan, bound: int) -> None:
        """Ask for the most of a goal, beginning with a plan; no plan is known to reach more than the bound."""
        total = self.total(name)
        self.cp.add(total <= bound)
        self.cp.maximize(total)
        self.start_from(plan)

    def start_from(self, plan: Plan) -> None:
        """Let the next search begin with a plan."""
        self.cp.clear_hints()  # type: ignore[no-untyped-call] # OR-Tools has left out its type.
        for ref in self.sessions:
            taken = plan.choices.get(ref)
            self.cp.add_hint(self.placed[ref], taken is not None)
            for choice, lit in zip(self.choices[ref], self.lit[ref], strict=True):
                self.cp.add_hint(lit, choice == taken)
            if taken is not None:
                self.cp.add_hint(self.slot[ref], plan.at[ref] // self.step)
        for duty, _bounds in self.boundaries:
            self._hint_visits(duty, plan)

    def _hint_visits(self, duty: Duty, plan: Plan) -> None:
        lines: list[Line] = list(self.context.lines.get((duty.worker.ref, duty.day), []))
        for ref in duty.sessions:
            choice = plan.choices.get(ref)
            if choice is not None and (choice.worker, choice.day) == (duty.worker.ref, duty.day):
                lines.append((plan.at[ref], plan.at[ref] + self.sessions[ref].minutes, self.house(ref)))
        row = [house for _at, _until, house in sorted(lines)]
        visited = [house for place, house in enumerate(row) if not place or row[place - 1] != house]
        for (number, house), lit in duty.visits.items():
            self.cp.add_hint(lit, number < len(visited) and visited[number] == house)

    def plan(self, solver: cp_model.CpSolver) -> Plan:
        """Return the plan that a search found."""
        found = Plan()
        for ref, lits in self.lit.items():
            for choice, lit in zip(self.choices[ref], lits, strict=True):
                if solver.boolean_value(lit):
                    found.choices[ref] = choice
                    found.at[ref] = solver.value(self.slot[ref]) * self.step
        return found


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
