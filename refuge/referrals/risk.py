"""How high the risk is: a count on a tool may raise it, a worker's judgement may raise it, nothing lowers it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


class RiskLevel(StrEnum):
    """How high the risk is, as staff and matching use it."""

    NOT_ASSESSED = "not_assessed"
    STANDARD = "standard"
    MEDIUM = "medium"
    HIGH = "high"

    @property
    def label(self) -> str:
        """The level in words."""
        return self.value.replace("_", " ").capitalize()

    @property
    def rank(self) -> int:
        """0 for not assessed to 3 for high."""
        return list(RiskLevel).index(self)


@dataclass(frozen=True)
class Thresholds:
    """From which count of yes answers on a tool the risk is at least this level; None: the count decides nothing."""

    medium: int | None
    high: int | None
    source: str
    questions: int | None = None
    """How many questions it has; None: not known."""


TOOLS: Mapping[str, Thresholds] = {
    "DASH_RIC": Thresholds(
        medium=10, high=14,
        source="SafeLives: 14 or more yes answers is visible high risk (A/B); 10 to 13 medium in some areas (B)",
        questions=24,
    ),
    "DASH_2009": Thresholds(medium=None, high=None, source="The officer decides, not the count (B)", questions=27),
    "DARA": Thresholds(medium=None, high=None, source="No count is published (B)"),
    "OTHER": Thresholds(medium=None, high=None, source="Ours (D)"),
}  # fmt: skip
"""By code of list `risk_tool`. Thresholds are local settings: `level` takes another table."""


def level(
    tool: str,
    count: int | None,
    judgement: str,
    thresholds: Mapping[str, Thresholds] = TOOLS,
) -> RiskLevel:
    """Return the higher of what the count says and what the worker judged.

    A count under every threshold says nothing: it neither lowers a judgement nor stands in for one.
    """
    judged = RiskLevel(judgement) if judgement in set(RiskLevel) else RiskLevel.NOT_ASSESSED
    return max(judged, by_count(tool, count, thresholds), key=lambda found: found.rank)


def questions(tool: str, thresholds: Mapping[str, Thresholds] = TOOLS) -> int | None:
    """Return how many questions a tool has, if that is known."""
    told = thresholds.get(tool)
    return None if told is None else told.questions


def by_count(tool: str, count: int | None, thresholds: Mapping[str, Thresholds] = TOOLS) -> RiskLevel:
    """Return the level that the count alone asks for."""
    told = thresholds.get(tool)
    if told is None or count is None:
        return RiskLevel.NOT_ASSESSED
    if told.high is not None and count >= told.high:
        return RiskLevel.HIGH
    if told.medium is not None and count >= told.medium:
        return RiskLevel.MEDIUM
    return RiskLevel.NOT_ASSESSED


def in_words(tool: str, count: int | None, judgement: str, thresholds: Mapping[str, Thresholds] = TOOLS) -> str:
    """Return the level and what it rests on, in a sentence for staff."""
    found = level(tool, count, judgement, thresholds)
    counted = by_count(tool, count, thresholds)
    if found is RiskLevel.NOT_ASSESSED:
        if count is None:
            return "Not assessed yet."
        return f"Not assessed yet: a count of {count} alone does not say that the risk is low. Add your judgement."
    if counted is found and judgement == found:
        return f"{found.label}: the count of {count} and the worker’s judgement agree."
    if counted is found:
        return f"{found.label}: the count of {count} decides, and a judgement cannot lower it."
    return f"{found.label}: the worker’s judgement."
