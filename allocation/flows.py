"""The heaviest matching of many thousands of pairs, stage by stage in strict order, as flows of least cost.

A stage gives each pair a whole weight. Its best matching comes with prices that prove it: a price for every member,
together never less than the weight of their pair. What the next stage may do is then exactly known: use the pairs whose
members' prices meet their weight, and leave nobody alone who has a price. OR-Tools solves the flows; the prices are
worked out here, because it does not tell them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Ints = NDArray[np.int64]
    Places = NDArray[np.integer[Any]]
    Truths = NDArray[np.bool_]

FAR = 1 << 60
"""Further than any price."""


def largest_weight(left: int, right: int) -> int:
    """Return the largest weight of a pair that the flow solver can take for so many members."""
    return int((1 << 61) // (left + right + 2))


@dataclass
class Face:
    """What a stage may do: pairs by place in both sides, and who must not stay alone."""

    lefts: Places
    rights: Places
    must_left: Truths
    must_right: Truths


@dataclass
class Stage:
    """One stage solved: who is matched to whom (-1: nobody), what that weighs, and prices that prove it."""

    mates: Places
    weight: int
    left_prices: Ints
    right_prices: Ints

    def slack(self, lefts: Places, rights: Places, weights: Ints) -> Ints:
        """Return by how much the prices of pairs exceed their weights: 0 for those that a best matching may use."""
        return self.left_prices[lefts] + self.right_prices[rights] - weights

    def next_face(self, face: Face, weights: Ints) -> tuple[Face, Truths]:
        """Return what the next stage may do, and which pairs of this face it keeps."""
        kept = self.slack(face.lefts, face.rights, weights) == 0
        must_left = face.must_left | (self.left_prices > 0)
        must_right = face.must_right | (self.right_prices > 0)
        return Face(face.lefts[kept], face.rights[kept], must_left, must_right), kept


def everything(lefts: Places, rights: Places, left: int, right: int) -> Face:
    """Return the face of a first stage: all pairs, and anybody may stay alone."""
    import numpy as np  # noqa: PLC0415 — importing this module must cost nothing.

    return Face(lefts, rights, np.zeros(left, dtype=bool), np.zeros(right, dtype=bool))


def solve_stage(face: Face, weights: Ints) -> Stage:
    """Return the heaviest matching on a face; RuntimeError if its musts cannot be met, which a face never asks."""
    import numpy as np  # noqa: PLC0415 — the same.
    from ortools.graph.python.min_cost_flow import SimpleMinCostFlow  # noqa: PLC0415 — loads OR-Tools when it is used.

    left, right = len(face.must_left), len(face.must_right)
    sink = left + right
    alone, spare = np.nonzero(~face.must_left)[0], np.nonzero(~face.must_right)[0]
    tails = np.concatenate([face.lefts, alone, left + spare])
    heads = np.concatenate([left + face.rights, np.full(len(alone) + len(spare), sink)])
    costs = np.concatenate([-weights, np.zeros(len(alone) + len(spare), dtype=np.int64)])
    flow = SimpleMinCostFlow()
    flow.add_arcs_with_capacity_and_unit_cost(tails, heads, np.ones(len(tails), dtype=np.int64), costs)
    supplies = np.concatenate([np.ones(left), -face.must_right.astype(float), [face.must_right.sum() - left]])
    flow.set_nodes_supplies(np.arange(sink + 1), supplies.astype(np.int64))
    status = flow.solve()
    if status != flow.OPTIMAL:
        message = f"The flow of a stage ended as {status}."
        raise RuntimeError(message)
    used = flow.flows(np.arange(len(face.lefts))) > 0
    mates = np.full(left, -1, dtype=np.intp)
    mates[face.lefts[used]] = face.rights[used]
    return _priced(face, weights, mates, int(weights[used].sum()))


def _priced(face: Face, weights: Ints, mates: Places, weight: int) -> Stage:
    """Return the stage with prices. Only pairs of those who could push a price up are looked at again and again."""
    import numpy as np  # noqa: PLC0415 — the same.

    left, right = len(mates), len(face.must_right)
    matched = mates >= 0
    own = np.zeros(left, dtype=np.int64)
    is_own = mates[face.lefts] == face.rights
    own[face.lefts[is_own]] = weights[is_own]
    prices = np.where(face.must_right, -FAR, 0).astype(np.int64)
    lonely = ~matched[face.lefts]
    np.maximum.at(prices, face.rights[lonely], weights[lonely])
    pushes = ~lonely & ~is_own
    lefts, rights, gains = face.lefts[pushes], face.rights[pushes], weights[pushes]
    _raise(prices, mates, own, (lefts, rights, gains))
    unheld = prices < -FAR // 2
    if unheld.any():
        prices[unheld] = 0
        _raise(prices, mates, own, (lefts, rights, gains))
    left_prices = np.where(matched, own - prices[np.where(matched, mates, 0)], 0)
    assert right == len(prices)  # noqa: S101 — says what the arrays are.
    return Stage(mates, weight, left_prices, prices)


def _raise(prices: Ints, mates: Places, own: Ints, pairs: tuple[Places, Places, Ints]) -> None:
    """Raise prices until nobody matched would rather have another bed at its price."""
    import numpy as np  # noqa: PLC0415 — the same.

    lefts, rights, gains = pairs
    order = np.argsort(lefts, kind="stable")
    lefts, rights, gains = lefts[order], rights[order], gains[order]
    starts = np.searchsorted(lefts, np.arange(len(mates) + 1))
    holder = np.full(len(prices), -1, dtype=np.intp)
    holder[mates[mates >= 0]] = np.nonzero(mates >= 0)[0]
    active = np.nonzero(mates >= 0)[0]
    for _round in range(4 * len(prices) + 4):
        spots = _spots(starts, active)
        who = lefts[spots]
        offers = prices[mates[who]] - own[who] + gains[spots]
        before = prices.copy()
        np.maximum.at(prices, rights[spots], offers)
        raised = np.nonzero((prices > before) & (holder >= 0))[0]
        if not len(raised):
            return
        active = holder[raised]
    message = "Prices did not settle: the matching of a stage was not its best."
    raise RuntimeError(message)


def _spots(starts: Places, active: Places) -> Places:
    """Return the places of all pairs of the active members, where `starts` says at which place each one's begin."""
    import numpy as np  # noqa: PLC0415 — the same.

    first, lengths = starts[active], starts[active + 1] - starts[active]
    ends = np.cumsum(lengths)
    return np.repeat(first - (ends - lengths), lengths) + np.arange(int(ends[-1]) if len(ends) else 0)
