"""What became of each invented referral: who was offered which bed, who stayed where, who was turned away and why."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date

    from refuge.demo.women import Woman


@dataclass(frozen=True)
class Spell:
    """A time in one bed."""

    bed: str
    from_on: date
    until: date | None
    """The day she left; None while she is there."""
    ready: date | None
    """The day from which the bed could be moved into again."""


@dataclass(frozen=True)
class Offered:
    """A bed held for her and offered to her."""

    bed: str
    on: date
    accepted: bool
    overridden: tuple[str, ...] = ()
    """Codes of barriers that people overrode."""


@dataclass(frozen=True)
class Ended:
    """An ending without a place here."""

    on: date
    by: str
    """Code of list `ended_by`."""
    reason: str
    """Code of list `turnaway_reason`."""
    contributing: tuple[str, ...] = ()
    proposed: str = ""
    """The reason that the barriers implied."""
    barriers: dict[str, int] = field(default_factory=dict)
    """Code of a barrier -> how many beds it blocked on that day."""
    could_have: int = 0

    @property
    def withdrawn(self) -> bool:
        """Whether the referral was withdrawn while she waited, and nobody was turned away."""
        return self.reason in {"K05", "K06", "K07", "I03"}


@dataclass(frozen=True)
class Course:
    """One referral from the day it came to its end."""

    woman: Woman
    offered: Offered | None = None
    spells: tuple[Spell, ...] = ()
    """More than one if she moved to another bed; empty if she was not placed."""
    ended: Ended | None = None

    @property
    def placed(self) -> bool:
        """Whether she moved in."""
        return bool(self.spells)

    @property
    def days(self) -> int | None:
        """How long she stayed in all; None if she was not placed or is still there."""
        if not self.spells or self.spells[-1].until is None:
            return None
        return (self.spells[-1].until - self.spells[0].from_on).days
