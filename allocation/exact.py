"""The heaviest matching that keeps side rules, proven: prices on the rules, and branching where prices leave a gap.

A side rule says that at most so many of some pairs are used. Each rule gets a price that every such pair pays; what
the matching then weighs, plus what the places would earn, is a bound on every answer (Lagrange). Where the answer uses
exactly the places that have a price, it is best. Else one household of a rule is either kept out of it or kept in it,
and both cases are searched, the more promising first. Whole numbers throughout, so that a bound is a proof.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from allocation.matching import LEFT, Matching


@dataclass(frozen=True)
class Cap:
    """At most `limit` of the pairs (left, right) that have a left and a right member here."""

    limit: int
    lefts: frozenset[int]
    rights: frozenset[int]
    rule: str = ""
    """The name of the rule that it is a case of."""

    def covers(self, left: int, right: int) -> bool:
        """Say whether a pair counts."""
        return left in self.lefts and right in self.rights

    def used(self, matched: dict[int, int]) -> list[int]:
        """Return the left members of the pairs that count, in order."""
        return [left for left, right in sorted(matched.items()) if left in self.lefts and right in self.rights]


@dataclass
class Found:
    """The best answer of a search and what is proven of it."""

    matched: dict[int, int]
    weight: int
    bound: int

    @property
    def proven(self) -> bool:
        """Whether nothing can be better."""
        return self.weight == self.bound


@dataclass
class Case:
    """Part of all answers: a matching with prices paid, and who must be placed."""

    matching: Matching
    prices: list[int]
    must: frozenset[int] = frozenset()
    """Who must be placed: each of their pairs weighs more than all else together."""

    def copy(self) -> Case:
        """Return a case that can be changed without changing this one."""
        return Case(self.matching.copy(), list(self.prices), self.must)


@dataclass(frozen=True)
class Line:
    """The bound at one price of a cap, and how it changes as the price grows: the places left over."""

    at: int
    bound: int
    slope: int

    def crossing(self, other: Line) -> int:
        """Return the last whole price before the lines of two trials cross."""
        return (other.bound - self.bound + self.slope * self.at - other.slope * other.at) // (self.slope - other.slope)

    def reaches(self, at: int) -> int:
        """Return the bound that the line shows at another price."""
        return self.bound + self.slope * (at - self.at)


class Search:
    """One search over a matching with caps. Starts from a matching that may have been solved before."""

    def __init__(self, matching: Matching, caps: Sequence[Cap], prices: Sequence[int] | None, effort: int) -> None:
        self.caps = list(caps)
        self.true = [dict(weights) for weights in matching.pairs[LEFT]]
        self.large = 1 + sum(max([0, *weights.values()]) for weights in self.true)
        self.first = Case(matching, [0] * len(self.caps))
        self.best: Found = Found({}, 0, 0)
        self.effort = effort
        self.root_prices = list(prices or [0] * len(self.caps))

    def run(self) -> Found:
        """Return the best matching that keeps the caps, with the best bound on all of them."""
        for number, price in enumerate(self.root_prices):
            self._reprice(self.first, number, price)
        open_cases = [(self._tune(self.first), 0, self.first)]
        self.root_prices = list(self.first.prices)
        made = 0
        while open_cases:
            open_cases.sort(key=lambda entry: (entry[0], entry[1]))
            bound, _number, case = open_cases.pop()
            if bound <= self.best.weight or self.effort <= 0:
                self.best.bound = max(bound, self.best.weight)
                return self.best
            for part in self._split(case):
                made += 1
                part_bound = min(bound, self._tune(part))
                if part_bound > self.best.weight:
                    open_cases.append((part_bound, made, part))
        self.best.bound = self.best.weight
        return self.best

    def _bound(self, case: Case) -> int:
        earned = sum(price * cap.limit for price, cap in zip(case.prices, self.caps, strict=True))
        return case.matching.weight + earned - self.large * len(case.must)

    def _reprice(self, case: Case, number: int, price: int) -> None:
        """Change the price of one cap, and what its pairs pay."""
        more, cap = price - case.prices[number], self.caps[number]
        if not more:
            return
        case.prices[number] = price
        pairs = case.matching.pairs[LEFT]
        changes = [
            (left, right, weight - more)
            for left in sorted(cap.lefts)
            for right, weight in pairs[left].items()
            if right in cap.rights
        ]
        before = case.matching.mended
        case.matching.change(changes)
        self.effort -= case.matching.mended - before

    def _keep(self, case: Case) -> list[int]:
        """Note the case's answer if it keeps every cap and is better than the best; return how far each cap is over."""
        matched = case.matching.matched()
        over = [len(cap.used(matched)) - cap.limit for cap in self.caps]
        if all(one <= 0 for one in over):
            weight = sum(self.true[left].get(right, 0) for left, right in matched.items())
            if weight > self.best.weight:
                self.best = Found(matched, weight, weight)
        return over

    def _tune(self, case: Case) -> int:
        """Find good prices for a case, one cap after another; return the lowest bound that was met."""
        over = self._keep(case)
        lowest, prices, idle = self._bound(case), list(case.prices), 0
        while idle <= len(self.caps) and lowest > self.best.weight and self.effort > 0:
            wrong = self._wrong(case, over, idle)
            if wrong is None:
                break
            bound = self._tune_one(case, wrong)
            over = self._keep(case)
            idle = 0 if bound < lowest else idle + 1
            if bound < lowest:
                lowest, prices = bound, list(case.prices)
        for number, price in enumerate(prices):
            self._reprice(case, number, price)
        return lowest

    def _wrong(self, case: Case, over: list[int], turn: int) -> int | None:
        """Return a cap that is over, or else one that has a price and places left; None: all is well."""
        too_many = [number for number, one in enumerate(over) if one > 0]
        idle = [number for number, one in enumerate(over) if one < 0 and case.prices[number]]
        wrong = sorted(too_many, key=lambda number: (-over[number], number)) + idle
        return wrong[turn % len(wrong)] if wrong else None

    def _tune_one(self, case: Case, number: int) -> int:
        """Bring one price to where the bound is lowest, by the crossing of the lines that its trials show."""
        here = self._line(case, number, case.prices[number])
        low = here if here.slope < 0 else self._line(case, number, 0)
        high = here if here.slope >= 0 else self._line(case, number, self.large)
        while low.slope < 0 <= high.slope:
            at = low.crossing(high)
            at = at + 1 if high.slope == 0 else at
            if not low.at < at < high.at:
                break
            here = self._line(case, number, at)
            if here.slope == 0 or here.bound == low.reaches(at):
                return here.bound
            low, high = (here, high) if here.slope < 0 else (low, here)
        best = min(low, high, key=lambda line: (line.bound, line.at))
        return self._line(case, number, best.at).bound

    def _line(self, case: Case, number: int, price: int) -> Line:
        """Try one price."""
        self._reprice(case, number, price)
        over = self._keep(case)
        return Line(price, self._bound(case), -over[number])

    def _split(self, case: Case) -> list[Case]:
        """Return the case in two: one household kept out of a cap, or kept in it."""
        choice = self._choice(case)
        if choice is None:
            return []
        number, left = choice
        cap = self.caps[number]
        out, inside = case.copy(), case.copy()
        pairs = case.matching.pairs[LEFT][left]
        out.matching.change([(left, right, None) for right in pairs if right in cap.rights])
        more = 0 if left in case.must else self.large
        inside.matching.change(
            [(left, right, weight + more if right in cap.rights else None) for right, weight in pairs.items()]
        )
        inside.must = case.must | {left}
        return [out, inside]

    def _choice(self, case: Case) -> tuple[int, int] | None:
        """Return the cap and the household to split by: one that is still free to be in or out of it."""
        matched = case.matching.matched()
        free = []
        for number, cap in enumerate(self.caps):
            over = len(cap.used(matched)) - cap.limit
            if over > 0 or (over < 0 and case.prices[number]):
                free += [(-abs(over), number, left) for left in self._undecided(case, cap)]
        if not free:
            free = [(0, n, left) for n, cap in enumerate(self.caps) for left in self._undecided(case, cap)]
        if not free:
            return None
        _over, number, left = min(free, key=lambda one: (one[0], one[2] not in matched, one[1], one[2]))
        return number, left

    def _undecided(self, case: Case, cap: Cap) -> list[int]:
        """Return the households that may be in a cap and may be out of it."""
        return [left for left in sorted(cap.lefts) if self._open(case, left, cap)]

    def _open(self, case: Case, left: int, cap: Cap) -> bool:
        inside = [right in cap.rights for right in case.matching.pairs[LEFT][left]]
        return any(inside) and not (left in case.must and all(inside))
