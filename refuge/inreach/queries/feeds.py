"""What a calendar feed gives: the sessions of one worker, found by the hash of the token in its address."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import or_, select

from refuge.accounts.models import Person
from refuge.beds.models import Refuge
from refuge.inreach.feed import FeedEntry
from refuge.inreach.models import Booking, BookingState, CalendarFeed
from refuge.london import london_date
from refuge.permissions import Permission, Role, may
from refuge.rota.models import Worker

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

BACK, AHEAD = timedelta(weeks=4), timedelta(weeks=26)
"""How far the feed looks."""


def feed_by_hash(session: Session, token_hash: str, *, at: datetime) -> CalendarFeed | None:
    """Return the feed that this token opens: one that has not ended, of a worker who still works and signs in here."""
    on = london_date(at)
    return session.scalar(
        select(CalendarFeed)
        .join(Worker, Worker.id == CalendarFeed.worker_id)
        .where(CalendarFeed.token_hash == token_hash, CalendarFeed.ended_at.is_(None))
        .join(Person, (Person.id == Worker.person_id) & (Person.agency_id == Worker.agency_id))
        .where(or_(Worker.assigned_until.is_(None), Worker.assigned_until >= on), Person.disabled_at.is_(None))
        .where(Person.role.in_([role for role in Role if may(role, Permission.SESSION_RECORD)])),
    )


def live_feed(session: Session, worker: Worker) -> CalendarFeed | None:
    """Return the worker's feed, if she has one."""
    return session.scalar(
        select(CalendarFeed).where(CalendarFeed.worker_id == worker.id, CalendarFeed.ended_at.is_(None)),
    )


def entries_of(session: Session, worker_id: int, *, at: datetime) -> list[FeedEntry]:
    """Return a worker's sessions as a calendar may know them."""
    rows = session.execute(
        select(Booking, Refuge.name)
        .join(Refuge, Refuge.id == Booking.refuge_id)
        .where(Booking.worker_id == worker_id, Booking.live.is_(True))
        .where(Booking.until_at > at - BACK, Booking.from_at < at + AHEAD)
        .order_by(Booking.from_at),
    )
    return [
        FeedEntry(
            row.ref, row.from_at, row.until_at, house, row.state is not BookingState.UNCONFIRMED, row.version,
            row.made_at,
        )
        for row, house in rows
    ]  # fmt: skip
