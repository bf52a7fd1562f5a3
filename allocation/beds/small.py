"""Matching of a network's size: all goals folded into one number, solved and proven exactly, and asked again quickly.

What it found stays in a `Plan`, which can be asked what the best answer would be with one household in one bed, with
a barrier lifted, or with one more bed.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace

from allocation.beds.core import Answer, Core, fold_pairs, lot, spans_of
from allocation.beds.eligibility import BARRIERS
from allocation.beds.goals import GOALS, weigh
from allocation.exact import Cap, Found, Search
from allocation.lexicographic import Order, judge
from allocation.matching import LEFT, RIGHT, Matching, Pairs

MOST_PAIRS = 4000
"""Up to how many pairs a problem is small enough to be solved as a whole."""
WORK = 2000
"""How many shortest paths are about a second's work."""
SHARE = 10
"""What part of all effort one search may take: what needs more is quicker solved as large problems are."""
LOTS = 2**32


@dataclass
class Plan:
    """A small problem that was solved. Left members are its free households, right members its free beds."""

    core: Core
    order: Order
    households: list[str]
    beds: list[str]
    matching: Matching
    """Without prices and side rules: where every search starts."""
    caps: list[Cap]
    prices: dict[Cap, int] = field(default_factory=dict)
    """What the places of each cap were worth in the best answer: where later searches start."""
    found: Found = field(init=False)
    known: dict[tuple[object, ...], Found] = field(default_factory=dict)
    """Searches that were made already, by what they changed."""

    def __post_init__(self) -> None:
        self.lefts = {ref: number for number, ref in enumerate(self.households)}
        self.rights = {ref: number for number, ref in enumerate(self.beds)}
        self.found = self.search(self.matching.copy(), self.caps, keep_prices=True)

    def search(self, matching: Matching, caps: Sequence[Cap], *, keep_prices: bool = False) -> Found:
        """Return the best matching that keeps the caps. The matching given is used up."""
        full = [cap for cap in caps if cap.limit == 0]
        matching.change((left, right, None) for cap in full for left, right in _inside(cap, matching.pairs[LEFT]))
        open_caps = [cap for cap in caps if _binds(cap, matching.pairs[LEFT])]
        prices = [self.prices.get(replace(cap, limit=0), 0) for cap in open_caps]
        search = Search(matching, open_caps, prices, int(self.core.context.problem.limits.effort * WORK / SHARE))
        found = search.run()
        if keep_prices:
            pairs = zip(open_caps, search.root_prices, strict=True)
            self.prices = {replace(cap, limit=0): price for cap, price in pairs}
        return found

    def placed(self, found: Found) -> dict[str, str]:
        """Return an answer by refs."""
        return {self.households[left]: self.beds[right] for left, right in sorted(found.matched.items())}

    def totals(self, weight: int) -> tuple[int, ...]:
        """Return the total of each goal that a folded weight stands for, more being better."""
        return self.order.unfold(weight)[:-1]

    def answer(self) -> Answer:
        """Return what was found, with its bounds."""
        totals, bounds = self.totals(self.found.weight), self.totals(self.found.bound)
        reached = judge(totals, bounds, [high for _low, high in self.order.spans[:-1]])
        stopped = not all(one.proven for one in reached)
        return Answer(self.placed(self.found), reached, stopped)

    def weight(self, household: str, bed: str) -> int:
        """Return the folded weight of one pair, barred or not."""
        core = self.core
        pair = core.context.households[household], core.context.beds[bed]
        gains = [int(GOALS[name].sense) * weigh(name, core.table, *pair) for name in core.goals]
        return self.order.fold([*gains, lot(household, bed)])


def plan(core: Core) -> Plan:
    """Solve a small problem."""
    import numpy as np  # noqa: PLC0415 — importing this module must cost nothing.

    rows, columns = core.pairs
    free_rows, free_columns = core.free
    households = [core.table.households[row].ref for row in free_rows.tolist()]
    beds = [core.table.beds[column].ref for column in free_columns.tolist()]
    left_of, right_of = np.searchsorted(free_rows, rows), np.searchsorted(free_columns, columns)
    order = _order(core, min(len(households), len(beds)))
    lefts, rights = left_of.tolist(), right_of.tolist()
    gains = [weights.of(rows, columns).tolist() for weights in core.weights]
    lots = [lot(households[left], beds[right]) for left, right in zip(lefts, rights, strict=True)]
    pairs: Pairs = [{} for _ in households]
    for left, right, weight in zip(lefts, rights, fold_pairs(order, [*gains, lots]), strict=True):
        pairs[left][right] = weight
    return Plan(core, order, households, beds, Matching(pairs, len(beds)), list(_caps(core, households, beds)))


def _order(core: Core, most: int) -> Order:
    """Return the order of the goals, with room for every pair of the problem: a barrier may be lifted later."""
    import numpy as np  # noqa: PLC0415 — the same.

    rows, columns = core.free
    every_row, every_column = np.repeat(rows, len(columns)), np.tile(columns, len(rows))
    spans = spans_of([weights.of(every_row, every_column) for weights in core.weights], every_row, most)
    widest = [
        (-len(BARRIERS) * most, high) if GOALS[name].counts_asks else (low, high)
        for name, (low, high) in zip(core.goals, spans, strict=True)
    ]
    return Order((*widest, (0, LOTS * most)))


def _caps(core: Core, households: Sequence[str], beds: Sequence[str]) -> Iterable[Cap]:
    left_of = {ref: number for number, ref in enumerate(households)}
    right_of = {ref: number for number, ref in enumerate(beds)}
    for side in core.sides:
        lefts = frozenset(left_of[ref] for ref in side.households if ref in left_of)
        rights = frozenset(right_of[ref] for ref in side.beds if ref in right_of)
        if lefts and rights:
            yield Cap(side.limit, lefts, rights, side.rule)


def _inside(cap: Cap, pairs: Pairs) -> list[tuple[int, int]]:
    return [(left, right) for left in sorted(cap.lefts) for right in pairs[left] if right in cap.rights]


def _binds(cap: Cap, pairs: Pairs) -> bool:
    """Say whether more households than its limit could be in a cap, so that it must be watched."""
    return cap.limit > 0 and sum(not cap.rights.isdisjoint(pairs[left]) for left in cap.lefts) > cap.limit


def force(plan: Plan, household: str, bed: str, lifted: Collection[str] = ()) -> Found | None:
    """Return the best answer with an unplaced household in one bed, found by solving again; None if that cannot be.

    Whatever bars the pair is taken as lifted, and she uses up nothing of the side rules in `lifted`. Taking the
    bed away is often all that changes: an answer to that is kept, and where it keeps what she brings with her it is the
    best here as well, because it is the best of more.
    """
    left, right = plan.lefts[household], plan.rights[bed]
    caps = _caps_with(plan.caps, left, right, lifted)
    if caps is None:
        return None
    rest = _without(plan, right, None, plan.caps)
    if left in rest.matched or any(len(cap.used(rest.matched)) > cap.limit for cap in caps):
        rest = _without(plan, right, left, caps)
    weight = plan.weight(household, bed)
    return Found({**rest.matched, left: right}, rest.weight + weight, rest.bound + weight)


def _caps_with(caps: Iterable[Cap], left: int, right: int, lifted: Collection[str]) -> list[Cap] | None:
    """Return the caps once a pair is in its place and counted; None where it is one too many by itself."""
    found = []
    for cap in caps:
        hers = cap.covers(left, right) and cap.rule not in lifted
        if hers and cap.limit == 0:
            return None
        found.append(replace(cap, limit=cap.limit - hers))
    return found


def _without(plan: Plan, right: int, left: int | None, caps: Sequence[Cap]) -> Found:
    """Return the best answer without a bed, and without a household where one is given."""
    key = (right, left, tuple(cap.limit for cap in caps))
    if key not in plan.known:
        matching = plan.matching.copy()
        gone = [(other, right, None) for other in matching.pairs[RIGHT][right]]
        if left is not None:
            gone += [(left, other, None) for other in matching.pairs[LEFT][left]]
        matching.change(gone)
        plan.known[key] = plan.search(matching, caps)
    return plan.known[key]


def with_another(plan: Plan, bed: str) -> Found:
    """Return the best answer if there were one more bed like this one."""
    right = plan.rights[bed]
    key = ("another", right)
    if key not in plan.known:
        pairs = plan.matching.pairs[LEFT]
        twin = len(plan.beds)
        both = [{**weights, twin: weights[right]} if right in weights else weights for weights in pairs]
        caps = [replace(cap, rights=cap.rights | {twin}) if right in cap.rights else cap for cap in plan.caps]
        plan.known[key] = plan.search(Matching(both, twin + 1), caps)
    return plan.known[key]
