"""What a problem says of each worker's day, each woman and each room once what is fixed is counted: worked out once."""

from __future__ import annotations

from bisect import insort
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from allocation.sessions.calendar import place_of
from allocation.sessions.problem import Booked, House, Problem, Proposed, Resident, Room, Shift, Span, Wanted, Worker
from allocation.sessions.starts import inside

Line = tuple[int, int, str]
"""Something in a worker's day: from, until, and the house."""


@dataclass
class Context:
    """A problem with its look-ups, everything booked or decided standing where it stands."""

    problem: Problem
    fixed: tuple[Booked, ...] = ()
    """What is treated as booked beside what is: a plan, when somebody asks what could be added to it."""
    workers: dict[str, Worker] = field(init=False)
    houses: dict[str, House] = field(init=False)
    residents: dict[str, Resident] = field(init=False)
    wanted: dict[str, Wanted] = field(init=False)
    rooms_of: dict[str, list[Room]] = field(init=False)
    """By house."""
    decided: dict[str, Booked] = field(init=False)
    """By session: what a person decided, as if it were booked."""
    left: frozenset[str] = field(init=False)
    """The sessions that a person left for now."""
    lines: dict[tuple[str, int], list[Line]] = field(init=False)
    """By worker and number of the day: what is fixed, in order of time."""
    held: dict[str, list[Line]] = field(init=False)
    """By worker: all that is fixed."""
    with_her: dict[str, list[Span]] = field(init=False)
    """By resident: when she is in a session that is fixed."""
    room_used: dict[str, list[Span]] = field(init=False)
    need_days: dict[str, list[int]] = field(init=False)
    """By need: the numbers of the days of its fixed sessions."""
    travel: dict[tuple[str, str], int] = field(init=False)
    last: dict[str, Proposed] = field(init=False)
    """By session: what was proposed last time."""
    apart: dict[str, int] = field(init=False)
    """By need: how many days lie between any two of its sessions, which is the most that one of them asks for."""
    order: dict[str, list[str]] = field(init=False)
    """By need: its sessions that are wanted, in the order in which they take place."""

    def __post_init__(self) -> None:
        problem = self.problem
        self.workers = {one.ref: one for one in problem.workers}
        self.houses = {one.ref: one for one in problem.houses}
        self.residents = {one.ref: one for one in problem.residents}
        self.wanted = {one.ref: one for one in problem.wanted}
        self.rooms_of = defaultdict(list)
        for room in sorted(problem.rooms, key=lambda one: one.ref):
            self.rooms_of[room.house].append(room)
        self.decided = {one.session: self._decided(one.session) for one in problem.decisions if one.worker is not None}
        self.left = frozenset(one.session for one in problem.decisions if one.worker is None)
        self.travel = _ways(problem)
        self.last = {one.session: one for one in problem.last}
        self.apart, self.order = defaultdict(int), defaultdict(list)
        for wanted in sorted(problem.wanted, key=lambda one: (one.earliest_at, self.latest(one), one.ref)):
            self.apart[wanted.needs_ref] = max(self.apart[wanted.needs_ref], wanted.days_apart)
            self.order[wanted.needs_ref].append(wanted.ref)
        self.lines, self.held = defaultdict(list), defaultdict(list)
        self.with_her, self.room_used, self.need_days = defaultdict(list), defaultdict(list), defaultdict(list)
        for one in sorted([*problem.booked, *self.decided.values(), *self.fixed], key=lambda one: one.ref):
            self.stand(one)

    def _decided(self, session: str) -> Booked:
        wanted = self.wanted[session]
        decision = next(one for one in self.problem.decisions if one.session == session)
        until_at = decision.from_at + wanted.minutes
        come = wanted.residents if wanted.capacity is None else self.who_can(wanted, decision.from_at, booked_too=False)
        worker, house = decision.worker or "", self.house_of(wanted)
        return Booked(session, worker, house, decision.from_at, until_at, come, decision.room, wanted.needs_ref)

    def stand(self, one: Booked) -> None:
        """Let something stand as if it were booked."""
        line = one.from_at, one.until_at, one.house
        span = Span(one.from_at, one.until_at)
        insort(self.held[one.worker], line)
        for resident in one.residents:
            self.with_her[resident].append(span)
        if one.room is not None:
            self.room_used[one.room].append(span)
        place = place_of(self.problem.days, one.from_at)
        if place is not None:
            insort(self.lines[one.worker, place], line)
            if one.need:
                self.need_days[one.need].append(place)

    def house_of(self, wanted: Wanted) -> str:
        """Return the house in which a session takes place."""
        return wanted.house or self.residents[wanted.residents[0]].house

    def latest(self, wanted: Wanted) -> int:
        """Return when a session must have ended."""
        end = self.problem.days[-1].until_at
        return end if wanted.latest_at is None else min(end, wanted.latest_at)

    def day_of(self, at: int) -> int:
        """Return the number of the day of an instant that is known to be in one."""
        place = place_of(self.problem.days, at)
        assert place is not None  # noqa: S101 — every instant asked about was made from a day.
        return place

    def way(self, one: str, other: str) -> int | None:
        """Return the minutes from one house to another; None: nobody goes there on the same day."""
        return 0 if one == other else self.travel.get((one, other))

    def who_can(self, wanted: Wanted, at: int, *, booked_too: bool = True) -> tuple[str, ...]:
        """Return who can come to a group at an instant, those named first before others, no more than it takes."""
        until = at + wanted.minutes
        found = []
        for ref in wanted.residents:
            spans: Iterable[Span] = self.residents[ref].cannot
            if booked_too:
                spans = (*spans, *self.with_her[ref])
            if not any(span.from_at < until and at < span.until_at for span in spans):
                found.append(ref)
        return tuple(found[: wanted.capacity])

    def room_free(self, room: Room, from_at: int, until_at: int) -> bool:
        """Say whether a room is open and not used, as far as is fixed."""
        used = (*room.blocked, *self.room_used.get(room.ref, ()))
        opened = inside(room.open, until_at - from_at)
        return any(low <= from_at <= high for low, high in opened) and not any(
            span.from_at < until_at and from_at < span.until_at for span in used
        )

    def most_contact(self, worker: Worker, place: int) -> int:
        """Return how many minutes of sessions a worker may have on a day, what is fixed included."""
        day = self.problem.days[place]
        on_shift = minutes_within(worker.shifts, day.from_at, day.until_at)
        return min(worker.longest_contact_minutes, on_shift * (100 - worker.free_percent) // 100)

    def contact(self, worker: str, place: int) -> int:
        """Return how many minutes of sessions are fixed on a day."""
        return sum(until - at for at, until, _house in self.lines.get((worker, place), ()))


def minutes_within(shifts: Sequence[Shift], from_at: int, until_at: int) -> int:
    """Return how many minutes of shifts lie between two instants, those in two shifts counted once."""
    total, reached = 0, from_at
    for shift in sorted(shifts, key=lambda one: one.from_at):
        low, high = max(shift.from_at, reached), min(shift.until_at, until_at)
        if high > low:
            total += high - low
            reached = high
    return total


def _ways(problem: Problem) -> dict[tuple[str, str], int]:
    back = {(one.to_house, one.from_house): one.minutes for one in problem.travel}
    return back | {(one.from_house, one.to_house): one.minutes for one in problem.travel}
