"""Reading what in-reach and training gave, counted by the database: no session and nobody is read one by one."""

from __future__ import annotations

from collections import defaultdict
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, case, extract, func, or_, select

from refuge.accounts.models import Agency, AgencyKind, Person
from refuge.beds.models import Refuge
from refuge.inreach.models import Booking, BookingKind, BookingPerson, BookingState
from refuge.london import day_begins, london_date
from refuge.rota.models import Audience, Place, Worker, Workshop, WorkshopPlace
from refuge.rota.queries.shifts import shifts
from refuge.statistics.given import (
    ATTENDED,
    CALLED_OFF,
    MISSED,
    NOT_NOTED,
    OFFERED,
    OTHERWISE,
    Given,
    Training,
)
from refuge.statistics.queries.cover import LONGEST
from refuge.statistics.queries.stays import ours

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime

    from sqlalchemy import ColumnElement
    from sqlalchemy.orm import Session

    from refuge.statistics.periods import Period

CAME = ("attended", "late")
DID_NOT_ATTEND = "did_not_attend"
REPLANNED = "replanned"
MINUTE = 60
ALL_OF_IT = 100


def given(session: Session, network_id: int, period: Period, *, at: datetime, agency_id: int | None = None) -> Given:
    """Return what was given to the network, or to one agency's houses and staff, until now."""
    held = _held(network_id, period, at, agency_id)
    return Given(
        _contacts(session, held), _minutes(session, held), _rostered(session, network_id, period, at, agency_id),
        _training(session, network_id, period, at, agency_id),
    )  # fmt: skip


def offered_to(
    session: Session, network_id: int, period: Period, *, at: datetime, agency_id: int | None = None
) -> list[int]:
    """Return the numbers of those who were to come to a session: whoever is behind the figures of sessions."""
    query = (
        select(BookingPerson.referral_id)
        .distinct()
        .join(Booking, Booking.id == BookingPerson.booking_id)
        .join(Refuge, Refuge.id == Booking.refuge_id)
    )
    return list(session.scalars(query.where(*_held(network_id, period, at, agency_id))))


def _held(network_id: int, period: Period, at: datetime, agency_id: int | None) -> Sequence[ColumnElement[bool]]:
    """Return which sessions are counted: those of the period that have begun and were not only planned again."""
    ends = min(day_begins(period.until + timedelta(days=1)), at)
    return (
        ours(network_id, agency_id), Booking.from_at >= day_begins(period.since), Booking.from_at < ends,
        or_(Booking.cancelled_why.is_(None), Booking.cancelled_why != REPLANNED),
    )  # fmt: skip


def _contacts(session: Session, held: Sequence[ColumnElement[bool]]) -> dict[tuple[str, str, str], int]:
    ended = case(
        (Booking.state == BookingState.CANCELLED, CALLED_OFF), (BookingPerson.outcome.in_(CAME), ATTENDED),
        (BookingPerson.outcome == DID_NOT_ATTEND, MISSED), (BookingPerson.outcome.is_(None), NOT_NOTED),
        else_=OTHERWISE,
    )  # fmt: skip
    rows = session.execute(
        select(Agency.name, Refuge.name, ended, func.count())
        .select_from(BookingPerson)
        .join(Booking, Booking.id == BookingPerson.booking_id)
        .join(Refuge, Refuge.id == Booking.refuge_id)
        .join(Worker, Worker.id == Booking.worker_id)
        .join(Agency, Agency.id == Worker.agency_id)
        .where(*held)
        .group_by(Agency.name, Refuge.name, ended),
    )
    return {(provider, house, how): number for provider, house, how, number in rows}


def _minutes(session: Session, held: Sequence[ColumnElement[bool]]) -> dict[tuple[str, str], int]:
    """Return minutes offered, used and missed by provider; a session counts once, however many were to come."""
    came = func.max(case((BookingPerson.outcome.in_(CAME), 1), else_=0)).label("came")
    missed = func.max(case((BookingPerson.outcome == DID_NOT_ATTEND, 1), else_=0)).label("missed")
    noted = func.max(case((BookingPerson.outcome.in_(CAME), BookingPerson.minutes))).label("noted")
    ended = (
        select(BookingPerson.booking_id, came, missed, noted)
        .join(Booking, Booking.id == BookingPerson.booking_id)
        .join(Refuge, Refuge.id == Booking.refuge_id)
        .where(*held, Booking.state != BookingState.CANCELLED)
        .group_by(BookingPerson.booking_id)
        .subquery()
    )
    length = (extract("epoch", Booking.until_at) - extract("epoch", Booking.from_at)) / MINUTE
    dropped_in = and_(Booking.kind == BookingKind.DROP_IN, Booking.came > 0)
    used = case((ended.c.came == 1, func.coalesce(ended.c.noted, length)), (dropped_in, length), else_=0)
    lost = case((and_(ended.c.came == 0, ended.c.missed == 1), length), else_=0)
    rows: Any = session.execute(
        select(Agency.name, func.sum(length), func.sum(used), func.sum(lost))
        .select_from(Booking)
        .join(Refuge, Refuge.id == Booking.refuge_id)
        .join(Worker, Worker.id == Booking.worker_id)
        .join(Agency, Agency.id == Worker.agency_id)
        .outerjoin(ended, ended.c.booking_id == Booking.id)
        .where(*held)
        .group_by(Agency.name),
    )
    found = {}
    for provider, *sums in rows:
        for column, minutes in zip((OFFERED, ATTENDED, MISSED), sums, strict=True):
            found[provider, column] = round(minutes)
    return found


def _rostered(
    session: Session, network_id: int, period: Period, at: datetime, agency_id: int | None
) -> dict[str, tuple[int, int]] | None:
    """Return the minutes of visiting workers at the houses until today by provider, and of them those for contact."""
    last = min(period.until, london_date(at))
    if (last - period.since).days >= LONGEST:
        return None
    houses = set(session.scalars(select(Refuge.id).where(ours(network_id, agency_id))))
    workers = session.scalars(
        select(Worker)
        .join(Agency, Agency.id == Worker.agency_id)
        .where(Worker.network_id == network_id, Agency.kind != AgencyKind.REFUGE_PROVIDER)
    ).unique()
    by_id = {worker.id: worker for worker in workers}
    if not by_id or last < period.since:
        return {}
    days: dict[tuple[int, date], float] = defaultdict(float)
    for shift in shifts(session, list(by_id), period.since, last):
        if houses.intersection(shift.refuge_ids):
            days[shift.worker_id, london_date(shift.from_at)] += shift.length.total_seconds() / MINUTE
    found: dict[str, list[float]] = defaultdict(lambda: [0.0, 0.0])
    for (worker_id, _), minutes in days.items():
        worker = by_id[worker_id]
        told = found[worker.agency.name]
        told[0] += minutes
        told[1] += min(minutes * (ALL_OF_IT - worker.free_share) / ALL_OF_IT, worker.longest_contact_minutes)
    return {provider: (round(rostered), round(contact)) for provider, (rostered, contact) in found.items()}


def _training(session: Session, network_id: int, period: Period, at: datetime, agency_id: int | None) -> Training:
    ends = min(day_begins(period.until + timedelta(days=1)), at)
    when = (
        Workshop.network_id == network_id, Workshop.cancelled_at.is_(None),
        Workshop.from_at >= day_begins(period.since), Workshop.from_at < ends,
    )  # fmt: skip
    workshops, places = session.execute(select(func.count(), func.sum(Workshop.places)).where(*when)).one()
    theirs = [] if agency_id is None else [func.coalesce(Worker.agency_id, Person.agency_id) == agency_id]
    rows = session.execute(
        select(Workshop.audience, WorkshopPlace.state, func.count())
        .select_from(WorkshopPlace)
        .join(Workshop, Workshop.id == WorkshopPlace.workshop_id)
        .outerjoin(Worker, Worker.id == WorkshopPlace.worker_id)
        .outerjoin(Person, Person.id == WorkshopPlace.person_id)
        .where(*when, *theirs)
        .group_by(Workshop.audience, WorkshopPlace.state),
    )
    came = {(audience, state): number for audience, state, number in rows}
    return Training(
        workshops, places or 0, came.get((Audience.FRONTLINE, Place.ATTENDED), 0),
        came.get((Audience.LEADERSHIP, Place.ATTENDED), 0),
        sum(number for (_, state), number in came.items() if state is Place.DID_NOT_ATTEND),
    )  # fmt: skip
