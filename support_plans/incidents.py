"""How soon an incident is answered, and what is done, in order and by when, if a woman is not back overnight. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum


class IncidentKind(StrEnum):
    """What was logged."""

    INCIDENT = "incident"
    CONCERN = "concern"
    COMPLAINT = "complaint"
    NOT_BACK = "not_back"

    @property
    def label(self) -> str:
        """The kind in words."""
        return {
            "incident": "Incident", "concern": "Concern", "complaint": "Complaint",
            "not_back": "A woman is not back overnight",
        }[self.value]  # fmt: skip


ANSWERED_WITHIN: dict[IncidentKind, timedelta] = {
    IncidentKind.INCIDENT: timedelta(hours=24),
    IncidentKind.CONCERN: timedelta(hours=72),
    IncidentKind.COMPLAINT: timedelta(days=5),
    IncidentKind.NOT_BACK: timedelta(hours=12),
}
"""The clock of each kind (D: a local agreement). When it has run out, a second person of the agency is told."""

FURTHER_AFTER: dict[IncidentKind, timedelta] = {
    IncidentKind.INCIDENT: timedelta(hours=24),
    IncidentKind.CONCERN: timedelta(hours=48),
    IncidentKind.COMPLAINT: timedelta(days=2),
    IncidentKind.NOT_BACK: timedelta(hours=2),
}
"""How long after the second person was told a third is, and as long after that a fourth (D)."""
LAST_LEVEL = 3


@dataclass(frozen=True)
class Check:
    """One thing that is done when a woman is not back."""

    code: str
    words: str
    after: timedelta
    """How long after it was noticed it is done at the latest (D)."""


NOT_BACK: tuple[Check, ...] = (
    Check("room", "Look in her room, and ask who saw her last", timedelta(0)),
    Check("ring", "Ring her safe number, as she agreed. Leave no message unless she said so", timedelta(minutes=15)),
    Check("children", "Make sure that her children are safe, wherever they are", timedelta(minutes=15)),
    Check("risk", "Read what is known of the risk, and her safety plan", timedelta(minutes=30)),
    Check("on_call", "Tell the manager on call, and decide together who else is told", timedelta(hours=1)),
    Check("police", "Tell the police, or write down why not yet", timedelta(hours=2)),
    Check("morning", "In the morning: decide what happens next. Her bed stays hers until then", timedelta(hours=10)),
)
NOTE = "note"
"""The code of a step that only says what happened."""
