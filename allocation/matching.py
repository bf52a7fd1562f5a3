"""The heaviest matching of two sides, exact for whole numbers of any size, kept while weights and pairs change.

The Hungarian method with prices on both sides. After a change only what it disturbed is mended, one shortest path
each, so that asking "and without this bed?" costs a fraction of the first answer. Meant for thousands of pairs; for
more there is `flows`.
"""

from __future__ import annotations

from collections.abc import Iterable
from heapq import heappop, heappush

LEFT, RIGHT = 0, 1
Pairs = list[dict[int, int]]
"""For each member of one side: the weights by members of the other."""


class Matching:
    """A matching of heaviest weight, and prices that prove it. Any member may stay alone, for nought."""

    def __init__(self, pairs: Pairs, right: int) -> None:
        across: Pairs = [{} for _ in range(right)]
        for left, weights in enumerate(pairs):
            for other, weight in weights.items():
                across[other][left] = weight
        self.pairs: tuple[Pairs, Pairs] = ([dict(weights) for weights in pairs], across)
        self.price: tuple[list[int], list[int]] = ([0] * len(pairs), [0] * right)
        self.mate: tuple[list[int | None], list[int | None]] = ([None] * len(pairs), [None] * right)
        self.mended = 0
        """How many shortest paths were needed so far: a measure of work that is the same on every machine."""
        self._mend(range(len(pairs)))

    def copy(self) -> Matching:
        """Return a matching that can be changed without changing this one."""
        other = Matching.__new__(Matching)
        other.pairs = ([dict(one) for one in self.pairs[LEFT]], [dict(one) for one in self.pairs[RIGHT]])
        other.price = (list(self.price[LEFT]), list(self.price[RIGHT]))
        other.mate = (list(self.mate[LEFT]), list(self.mate[RIGHT]))
        other.mended = 0
        return other

    @property
    def weight(self) -> int:
        """The weight of the matching, which the prices show to be the heaviest."""
        return sum(self.price[LEFT]) + sum(self.price[RIGHT])

    def matched(self) -> dict[int, int]:
        """Return the mate of each matched member of the left side."""
        return {left: mate for left, mate in enumerate(self.mate[LEFT]) if mate is not None}

    def change(self, changes: Iterable[tuple[int, int, int | None]]) -> None:
        """Give pairs (left, right) new weights, or take them out where the weight is None, and mend."""
        disturbed = set()
        for left, right, weight in changes:
            before = self.pairs[LEFT][left].get(right)
            if before == weight:
                continue
            self._write(left, right, weight)
            bound = self.price[LEFT][left] + self.price[RIGHT][right]
            if self.mate[LEFT][left] == right or (weight is not None and weight > bound):
                disturbed.add(left)
        for left in disturbed:
            self._part(left)
        self._mend(sorted(disturbed))

    def _write(self, left: int, right: int, weight: int | None) -> None:
        if weight is None:
            self.pairs[LEFT][left].pop(right, None)
            self.pairs[RIGHT][right].pop(left, None)
        else:
            self.pairs[LEFT][left][right] = weight
            self.pairs[RIGHT][right][left] = weight

    def _part(self, left: int) -> None:
        mate = self.mate[LEFT][left]
        if mate is not None:
            self.mate[LEFT][left] = None
            self.mate[RIGHT][mate] = None

    def _mend(self, lefts: Iterable[int]) -> None:
        """Make the prices prove the matching again, after these of the left side were parted."""
        prices = self.price[RIGHT]
        for left in lefts:
            weights = self.pairs[LEFT][left].items()
            self.price[LEFT][left] = max([0, *(weight - prices[right] for right, weight in weights)])
            if self.price[LEFT][left]:
                self._improve(LEFT, left)
        for right, mate in enumerate(self.mate[RIGHT]):
            if mate is None and prices[right] and self.mate[RIGHT][right] is None:
                self._improve(RIGHT, right)

    def _improve(self, side: int, start: int) -> None:
        """Find the cheapest way to match a lonely member with a price, or to bring its price to nought."""
        self.mended += 1
        near, far, came = self._reach(side, start)
        end, is_far, cost = self._cheapest(side, near, far)
        for member, distance in near.items():
            self.price[side][member] -= max(0, cost - distance)
        for member, distance in far.items():
            self.price[1 - side][member] += max(0, cost - distance)
        self._turn(side, end if is_far else self.mate[side][end], came, lonely=None if is_far else end)

    def _reach(self, side: int, start: int) -> tuple[dict[int, int], dict[int, int], dict[int, int]]:
        """Walk outward by slack until an end is certain; return both sides' distances and how each was reached."""
        own, other = self.price[side], self.price[1 - side]
        mates, pairs = self.mate[1 - side], self.pairs[side]
        near = {start: 0}
        far: dict[int, int] = {}
        came: dict[int, int] = {}
        best = own[start]
        heap: list[tuple[int, int]] = []
        member, distance = start, 0
        while True:
            for across, weight in pairs[member].items():
                reach = distance + own[member] + other[across] - weight
                if reach < best and reach < far.get(across, best):
                    far[across] = reach
                    came[across] = member
                    heappush(heap, (reach, across))
            while heap and (heap[0][0] != far[heap[0][1]] or (mates[heap[0][1]] in near)):
                heappop(heap)
            if not heap or heap[0][0] >= best:
                return near, far, came
            distance, across = heappop(heap)
            mate = mates[across]
            if mate is None:
                return near, {one: far[one] for one in far}, came
            member = mate
            near[member] = distance
            best = min(best, distance + own[member])

    def _cheapest(self, side: int, near: dict[int, int], far: dict[int, int]) -> tuple[int, bool, int]:
        """Return the cheapest end: a member of the own side that goes alone, or one across that is free."""
        cost, end = min((distance + self.price[side][member], member) for member, distance in near.items())
        free = [(distance, member) for member, distance in far.items() if self.mate[1 - side][member] is None]
        if free and min(free)[0] < cost:
            cost, end = min(free)
            return end, True, cost
        return end, False, cost

    def _turn(self, side: int, across: int | None, came: dict[int, int], lonely: int | None) -> None:
        """Match along the path that was found, from its end back to its start."""
        if lonely is not None:
            self.mate[side][lonely] = None
        while across is not None:
            member = came[across]
            before = self.mate[side][member]
            self.mate[side][member] = across
            self.mate[1 - side][across] = member
            across = before
