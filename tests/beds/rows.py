"""Rows that these tests put into the database directly, as nobody using the application could."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from refuge.beds.models import Bed, Closure, Hold, Stay
from refuge.database import new_ref
from tests.builders import Pilot

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

NOON = datetime(2026, 6, 10, 12, tzinfo=UTC)
"""A Wednesday in summer, so that London and UTC differ."""


def day(days: float) -> datetime:
    """Return the instant so many days after NOON."""
    return NOON + timedelta(days=days)


def stay(db: Session, bed: Bed, referral_id: int, start: float, end: float | None = None, **told: Any) -> Stay:  # noqa: ANN401  any column
    """Return a stay from and until so many days after NOON."""
    told.setdefault("ref", new_ref(db, Stay))
    ended_at = None if end is None else day(end)
    return Stay(bed_id=bed.id, referral_id=referral_id, started_at=day(start), ended_at=ended_at, **told)


def hold(db: Session, bed: Bed, referral_id: int, start: float, end: float, **told: Any) -> Hold:  # noqa: ANN401  any column
    """Return a hold by WALL's worker from and until so many days after NOON."""
    by = Pilot().person(db, "worker.wall").id
    return Hold(bed_id=bed.id, referral_id=referral_id, from_at=day(start), until_at=day(end), held_by_id=by, **told)


def closure(db: Session, bed: Bed, start: float, end: float | None = None, **told: Any) -> Closure:  # noqa: ANN401  any column
    """Return a closure by WALL's worker from and until so many days after NOON."""
    by = Pilot().person(db, "worker.wall").id
    ended_at = None if end is None else day(end)
    told.setdefault("reason", "repair")
    return Closure(bed_id=bed.id, from_at=day(start), ended_at=ended_at, closed_by_id=by, **told)
