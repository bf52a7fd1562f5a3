"""A worker's own sessions to come, and those whose outcome nobody has noted: what she sees on Today."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from refuge.inreach.models import Booking, BookingState
from refuge.inreach.queries.bookings import WHOLE
from refuge.permissions import Permission
from refuge.rota.models import Worker

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy.orm import Session

    from refuge.accounts.models import Person

MOST = 20
"""Sessions that Today lists; the rest are one step away, in the week."""


def outcomes_to_note(session: Session, reader: Person, *, at: datetime) -> Sequence[Booking]:
    """Return the reader's own sessions that are over and have no outcome yet, the oldest first."""
    if not reader.may(Permission.SESSION_RECORD):
        return []
    return (
        session.scalars(
            select(Booking)
            .join(Worker, Worker.id == Booking.worker_id)
            .where(Worker.person_id == reader.id, Worker.agency_id == reader.agency_id, Booking.until_at <= at)
            .where(Booking.state.in_([BookingState.BOOKED, BookingState.UNCONFIRMED]))
            .order_by(Booking.from_at)
            .limit(MOST)
            .options(*WHOLE),
        )
        .unique()
        .all()
    )


def next_sessions(session: Session, reader: Person, *, at: datetime, until: datetime) -> Sequence[Booking]:
    """Return the reader's own sessions from now until an instant."""
    if not reader.may(Permission.SESSION_RECORD):
        return []
    return (
        session.scalars(
            select(Booking)
            .join(Worker, Worker.id == Booking.worker_id)
            .where(Worker.person_id == reader.id, Worker.agency_id == reader.agency_id)
            .where(Booking.until_at > at, Booking.from_at < until)
            .where(Booking.live.is_(True))
            .order_by(Booking.from_at)
            .options(*WHOLE),
        )
        .unique()
        .all()
    )
