"""How much unmet need weighs, by theme: how likely it is, times how much harm partners see in it. Pure.

For themes, never for women: a score of a woman would be read as hers, and favours what happens often. The paper that it
comes from does not state its scales. Ours are 0 to 18 both ways, for 18 times 18 is the 324 that its bands cut in
three: an assumption, said on the page.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from typing import TYPE_CHECKING, NamedTuple

from refuge.statistics.counting import Share
from refuge.statistics.judging import FEWEST

if TYPE_CHECKING:
    from collections.abc import Sequence

    from refuge.statistics.published import ShownFigure

MOST = 18
LOW_MOST, MEDIUM_MOST = 108, 216
HALF = Fraction(1, 2)


class Band(StrEnum):
    """Where a score falls. Nothing known is a class of its own, and never nought."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    NO_DATA = "no_data"

    @property
    def label(self) -> str:
        """The band in words."""
        return {
            "low": "Low (0 to 108)", "medium": "Medium (109 to 216)", "high": "High (217 and over)",
            "no_data": "No data",
        }[self.value]  # fmt: skip

    @property
    def kind(self) -> str:
        """The look of its tag."""
        return {"low": "good", "medium": "warning", "high": "danger", "no_data": "neutral"}[self.value]


def band_of(score: int | None) -> Band:
    """Return the band of a whole score: no gap between them and no overlap."""
    if score is None:
        return Band.NO_DATA
    if score <= LOW_MOST:
        return Band.LOW
    return Band.MEDIUM if score <= MEDIUM_MOST else Band.HIGH


def weighed(share: Share | None, scores: Sequence[int]) -> int | None:
    """Return probability times the mean of the scores, half up; None where either is missing.

    Worked out in whole fractions: 108.5 is 109, whatever a computer makes of the decimals.
    """
    if share is None or not share.of or not scores:
        return None
    product = Fraction(share.some, share.of) * MOST * Fraction(sum(scores), len(scores))
    return int(product + HALF)


class Scored(NamedTuple):
    """A partner's score of a theme, and what it says that it rests on."""

    partner: str
    score: int
    why: str


@dataclass(frozen=True)
class Theme:
    """One theme with what its weight rests on."""

    key: str
    title: str
    share: Share | None
    """How much of the need was unmet, as it was published; None: hidden, or too few to judge."""
    why_none: str
    scores: tuple[Scored, ...]
    """Each partner and its score."""

    @property
    def score(self) -> int | None:
        """The weight."""
        return weighed(self.share, [one.score for one in self.scores])

    @property
    def band(self) -> Band:
        """Where it falls."""
        return band_of(self.score)

    @property
    def mean_words(self) -> str:
        """The mean of the partners' scores, how many they are and how far apart."""
        numbers = [one.score for one in self.scores]
        if not numbers:
            return "nobody has scored it"
        spread = f"{min(numbers)} to {max(numbers)}" if len(numbers) > 1 else "one score only"
        partners = "1 partner" if len(numbers) == 1 else f"{len(numbers)} partners"
        return f"{sum(numbers) / len(numbers):.1f} ({partners}, {spread})"

    @property
    def likely_words(self) -> str:
        """How likely, in words."""
        return self.why_none if self.share is None else str(self.share)


def likelihood(figure: ShownFigure | None) -> tuple[Share | None, str]:
    """Return how much of a need was unmet as its figure was published, or why that is not said.

    It takes nothing but what the reader sees of the figure, so a weight gives away no count that the figure hides.
    """
    if figure is None:
        return None, "not published"
    if figure.number is None or figure.some is None or figure.of is None:
        return None, "too few to show" if figure.of is None else "nothing to count"
    if figure.of < FEWEST:
        return None, "too few to judge"
    return Share(figure.some, figure.of), ""
