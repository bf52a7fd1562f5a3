"""Made-up rotas and needs of any size, from a seed: pairs of refuges that share five workers, as in the pilot."""

from __future__ import annotations

from datetime import date
from random import Random

from allocation.sessions.calendar import days_from
from allocation.sessions.problem import (
    Booking,
    Break,
    Day,
    House,
    Interpreter,
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

FIRST = date(2026, 11, 23)
"""A Monday."""
A_WEEK = 7
RESIDENTS = 21
"""How many live in one neighbourhood, 9 in its first refuge and 12 in its second."""
LUNCH = Break(30, 360, 150, 150)


def roster(residents: int = RESIDENTS, *, weeks: int = 2, seed: int = 0, first: date = FIRST) -> Problem:
    """Return a problem with so many residents, 21 in each neighbourhood."""
    random = Random(seed)  # noqa: S311 — made-up people, the same every time.
    days = days_from(first, A_WEEK * weeks)
    counts = [RESIDENTS] * (residents // RESIDENTS)
    if residents % RESIDENTS:
        counts.append(residents % RESIDENTS)
    parts = [_neighbourhood(random, days, number, count) for number, count in enumerate(counts)]
    return Problem(
        days=days,
        houses=tuple(one for part in parts for one in part.houses),
        workers=tuple(one for part in parts for one in part.workers),
        residents=tuple(one for part in parts for one in part.residents),
        wanted=tuple(one for part in parts for one in part.wanted),
        rooms=tuple(one for part in parts for one in part.rooms),
        travel=tuple(one for part in parts for one in part.travel),
    )


def at(day: Day, hour: int, minute: int = 0) -> int:
    """Return the instant at which London clocks show a time after the night."""
    return day.until_at - (24 * 60 - hour * 60 - minute)


def span(day: Day, from_hour: float, until_hour: float) -> Span:
    """Return from one hour until another."""
    return Span(at(day, 0, int(from_hour * 60)), at(day, 0, int(until_hour * 60)))


def _neighbourhood(random: Random, days: tuple[Day, ...], number: int, count: int) -> Problem:
    houses = (f"F-{number:03}A", f"F-{number:03}B")
    workers = _workers(days, number, houses)
    residents = tuple(_resident(random, days, number, one, houses) for one in range(count))
    wanted: list[Wanted] = []
    for resident in residents:
        wanted += _needs(random, days, resident, workers)
    for house in houses:
        wanted += _groups(days, house, [one.ref for one in residents if one.house == house])
    return Problem(
        days=days,
        houses=tuple(House(ref, childcare=tuple(span(day, 9.5, 15) for day in _working(days))) for ref in houses),
        workers=workers,
        residents=residents,
        wanted=tuple(wanted),
        rooms=tuple(_rooms(days, houses)),
        travel=(Travel(*houses, 30),),
    )


def _working(days: tuple[Day, ...]) -> list[Day]:
    return [day for day in days if day.on.weekday() < 5]


def _rooms(days: tuple[Day, ...], houses: tuple[str, str]) -> list[Room]:
    open_ = tuple(span(day, 9, 17.5) for day in days)
    one, other = houses
    return [
        Room(f"M-{one}-1", one, 3, open_),
        Room(f"M-{one}-2", one, 10, open_),
        Room(f"M-{other}-1", other, 3, open_),
        Room(f"M-{other}-2", other, 12, open_),
    ]


def _workers(days: tuple[Day, ...], number: int, houses: tuple[str, str]) -> tuple[Worker, ...]:
    one, other = houses

    def shifts(weekdays: tuple[int, ...], *where: str) -> tuple[Shift, ...]:
        return tuple(Shift(at(day, 9), at(day, 17), where) for day in days if day.on.weekday() in weekdays)

    def worker(name: str, discipline: str, shifts: tuple[Shift, ...], **more: object) -> Worker:
        return Worker(f"K-{number:03}{name}", discipline, shifts, "woman", long_break=LUNCH, free_percent=20, **more)  # type: ignore[arg-type]

    return (
        worker("a", "recovery_worker", shifts((0, 2, 4), one)),
        worker("b", "recovery_worker", (*shifts((1, 3), other), *shifts((4,), one, other))),
        worker("c", "mental_health_practitioner", shifts((0, 1, 2, 3, 4), one, other), languages=("pa",)),
        worker("d", "therapist", (*shifts((1,), one, other), *shifts((3,), one, other))),
        worker("e", "support_worker", shifts((0, 1, 3), one, other), languages=("ur",)),
    )


def _resident(random: Random, days: tuple[Day, ...], number: int, one: int, houses: tuple[str, str]) -> Resident:
    cannot: list[Span] = []
    prefers: list[Span] = []
    school, half = random.random() < 0.4, random.choice(("morning", "afternoon", ""))
    for day in _working(days):
        if school:
            cannot += [span(day, 8.5, 9.25), span(day, 14.75, 15.75)]
        if random.random() < 0.08:
            cannot.append(span(day, *random.choice(((9, 13), (13, 17), (9, 17)))))
        if half:
            prefers.append(span(day, 9, 13) if half == "morning" else span(day, 13, 17))
    risk = random.choices(list(Risk), (10, 30, 35, 25))[0]
    return Resident(f"R-{number:03}{one:02}", houses[one % 7 > 2], risk, tuple(cannot), tuple(prefers))


def _needs(random: Random, days: tuple[Day, ...], resident: Resident, workers: tuple[Worker, ...]) -> list[Wanted]:
    found = []
    at_house = {
        kind: [
            one.ref for one in workers if one.discipline == kind and any(resident.house in s.houses for s in one.shifts)
        ]
        for kind in ("recovery_worker", "mental_health_practitioner", "therapist", "support_worker")
    }
    if random.random() < 0.2:
        found.append(_assessment(random, days, resident))
    elif random.random() < 0.5:
        found += _weekly(random, days, resident, "mental_health_practitioner", 50, at_house, every=2)
    if random.random() < 0.7:
        found += _weekly(random, days, resident, "recovery_worker", 60, at_house)
    if random.random() < 0.35:
        found += _weekly(random, days, resident, "therapist", 60, at_house)
    if random.random() < 0.8:
        found += _weekly(random, days, resident, "support_worker", 45, at_house)
    return found


def _assessment(random: Random, days: tuple[Day, ...], resident: Resident) -> Wanted:
    return Wanted(
        f"{resident.ref}-assessment",
        (resident.ref,),
        90,
        kind=Kind.ASSESSMENT,
        urgency=Urgency.URGENT,
        days_since_seen=random.randint(0, 5),
        disciplines=("mental_health_practitioner",),
        deadline_at=days[random.randint(2, 6)].until_at,
        childcare=random.random() < 0.3,
    )


def _weekly(
    random: Random,
    days: tuple[Day, ...],
    resident: Resident,
    kind: str,
    minutes: int,
    at_house: dict[str, list[str]],
    every: int = 1,
) -> list[Wanted]:
    """A session every so many weeks, each in its own weeks."""
    urgency = random.choices(list(Urgency), (60, 30, 10))[0]
    previous = random.choice(at_house[kind]) if at_house[kind] and random.random() < 0.7 else None
    interpreter = Interpreter("ur", Booking.NEEDED) if random.random() < 0.1 else None
    unseen = random.randint(5, 20)
    found = []
    for week in range(0, len(days) // A_WEEK, every):
        last = min(len(days), (week + every) * A_WEEK) - 1
        found.append(
            Wanted(
                f"{resident.ref}-{kind}-{week}",
                (resident.ref,),
                minutes,
                need=f"{resident.ref}-{kind}",
                urgency=urgency,
                days_since_seen=unseen,
                disciplines=(kind,),
                previous_worker=previous,
                earliest_at=days[week * A_WEEK].from_at,
                latest_at=days[last].until_at,
                days_apart=3,
                interpreter=interpreter,
                childcare=random.random() < 0.15,
            )
        )
    return found


def _groups(days: tuple[Day, ...], house: str, refs: list[str]) -> list[Wanted]:
    if len(refs) < 3:
        return []
    return [
        Wanted(
            f"{house}-group-{week}",
            tuple(refs),
            90,
            need=f"{house}-group",
            disciplines=("recovery_worker",),
            earliest_at=days[week * A_WEEK].from_at,
            latest_at=days[week * A_WEEK + A_WEEK - 1].until_at,
            days_apart=3,
            days_since_seen=7,
            capacity=8,
            fewest=3,
        )
        for week in range(len(days) // A_WEEK)
    ]
