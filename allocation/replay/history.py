"""What a replay is given: who was referred and how long she could wait, who lived where, and what the network offered.

Everything is known by a ref and a code, as in a problem of matching: no name, no address, no clock. A history is plain
data, so that the same one is replayed to the same answer years later.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from allocation.beds.problem import DEFAULT_GOALS, Bed, Household, Limits, Occupant, Refuge, Rules


@dataclass(frozen=True)
class Arrival:
    """A household for whom a place was sought, and would have been taken."""

    household: Household
    """As she was when referred. How long she waits is counted by the replay."""
    received_on: date
    """If before the period: she waits from its first day."""
    waits_until: date
    """The last day on which a place could still be offered to her."""
    stay_days: int
    """How many days she stays once she has a place, if the period does not end before."""
    counts_under: tuple[str, ...] = ()
    """Under which needs a turn-away of hers is counted. They overlap: she can be under several."""
    placed_on: date | None = None
    """When she really got a place; None: she was turned away."""


@dataclass(frozen=True)
class Living:
    """Somebody who lived in a bed when the period began."""

    occupant: Occupant
    until: date | None
    """The day on which she left; None: not in this period."""


@dataclass(frozen=True)
class Shut:
    """Days on which a bed could not be used."""

    bed: str
    from_on: date
    until: date | None
    """The first day on which it could again; None: not in this period."""


@dataclass(frozen=True)
class Room:
    """A bed and the days on which it was part of the network. Its `free_on` is the replay's to say."""

    bed: Bed
    opened_on: date = date.min
    retired_on: date | None = None
    """The first day on which it no longer was."""
    turnaround_days: int = 1
    """How many days it is cleaned after somebody has left."""


@dataclass(frozen=True)
class History:
    """Everything that one replay is about."""

    first: date
    last: date
    """Both are lived through."""
    refuges: tuple[Refuge, ...]
    rooms: tuple[Room, ...]
    arrivals: tuple[Arrival, ...]
    living: tuple[Living, ...] = ()
    shut: tuple[Shut, ...] = ()
    conflicts: tuple[tuple[str, str], ...] = ()
    """Pairs of refs, of households or occupants, that must not be in one refuge."""
    rules: Rules = field(default_factory=Rules)
    goals: tuple[str, ...] = DEFAULT_GOALS
    goals_version: str = "1"
    limits: Limits = field(default_factory=lambda: Limits(effort=2.0))
    """For the matching of one day."""
