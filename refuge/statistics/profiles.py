"""Who sees what of the figures: `data/profiles.toml`, as types. Pure."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

DATA = Path(__file__).parent / "data"
HIDDEN = "[c]"
"""What stands in the place of a hidden count."""


@dataclass(frozen=True)
class Profile:
    """What one kind of reader is shown. Every number is explained in the file."""

    key: str
    label: str
    who: str
    threshold: int
    width: int
    round_to: int
    percent_base: int
    mean_base: int
    refuge_base: int
    group_base: int
    complements: bool

    def shown(self, value: int) -> int:
        """Return a count as it is shown, if it is: to the nearest, half up."""
        return (value + self.round_to // 2) // self.round_to * self.round_to

    def spread(self, value: int) -> tuple[int, int]:
        """Return from what to what a reader knows a count to be that is shown. A nought is shown as a nought."""
        if self.round_to == 1 or value == 0:
            return value, value
        near = self.shown(value)
        return near - self.round_to // 2, near + self.round_to // 2

    def note(self) -> str:
        """Return the sentence that stands under every table."""
        if not self.threshold:
            return "Exact counts. For your own service only: do not pass them on."
        words = f"{HIDDEN}: a count of 1 to {self.threshold}, or one that would give such a count away."
        if self.round_to > 1:
            words += f" Others are rounded to the nearest {self.round_to}, totals on their own: they may not add up."
        return words


@cache
def profiles() -> dict[str, Profile]:
    """Return every profile by key."""
    told = tomllib.loads((DATA / "profiles.toml").read_text("utf-8"))
    return {key: Profile(key=key, **given) for key, given in told.items()}


INTERNAL, CONTRACT, PUBLIC = "internal", "contract", "public"
PUBLISHED = (CONTRACT, PUBLIC)
"""The profiles of an edition, the more exact first: what it hides, the next hides too."""
