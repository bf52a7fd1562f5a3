"""What the board can be narrowed to, and whether a bed fits. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from refuge.beds.models import Bed
    from refuge.beds.occupancy import State

FLAGS: dict[str, str] = {
    "self_contained": "Self-contained",
    "step_free": "Step-free",
    "adapted": "Adapted for a wheelchair",
    "ground_floor": "Ground floor",
    "en_suite": "En suite",
}
"""What a bed has or has not: column -> words."""


@dataclass(frozen=True)
class Filters:
    """What the reader asked for. Nothing asked for: every bed."""

    house: str | None = None
    """The ref of a refuge."""
    states: frozenset[State] = frozenset()
    children: int = 0
    """At least so many; cots not counted."""
    cot: bool = False
    flags: frozenset[str] = frozenset()

    def __bool__(self) -> bool:
        """Whether anything was asked for."""
        return self != Filters()

    def fit(self, bed: Bed, state: State) -> bool:
        """Return whether a bed in this state is one of those asked for."""
        return (
            (self.house is None or bed.refuge.ref == self.house)
            and (not self.states or state in self.states)
            and bed.children >= self.children
            and (not self.cot or bed.cots > 0)
            and all(getattr(bed, flag) for flag in self.flags)
        )
