"""A whole answer from a relaxed one: who is partly in a place is let in or kept out, one after another, and back.

Once it is settled who uses the places of each refuge, and who of two that must not meet is in it, what is left is a
matching, which a linear programme gives whole. Mostly nothing or little has to be settled.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from allocation.beds.large.ladder import Ladder, is_whole

if TYPE_CHECKING:
    from allocation.beds.large.ladder import Weigh
    from allocation.beds.large.pairs import Ints, Mates
    from allocation.polish import Floats

MOST_TRIED = 60
"""How many choices are tried at most."""


@dataclass
class Dive:
    """One search for a whole answer among the pairs that a ladder leaves."""

    ladder: Ladder
    weigh: Weigh
    left: int = MOST_TRIED

    def find(self) -> Mates | None:
        """Return a whole answer that keeps all rules; None if none was found."""
        import numpy as np  # noqa: PLC0415 — importing this module must cost nothing.

        self.left -= 1
        relaxed = self.ladder.solve(self.weigh)
        while relaxed is not None and self.ladder.cut(relaxed.used):
            relaxed = self.ladder.solve(self.weigh)
        if relaxed is None:
            return None
        if is_whole(relaxed.used).all():
            pairs, used = self.ladder.watch.pairs, self.ladder.inside[relaxed.used > 1 / 2]
            mates: Mates = np.full(pairs.shape[0], -1, dtype=np.intp)
            mates[pairs.rows[used]] = pairs.columns[used]
            return mates
        for closed in self._choices(relaxed.used):
            if self.left <= 0 or self.ladder.effort.is_over:
                return None
            self.ladder.programme.close(closed)
            found = self.find()
            self.ladder.programme.open(closed)
            if found is not None:
                return found
        return None

    def _choices(self, used: Floats) -> Iterator[list[int]]:
        """Go through the two ways to settle one household: the pairs that close when it is in, and when it is out."""
        import numpy as np  # noqa: PLC0415 — the same.

        ladder = self.ladder
        rows = ladder.watch.pairs.rows[ladder.inside].astype(np.int64)
        row, under = self._undecided(rows, used)
        mine = np.nonzero(rows == row)[0]
        inside = np.isin(mine, under)
        for closed in (mine[~inside], mine[inside]):
            yield [pair for pair in closed.tolist() if ladder.programme.pairs[pair].ub() > 0]

    def _undecided(self, rows: Ints, used: Floats) -> tuple[int, Ints]:
        """Return who is mostly but not wholly under a rule, and the pairs under that rule."""
        import numpy as np  # noqa: PLC0415 — the same.

        best, found = 0.0, None
        for rule in self._rules():
            much = np.bincount(rows[rule], used[rule]).astype(np.float64)
            much[is_whole(much)] = 0.0
            row = int(np.argmax(much))
            if much[row] > best:
                best, found = float(much[row]), (row, rule)
        if found is not None:
            return found
        parts = np.where(is_whole(used), 0.0, used)
        pair = int(np.argmax(parts))
        return int(rows[pair]), np.array([pair])

    def _rules(self) -> Iterator[Ints]:
        """Go through the side rules, by the pairs of the programme under each."""
        import numpy as np  # noqa: PLC0415 — the same.

        ladder = self.ladder
        for group in ladder.watch.sides(ladder.inside):
            order = np.argsort(group.rule, kind="stable")
            starts = np.searchsorted(group.rule[order], np.arange(len(group.limits) + 1))
            for start, end in zip(starts[:-1].tolist(), starts[1:].tolist(), strict=True):
                if end > start:
                    yield order[start:end]
        for _rule, under in ladder.cuts:
            found = np.nonzero(np.isin(ladder.inside, under))[0]
            if len(found):
                yield found
