"""How long the way between two houses takes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from refuge.beds.models import Refuge
from refuge.rota.models import Travel

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy.orm import Session

UNKNOWN_MINUTES = 60
"""What is assumed between two houses while nobody has entered it: long rather than short, so that nobody comes late."""


def travel_minutes(session: Session, network_id: int) -> Mapping[tuple[int, int], int]:
    """Return the minutes from each refuge of a network to each other one, by their ids, both ways."""
    ids = session.scalars(select(Refuge.id).where(Refuge.network_id == network_id)).all()
    entered = {
        (low, high): minutes
        for low, high, minutes in session.execute(
            select(Travel.low_id, Travel.high_id, Travel.minutes).where(Travel.low_id.in_(ids))
        )
    }
    return {
        (one, other): entered.get((min(one, other), max(one, other)), UNKNOWN_MINUTES)
        for one in ids
        for other in ids
        if one != other
    }
