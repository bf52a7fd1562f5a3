"""What refs read as on a screen: beds and refuges by name, households by ref only where the reader may see them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from refuge.placements.narrowing import narrowed

if TYPE_CHECKING:
    from collections.abc import Mapping

    from allocation.beds.solution import Pair
    from refuge.referrals.models import Referral

REF = re.compile(r"\b[A-Z]{1,2}-[0-9]{5}\b")
SOMEBODY = "another household"


@dataclass(frozen=True)
class Place:
    """A bed as matching shows it."""

    ref: str
    refuge: str
    bed: str
    refuge_ref: str
    facts: str
    own: bool
    """Whether the reader's agency runs it."""
    order: tuple[str, int, int]
    """Where it stands on the board."""

    @property
    def name(self) -> str:
        """The bed with its refuge: `WALL Room 3`."""
        return f"{self.refuge} {self.bed}"


@dataclass(frozen=True)
class Names:
    """Every bed and refuge of the network, and the households that the reader may see."""

    places: Mapping[str, Place]
    refuges: Mapping[str, str]
    households: Mapping[str, Referral]
    wary: frozenset[str] = frozenset()
    """Households about which every refuge but the reader's own must be rung first."""

    def sees(self, ref: str) -> bool:
        """Return whether the reader may see this household."""
        return ref in self.households

    @property
    def own_beds(self) -> frozenset[str]:
        """The refs of the beds that the reader's agency runs."""
        return frozenset(ref for ref, place in self.places.items() if place.own)

    def narrow(self, pair: Pair) -> Pair:
        """Return a pair as the reader may know it."""
        return narrowed(pair, own=self.owns(pair.bed), wary=pair.household in self.wary)

    def owns(self, bed: str) -> bool:
        """Return whether the reader's agency runs the refuge of this bed."""
        return bed in self.places and self.places[bed].own

    def words(self, sentence: str) -> str:
        """Return a sentence of the solver with names for refs; whom the reader may not see is another household."""
        told = REF.sub(lambda found: self.word(found[0]), sentence)
        told = told.replace("'", "’")
        return told[:1].upper() + told[1:]

    def word(self, ref: str) -> str:
        """Return what one ref reads as."""
        if ref in self.places:
            return self.places[ref].name
        if ref in self.refuges:
            return self.refuges[ref]
        return ref if self.sees(ref) else SOMEBODY
