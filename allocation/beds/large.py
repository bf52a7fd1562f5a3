"""Matching of a region's or a nation's size: flows for each stage of goals, and side rules mended where they break.

Without its side rules a problem is a matching, which flows solve and prove for goals in strict order. What they reach
is a bound on every answer. Where that answer breaks a side rule, those who lose least by it are kept out of that rule
and the flows run again, until none is broken. As a refuge's places seldom decide how many can be placed, what comes out
mostly reaches the bound on the first goals; how far the later ones may be from theirs is said, not hidden.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from allocation.beds.core import Answer, Core
from allocation.beds.rules import Side, conflicts_between, refuge_funded_places, refuge_high_support_places
from allocation.flows import Face, Stage, everything, largest_weight, solve_stage
from allocation.lexicographic import Order, judge, stages
from allocation.polish import Group, Relaxed, relax, safe_bound

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Ints = NDArray[np.int64]
    Truths = NDArray[np.bool_]

SPREAD = 1000003
BEST = 60
"""How many of the best fitting beds of each household are looked at first, where there are too many pairs for all."""
FEWEST = 15
MOST_FIRST = 300_000
"""About how many pairs that makes at most; never fewer than `FEWEST` for a household."""
ALL = 400_000
"""Up to how many pairs are all looked at from the start."""
MORE = 5
"""How many beds are added for a household that the prices show to have better ones."""
CHUNK = 2_000_000
ROUNDS = 20
"""How often those who must be apart are added to the rules at most."""
TURNS = 4
"""How often those who were kept out of a rule are let back where it has places left after all."""
TOLERANCE = 1e-4
FINE = 1000
"""How much finer than weights the prices of rules are kept."""


@dataclass
class Pairs:
    """All pairs that are not barred, by row, with their folded weight in each stage."""

    rows: NDArray[np.int32]
    columns: NDArray[np.int32]
    weights: list[Ints]
    spans: tuple[tuple[int, int], ...]
    runs: list[list[int]]
    starts: Ints
    """Where the pairs of each row begin, and after the last where they end."""
    width: int
    """How many columns there are."""

    def order(self, stage: int) -> Order:
        """Return how the goals of one stage are folded."""
        return Order(tuple(self.spans[place] for place in self.runs[stage]))

    def unfold(self, weights: Sequence[int]) -> list[int]:
        """Return the total of each goal from what each stage weighs."""
        return [total for stage, weight in enumerate(weights) for total in self.order(stage).unfold(weight)]


@dataclass
class Chain:
    """All stages solved on some of the pairs."""

    used: Ints
    """The places of the pairs of the last stage's face."""
    stages: list[Stage]
    excess: list[int]
    """By how much, at most, pairs that were left out could better each stage."""

    @property
    def mates(self) -> NDArray[np.integer[Any]]:
        """The column of each row in the answer; -1: none."""
        return self.stages[-1].mates


def solve_large(core: Core) -> Answer:
    """Return the answer to a problem with too many pairs to be solved as a whole."""
    import numpy as np  # noqa: PLC0415 — importing this module must cost nothing.

    pairs = _pairs(core)
    watch = _Watch(core, pairs)
    allowed = watch.allowed()
    best = allowed & _best(pairs)
    columns, relaxed = _priced_out(pairs, np.nonzero(allowed if len(allowed) <= ALL else best)[0], allowed)
    bounds, mates = pairs.unfold(_bounds(relaxed)), relaxed.mates
    counting, broken = _counting(pairs), watch.breaks(mates)
    if broken:
        nobody = np.full(len(mates), -1, dtype=np.intp)
        mates = _climb(core, watch, columns, nobody, bounds[:counting])
        if _totals(core, mates)[:counting] != bounds[:counting]:
            closer = _bound_counts(core, watch, np.nonzero(best)[0], allowed, counting)
            if closer < bounds[:counting]:
                # What later goals could reach was found while the counts were thought to go higher.
                bounds = [*closer, *(high for _low, high in pairs.spans[counting:])]
        if _totals(core, mates)[:counting] != bounds[:counting]:
            mended = _mend(core, watch, np.nonzero(best)[0])
            mates = max(mates, _climb(core, watch, columns, mended, bounds[:counting]), key=lambda m: _totals(core, m))
    totals = _totals(core, mates)
    most = [high for _low, high in pairs.spans] if broken else bounds
    reached = judge(totals, bounds, most)
    refs = [household.ref for household in core.table.households], [bed.ref for bed in core.table.beds]
    placed = {refs[0][row]: refs[1][column] for row, column in enumerate(mates.tolist()) if column >= 0}
    return Answer(placed, reached, stopped=any(one.total != one.bound for one in reached))


def _climb(
    core: Core, watch: _Watch, columns: Ints, mates: NDArray[np.integer[Any]], bounds: list[int]
) -> NDArray[np.integer[Any]]:
    """Better an answer around itself, until the goals that count reach their bounds or stay."""
    for _turn in range(TURNS):
        before = _totals(core, mates)[: len(bounds)]
        mates = _better_around(core, watch, columns, mates)
        counted = _totals(core, mates)[: len(bounds)]
        if counted in (bounds, before):
            break
    return mates


def _counting(pairs: Pairs) -> int:
    """Return how many of the first goals count households, so that a linear programme can bound them closely."""
    most = min(len(pairs.starts) - 1, pairs.width)
    places = range(len(pairs.spans))
    return next((place for place in places if not 0 <= pairs.spans[place][0] <= pairs.spans[place][1] <= most), 0)


def _bound_counts(core: Core, watch: _Watch, columns: Ints, allowed: Truths, counting: int) -> list[int]:
    """Return the most that the counting goals can be, in strict order, with the places of refuges counted.

    The linear programme starts from some pairs and takes in others that its prices show to be better; its bound is
    made sound for all pairs whenever it ends.
    """
    import numpy as np  # noqa: PLC0415 — the same.

    pairs, every = watch.pairs, np.nonzero(allowed)[0]
    order = Order(tuple(pairs.spans[:counting]))
    weights = np.zeros(len(every), dtype=np.int64)
    for place, band in enumerate(order.bands):
        weights += band * core.weights[place].of(pairs.rows[every], pairs.columns[every])
    groups, lowest = _groups(watch, every, ()), order.fold([high for _low, high in order.spans])
    inside = np.searchsorted(every, columns)
    for _round in range(ADDING):
        relaxed = relax(weights[inside], [group.only(inside) for group in groups])
        bound, gain = safe_bound(relaxed, weights, groups, pairs.rows[every])
        lowest = min(lowest, int(np.floor(bound + TOLERANCE)))
        better = np.nonzero(gain > TOLERANCE)[0]
        if not len(better):
            break
        inside = np.union1d(inside, _few(pairs.rows[every[better]], -gain[better], better))
    return list(order.unfold(lowest))


def _totals(core: Core, mates: NDArray[np.integer[Any]]) -> list[int]:
    import numpy as np  # noqa: PLC0415 — the same.

    rows = np.nonzero(mates >= 0)[0]
    return [int(weights.of(rows, mates[rows]).sum()) for weights in core.weights]


def _bounds(chain: Chain) -> list[int]:
    return [stage.weight + excess for stage, excess in zip(chain.stages, chain.excess, strict=True)]


def _pairs(core: Core) -> Pairs:
    """Return all pairs with their weights, worked out a few at a time."""
    import numpy as np  # noqa: PLC0415 — the same.

    rows, columns = (found.astype(np.int32) for found in core.pairs)
    del core.pairs
    height, width = core.table.asks.shape
    starts = np.searchsorted(rows, np.arange(height + 1))
    spans = _spans(core, rows, columns, starts)
    runs = stages(spans, largest_weight(height, width))
    weights = [np.zeros(len(rows), dtype=np.int64) for _run in runs]
    for run, folded in zip(runs, weights, strict=True):
        for place, band in zip(run, Order(tuple(spans[place] for place in run)).bands, strict=True):
            for part in _chunks(len(rows)):
                folded[part] += band * core.weights[place].of(rows[part], columns[part])
    return Pairs(rows, columns, weights, spans, runs, starts, width)


def _chunks(length: int) -> Iterator[slice]:
    return (slice(start, min(start + CHUNK, length)) for start in range(0, length, CHUNK))


def _spans(
    core: Core, rows: NDArray[np.int32], columns: NDArray[np.int32], starts: Ints
) -> tuple[tuple[int, int], ...]:
    """Return the least and most that each goal's total can be."""
    import numpy as np  # noqa: PLC0415 — the same.

    most = min(core.table.asks.shape)
    found = []
    for weights in core.weights:
        low = np.zeros(len(starts) - 1, dtype=np.int64)
        high = low.copy()
        for part in _chunks(len(rows)):
            gain = weights.of(rows[part], columns[part])
            here, firsts = np.unique(rows[part], return_index=True)
            low[here] = np.minimum(low[here], np.minimum.reduceat(gain, firsts))
            high[here] = np.maximum(high[here], np.maximum.reduceat(gain, firsts))
        found.append((int(np.sort(low)[:most].sum()), int(np.sort(high)[::-1][:most].sum())))
    return tuple(found)


def _best(pairs: Pairs) -> Truths:
    """Mark each household's best fitting pairs, spread where many fit as well."""
    import numpy as np  # noqa: PLC0415 — the same.

    kept = np.zeros(len(pairs.rows), dtype=bool)
    few = max(FEWEST, min(BEST, MOST_FIRST // len(pairs.starts)))
    for start, end in zip(pairs.starts[:-1].tolist(), pairs.starts[1:].tolist(), strict=True):
        if end - start <= few:
            kept[start:end] = True
            continue
        key, unit = _spread(pairs.rows[start:end], pairs.columns[start:end]) / SPREAD, 1.0
        for weights in reversed(pairs.weights):
            here = weights[start:end]
            key += unit * (here - here.max())
            unit *= float(here.max() - here.min() + 1)
        kept[start + np.argpartition(-key, few)[:few]] = True
    return kept


def _spread(rows: NDArray[np.int32], columns: NDArray[np.int32]) -> Ints:
    """Return numbers that look random and are always the same."""
    import numpy as np  # noqa: PLC0415 — the same.

    mixed: Ints = (rows.astype(np.int64) * 2654435761 + columns.astype(np.int64) * 40503 * 2246822519) % SPREAD
    return mixed


def _chain(pairs: Pairs, columns: Ints, shape: tuple[int, ...], runs: Sequence[int] | None = None) -> Chain:
    """Solve all stages on some pairs."""
    face: Face = everything(pairs.rows[columns], pairs.columns[columns], *shape)
    solved: list[Stage] = []
    for weights in (pairs.weights[run] for run in (runs or range(len(pairs.runs)))):
        stage = solve_stage(face, weights[columns])
        solved.append(stage)
        face, kept = stage.next_face(face, weights[columns])
        columns = columns[kept]
    return Chain(columns, solved, [0] * len(solved))


def _priced_out(pairs: Pairs, columns: Ints, allowed: Truths) -> tuple[Ints, Chain]:
    """Solve all stages, and add pairs that were left out while the prices show them to be better."""
    import numpy as np  # noqa: PLC0415 — the same.

    shape = len(pairs.starts) - 1, pairs.width
    chain = _chain(pairs, columns, shape)
    if len(columns) == np.count_nonzero(allowed):
        return columns, chain
    for _round in range(ADDING):
        better, chain.excess = _better(pairs, chain, allowed)
        if not len(better) or _round == ADDING - 1:
            break
        columns = np.union1d(columns, better)
        chain = _chain(pairs, columns, shape)
    return columns, chain


ADDING = 8
"""How often pairs are added at most."""


def _better(pairs: Pairs, chain: Chain, allowed: Truths) -> tuple[Ints, list[int]]:
    """Return pairs that could better some stage, and by how much all of them could at most."""
    import numpy as np  # noqa: PLC0415 — the same.

    found, excess = [], []
    height = len(pairs.starts) - 1
    most = [np.zeros(height, dtype=np.int64) for _stage in chain.stages]
    for part in _chunks(len(pairs.rows)):
        rows, columns, open_ = pairs.rows[part], pairs.columns[part], allowed[part].copy()
        for stage, weights, over in zip(chain.stages, pairs.weights, most, strict=True):
            slack = stage.slack(rows, columns, weights[part])
            bad = np.nonzero(open_ & (slack < 0))[0]
            np.maximum.at(over, rows[bad], -slack[bad])
            found.append(part.start + _few(rows[bad], slack[bad], bad))
            open_ &= slack == 0
    excess = [int(np.sort(over)[::-1][: len(chain.stages[0].right_prices)].sum()) for over in most]
    return np.unique(np.concatenate(found)), excess


def _few(rows: NDArray[np.int32], slack: NDArray[Any], places: NDArray[np.intp]) -> NDArray[np.integer[Any]]:
    """Return the few worst of each row."""
    import numpy as np  # noqa: PLC0415 — the same.

    order = np.lexsort([slack, rows])
    place = np.arange(len(rows)) - np.searchsorted(rows[order], rows[order])
    return places[order[place < MORE]]


class _Watch:
    """The side rules as arrays: which pairs count for which, and whether an answer breaks one."""

    def __init__(self, core: Core, pairs: Pairs) -> None:
        import numpy as np  # noqa: PLC0415 — the same.

        self.pairs = pairs
        context = core.context
        self.row_of = {household.ref: row for row, household in enumerate(core.table.households)}
        self.column_of = {bed.ref: column for column, bed in enumerate(core.table.beds)}
        names = {ref: number for number, ref in enumerate(sorted(context.refuges))}
        self.refuge = np.array([names[bed.refuge] for bed in core.table.beds], dtype=np.intp)
        self.kinds = [
            self._kind(list(refuge_high_support_places(context, core.decided))),
            self._kind(list(refuge_funded_places(context, core.decided))),
        ]
        self.apart = []
        self.closed = []
        for one, other in conflicts_between(context):
            for ref, foe in ((one, other), (other, one)):
                if foe in core.decided and ref not in core.decided:
                    self.closed.append((self.row_of[ref], names[context.beds[core.decided[foe]].refuge]))
            if one not in core.decided and other not in core.decided:
                self.apart.append((self.row_of[one], self.row_of[other]))

    def _kind(self, found: list[Side]) -> tuple[Truths, Ints, Ints]:
        """Return for one kind of place: who needs one, which rule each bed is under (-1: none), and the limits."""
        import numpy as np  # noqa: PLC0415 — the same.

        needs = np.zeros(len(self.row_of), dtype=bool)
        under = np.full(len(self.column_of), -1, dtype=np.int64)
        for number, side in enumerate(found):
            for ref in side.beds:
                under[self.column_of[ref]] = number
        if found:
            needs[[self.row_of[ref] for ref in found[0].households]] = True
        return needs, under, np.array([side.limit for side in found], dtype=np.int64)

    def allowed(self) -> Truths:
        """Mark the pairs that no rule without places rules out."""
        import numpy as np  # noqa: PLC0415 — the same.

        rows, columns = self.pairs.rows, self.pairs.columns
        allowed = np.ones(len(rows), dtype=bool)
        for needs, under, limits in self.kinds:
            full = np.append(limits == 0, False)
            allowed &= ~(needs[rows] & full[under[columns]])
        for row, refuge in self.closed:
            part = slice(self.pairs.starts[row], self.pairs.starts[row + 1])
            allowed[part] &= self.refuge[columns[part]] != refuge
        return allowed

    def settled(self, mates: NDArray[np.integer[Any]]) -> Truths:
        """Mark the pairs that stay once the beds for those who need a place are settled from an answer."""
        import numpy as np  # noqa: PLC0415 — the same.

        rows, columns = self.pairs.rows, self.pairs.columns
        kept = self.allowed()
        everybody = self.kinds[0][0] | self.kinds[1][0]
        wanted = np.bincount(columns[everybody[rows] & kept], minlength=len(self.column_of)).astype(np.float64)
        for needs, under, limits in self.kinds:
            rank = wanted.copy()
            rank[mates[needs & (mates >= 0)]] = np.inf
            order = np.lexsort([-rank, under])
            place = np.arange(len(under)) - np.searchsorted(under[order], under[order])
            open_ = np.zeros(len(under), dtype=bool)
            open_[order] = place < np.append(limits, len(under))[under[order]]
            kept &= ~needs[rows] | open_[columns]
        return kept

    def breaks(self, mates: NDArray[np.integer[Any]]) -> bool:
        """Say whether an answer breaks a side rule."""
        import numpy as np  # noqa: PLC0415 — the same.

        for needs, under, limits in self.kinds:
            using = np.nonzero(needs & (mates >= 0))[0]
            rule = under[mates[using]]
            if (np.bincount(rule[rule >= 0], minlength=len(limits)) > limits).any():
                return True
        return bool(self.clashes(mates))

    def clashes(self, mates: NDArray[np.integer[Any]]) -> list[tuple[int, int, int]]:
        """Return who must not meet and would, and the number of the refuge."""
        return [
            (one, other, int(self.refuge[mates[one]]))
            for one, other in self.apart
            if mates[one] >= 0 and mates[other] >= 0 and self.refuge[mates[one]] == self.refuge[mates[other]]
        ]


def _groups(watch: _Watch, places: Ints, conflicts: Sequence[tuple[int, int, int]]) -> list[Group]:
    """Return all rules over some pairs: one bed each, one household each, places, and who must be apart where."""
    import numpy as np  # noqa: PLC0415 — the same.

    rows, columns = watch.pairs.rows[places], watch.pairs.columns[places]
    ones = np.ones
    groups = [
        Group(rows.astype(np.int64), ones(len(watch.row_of), dtype=np.int64)),
        Group(columns.astype(np.int64), ones(len(watch.column_of), dtype=np.int64)),
    ]
    for needs, under, limits in watch.kinds:
        groups.append(Group(np.where(needs[rows], under[columns], -1), limits))
    for one, other, refuge in conflicts:
        there = ((rows == one) | (rows == other)) & (watch.refuge[columns] == refuge)
        groups.append(Group(np.where(there, 0, -1), ones(1, dtype=np.int64)))
    return groups


def _banded(core: Core, pairs: Pairs, places: Ints) -> Ints:
    """Return one small weight for each pair, each goal's reach a multiple of the next one's, for a linear programme.

    Goals that count are set a hundred times above the next, so that a place is not given up for what is less.
    """
    import numpy as np  # noqa: PLC0415 — the same.

    total = np.zeros(len(places), dtype=np.int64)
    reach = 10
    for weights in reversed(core.weights):
        gain = weights.of(pairs.rows[places], pairs.columns[places])
        largest = int(np.abs(gain).max(initial=0))
        if largest:
            total += gain * (reach // min(largest, reach))
            reach *= 100 if largest == 1 else 10
    return total


def _mend(core: Core, watch: _Watch, columns: Ints) -> NDArray[np.integer[Any]]:
    """Return the best answer found that keeps the side rules: what the relaxation uses wholly, the rest searched."""
    conflicts: list[tuple[int, int, int]] = []
    for _round in range(ROUNDS):
        mates = _round_off(core, watch, columns, conflicts)
        new = [clash for clash in watch.clashes(mates) if clash not in conflicts]
        if not new:
            break
        conflicts += new
    return mates


def _round_off(
    core: Core, watch: _Watch, columns: Ints, conflicts: Sequence[tuple[int, int, int]]
) -> NDArray[np.integer[Any]]:
    """Return a whole answer near the relaxed one: every pair pays the rules' prices, and the flow chooses again.

    Prices leave ties, so that some rules are still broken. Those who lose least are kept out of them, until none is.
    """
    import numpy as np  # noqa: PLC0415 — the same.

    pairs = watch.pairs
    weights = _banded(core, pairs, columns)
    groups = _groups(watch, columns, conflicts)
    relaxed = relax(weights, groups)
    paid = weights - Relaxed(relaxed.used, relaxed.prices[2:]).loss(0 * weights, groups[2:])
    favour = np.rint(paid * FINE).astype(np.int64) + np.rint(relaxed.used * FINE / 2).astype(np.int64)
    shape = len(watch.row_of), len(watch.column_of)
    best: NDArray[np.integer[Any]] = np.full(shape[0], -1, dtype=np.intp)
    out = np.zeros(len(columns), dtype=bool)
    for _turn in range(TURNS):
        mates = _settle(pairs, columns, favour, groups[2:], out)
        if _totals(core, mates) <= _totals(core, best):
            break
        best = mates
        out &= _full(pairs, columns, groups[2:], mates)
    return best


def _better_around(
    core: Core, watch: _Watch, columns: Ints, mates: NDArray[np.integer[Any]]
) -> NDArray[np.integer[Any]]:
    """Return the best answer, in strict order, in which places are used in the same beds as now, or in free ones.

    Which beds take those who need a place is settled from an answer, as many in each refuge as it has places. Nothing
    that is left can break a rule of places then, so that flows solve it exactly. The answer itself stays possible:
    what comes out is never worse.
    """
    import numpy as np  # noqa: PLC0415 — the same.

    pairs = watch.pairs
    kept = watch.settled(mates)
    places = np.union1d(columns, _places_of(pairs, mates))
    for _round in range(ROUNDS):
        _columns, chain = _priced_out(pairs, places[kept[places]], kept)
        clashes = watch.clashes(chain.mates)
        if not clashes:
            return chain.mates if _totals(core, chain.mates) > _totals(core, mates) else mates
        for one, other, refuge in clashes:
            out = other if mates[one] >= 0 and watch.refuge[mates[one]] == refuge else one
            part = slice(pairs.starts[out], pairs.starts[out + 1])
            kept[part] &= watch.refuge[pairs.columns[part]] != refuge
    return mates


def _places_of(pairs: Pairs, mates: NDArray[np.integer[Any]]) -> Ints:
    """Return the places of an answer's pairs."""
    import numpy as np  # noqa: PLC0415 — the same.

    found = []
    for row in np.nonzero(mates >= 0)[0].tolist():
        start, end = pairs.starts[row], pairs.starts[row + 1]
        found.append(start + int(np.searchsorted(pairs.columns[start:end], mates[row])))
    return np.array(found, dtype=np.int64)


def _settle(
    pairs: Pairs, columns: Ints, favour: Ints, groups: Sequence[Group], out: Truths
) -> NDArray[np.integer[Any]]:
    """Return the best answer among pairs that are not out, more of which are put out until no rule is broken."""
    import numpy as np  # noqa: PLC0415 — the same.

    shape = len(pairs.starts) - 1, pairs.width
    while True:
        kept = ~out
        face = everything(pairs.rows[columns[kept]], pairs.columns[columns[kept]], *shape)
        stage = solve_stage(face, favour[kept])
        gone = _kept_out(pairs, columns[kept], favour[kept], stage, [group.only(kept) for group in groups])
        if not gone.any():
            return stage.mates
        out[np.nonzero(kept)[0][gone]] = True


def _full(pairs: Pairs, columns: Ints, groups: Sequence[Group], mates: NDArray[np.integer[Any]]) -> Truths:
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
