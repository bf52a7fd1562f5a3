"""When a referral to MARAC is a repeat, by the definition of its day. Pure.

SafeLives changed it (`domain.md` 4, nuance 3, A): once a further *criminal* incident was needed; now any instance of
abuse between the same two people is enough. Both look twelve months back: the same date a year later still counts (D).
"""

from __future__ import annotations

import calendar
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date


class RepeatDefinition(StrEnum):
    """Which definition was followed."""

    CRIMINAL_INCIDENT = "criminal_incident"
    ANY_ABUSE = "any_abuse"

    @property
    def label(self) -> str:
        """The definition in words."""
        return {
            "criminal_incident": "A further incident that would be criminal, within 12 months (earlier definition)",
            "any_abuse": "Any instance of abuse within 12 months (current definition)",
        }[self.value]


CURRENT = RepeatDefinition.ANY_ABUSE


def a_year_later(on: date) -> date:
    """Return the same date of the next year; of 29 February, the 28th."""
    last = calendar.monthrange(on.year + 1, on.month)[1]
    return on.replace(year=on.year + 1, day=min(on.day, last))


def is_repeat(earlier: Iterable[date], incident_on: date, *, criminal: bool, definition: RepeatDefinition) -> bool:
    """Return whether an incident comes within a year of an earlier referral and counts by this definition."""
    if definition is RepeatDefinition.CRIMINAL_INCIDENT and not criminal:
        return False
    return any(on <= incident_on <= a_year_later(on) for on in earlier)
