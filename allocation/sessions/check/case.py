"""A plan and its problem as the judge sees them: what is held, and when two things last at the same time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from allocation.sessions.problem import Problem, Resident, Room, Shift, Span, Wanted, Worker
from allocation.sessions.solution import Proposal


@dataclass(frozen=True)
class Held:
    """A session that takes place if the plan does: booked, decided or proposed."""

    ref: str
    worker: str
    house: str
    room: str | None
    from_at: int
    until_at: int
    residents: tuple[str, ...]
    need: str
    fixed: bool


@dataclass
class Case:
    """A problem with its look-ups."""

    problem: Problem
    wanted: dict[str, Wanted] = field(init=False)
    workers: dict[str, Worker] = field(init=False)
    residents: dict[str, Resident] = field(init=False)
    rooms: dict[str, Room] = field(init=False)
    decided: dict[str, tuple[str, int, str | None] | None] = field(init=False)

    def __post_init__(self) -> None:
        self.wanted = {one.ref: one for one in self.problem.wanted}
        self.workers = {one.ref: one for one in self.problem.workers}
        self.residents = {one.ref: one for one in self.problem.residents}
        self.rooms = {one.ref: one for one in self.problem.rooms}
        self.decided = {
            one.session: None if one.worker is None else (one.worker, one.from_at, one.room)
            for one in self.problem.decisions
        }

    def house(self, wanted: Wanted) -> str:
        """Return where a session takes place."""
        return wanted.house if wanted.house is not None else self.residents[wanted.residents[0]].house

    def booked(self) -> list[Held]:
        """Return what is booked."""
        return [
            Held(
                one.ref, one.worker, one.house, one.room, one.from_at, one.until_at, one.residents, one.need, fixed=True
            )
            for one in self.problem.booked
        ]

    def held(self, one: Proposal) -> Held:
        """Return a proposal as it would be held."""
        wanted = self.wanted[one.session]
        need = wanted.need or wanted.ref
        fixed = one.session in self.decided
        return Held(one.session, one.worker, one.house, one.room, one.from_at, one.until_at, one.residents, need, fixed)

    def way(self, one: str, other: str) -> int | None:
        """Return the minutes from house to house; None where nobody goes that way on one day."""
        if one == other:
            return 0
        told = {(way.from_house, way.to_house): way.minutes for way in self.problem.travel}
        return told.get((one, other), told.get((other, one)))

    def day(self, at: int) -> int:
        """Return the number of the day of an instant, -1 before the first, and their count after the last."""
        return (
            sum(day.from_at <= at for day in self.problem.days) - 1
            if at < self.problem.days[-1].until_at
            else len(self.problem.days)
        )


def overlap(one: Span | Held | Proposal, other: Span | Held | Proposal) -> bool:
    """Say whether two things last at the same time."""
    return one.from_at < other.until_at and other.from_at < one.until_at


def within(one: Span | Held | Proposal, spans: Sequence[Span | Shift]) -> bool:
    """Say whether something lies inside one of some times; times that touch or overlap count as one."""
    reached = one.from_at
    for span in sorted(spans, key=lambda span: span.from_at):
        if span.from_at <= reached:
            reached = max(reached, span.until_at) if span.until_at >= reached else reached
    return any(span.from_at <= one.from_at for span in spans) and reached >= one.until_at


def twice_at_a_time(held: Sequence[Held], uses: Callable[[Held], tuple[str, ...]]) -> Iterator[str]:
    """Return the proposed sessions that use something at the same time as another."""
    using: dict[str, list[Held]] = defaultdict(list)
    for one in held:
        for used in uses(one):
            using[used].append(one)
    for lines in using.values():
        for place, one in enumerate(lines):
            for other in lines[place + 1 :]:
                if overlap(one, other) and not (one.fixed and other.fixed):
                    yield other.ref if one.fixed else one.ref
