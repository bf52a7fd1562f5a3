"""How much thinking is left: in work that is counted, never in seconds, so that the same problem ends the same way."""

from __future__ import annotations

from dataclasses import dataclass

FLOWS = 700_000
"""How many pairs a flow looks through in about a second, all its stages counted."""
STEPS = 250_000_000
"""How many pairs, times its steps, a linear programme looks through in about a second."""

ASKING = 1000
"""How many steps' work it is to ask a linear programme at all."""


@dataclass
class Effort:
    """What is left of a limit, in about seconds on an ordinary machine."""

    left: float

    @property
    def is_over(self) -> bool:
        """Whether no more may be tried."""
        return self.left <= 0

    def flow(self, pairs: int) -> None:
        """Take off one stage's flow over so many pairs."""
        self.left -= pairs / FLOWS

    def programme(self, pairs: int, steps: int) -> None:
        """Take off so many steps of a linear programme over so many pairs."""
        self.left -= pairs * (steps + ASKING) / STEPS

    def steps(self, pairs: int) -> int:
        """Return how many steps a linear programme over so many pairs may take: half of what is left at most."""
        return max(1, int(self.left / 2 * STEPS / max(1, pairs)))
