"""Goals in strict order: many totals folded into one whole number whose order is theirs, and unfolded again.

A whole number in Python has no largest, so a small problem is solved for all its goals at once. Where numbers must
fit a machine word, `stages` says which goals go together: solve those, fix what they reached, go on to the next.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Order:
    """Goals in strict order, each with the least and the most that its total can be; more is better."""

    spans: tuple[tuple[int, int], ...]

    @property
    def bands(self) -> tuple[int, ...]:
        """What one unit of each goal weighs: more than all that the later goals can differ by."""
        bands = [1]
        for low, high in reversed(self.spans[1:]):
            bands.append(bands[-1] * (high - low + 1))
        return tuple(reversed(bands))

    def fold(self, totals: Sequence[int]) -> int:
        """Return one number for one total of each goal. It is linear, so pairs can be folded before they are summed."""
        return sum(band * total for band, total in zip(self.bands, totals, strict=True))

    def unfold(self, folded: int) -> tuple[int, ...]:
        """Return the totals that were folded; of a bound, the totals that no answer exceeds in this order."""
        least = [low for low, _high in self.spans]
        rest = folded - self.fold(least)
        totals = []
        for band, low in zip(self.bands, least, strict=True):
            digit, rest = divmod(rest, band)
            totals.append(digit + low)
        return tuple(totals)


def stages(spans: Sequence[tuple[int, int]], largest: int) -> list[list[int]]:
    """Return the places of the goals in runs, each of which folds into pair weights no larger than `largest`."""
    runs: list[list[int]] = []
    size = 1
    for place, (low, high) in enumerate(spans):
        span = high - low + 1
        if not runs or size * span > largest:
            runs.append([])
            size = 1
        runs[-1].append(place)
        size *= span
    return runs


@dataclass(frozen=True)
class Reached:
    """What one goal reached, and the most that it could while the goals before it keep what they reached."""

    total: int
    bound: int


@dataclass(frozen=True)
class Judged:
    """The same where nobody may know how far a goal can go."""

    total: int
    bound: int | None

    @property
    def proven(self) -> bool:
        """Whether nothing can be better."""
        return self.total == self.bound


def judge(totals: Sequence[int], bounds: Sequence[int | None], most: Sequence[int]) -> list[Judged]:
    """Hold totals against bounds that are in strict order too; `most` is the most that each goal can be at all.

    The bound of a goal says something only while every goal before it reached its own. After the first that did not,
    nothing is known of the later ones, but for those that cannot be more than they are.
    """
    found, level = [], True
    for total, bound, highest in zip(totals, bounds, most, strict=True):
        told = max(total, bound) if level and bound is not None else None
        found.append(Judged(total, total if total >= highest else told))
        level = level and found[-1].proven
    return found
