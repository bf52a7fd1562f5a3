"""The baseline: scarcest beds first, each to the first in order of priority who fits, as waiting lists are worked."""

from __future__ import annotations

from collections import defaultdict

import numpy as np

from allocation.beds.core import Core
from allocation.beds.rules import Side


class Rules:
    """The side rules of a problem, with what is left of each while beds are given out."""

    def __init__(self, core: Core) -> None:
        self.sides = core.sides
        self.left = [side.limit for side in self.sides]
        self.refuge = {bed.ref: bed.refuge for bed in core.table.beds}
        self.places: dict[str, list[int]] = defaultdict(list)
        self.apart: dict[tuple[str, str], list[int]] = defaultdict(list)
        for number, side in enumerate(self.sides):
            self._note(number, side, self.refuge[next(iter(side.beds))])

    def _note(self, number: int, side: Side, refuge: str) -> None:
        if side.rule != "conflicting_households_apart":
            self.places[refuge].append(number)
            return
        for ref in side.households:
            self.apart[ref, refuge].append(number)

    def of(self, ref: str, bed: str) -> list[int]:
        """Return the numbers of the rules that a pair counts for."""
        refuge = self.refuge[bed]
        numbers = [*self.places[refuge], *self.apart.get((ref, refuge), ())]
        return [number for number in numbers if ref in self.sides[number].households and bed in self.sides[number].beds]


def first_fit(core: Core) -> dict[str, str]:
    """Return who gets which bed when scarce beds are given out first, each to the highest risk that waited longest."""
    households, beds = core.table.households, core.table.beds
    rows, columns = core.free
    first = sorted(rows.tolist(), key=lambda row: (-households[row].risk, -households[row].waiting_days, row))
    fits = np.asfortranarray(core.table.asks[first] >= 0)
    scarce = sorted(columns.tolist(), key=lambda column: (int(fits[:, column].sum()), column))
    waits = np.ones(len(first), dtype=bool)
    rules = Rules(core)
    given: dict[str, str] = {}
    for column in scarce:
        bed = beds[column].ref
        for place in np.nonzero(fits[:, column] & waits)[0].tolist():
            ref = households[first[place]].ref
            numbers = rules.of(ref, bed)
            if all(rules.left[number] > 0 for number in numbers):
                given[ref] = bed
                waits[place] = False
                for number in numbers:
                    rules.left[number] -= 1
                break
    return given
