"""Our reasons in the department's words: `data/crosswalk.toml`, marked until a person has checked it. Pure."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from refuge.statistics.profiles import DATA

UNCHECKED = "To be checked against this year’s form"


@dataclass(frozen=True)
class Crosswalk:
    """One version of the mapping."""

    version: str
    checked_by: str
    checked_on: str
    source: str
    categories: Mapping[str, str]
    reasons: Mapping[str, str]

    @property
    def mark(self) -> str:
        """What every workbook says about it."""
        if not self.checked_by:
            return UNCHECKED
        return f"Checked against the form by {self.checked_by} on {self.checked_on}"

    def gathered(self, counts: Mapping[str, int | None]) -> list[tuple[str, int | None]]:
        """Return each category with its sum; a sum of which a part is hidden is hidden."""
        found: dict[str, int | None] = dict.fromkeys(self.categories, 0)
        for reason, count in counts.items():
            category = self.reasons.get(reason, "unknown")
            before = found[category]
            found[category] = None if before is None or count is None else before + count
        return [(self.categories[category], count) for category, count in found.items()]


@cache
def crosswalk() -> Crosswalk:
    """Return the mapping of the file."""
    return Crosswalk(**tomllib.loads((DATA / "crosswalk.toml").read_text("utf-8")))
