"""What changed in what a refuge offers, in words: from what to what. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from refuge.beds.models import StaffingHours
from refuge.beds.words import level_words, sons_words, staffed_words

if TYPE_CHECKING:
    from collections.abc import Mapping

    from refuge.beds.models import RefugeChange

LABELS = {
    "name": "Code name",
    "specialism": "Who it is for",
    "accommodation_type": "Kind of accommodation",
    "area": "District",
    "telephone_cover": "Telephone answered outside staffed hours",
    "mental_health_support": "Support with mental health",
    "alcohol_support": "Support with alcohol",
    "drugs_support": "Support with drugs",
    "self_harm_support": "Support with self-harm",
    "high_support_places": "High-support places",
    "nrpf_places": "Funded NRPF places",
    "son_age_limit": "Sons",
    "takes_pets": "Pets",
    "women_only": "Women only",
    "checks": "Checks before she is admitted",
    "excludes": "Cannot take the risk of",
    "turnaround_days": "Days to clean a bed",
    "languages": "Languages that staff speak",
    "hours": "Staff in the house",
}
"""By column, in the order of the page."""
CODED = {
    "specialism": "specialism", "accommodation_type": "accommodation_type", "area": "area", "checks": "check",
    "excludes": "harm", "languages": "language",
}  # fmt: skip
"""By column: the code list that it is worded with."""


def change_words(change: RefugeChange, known: Mapping[str, Mapping[str, str]]) -> list[str]:
    """Return each change as `Sons: Up to 12 instead of Up to 14`."""
    return [
        f"{words}: {_said(name, change.after[name], known)} instead of {_said(name, change.before[name], known)}"
        for name, words in LABELS.items()
        if name in change.after
    ]


def _said(name: str, value: Any, known: Mapping[str, Mapping[str, str]]) -> str:  # noqa: ANN401  any column
    if name == "hours":
        rows = [StaffingHours(weekday=day, opens=opens, closes=closes) for day, opens, closes in value]
        return staffed_words(rows, telephone=False).removesuffix(", nobody at other times")
    if name == "son_age_limit":
        return sons_words(value)
    if name.endswith("_support"):
        return level_words(value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    if name in CODED:
        words = known.get(CODED[name], {})
        codes = value if isinstance(value, list) else [value]
        return ", ".join(words.get(code, code) for code in codes) or "none"
    return str(value)
