"""What a problem says of each refuge and bed once its occupants are counted: worked out once, read for every pair."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from allocation.beds.problem import Bed, Funding, Household, Occupant, Problem, Refuge, Strictness


@dataclass
class Context:
    """A problem with its look-ups. Making one costs one walk over the problem."""

    problem: Problem
    households: dict[str, Household] = field(init=False)
    beds: dict[str, Bed] = field(init=False)
    refuges: dict[str, Refuge] = field(init=False)
    follows: dict[str, tuple[Occupant, ...]] = field(init=False)
    """By bed: who is in it until it is free."""
    spare_high: dict[str, int] = field(init=False)
    """By refuge: high-support places that no occupant uses."""
    spare_funded: dict[str, int] = field(init=False)
    """By refuge: funded places that no occupant uses."""
    must_not_meet: dict[str, frozenset[str]] = field(init=False)
    """By household: refs of households and occupants that must not be in one refuge with it."""
    occupants: dict[str, Occupant] = field(init=False)

    def __post_init__(self) -> None:
        problem = self.problem
        self.households = {household.ref: household for household in problem.households}
        self.beds = {bed.ref: bed for bed in problem.beds}
        self.refuges = {refuge.ref: refuge for refuge in problem.refuges}
        self.occupants = {occupant.ref: occupant for occupant in problem.occupants}
        self.follows = _by_bed(problem.occupants)
        high: dict[str, int] = defaultdict(int)
        funded: dict[str, int] = defaultdict(int)
        for occupant in problem.occupants:
            high[occupant.refuge] += occupant.high_support
            funded[occupant.refuge] += occupant.funded_place
        self.spare_high = {refuge.ref: refuge.high_support_places - high[refuge.ref] for refuge in problem.refuges}
        self.spare_funded = {refuge.ref: refuge.nrpf_places - funded[refuge.ref] for refuge in problem.refuges}
        self.must_not_meet = _both_ways(problem.conflicts)

    def refuge_of(self, bed: Bed) -> Refuge:
        """Return the refuge that a bed stands in."""
        return self.refuges[bed.refuge]

    def needed_on(self, household: Household) -> date:
        """Return the day from which she needs a bed: today, where the day by which she needed it has passed."""
        return max(household.needed_by or self.problem.on, self.problem.on)

    def follows_high(self, bed: Bed) -> bool:
        """Say whether whoever has the bed now uses a high-support place, which the next in it takes over."""
        return any(occupant.high_support for occupant in self.follows.get(bed.ref, ()))

    def follows_funded(self, bed: Bed) -> bool:
        """Say whether whoever has the bed now uses a funded place, which the next in it takes over."""
        return any(occupant.funded_place for occupant in self.follows.get(bed.ref, ()))

    def takes_high(self, household: Household, bed: Bed) -> bool:
        """Say whether she would use one more high-support place of the bed's refuge."""
        return household.needs_high_support and not self.follows_high(bed)

    def takes_funded(self, household: Household, bed: Bed) -> bool:
        """Say whether she would use one more funded place of the bed's refuge."""
        return household.funding is Funding.FUNDED_PLACE and not self.follows_funded(bed)

    def strictness(self, code: str) -> Strictness:
        """Return how the network holds the rule of a barrier."""
        return self.problem.rules.strictness.get(code, Strictness.NO)

    def met_at(self, household: Household, bed: Bed) -> tuple[Occupant, ...]:
        """Return the occupants whom she must not meet and would meet in the bed's refuge."""
        foes = self.must_not_meet.get(household.ref, frozenset())
        others = (self.occupants[ref] for ref in sorted(foes) if ref in self.occupants)
        return tuple(other for other in others if other.refuge == bed.refuge and other.bed != bed.ref)


def _by_bed(occupants: Iterable[Occupant]) -> dict[str, tuple[Occupant, ...]]:
    found: dict[str, tuple[Occupant, ...]] = {}
    for occupant in occupants:
        if occupant.bed is not None:
            found[occupant.bed] = (*found.get(occupant.bed, ()), occupant)
    return found


def _both_ways(conflicts: Iterable[tuple[str, str]]) -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    for one, other in conflicts:
        found[one].add(other)
        found[other].add(one)
    return {ref: frozenset(others) for ref, others in found.items()}
