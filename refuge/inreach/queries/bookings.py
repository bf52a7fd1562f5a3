"""Sessions that a reader may open, and those that she may only know to be there.

A refuge sees the sessions in its own houses; a practitioner those of her agency's workers and those of the women whose
record she may open. Everybody who sees the week sees when a worker is taken, and nothing else about it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import false, or_, select
from sqlalchemy.orm import joinedload, selectinload

from refuge.accounts.models import AgencyKind
from refuge.beds.models import Refuge
from refuge.inreach.models import Booking, BookingPerson, Series
from refuge.permissions import Permission
from refuge.rota.models import Worker
from support_plans.access import residents_visible_to

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import date, datetime

    from sqlalchemy import ColumnElement, Select
    from sqlalchemy.orm import Session

    from refuge.accounts.models import Person

WHOLE = (
    joinedload(Booking.worker),
    joinedload(Booking.refuge),
    joinedload(Booking.room),
    selectinload(Booking.people),
)
"""What a page about a session shows of it."""


def visible_to(session: Session, reader: Person, *, at: datetime) -> ColumnElement[bool]:
    """Return the condition under which the reader may open a session."""
    if not reader.may(Permission.SESSION_SEE):
        return false()
    own_network = Booking.refuge_id.in_(select(Refuge.id).where(Refuge.network_id == reader.network_id))
    if reader.agency_kind is AgencyKind.REFUGE_PROVIDER:
        return own_network & Booking.refuge_id.in_(select(Refuge.id).where(Refuge.agency_id == reader.agency_id))
    hers = Booking.worker_id.in_(select(Worker.id).where(Worker.agency_id == reader.agency_id))
    women = select(BookingPerson.booking_id).where(
        BookingPerson.referral_id.in_(residents_visible_to(session, reader, at=at)),
    )
    return own_network & or_(hers, Booking.id.in_(women))


def one_booking(session: Session, reader: Person, ref: str, *, at: datetime, lock: bool = False) -> Booking | None:
    """Return the session with this ref if the reader may open it; `lock` reads it to be changed."""
    query = select(Booking).where(Booking.ref == ref, visible_to(session, reader, at=at))
    if lock:
        query = query.with_for_update(of=Booking, key_share=True).execution_options(populate_existing=True)
    return session.scalars(query.options(*WHOLE)).unique().one_or_none()


def visible_ids(session: Session, reader: Person, booking_ids: Collection[int], *, at: datetime) -> set[int]:
    """Return which of these sessions the reader may open."""
    return set(
        session.scalars(select(Booking.id).where(Booking.id.in_(booking_ids), visible_to(session, reader, at=at))),
    )


def between(network_id: int, from_at: datetime, until_at: datetime) -> Select[Booking]:
    """Return all sessions of a network that take time between two instants, in order, whoever asks."""
    return (
        select(Booking)
        .join(Refuge, Refuge.id == Booking.refuge_id)
        .where(Refuge.network_id == network_id, Booking.live.is_(True))
        .where(Booking.from_at < until_at, Booking.until_at > from_at)
        .order_by(Booking.from_at, Booking.id)
        .options(*WHOLE)
    )


def one_series(session: Session, reader: Person, ref: str, *, at: datetime) -> Series | None:
    """Return the series with this ref if the reader may open one of its sessions."""
    opens = select(Booking.series_id).where(Booking.series_id.is_not(None), visible_to(session, reader, at=at))
    return session.scalar(
        select(Series).where(Series.ref == ref, Series.network_id == reader.network_id, Series.id.in_(opens)),
    )


def series_ref(session: Session, booking: Booking) -> str | None:
    """Return the ref of the series that a session belongs to."""
    return session.scalar(select(Series.ref).where(Series.id == booking.series_id))


def bookings_of_series(session: Session, series: Series, *, lock: bool = False) -> Sequence[Booking]:
    """Return the sessions of a series in order; `lock` reads them to be changed."""
    query = select(Booking).where(Booking.series_id == series.id).order_by(Booking.from_at, Booking.id)
    if lock:
        query = query.with_for_update(of=Booking, key_share=True).execution_options(populate_existing=True)
    return session.scalars(query.options(*WHOLE)).unique().all()


def bookable_workers(session: Session, reader: Person, *, on: date) -> Sequence[Worker]:
    """Return the workers whose sessions the reader books: a refuge all of the network, a practitioner her agency's."""
    query = (
        select(Worker)
        .where(Worker.network_id == reader.network_id, Worker.assigned_from <= on)
        .where(or_(Worker.assigned_until.is_(None), Worker.assigned_until >= on))
        .order_by(Worker.name, Worker.id)
    )
    if not reader.may(Permission.SESSION_BOOK):
        return []
    if reader.agency_kind is not AgencyKind.REFUGE_PROVIDER:
        query = query.where(Worker.agency_id == reader.agency_id)
    return session.scalars(query).unique().all()


def may_change(reader: Person, booking: Booking) -> bool:
    """Return whether the reader may move or call off a session that she may open: her agency's worker, or her house."""
    if not reader.may(Permission.SESSION_BOOK):
        return False
    return reader.agency_id in {booking.worker.agency_id, booking.refuge.agency_id}


def may_note(reader: Person, booking: Booking) -> bool:
    """Return whether the reader may note what came of a session: the worker's own agency."""
    return reader.may(Permission.SESSION_RECORD) and booking.worker.agency_id == reader.agency_id
