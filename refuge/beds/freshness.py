"""How far the board can be trusted for one refuge: when somebody last confirmed it. Pure."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum

FRESH = timedelta(hours=12)
"""One confirmation a shift; ours (D)."""
AGEING = timedelta(hours=24)
"""One confirmation a day is the least that a daily vacancy feed needs."""


class Freshness(StrEnum):
    """How old a confirmation is."""

    FRESH = "fresh"
    AGEING = "ageing"
    STALE = "stale"


def freshness(confirmed_at: datetime | None, *, now: datetime) -> Freshness:
    """Return how old a confirmation is. Never confirmed is stale."""
    if confirmed_at is None or now - confirmed_at >= AGEING:
        return Freshness.STALE
    return Freshness.FRESH if now - confirmed_at < FRESH else Freshness.AGEING
