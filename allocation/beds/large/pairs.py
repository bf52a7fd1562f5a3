"""All pairs of a large problem that are not barred, with their weights folded for the flows that solve them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from allocation.beds.core import Core
from allocation.flows import largest_weight
from allocation.lexicographic import Order, stages

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Ints = NDArray[np.int64]
    Truths = NDArray[np.bool_]
    Mates = NDArray[np.integer[Any]]
    """The column of each row in an answer; -1: none."""

SPREAD = 1000003
CHUNK = 2_000_000
"""How many pairs are looked at together: enough to be quick, few enough to stay small."""
MORE = 5
"""How many beds are added for a household that prices show to have better ones."""


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

    @property
    def shape(self) -> tuple[int, int]:
        """How many rows and columns there are."""
        return len(self.starts) - 1, self.width

    def of_row(self, row: int) -> slice:
        """Return the places of a row's pairs."""
        return slice(int(self.starts[row]), int(self.starts[row + 1]))

    def order(self, stage: int) -> Order:
        """Return how the goals of one stage are folded."""
        return Order(tuple(self.spans[place] for place in self.runs[stage]))

    def unfold(self, weights: Sequence[int]) -> list[int]:
        """Return the total of each goal from what each stage weighs."""
        return [total for stage, weight in enumerate(weights) for total in self.order(stage).unfold(weight)]

    def places_of(self, mates: Mates) -> Ints:
        """Return the places of an answer's pairs."""
        import numpy as np  # noqa: PLC0415 — importing this module must cost nothing.

        found = []
        for row in np.nonzero(mates >= 0)[0].tolist():
            start, end = self.starts[row], self.starts[row + 1]
            found.append(int(start) + int(np.searchsorted(self.columns[start:end], mates[row])))
        return np.array(found, dtype=np.int64)

    def best_fitting(self, few: int) -> Truths:
        """Mark each household's best fitting pairs, spread where many fit as well."""
        import numpy as np  # noqa: PLC0415 — the same.

        kept = np.zeros(len(self.rows), dtype=bool)
        for start, end in zip(self.starts[:-1].tolist(), self.starts[1:].tolist(), strict=True):
            if end - start <= few:
                kept[start:end] = True
                continue
            key, unit = _spread(self.rows[start:end], self.columns[start:end]) / SPREAD, 1.0
            for weights in reversed(self.weights):
                here = weights[start:end]
                key += unit * (here - here.max())
                unit *= float(here.max() - here.min() + 1)
            kept[start + np.argpartition(-key, few)[:few]] = True
        return kept


def gather(core: Core) -> Pairs:
    """Return all pairs of a problem with their weights, worked out a few at a time. Takes the pairs out of the core."""
    import numpy as np  # noqa: PLC0415 — the same.

    rows, columns = (found.astype(np.int32) for found in core.pairs)
    del core.pairs
    height, width = core.table.asks.shape
    starts = np.searchsorted(rows, np.arange(height + 1))
    spans = _spans(core, height, width)
    runs = stages(spans, largest_weight(height, width))
    weights = [np.zeros(len(rows), dtype=np.int64) for _run in runs]
    for run, folded in zip(runs, weights, strict=True):
        for place, band in zip(run, Order(tuple(spans[place] for place in run)).bands, strict=True):
            for part in chunks(len(rows)):
                folded[part] += band * core.weights[place].of(rows[part], columns[part])
    return Pairs(rows, columns, weights, spans, runs, starts, width)


def chunks(length: int) -> Iterator[slice]:
    """Go through so many pairs, some at a time."""
    return (slice(start, min(start + CHUNK, length)) for start in range(0, length, CHUNK))


def _spans(core: Core, height: int, width: int) -> tuple[tuple[int, int], ...]:
    """Return the least and most that each goal's total can be, from the sorts of households alone."""
    import numpy as np  # noqa: PLC0415 — the same.

    found, most = [], min(height, width)
    for weights in core.weights:
        low, high = weights.reach()
        worst, best = np.sort(np.minimum(low, 0))[:most], np.sort(np.maximum(high, 0))[::-1][:most]
        found.append((int(worst.sum()), int(best.sum())))
    return tuple(found)


def _spread(rows: NDArray[np.int32], columns: NDArray[np.int32]) -> Ints:
    """Return numbers that look random and are always the same."""
    import numpy as np  # noqa: PLC0415 — the same.

    mixed: Ints = (rows.astype(np.int64) * 2654435761 + columns.astype(np.int64) * 40503 * 2246822519) % SPREAD
    return mixed


def few_worst(rows: NDArray[np.int32], slack: NDArray[Any], places: NDArray[np.intp]) -> NDArray[np.integer[Any]]:
    """Return the few pairs of each row whose slack is least."""
    import numpy as np  # noqa: PLC0415 — the same.

    order = np.lexsort([slack, rows])
    place = np.arange(len(rows)) - np.searchsorted(rows[order], rows[order])
    return places[order[place < MORE]]


def totals(core: Core, mates: Mates) -> list[int]:
    """Return what an answer reaches of each goal, more being better."""
    import numpy as np  # noqa: PLC0415 — the same.

    rows = np.nonzero(mates >= 0)[0]
    return [int(weights.of(rows, mates[rows]).sum()) for weights in core.weights]
