"""A family of linked tables as a reader of them sees it: cells, and the sums that everybody can work out."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum


class Standing(StrEnum):
    """What can be done about a cell."""

    FREE = "free"
    """Shown, unless hiding it protects another."""
    HIDDEN = "hidden"
    """Must be hidden: it is small, or it was hidden before."""
    SHOWN = "shown"
    """Was published before and cannot be taken back, or is a nought that everybody knows."""
    UNSEEN = "unseen"
    """In no table, but a reader can work it out: all but those with a need, a quarter that is not published yet."""


@dataclass(frozen=True)
class Cell:
    """One count and what a reader learns of it."""

    key: str
    value: int
    standing: Standing = Standing.FREE
    cover: tuple[int, int] | None = None
    """A small count: the range that a reader must not be able to narrow. None: not small."""
    shown_low: int | None = None
    """Least that it can be once it is shown, where it is shown rounded; None: it is shown as it is."""
    shown_high: int | None = None
    weight: int = 1
    """What hiding it costs readers."""

    @property
    def spread(self) -> tuple[int, int]:
        """From what to what a reader knows it to be when it is shown."""
        return (
            self.value if self.shown_low is None else self.shown_low,
            self.value if self.shown_high is None else self.shown_high,
        )

    @property
    def seen(self) -> bool:
        """Whether it stands in a table, shown or hidden."""
        return self.standing is not Standing.UNSEEN


@dataclass(frozen=True)
class Sum:
    """That one cell is the sum of others, as every reader knows."""

    total: str
    parts: tuple[str, ...]


@dataclass(frozen=True)
class Problem:
    """All that is published together or linked with what was published before."""

    cells: Sequence[Cell]
    sums: Sequence[Sum]
    width: int
    """How many counts wide, at least, what a reader can say of any hidden cell must stay: highest less lowest."""
    most: int = 0
    """The most that a reader holds possible of a hidden cell; 0: twice the largest count and `ROOM` more."""
    seconds: float = 20.0
    by_key: Mapping[str, int] = field(default_factory=dict, compare=False)

    def __post_init__(self) -> None:
        places = {cell.key: place for place, cell in enumerate(self.cells)}
        if len(places) != len(self.cells):
            raise ValueError("Two cells have one key.")
        object.__setattr__(self, "by_key", places)
        if not self.most:
            largest = max((cell.value for cell in self.cells), default=0)
            object.__setattr__(self, "most", 2 * largest + ROOM)
        for one in self.sums:
            told = sum(self.cells[places[part]].value for part in one.parts)
            if self.cells[places[one.total]].value != told:
                raise ValueError(f"{one.total} is not the sum of its parts.")

    def range_when(self, place: int, *, hidden: bool) -> tuple[int, int]:
        """Return from what to what a reader holds a cell possible before any sum is used."""
        cell = self.cells[place]
        return (0, self.most) if hidden or not cell.seen else cell.spread

    def must_hide(self) -> set[str]:
        """Return the cells that have to be hidden whatever else is."""
        return {cell.key for cell in self.cells if cell.standing is Standing.HIDDEN}

    def weak(self, place: int, low: float, high: float) -> bool:
        """Say whether a reader who holds a hidden cell to be from `low` to `high` knows too much of it."""
        cell = self.cells[place]
        if cell.cover is not None and (low > cell.cover[0] + GRAIN or high < cell.cover[1] - GRAIN):
            return True
        return cell.seen and math.floor(high + GRAIN) - math.ceil(low - GRAIN) < self.width


ROOM = 20
GRAIN = 1e-6
"""Numbers closer than this are one: programmes work in floating point."""


@dataclass(frozen=True)
class Hiding:
    """What to hide."""

    hidden: frozenset[str]
    weight: int
    bound: int
    """No way of hiding that holds weighs less."""
    holds: bool
    """Whether nothing can be worked out; only where what was published before gives something away it cannot be."""
    gives_away: tuple[str, ...] = ()
    """Cells that can be worked out although everything is hidden that may be."""
    rounds: int = 0

    @property
    def proven(self) -> bool:
        """Whether no better way exists."""
        return self.holds and self.weight == self.bound


def small(value: int, threshold: int) -> bool:
    """Return whether a count is too small to be shown: at least one, and no more than the threshold."""
    return 1 <= value <= threshold


def neighbours(problem: Problem) -> Iterable[tuple[int, list[int]]]:
    """Give each sum as the place of its total and the places of its parts."""
    for one in problem.sums:
        yield problem.by_key[one.total], [problem.by_key[part] for part in one.parts]
