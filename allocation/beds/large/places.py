"""The side rules of a large problem as arrays: which pairs count for which, and whether an answer breaks one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from allocation.beds.core import Core
from allocation.beds.large.pairs import Pairs
from allocation.beds.rules import Side, conflicts_between, refuge_funded_places, refuge_high_support_places
from allocation.polish import Group

if TYPE_CHECKING:
    from allocation.beds.large.pairs import Ints, Mates, Truths

Clash = tuple[int, int, int]
"""Two rows that must not meet, and the number of the refuge in which they would."""


class Watch:
    """The side rules of one problem over its pairs."""

    def __init__(self, core: Core, pairs: Pairs) -> None:
        import numpy as np  # noqa: PLC0415 — importing this module must cost nothing.

        self.pairs = pairs
        context = core.context
        self.row_of = core.table.rows
        self.column_of = core.table.columns
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
            full = np.append(limits == 0, False)[under]
            if full.any():
                allowed &= ~(needs[rows] & full[columns])
        for row, refuge in self.closed:
            self.keep_out(allowed, row, refuge)
        return allowed

    def keep_out(self, kept: Truths, row: int, refuge: int) -> None:
        """Unmark a row's pairs in one refuge."""
        part = self.pairs.of_row(row)
        kept[part] &= self.refuge[self.pairs.columns[part]] != refuge

    def settled(self, mates: Mates) -> Truths:
        """Mark the pairs that stay once the beds for those who need a place are settled from an answer."""
        import numpy as np  # noqa: PLC0415 — the same.

        rows, columns = self.pairs.rows, self.pairs.columns
        kept = self.allowed()
        everybody = (self.kinds[0][0] | self.kinds[1][0])[rows] & kept
        wanted = np.bincount(columns[everybody], minlength=len(self.column_of)).astype(np.float64)
        for needs, under, limits in self.kinds:
            rank = wanted.copy()
            rank[mates[needs & (mates >= 0)]] = np.inf
            order = np.lexsort([-rank, under])
            place = np.arange(len(under)) - np.searchsorted(under[order], under[order])
            open_ = np.zeros(len(under), dtype=bool)
            open_[order] = place < np.append(limits, len(under))[under[order]]
            kept &= ~needs[rows] | open_[columns]
        return kept

    def breaks(self, mates: Mates) -> bool:
        """Say whether an answer breaks a side rule."""
        return bool((self.within(mates) != mates).any())

    def within(self, mates: Mates) -> Mates:
        """Return an answer without those who are one too many for a rule, so that it keeps them all."""
        import numpy as np  # noqa: PLC0415 — the same.

        kept = mates.copy()
        for needs, under, limits in self.kinds:
            using = np.nonzero(needs & (kept >= 0))[0]
            rule = under[kept[using]]
            order = np.lexsort([using, rule])
            place = np.arange(len(using)) - np.searchsorted(rule[order], rule[order])
            kept[using[order[place >= np.append(limits, len(mates))[rule[order]]]]] = -1
        for one, _other, _refuge in self.clashes(kept):
            kept[one] = -1
        return kept

    def clashes(self, mates: Mates) -> list[Clash]:
        """Return who must not meet and would, and where."""
        return [
            (one, other, int(self.refuge[mates[one]]))
            for one, other in self.apart
            if mates[one] >= 0 and mates[other] >= 0 and self.refuge[mates[one]] == self.refuge[mates[other]]
        ]

    def single(self, places: Ints) -> list[Group]:
        """Return over some pairs that every household takes one bed and every bed one household."""
        import numpy as np  # noqa: PLC0415 — the same.

        rows, columns = self.pairs.rows[places].astype(np.int64), self.pairs.columns[places].astype(np.int64)
        height, width = self.pairs.shape
        return [Group(rows, np.ones(height, dtype=np.int64)), Group(columns, np.ones(width, dtype=np.int64))]

    def sides(self, places: Ints) -> list[Group]:
        """Return the rules of places over some pairs."""
        import numpy as np  # noqa: PLC0415 — the same.

        rows, columns = self.pairs.rows[places], self.pairs.columns[places]
        return [Group(np.where(needs[rows], under[columns], -1), limits) for needs, under, limits in self.kinds]
