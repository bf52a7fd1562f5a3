"""Answers to a large problem that keep its side rules: rounded off from what is relaxed, then bettered around."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from allocation.beds.core import Core
from allocation.beds.large.bounds import Relaxation
from allocation.beds.large.chain import priced_out
from allocation.beds.large.effort import Effort
from allocation.beds.large.pairs import Pairs, totals
from allocation.beds.large.places import Clash, Watch
from allocation.flows import Stage, everything, solve_stage
from allocation.polish import Group, Relaxed, paying

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


def round_off(core: Core, watch: Watch, relaxation: Relaxation, weights: Ints, relaxed: Relaxed) -> Mates:
    """Return a whole answer near the relaxed one: every pair pays the rules' prices, and the flow chooses again.

    Prices leave ties, so that some rules are still broken. Those who lose least are kept out of them, until none is.
    """
    import numpy as np  # noqa: PLC0415 — importing this module must cost nothing.

    pairs, columns = watch.pairs, relaxation.every[relaxation.inside]
    kinds = watch.sides(columns)
    paid = paying(weights[relaxation.inside], relaxed.prices[2:], kinds)
    favour = np.rint(paid * FINE).astype(np.int64) + np.rint(relaxed.used * FINE / 2).astype(np.int64)
    clashes: list[Clash] = []
    for _round in range(ROUNDS):
        groups = [*kinds, *watch.sides(columns, clashes)[len(kinds) :]]
        mates = _settled(core, pairs, columns, favour, groups, relaxation.effort)
        new = [clash for clash in watch.clashes(mates) if clash not in clashes]
        if not new or relaxation.effort.is_over:
            break
        clashes += new
    return watch.within(mates)


def _settled(core: Core, pairs: Pairs, columns: Ints, favour: Ints, groups: Sequence[Group], effort: Effort) -> Mates:
    """Return the best answer that keeps the rules given, those who were kept out let back in while that betters it."""
    import numpy as np  # noqa: PLC0415 — the same.

    best: Mates = np.full(pairs.shape[0], -1, dtype=np.intp)
    out = np.zeros(len(columns), dtype=bool)
    for _turn in range(TURNS):
        mates = _settle(pairs, columns, favour, groups, out, effort)
        if totals(core, mates) <= totals(core, best):
            break
        best = mates
        out &= _full(pairs, columns, groups, mates)
    return best


def _settle(pairs: Pairs, columns: Ints, favour: Ints, groups: Sequence[Group], out: Truths, effort: Effort) -> Mates:
    """Return the best answer among pairs that are not out, more of which are put out until no rule is broken."""
    import numpy as np  # noqa: PLC0415 — the same.

    while True:
        kept = ~out
        face = everything(pairs.rows[columns[kept]], pairs.columns[columns[kept]], *pairs.shape)
        effort.flow(int(kept.sum()))
        stage = solve_stage(face, favour[kept])
        gone = _kept_out(pairs, columns[kept], favour[kept], stage, [group.only(kept) for group in groups])
        if not gone.any():
            return stage.mates
        out[np.nonzero(kept)[0][gone]] = True


def _full(pairs: Pairs, columns: Ints, groups: Sequence[Group], mates: Mates) -> Truths:
    """Mark the pairs that come under a rule whose places are all used, so that they stay out."""
    import numpy as np  # noqa: PLC0415 — the same.

    used = mates[pairs.rows[columns]] == pairs.columns[columns]
    full = np.zeros(len(columns), dtype=bool)
    for group in groups:
        count = np.bincount(group.rule[used & (group.rule >= 0)], minlength=len(group.limits))
        full |= (group.rule >= 0) & np.append(count >= group.limits, False)[group.rule]
    return full


def _kept_out(pairs: Pairs, columns: Ints, weights: Ints, stage: Stage, groups: Sequence[Group]) -> Truths:
    """Mark the pairs of those kept out of broken rules: of each as many as are too many, least loss first."""
    import numpy as np  # noqa: PLC0415 — the same.

    rows, beds = pairs.rows[columns], pairs.columns[columns]
    used = stage.mates[rows] == beds
    gone = np.zeros(len(columns), dtype=bool)
    worth = weights - stage.right_prices[beds]
    for group in groups:
        taking = np.nonzero(used & (group.rule >= 0))[0]
        over = np.bincount(group.rule[taking], minlength=len(group.limits)) - group.limits
        for number in np.nonzero(over > 0)[0].tolist():
            under = group.rule == number
            elsewhere = np.zeros(len(stage.mates), dtype=np.int64)
            mine = np.isin(rows, rows[taking[group.rule[taking] == number]]) & ~under
            np.maximum.at(elsewhere, rows[mine], worth[mine])
            who = rows[taking[group.rule[taking] == number]]
            loss = stage.left_prices[who] - elsewhere[who]
            out = who[np.lexsort([who, loss])[: over[number]]]
            gone |= under & np.isin(rows, out)
    return gone


def better_around(core: Core, watch: Watch, columns: Ints, mates: Mates, effort: Effort) -> Mates:
    """Return the best answer, in strict order, in which places are used in the same beds as now, or in free ones.

    Which beds take those who need a place is settled from an answer, as many in each refuge as it has places. Nothing
    that is left can break a rule of places then, so that flows solve it exactly. The answer itself stays possible:
    what comes out is never worse.
    """
    import numpy as np  # noqa: PLC0415 — the same.

    pairs = watch.pairs
    kept = watch.settled(mates)
    places = np.union1d(columns, pairs.places_of(mates))
    for _round in range(ROUNDS):
        chain = priced_out(pairs, places[kept[places]], kept, effort, ADDED)
        clashes = watch.clashes(chain.mates)
        if not clashes or effort.is_over:
            return better(core, mates, watch.within(chain.mates))
        places = np.union1d(places, chain.columns)
        for one, other, refuge in clashes:
            out = other if mates[one] >= 0 and watch.refuge[mates[one]] == refuge else one
            watch.keep_out(kept, out, refuge)
    return mates


def climb(core: Core, watch: Watch, columns: Ints, mates: Mates, most: list[int], effort: Effort) -> Mates:
    """Better an answer around itself, until the first goals reach the most that they can or stay as they are."""
    for _turn in range(TURNS):
        before = totals(core, mates)[: len(most)]
        if effort.is_over:
            break
        mates = better_around(core, watch, columns, mates, effort)
        counted = totals(core, mates)[: len(most)]
        if counted in (most, before):
            break
    return mates
