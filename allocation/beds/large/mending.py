"""Answers to a large problem that keep its side rules, bettered around themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING

from allocation.beds.core import Core
from allocation.beds.large.chain import priced_out
from allocation.beds.large.effort import Effort
from allocation.beds.large.pairs import totals
from allocation.beds.large.places import Watch

if TYPE_CHECKING:
    from allocation.beds.large.pairs import Ints, Mates, Truths

ROUNDS = 20
"""How often those who must be apart are kept apart at most."""
TURNS = 4
"""How often those who were kept out of a rule are let back where it has places left after all."""
ADDED = 3
"""How often pairs are added around an answer at most."""
FINE = 1000
"""How much finer than weights the prices of rules are kept."""


def better(core: Core, one: Mates, other: Mates) -> Mates:
    """Return the better of two answers; the first where both reach the same."""
    return other if totals(core, other) > totals(core, one) else one


def better_around(core: Core, watch: Watch, columns: Ints, among: Truths, mates: Mates, effort: Effort) -> Mates:
    """Return the best answer, in strict order, in which places are used in the same beds as now, or in free ones.

    Which beds take those who need a place is settled from an answer, as many in each refuge as it has places. Nothing
    that is left can break a rule of places then, so that flows solve it exactly. The answer itself stays possible:
    what comes out is never worse. Beds are looked for `among` some pairs only.
    """
    import numpy as np  # noqa: PLC0415 — the same.

    pairs = watch.pairs
    kept = watch.settled(mates) & among
    kept[pairs.places_of(mates)] = True
    places = np.union1d(columns, pairs.places_of(mates))
    for _round in range(ROUNDS):
        chain = priced_out(pairs, pairs.runs, places[kept[places]], kept, effort, ADDED)
        clashes = watch.clashes(chain.mates)
        if not clashes or effort.is_over:
            return better(core, mates, watch.within(chain.mates))
        places = np.union1d(places, chain.columns)
        for one, other, refuge in clashes:
            out = other if mates[one] >= 0 and watch.refuge[mates[one]] == refuge else one
            watch.keep_out(kept, out, refuge)
    return mates


def climb(
    core: Core, watch: Watch, columns: Ints, among: Truths, mates: Mates, most: list[int], effort: Effort
) -> Mates:
    """Better an answer around itself, until the first goals reach the most that they can or stay as they are."""
    for _turn in range(TURNS):
        before = totals(core, mates)[: len(most)]
        if effort.is_over:
            break
        mates = better_around(core, watch, columns, among, mates, effort)
        counted = totals(core, mates)[: len(most)]
        if counted in (most, before):
            break
    return mates
