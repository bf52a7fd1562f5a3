"""All pairs of a large problem that are not barred, with their weights folded for the flows that solve them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from allocation.beds.core import Core
from allocation.beds.goals import Weights
from allocation.flows import largest_weight
from allocation.lexicographic import Order, stages

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Ints = NDArray[np.int64]
    Truths = NDArray[np.bool_]
    Mates = NDArray[np.integer[Any]]
    """The column of each row in an answer; -1: none."""

Run = tuple[int, ...]
"""Goals, by their places in the order, that are weighed together."""
SPREAD = 1000003
CHUNK = 2_000_000
"""How many pairs are looked at together: enough to be quick, few enough to stay small."""
MORE = 5
"""How many beds are added for a household that prices show to have better ones."""


@dataclass
class Pairs:
    """All pairs that are not barred, by row, with what each adds to every goal."""

    rows: NDArray[np.int32]
    columns: NDArray[np.int32]
    gains: list[NDArray[np.integer[Any]]]
    """By goal what each pair adds, more being better; or what a pair of each row adds, where that is the same."""
    by_row: list[bool]
    """By goal whether it is told by row."""
    spans: tuple[tuple[int, int], ...]
    runs: list[Run]
    """All goals in runs that a flow solves at once; those that count households by themselves."""
    starts: Ints
    """Where the pairs of each row begin, and after the last where they end."""
    width: int
    """How many columns there are."""

    @property
    def shape(self) -> tuple[int, int]:
        """How many rows and columns there are."""
        return len(self.starts) - 1, self.width

    def gain(self, goal: int, places: Ints | slice) -> Ints:
        """Return what some pairs add to one goal."""
        import numpy as np  # noqa: PLC0415 — importing this module must cost nothing.

        found = self.gains[goal]
        return (found[self.rows[places]] if self.by_row[goal] else found[places]).astype(np.int64)

    @property
    def counting(self) -> int:
        """How many of the first goals count households."""
        return _counting(self.spans, min(self.shape))

    def reach(self, goal: int) -> tuple[int, int]:
        """Return the least and the most that one pair adds to a goal."""
        found = self.gains[goal]
        return int(found.min(initial=0)), int(found.max(initial=0))

    def weigh(self, run: Run, places: Ints | slice) -> Ints:
        """Return what some pairs weigh for several goals in strict order, folded into one number."""
        bands = self.order(run).bands
        total: Ints = bands[0] * self.gain(run[0], places)
        for goal, band in zip(run[1:], bands[1:], strict=True):
            total += band * self.gain(goal, places)
        return total

    def of_row(self, row: int) -> slice:
        """Return the places of a row's pairs."""
        return slice(int(self.starts[row]), int(self.starts[row + 1]))

    def order(self, run: Run) -> Order:
        """Return how some goals are folded."""
        return Order(tuple(self.spans[goal] for goal in run))

    def unfold(self, runs: Sequence[Run], weights: Sequence[int]) -> list[int]:
        """Return the total of each goal from what each run of goals weighs."""
        return [total for run, weight in zip(runs, weights, strict=True) for total in self.order(run).unfold(weight)]

    def places_of(self, mates: Mates) -> Ints:
        """Return the places of an answer's pairs."""
        import numpy as np  # noqa: PLC0415 — the same.

        found = []
        for row in np.nonzero(mates >= 0)[0].tolist():
            start, end = self.starts[row], self.starts[row + 1]
            found.append(int(start) + int(np.searchsorted(self.columns[start:end], mates[row])))
        return np.array(found, dtype=np.int64)

    def best_fitting(self, places: Ints, few: int) -> Ints:
        """Return of some pairs each household's best fitting ones, spread where many fit as well."""
        import numpy as np  # noqa: PLC0415 — the same.

        starts = np.searchsorted(self.rows[places], np.arange(self.shape[0] + 1))
        found = []
        for start, end in zip(starts[:-1].tolist(), starts[1:].tolist(), strict=True):
            mine = places[start:end]
            if end - start > few:
                key, unit = _spread(self.rows[mine], self.columns[mine]) / SPREAD, 1.0
                for goal in reversed(range(len(self.gains))):
                    if not self.by_row[goal]:
                        here = self.gains[goal][mine].astype(np.float64)
                        key += unit * (here - here.max())
                        unit *= float(here.max() - here.min() + 1)
                mine = np.sort(mine[np.argpartition(-key, few)[:few]])
            found.append(mine)
        return np.concatenate(found) if found else places


def gather(core: Core) -> Pairs:
    """Return all pairs of a problem with what they add to each goal. Takes the pairs out of the core."""
    import numpy as np  # noqa: PLC0415 — the same.

    rows, columns = (found.astype(np.int32) for found in core.pairs)
    del core.pairs
    height, width = core.table.asks.shape
    starts = np.searchsorted(rows, np.arange(height + 1))
    spans = _spans(core, height, width)
    runs = _runs(spans, height, width)
    gains = [_gains(weights, rows, columns, height) for weights in core.weights]
    by_row = [weights.is_by_household for weights in core.weights]
    return Pairs(rows, columns, gains, by_row, spans, runs, starts, width)


def _runs(spans: Sequence[tuple[int, int]], height: int, width: int) -> list[Run]:
    """Return the goals in runs that a flow solves at once: those that count households by themselves."""
    largest, counting = largest_weight(height, width), _counting(spans, min(height, width))
    later = stages(spans[counting:], largest)
    runs = [*stages(spans[:counting], largest), *([counting + place for place in run] for run in later)]
    return [tuple(run) for run in runs]


def _counting(spans: Sequence[tuple[int, int]], most: int) -> int:
    return next((goal for goal, (low, high) in enumerate(spans) if not 0 <= low <= high <= most), len(spans))


def _gains(
    weights: Weights, rows: NDArray[np.int32], columns: NDArray[np.int32], height: int
) -> NDArray[np.integer[Any]]:
    """Return what each pair adds to a goal, or each row where that is the same, in numbers no wider than they must."""
    import numpy as np  # noqa: PLC0415 — the same.

    if weights.is_by_household:
        every = np.arange(height)
        return weights.of(every, np.zeros(height, dtype=np.intp))
    low, high = weights.reach()
    widest = max(-int(low.min(initial=0)), int(high.max(initial=0)))
    found = np.zeros(len(rows), dtype=np.min_scalar_type(-1 - widest))
    for part in chunks(len(rows)):
        found[part] = weights.of(rows[part], columns[part])
    return found


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


def lots(pairs: Pairs, places: Ints) -> Ints:
    """Return a lot for each of some pairs, which settles ties the same way always."""
    return _spread(pairs.rows[places], pairs.columns[places])


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
