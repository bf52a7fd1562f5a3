"""Made-up networks of any size, from a seed: attributes decide who fits where, as they do in life."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from random import Random

from allocation.beds.problem import (
    NEEDS,
    Answer,
    Bed,
    Check,
    Child,
    Funding,
    Household,
    Level,
    Occupant,
    Problem,
    Refuge,
    Risk,
)

ON = date(2026, 11, 23)
LANGUAGES = ("pa", "ur", "gu", "pl", "ar", "so")


def network(beds: int, households: int, *, seed: int = 0, area_of: int = 4, crowded: bool = False) -> Problem:
    """Return a problem with refuges of about ten beds, one area for every `area_of` refuges.

    A crowded one has few places for high support and many who must not meet, so that side rules bind hard.
    """
    random = Random(seed)  # noqa: S311 — made-up people, the same every time.
    refuges = [_refuge(random, number, area_of) for number in range(max(2, beds // 10))]
    rooms = [_bed(random, number, refuges[number % len(refuges)]) for number in range(beds)]
    areas = sorted({refuge.area for refuge in refuges})
    waiting = [_household(random, number, areas, refuges) for number in range(households)]
    if crowded:
        refuges = [replace(refuge, high_support_places=1, nrpf_places=1) for refuge in refuges]
        waiting = [_crowding(random, household) for household in waiting]
    living = [_occupant(random, number, refuge) for number, refuge in enumerate(refuges) if random.random() < 0.5]
    refs = [household.ref for household in waiting]
    pairs = [tuple(random.sample(refs, 2)) for _ in range(households // (2 if crowded else 20))]
    pairs += [(random.choice(refs), random.choice(living).ref) for _ in range(households // 20) if living]
    return Problem(
        on=ON,
        refuges=tuple(refuges),
        beds=tuple(rooms),
        households=tuple(waiting),
        occupants=tuple(living),
        conflicts=tuple((one, other) for one, other in pairs),
    )


def _refuge(random: Random, number: int, area_of: int) -> Refuge:
    kind = ("complex_needs", "by_and_for_bme", "general", "general")[number % 4]
    complex_needs = kind == "complex_needs"
    return Refuge(
        ref=f"F-{number:04}",
        area=f"A-{number // area_of:03}",
        specialism=kind,
        support={need: Level.HIGH if complex_needs else Level(random.choice((1, 2, 2, 3))) for need in NEEDS},
        round_the_clock=complex_needs or random.random() < 0.3,
        high_support_places=5 if complex_needs else random.choice((1, 2, 2, 3)),
        nrpf_places=random.choice((0, 1, 1, 2, 3)),
        son_age_limit=random.choice((11, 13, 14, 15, None)),
        takes_pets=random.random() < 0.2,
        excludes=("arson",) if random.random() < 0.4 else (),
        checks=("background",) if random.random() < 0.3 else (),
        languages=tuple(random.sample(LANGUAGES, 3 if kind == "by_and_for_bme" else 1)),
    )


def _bed(random: Random, number: int, refuge: Refuge) -> Bed:
    children = random.choice((0, 1, 1, 2, 2, 3, 4))
    return Bed(
        ref=f"B-{number:05}",
        refuge=refuge.ref,
        free_on=ON if random.random() < 0.9 else ON + timedelta(days=random.randint(1, 30)),
        adults=2 if random.random() < 0.1 else 1,
        children=children,
        cots=random.choice((0, 1)) if children else 0,
        self_contained=random.random() < 0.3,
        step_free=random.random() < 0.25,
        adapted=random.random() < 0.08,
        ground_floor=random.random() < 0.3,
    )


def _household(random: Random, number: int, areas: list[str], refuges: list[Refuge]) -> Household:
    children = random.choices((0, 1, 2, 3, 4), (45, 25, 17, 9, 4))[0]
    return Household(
        ref=f"R-{number:05}",
        risk=random.choices(list(Risk), (10, 25, 35, 30))[0],
        waiting_days=int(random.expovariate(1 / 12)),
        needed_by=ON + timedelta(days=random.randint(1, 14)) if random.random() < 0.2 else None,
        adult_dependants=int(random.random() < 0.04),
        children=tuple(_child(random) for _ in range(children)),
        children_known=random.random() < 0.95,
        needs={need: _need(random) for need in NEEDS},
        access=random.choices(((), ("ground_floor",), ("step_free",), ("adapted",)), (88, 4, 5, 3))[0],
        access_known=random.random() < 0.95,
        unsafe_areas=tuple(sorted(random.sample(areas, min(len(areas) - 1, random.choice((0, 1, 1, 2)))))),
        unsafe_elsewhere=random.random() < 0.03,
        funding=random.choices(list(Funding), (78, 6, 10, 6))[0],
        specialisms=_specialisms(random),
        checks={"background": random.choice((Check.DONE, Check.DONE, Check.OUTSTANDING))},
        pets=random.choices((0, 1, None), (85, 5, 10))[0],
        needs_self_contained=random.random() < 0.05,
        harm=("arson",) if random.random() < 0.03 else (),
        harm_known=random.random() < 0.9,
        asked_to_leave={random.choice(refuges).ref: ON + timedelta(days=60)} if random.random() < 0.03 else {},
        prefers_by_and_for=random.random() < 0.2,
        prefers_self_contained=random.random() < 0.2,
        preferred_areas=(random.choice(areas),) if random.random() < 0.3 else (),
        language=random.choice(LANGUAGES) if random.random() < 0.25 else None,
    )


def _crowding(random: Random, household: Household) -> Household:
    """Return a household that more likely takes one of the places that are few."""
    needs = {**household.needs, "drugs": random.choice((Level.HIGH, Level.LOW))}
    return replace(household, needs=needs, funding=random.choice((Funding.FUNDED_PLACE, Funding.PUBLIC_FUNDS)))


def _child(random: Random) -> Child:
    return Child(random.randint(0, 16), random.choices(list(Answer), (48, 48, 4))[0])


def _need(random: Random) -> Level | None:
    return random.choices((Level.NONE, Level.LOW, Level.MEDIUM, Level.HIGH, None), (60, 15, 12, 8, 5))[0]


def _specialisms(random: Random) -> dict[str, Answer]:
    return {
        "complex_needs": random.choices(list(Answer), (40, 50, 10))[0],
        "by_and_for_bme": random.choices(list(Answer), (35, 60, 5))[0],
    }


def _occupant(random: Random, number: int, refuge: Refuge) -> Occupant:
    return Occupant(f"S-{number:04}", refuge.ref, None, random.random() < 0.4, random.random() < 0.3)
