"""Reading beds, stays, closures and holds of a network for bed-nights: refs and names of residents are never read."""

from __future__ import annotations

from collections import defaultdict
from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import or_, select

from refuge.beds.models import Bed, Closure, Hold, Refuge, Stay
from refuge.london import day_begins
from refuge.placements.models import BedMove, MoveOn
from refuge.statistics.facts import Spell, Unit

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import ColumnElement
    from sqlalchemy.orm import Session

    from refuge.statistics.periods import Period

BEFORE = timedelta(days=400)
"""How long before a period a stay can have ended and still tell how long its bed stood empty."""


def ours(network_id: int, agency_id: int | None) -> ColumnElement[bool]:
    """Return which refuges are counted: the network's, or one agency's."""
    return Refuge.network_id == network_id if agency_id is None else Refuge.agency_id == agency_id


def spells(session: Session, network_id: int, period: Period, *, agency_id: int | None = None) -> list[Spell]:
    """Return the stays that began before the period's end and ended, if they did, not long before it."""
    begins, ends = day_begins(period.since) - BEFORE, day_begins(period.until + timedelta(days=1))
    rows = session.execute(
        select(
            Stay.bed_id, Refuge.name, Stay.referral_id, Stay.started_at, Stay.ended_at, BedMove.id, MoveOn.destination,
            MoveOn.planned,
        )
        .join(Bed, Bed.id == Stay.bed_id)
        .join(Refuge, Refuge.id == Bed.refuge_id)
        .outerjoin(BedMove, BedMove.from_stay_id == Stay.id)
        .outerjoin(MoveOn, MoveOn.stay_id == Stay.id)
        .where(
            ours(network_id, agency_id), Stay.started_at < ends, or_(Stay.ended_at.is_(None), Stay.ended_at >= begins)
        ),
    )  # fmt: skip
    return [
        Spell(bed, refuge, number, began, ended, moved is not None, to or "", planned)
        for bed, refuge, number, began, ended, moved, to, planned in rows
    ]


def units(session: Session, network_id: int, *, agency_id: int | None = None) -> list[Unit]:
    """Return every bed with its closures."""
    closures: dict[int, list[tuple[datetime, datetime | None, str]]] = defaultdict(list)
    beds = session.execute(
        select(Bed.id, Refuge.name, Bed.opened_on, Bed.retired_on)
        .join(Refuge, Refuge.id == Bed.refuge_id)
        .where(ours(network_id, agency_id)),
    ).all()
    for bed, since, ended, reason in session.execute(
        select(Closure.bed_id, Closure.from_at, Closure.ended_at, Closure.reason)
        .join(Bed, Bed.id == Closure.bed_id)
        .join(Refuge, Refuge.id == Bed.refuge_id)
        .where(ours(network_id, agency_id)),
    ):
        closures[bed].append((since, ended, reason))
    return [Unit(bed, refuge, opened, retired, tuple(closures[bed])) for bed, refuge, opened, retired in beds]


def held(session: Session, network_id: int, *, agency_id: int | None = None) -> list[tuple[int, datetime, datetime]]:
    """Return from when until when each bed was kept for somebody."""
    rows = session.execute(
        select(Hold.bed_id, Hold.from_at, Hold.until_at, Hold.ended_at)
        .join(Bed, Bed.id == Hold.bed_id)
        .join(Refuge, Refuge.id == Bed.refuge_id)
        .where(ours(network_id, agency_id)),
    )
    return [(bed, since, until if ended is None else min(until, ended)) for bed, since, until, ended in rows]
