"""A year of the small network with people in it, for tests."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

from refuge.beds.models import Stay
from refuge.database import new_ref
from refuge.london import day_begins
from refuge.placements.models import TurnAway
from refuge.referrals.models import Need, NeedLevel, Referral, ReferralState
from refuge.statistics.periods import Period
from tests.builders import Pilot, add_referral

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

PERIOD = Period(date(2025, 3, 1), date(2025, 8, 31))
NOON = timedelta(hours=12)


def noon(on: date) -> datetime:
    """Return noon of a day."""
    return (day_begins(on) + NOON).astimezone(UTC)


def placed(
    db: Session,
    on: date,
    until: date | None,
    refuge: str = "WALL",
    room: str = "Room 1",
) -> Referral:
    """Add a woman who lived in a bed."""
    row = add_referral(
        db, received_at=noon(on), state=ReferralState.PLACED,
        needs=[Need(need="mental_health", level=NeedLevel.LOW)],
    )  # fmt: skip
    bed = Pilot().bed(db, refuge, room)
    ended = None if until is None else noon(until)
    db.add(Stay(ref=new_ref(db, Stay), bed_id=bed.id, referral_id=row.id, started_at=noon(on), ended_at=ended))
    db.flush()
    return row


def turned_away(db: Session, on: date, decided: date, reason: str = "C01", *, shared: bool = True) -> Referral:
    """Add a woman who got no place."""
    row = add_referral(
        db, received_at=noon(on), state=ReferralState.TURNED_AWAY, closed_at=noon(decided), shared=shared,
        needs=[Need(need="mental_health", level=NeedLevel.LOW)],
    )  # fmt: skip
    db.add(
        TurnAway(
            ref=new_ref(db, TurnAway), referral_id=row.id, ended_by="service", reason=reason, contributing=[],
            barriers={}, decided_by_id=row.taken_by_id, decided_at=noon(decided),
        ),
    )  # fmt: skip
    db.flush()
    return row
