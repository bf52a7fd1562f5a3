"""Small problems: one day or a few, with what a test needs said and the rest plain."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from random import Random

from allocation.sessions.calendar import days_from
from allocation.sessions.problem import (
    Booked,
    Break,
    House,
    Kind,
    Problem,
    Resident,
    Risk,
    Room,
    Shift,
    Span,
    Travel,
    Urgency,
    Wanted,
    Worker,
)
from allocation.sessions.solution import Proposal, Solution, Unplaced
from tests.allocation.sessions.rosters import at, span

FIRST = date(2026, 11, 23)
DAYS = days_from(FIRST, 3)
NINE, TEN, ELEVEN, NOON = (at(DAYS[0], hour) for hour in (9, 10, 11, 12))


def worker(ref: str = "K-1", *houses: str, **more: object) -> Worker:
    """A recovery worker who is there from 9:00 to 17:00 on each of three days."""
    shifts = tuple(Shift(at(day, 9), at(day, 17), houses or ("F-1",)) for day in DAYS)
    told: dict[str, object] = {"shifts": shifts, "gap_minutes": 0}
    return Worker(ref, "recovery_worker", **(told | more))  # type: ignore[arg-type]


def session(ref: str = "Q-1", *residents: str, **more: object) -> Wanted:
    """An hour with one resident."""
    return Wanted(ref, residents or ("R-1",), **({"minutes": 60} | more))  # type: ignore[arg-type]


def small(**more: object) -> Problem:
    """Two houses with a room each, a worker at the first, two residents there and one in the other."""
    told: dict[str, object] = {
        "days": DAYS,
        "houses": (House("F-1"), House("F-2")),
        "workers": (worker(),),
        "residents": (Resident("R-1", "F-1"), Resident("R-2", "F-1"), Resident("R-3", "F-2")),
        "wanted": (session(),),
        "rooms": tuple(
            Room(f"M-{number}", f"F-{number}", 4, tuple(span(day, 8, 20) for day in DAYS)) for number in (1, 2)
        ),
        "travel": (Travel("F-1", "F-2", 30),),
    }
    return Problem(**(told | more))  # type: ignore[arg-type]


def proposal(problem: Problem, ref: str, from_at: int, worker: str = "K-1", **more: object) -> Proposal:
    """A proposal that is right in all that is not said."""
    wanted = next(one for one in problem.wanted if one.ref == ref)
    house = wanted.house or next(one.house for one in problem.residents if one.ref == wanted.residents[0])
    room = f"M-{house[-1]}" if wanted.needs_room else None
    until = from_at + wanted.minutes
    made = Proposal(ref, worker, house, room, from_at, until, wanted.residents)
    late = wanted.deadline_at is not None and until > wanted.deadline_at
    return replace(made, late=late, **more)  # type: ignore[arg-type]


def answer(problem: Problem, *proposals: Proposal) -> Solution:
    """A solution with these proposals and everything else unplaced."""
    placed = {one.session for one in proposals}
    rest = tuple(Unplaced(one.ref) for one in problem.wanted if one.ref not in placed)
    return Solution(tuple(proposals), rest, (), proven=False, parts=1, seconds=0, rules_version="1", goals_version="1")


def tiny(seed: int) -> Problem:
    """A made-up problem so small that every plan can be tried: two short days, three sessions, half-hour slots."""
    random = Random(seed)  # noqa: S311 — made-up, the same every time.
    days = days_from(FIRST, 2)
    there = [span(day, 9, 12) for day in days]

    def times(chance: float) -> tuple[Span, ...]:
        found = []
        for one in there:
            if random.random() < chance:
                begins = one.from_at + 30 * random.randint(0, 4)
                found.append(Span(begins, begins + 30 * random.randint(1, 3)))
        return tuple(found)

    houses = ("F-1", "F-2")
    workers = tuple(
        Worker(
            f"K-{number}",
            random.choice(("therapist", "recovery_worker")),
            tuple(
                Shift(one.from_at, one.until_at, random.choice((("F-1",), ("F-2",), houses, houses))) for one in there
            ),
            blocked=times(0.2),
            gap_minutes=random.choice((0, 15, 30)),
            longest_contact_minutes=random.choice((60, 120, 360)),
            long_break=Break(30, 120, 30, 30) if random.random() < 0.4 else None,
            changes_a_day=random.choice((0, 1, 1, 2)),
        )
        for number in (1, 2)
    )
    residents = tuple(
        Resident(f"R-{number}", random.choice(houses), random.choice(list(Risk)), times(0.4), times(0.5))
        for number in (1, 2)
    )
    wanted = []
    for number in (1, 2, 3):
        who = random.choice(residents)
        wanted.append(
            Wanted(
                f"Q-{number}",
                (who.ref,),
                random.choice((30, 60, 60)),
                need=f"N-{who.ref}" if random.random() < 0.5 else "",
                kind=random.choice(list(Kind)),
                urgency=random.choice(list(Urgency)),
                days_since_seen=random.randint(0, 9),
                disciplines=random.choice(((), ("therapist",), ("recovery_worker",))),
                previous_worker=random.choice((None, "K-1", "K-2")),
                deadline_at=random.choice((None, days[0].until_at - 780, days[0].until_at)),
                days_apart=random.choice((0, 0, 1)),
                childcare=random.random() < 0.2,
            )
        )
    rooms = tuple(Room(f"M-{house[-1]}", house, 2, (there[0], there[1]), times(0.2)) for house in houses)
    booked = ()
    if random.random() < 0.4:
        house, begins = random.choice(houses), there[0].from_at + 30 * random.randint(0, 4)
        booked = (Booked("S-1", "K-1", house, begins, begins + 30, (), None),)  # type: ignore[assignment]
    return Problem(
        days=days,
        houses=tuple(House(ref, random.choice((None, (there[0],)))) for ref in houses),
        workers=workers,
        residents=residents,
        wanted=tuple(wanted),
        rooms=rooms,
        travel=(Travel("F-1", "F-2", 30),) if random.random() < 0.8 else (),
        booked=booked,
        slot_minutes=30,
    )
