"""An invented woman who asks for refuge, and how she would take what happens: everything that is drawn for her."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from allocation.beds.problem import Answer, Child, Funding, Household, Level, Risk

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date, timedelta

    from allocation.beds.problem import Check

HIGH_FROM = 14
"""Yes answers on the DASH checklist from which the risk is high."""
MEDIUM_FROM = 10


class Fate(StrEnum):
    """How her referral ends whatever beds there are."""

    OPEN = "open"
    """The network decides: she takes a bed that is safe for her, if one comes in time."""
    DECLINES = "declines"
    """She does not take the bed that is offered, or is gone before one is."""
    INAPPROPRIATE = "inappropriate"
    """The service is not for her, or too little is known."""
    NOT_KNOWN = "not_known"
    """Whoever referred her withdraws without saying why."""


@dataclass(frozen=True)
class Woman:
    """One referral as it is drawn, before anybody has decided anything."""

    ref: str
    asked: str
    """Specialism of the refuge that was asked first."""
    received_on: date
    minute: int
    """Of the day, London time."""
    source: str
    age: int
    dash: int
    """Yes answers of 24."""
    ethnicity: str
    language: str
    """Empty: English."""
    interpreter: bool
    abuse: tuple[str, ...]
    now_at: str
    from_area: str
    unsafe: tuple[str, ...]
    children: tuple[Child, ...]
    pregnant: bool
    needs: dict[str, Level]
    offending: bool
    harm: tuple[str, ...]
    access: tuple[str, ...]
    nrpf: bool
    funding: Funding
    pets: int
    wants_self_contained: bool
    wants_by_and_for: bool
    fate: Fate
    gone: str
    """Code of list `turnaway_reason` if she goes before an offer, or as her fate says."""
    declines: str
    """Code of list `decline_reason` if she is offered a bed and her fate is to decline."""
    waits: timedelta
    """How long she can wait for a bed."""
    stays: timedelta
    """How long she would stay."""
    destination: str
    """Code of list `move_on_destination`."""
    becomes: str
    """Code of list `outcome` if she is not placed here."""

    @property
    def risk(self) -> Risk:
        """How high the risk to her is, by the count alone."""
        return Risk.HIGH if self.dash >= HIGH_FROM else Risk.MEDIUM if self.dash >= MEDIUM_FROM else Risk.STANDARD

    def has(self, *needs: str) -> bool:
        """Say whether she has any of these needs, at any level."""
        return any(self.needs.get(need, Level.NONE) > Level.NONE for need in needs)

    def household(self, on: date, checks: Iterable[tuple[str, Check]]) -> Household:
        """Return her as matching takes her on a day, with these checks done."""
        complex_needs = any(level > Level.NONE for level in self.needs.values())
        by_and_for = self.ethnicity != "W1"
        return Household(
            ref=self.ref,
            risk=self.risk,
            waiting_days=(on - self.received_on).days,
            children=self.children,
            needs=dict(self.needs),
            access=self.access,
            unsafe_areas=self.unsafe,
            funding=self.funding,
            specialisms={
                "complex_needs": Answer.YES if complex_needs else Answer.NO,
                "by_and_for_bme": Answer.YES if by_and_for else Answer.NO,
            },
            checks=dict(checks),
            pets=self.pets,
            harm=self.harm,
            prefers_by_and_for=self.wants_by_and_for,
            prefers_self_contained=self.wants_self_contained,
            language=self.language or None,
        )
