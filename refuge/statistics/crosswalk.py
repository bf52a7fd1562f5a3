"""Our reasons in the department's words: `data/crosswalk.toml`, marked until a person has checked it. Pure."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from refuge.statistics.profiles import DATA

if TYPE_CHECKING:
    from datetime import date

    from refuge.statistics.periods import Period

UNCHECKED = "To be checked against this year’s form"


@dataclass(frozen=True)
class Crosswalk:
    """One version of the mapping."""

    version: str
    source: str
    categories: Mapping[str, str]
    reasons: Mapping[str, str]

    def mark(self, year: Period, checked: tuple[str, date] | None) -> str:
        """Return what the page and every workbook say about it for a year: who compared this version, and when."""
        if checked is None:
            return UNCHECKED
        name, on = checked
        which = year.label.partition(" (")[0]
        return f"Version {self.version} was checked against the form of {which} by {name} on {on.day} {on:%B %Y}"

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
