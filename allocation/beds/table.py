"""The verdict on all pairs at once: each rule is asked once for every two sorts that it can tell apart."""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from allocation.beds.eligibility import Rule, held, judged, pair, soften
from allocation.beds.problem import Bed, Household, Problem, Strictness
from allocation.beds.solution import Pair, Verdict
from allocation.beds.standing import Context

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

BLOCK = 200
"""How many households are looked at together: enough to be quick, few enough to stay in near memory."""
BARRED = 128
"""Counted among questions while they are added up: more than there are rules, so that it stays."""
NO = 255
"""What -1 is as a number without sign."""


@dataclass(frozen=True)
class Table:
    """The verdict on every pair. Rows are households and columns beds, both sorted by ref."""

    context: Context
    households: tuple[Household, ...]
    beds: tuple[Bed, ...]
    asks: NDArray[np.int8]
    """How many barriers ask something; -1 where one says no."""

    def verdict(self, household: str, bed: str) -> Verdict:
        """Return the verdict on one pair, by refs; KeyError if there is no such pair."""
        asks = int(self.asks[self.rows[household], self.columns[bed]])
        return Verdict.NO if asks < 0 else Verdict.ASK if asks else Verdict.YES

    def pair(self, household: str, bed: str) -> Pair:
        """Return one pair with its reasons, by refs; KeyError if there is no such pair."""
        return pair(self.context, self.context.households[household], self.context.beds[bed])

    def pairs(self) -> Iterator[Pair]:
        """Go through all pairs with their reasons: meant for small networks and for one household at a time."""
        for household in self.households:
            yield from self.pairs_of(household.ref)

    def pairs_of(self, ref: str) -> list[Pair]:
        """Return the pairs of one household with every bed: each rule is asked once for each sort of bed."""
        context, household = self.context, self.context.households[ref]
        told = []
        for rule_, how, sort, firsts in self._bed_sorts:
            if rule_.of_household(context, household) is None:
                continue
            found = [soften(rule_.find(context, household, self.beds[first]), how) for first in firsts]
            if any(found):
                told.append((sort, found))
        pairs = []
        for column, bed in enumerate(self.beds):
            met = (found[sort[column]] for sort, found in told)
            pairs.append(judged(household, bed, tuple(barrier for barrier in met if barrier is not None)))
        return pairs

    @cached_property
    def _bed_sorts(self) -> list[tuple[Rule, Strictness, list[int], list[int]]]:
        """By rule that the network holds: the sort of each bed, and the first bed of each sort."""
        found = []
        for _code, rule_, how in held(self.context):
            sort, firsts = sorts([rule_.of_bed(self.context, bed) for bed in self.beds])
            found.append((rule_, how, sort.tolist(), firsts))
        return found

    @cached_property
    def rows(self) -> dict[str, int]:
        """The row of each household."""
        return {household.ref: row for row, household in enumerate(self.households)}

    @cached_property
    def columns(self) -> dict[str, int]:
        """The column of each bed."""
        return {bed.ref: column for column, bed in enumerate(self.beds)}


def eligibility(problem: Problem | Context) -> Table:
    """Return the verdict on all pairs: 100 million take some seconds and 100 MB."""
    import numpy as np  # noqa: PLC0415 — importing this module must cost nothing.

    context = problem if isinstance(problem, Context) else Context(problem)
    households = tuple(sorted(context.problem.households, key=lambda household: household.ref))
    beds = tuple(sorted(context.problem.beds, key=lambda bed: bed.ref))
    asks = np.zeros((len(households), len(beds)), dtype=np.uint8)
    table = Table(context, households, beds, asks.view(np.int8))
    found = [_found(rule_, strictness, table) for _code, rule_, strictness in held(context)] if beds else []
    for start in range(0, len(households), BLOCK):
        some = asks[start : start + BLOCK]
        for one in found:
            one.add(some, start)
        some[some >= BARRED] = NO
    return table


def sorts(
    keys: list[Hashable],
) -> tuple[NDArray[np.intp], list[int]]:
    """Return for each key the number of its sort, and for each sort the first place where it occurs."""
    import numpy as np  # noqa: PLC0415 — the same.

    numbers: dict[Hashable, int] = {}
    firsts: list[int] = []
    for place, key in enumerate(keys):
        if key not in numbers:
            numbers[key] = len(firsts)
            firsts.append(place)
    return np.array([numbers[key] for key in keys], dtype=np.intp), firsts


@dataclass(frozen=True)
class Found:
    """What one rule found: for the households that it can bar, by sort what they meet at every bed."""

    rows: NDArray[np.intp]
    sort: NDArray[np.intp]
    asking: NDArray[np.uint8] | None
    barred: NDArray[np.uint8] | None

    def add(self, asks: NDArray[np.uint8], start: int) -> None:
        """Add it to some rows of a table, of which `start` is the first."""
        import numpy as np  # noqa: PLC0415 — the same.

        first, last = np.searchsorted(self.rows, (start, start + len(asks)))
        if first == last:
            return
        sort = self.sort[first:last]
        # All rows are a slice, which is not copied.
        some = slice(None) if len(sort) == len(asks) else self.rows[first:last] - start
        if self.asking is not None:
            asks[some] += np.take(self.asking, sort, axis=0)
        if self.barred is not None:
            asks[some] |= np.take(self.barred, sort, axis=0)


def _found(rule_: Rule, strictness: Strictness, table: Table) -> Found:
    """Return what one rule finds: asked once for each two sorts of household and bed."""
    import numpy as np  # noqa: PLC0415 — the same.

    context = table.context
    keys = [rule_.of_household(context, household) for household in table.households]
    rows = np.array([row for row, key in enumerate(keys) if key is not None], dtype=np.intp)
    household_sort, households = sorts([keys[row] for row in rows])
    bed_sort, beds = sorts([rule_.of_bed(context, bed) for bed in table.beds])
    found = np.zeros((len(households), len(beds)), dtype=np.uint8)
    for i, place in enumerate(households):
        household = table.households[rows[place]]
        for j, column in enumerate(beds):
            barrier = soften(rule_.find(context, household, table.beds[column]), strictness)
            if barrier is not None:
                found[i, j] = 1 if barrier.verdict is Verdict.ASK else BARRED
    everywhere = np.ascontiguousarray(found[:, bed_sort])
    asking, barred = everywhere & np.uint8(BARRED - 1), everywhere & np.uint8(BARRED)
    return Found(rows, household_sort, asking if asking.any() else None, barred if barred.any() else None)
