"""What is known of one referral when it is counted: no name, no number to ring, no address. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from refuge.london import london_date

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date, datetime

HOUR = 3600


class Outcome(StrEnum):
    """How a referral ended, by whose side it was that ended it. It is what a referral is counted under, once."""

    PLACED = "placed"
    SERVICE = "service"
    """No safe place: no bed, or nothing to meet her need with. This is unmet need."""
    WOMAN = "woman"
    NOT_FOR_US = "not_for_us"
    OTHER = "other"
    OPEN = "open"
    """Not decided yet."""

    @property
    def label(self) -> str:
        """The outcome in words."""
        return _OUTCOMES[self]


_OUTCOMES: Mapping[str, str] = {
    Outcome.PLACED: "Placed",
    Outcome.SERVICE: "Unmet: no place, or nothing to meet the need with",
    Outcome.WOMAN: "She declined, or contact was lost",
    Outcome.NOT_FOR_US: "Not for this service",
    Outcome.OTHER: "Another reason, or none recorded",
    Outcome.OPEN: "Not decided yet",
}
UNSUCCESSFUL = frozenset({Outcome.SERVICE, Outcome.WOMAN, Outcome.NOT_FOR_US, Outcome.OTHER})
"""Turned away or withdrawn, whoever ended it."""
SIDE_OF: Mapping[str, Outcome] = {
    "Capacity": Outcome.SERVICE, "She declined": Outcome.WOMAN, "Not for this service": Outcome.NOT_FOR_US,
    "Other": Outcome.OTHER,
}  # fmt: skip
"""Group of list `turnaway_reason` -> the side that ended it."""
TWICE = "I03"
"""Recorded twice: no referral of its own, so it is counted nowhere."""

NEEDS: Mapping[str, str] = {
    "mental_health": "Mental health", "substance": "Alcohol or drugs", "nrpf": "No recourse to public funds",
    "children": "Children come with her", "access": "Access needs",
}  # fmt: skip
"""Needs that figures are broken down by, with their words. A referral may have several, so rows never add up."""
BIT: Mapping[str, int] = {need: 1 << place for place, need in enumerate(NEEDS)}


@dataclass(slots=True)
class Fact:
    """One referral event. Two of them may be one household (`household`), and a household is several people."""

    number: int
    """The referral's own number, which leads internal readers back to it; never published."""
    household: int
    """The same for all referrals of one household: see `pseudonyms`."""
    received_at: datetime
    decided_at: datetime | None
    """When the place was offered that she took, or when she was turned away or withdrew; None: not yet."""
    outcome: Outcome
    agency: str = ""
    """The service that took it."""
    refuge: str = ""
    """Where she was placed; else the one refuge of the service that turned her away; empty: no one refuge."""
    placed_at: datetime | None = None
    """When she moved in."""
    reason: str = ""
    """Code of list `turnaway_reason` of one that was not placed."""
    needs: int = 0
    """The needs that she has, as bits of `BIT`."""
    unasked: int = 0
    """The needs that nobody asked about, as bits of `BIT`: never the same as having none."""
    ethnicity: str = ""
    """Code of list `ethnicity`."""
    area: str = ""
    """Code of list `area`: where she comes from."""
    source: str = ""
    """Code of list `referral_source`."""
    children: int = 0
    adults: int = 0
    """Adults who depend on her and come too."""
    searches: int = 0
    """How many places outside the network were asked for her."""
    elsewhere: str = ""
    """Code of list `outcome`: what happened next to one who was not placed. It never erases the turn-away."""
    could_have: int = 0
    """How many beds could have taken her when she was turned away."""

    @property
    def received_on(self) -> date:
        """The London day on which it came."""
        return london_date(self.received_at)

    @property
    def decided_on(self) -> date | None:
        """The London day on which it was decided."""
        return None if self.decided_at is None else london_date(self.decided_at)

    @property
    def decided(self) -> bool:
        """Whether it has been decided."""
        return self.outcome is not Outcome.OPEN

    @property
    def unsuccessful(self) -> bool:
        """Whether it ended without a place."""
        return self.outcome in UNSUCCESSFUL

    @property
    def hours_to_decision(self) -> float | None:
        """How long it took to decide, by the clock: nights and weekends count."""
        return _hours(self.received_at, self.decided_at)

    @property
    def hours_to_place(self) -> float | None:
        """How long from the decision to moving in."""
        return None if self.decided_at is None else _hours(self.decided_at, self.placed_at)

    def has(self, need: str) -> bool:
        """Whether she has this need."""
        return bool(self.needs & BIT[need])


@dataclass(frozen=True)
class Spell:
    """A stay in one bed, as far as figures need it."""

    bed: int
    refuge: str
    number: int
    """The number of the referral that it belongs to: a move of bed goes on under the same."""
    started_at: datetime
    ended_at: datetime | None
    moved: bool = False
    """It ended with a move to another bed: the time here went on."""
    destination: str = ""
    planned: bool | None = None


@dataclass(frozen=True)
class Unit:
    """A bed and when it could be used."""

    bed: int
    refuge: str
    opened_on: date
    retired_on: date | None
    closures: tuple[tuple[datetime, datetime | None, str], ...] = field(default=())
    """From when until when it was closed, and code of list `closure_reason`."""


def _hours(start: datetime, end: datetime | None) -> float | None:
    return None if end is None else max(0.0, (end - start).total_seconds() / HOUR)
