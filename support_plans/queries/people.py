"""Who works with her, whom each agency is reached through, and what is shared with whom."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import or_, select, true
from sqlalchemy.orm import joinedload

from refuge.accounts.models import Agency, AgencyKind, Person
from refuge.beds.models import Refuge
from refuge.london import london_date
from refuge.rota.models import Worker
from support_plans.access import stands
from support_plans.models import Allocation, ApartRecord, Sharing

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy.orm import Session

    from support_plans.access import Reach
    from support_plans.categories import Category

WORKING = (
    AgencyKind.REFUGE_PROVIDER, AgencyKind.SUBSTANCE_MISUSE_PROVIDER, AgencyKind.MENTAL_HEALTH_TRUST,
    AgencyKind.THERAPEUTIC_CHARITY,
)  # fmt: skip
"""The kinds of agency that work with residents."""


def allocations(
    session: Session, referral_id: int, *, at: datetime, coming: bool = False
) -> Sequence[Allocation]:  # fmt: skip
    """Return who works with her today, the keyworker first, and who will from a later day on if `coming`."""
    today = london_date(at)
    begun = true() if coming else Allocation.from_on <= today
    return session.scalars(
        select(Allocation)
        .where(Allocation.referral_id == referral_id, begun)
        .where(or_(Allocation.until_on.is_(None), Allocation.until_on > today))
        .order_by(Allocation.part, Allocation.id)
        .options(joinedload(Allocation.worker).joinedload(Worker.agency)),
    ).all()


def contacts(session: Session, reader: Person, *, at: datetime) -> Sequence[Worker]:
    """Return the single point of contact of each agency of the network, where there is one."""
    today = london_date(at)
    return session.scalars(
        select(Worker)
        .where(Worker.network_id == reader.network_id, Worker.is_agency_contact, Worker.assigned_from <= today)
        .where(or_(Worker.assigned_until.is_(None), Worker.assigned_until >= today))
        .order_by(Worker.agency_id),
    ).all()


def workers(session: Session, reader: Person, *, at: datetime) -> Sequence[Worker]:
    """Return the workers of the network who can be asked to work with her."""
    today = london_date(at)
    return session.scalars(
        select(Worker)
        .where(Worker.network_id == reader.network_id, Worker.assigned_from <= today)
        .where(or_(Worker.assigned_until.is_(None), Worker.assigned_until >= today))
        .order_by(Worker.discipline, Worker.name, Worker.id),
    ).all()


def agencies(session: Session, reader: Person) -> Sequence[Agency]:
    """Return the agencies of the network that work with residents: with whom something can be shared."""
    return session.scalars(
        select(Agency).where(Agency.network_id == reader.network_id, Agency.kind.in_(WORKING)).order_by(Agency.name),
    ).all()


def agencies_to_ask(session: Session, reader: Person) -> Sequence[Agency]:
    """Return the other agencies of the network that can be asked for a worker."""
    return [one for one in agencies(session, reader) if one.id != reader.agency_id]


def people_of_network(session: Session, reader: Person) -> Sequence[Person]:
    """Return who could have decided something, or do it: people of agencies that work with residents."""
    ids = [agency.id for agency in agencies(session, reader)]
    return session.scalars(
        select(Person)
        .where(Person.agency_id.in_(ids), Person.disabled_at.is_(None))
        .order_by(Person.agency_id != reader.agency_id, Person.name, Person.id),
    ).all()


def sharings(session: Session, reach: Reach) -> Sequence[Sharing]:
    """Return what was recorded for her, standing first. An agency that is not hers sees its own."""
    query = select(Sharing).where(Sharing.referral_id == reach.referral_id)
    if reach.reader.agency_kind is not AgencyKind.REFUGE_PROVIDER:
        agency = reach.reader.agency_id
        recorded = select(Person.id).where(Person.agency_id == agency)
        query = query.where(or_(Sharing.to_agency_id == agency, Sharing.recorded_by_id.in_(recorded)))
    rows = session.scalars(
        query.order_by(Sharing.id.desc()).options(
            joinedload(Sharing.to_agency), joinedload(Sharing.recorded_by), joinedload(Sharing.decided_by)
        ),
    ).all()
    return sorted(rows, key=lambda row: not is_standing(row, reach.at))


def is_standing(row: Sharing, at: datetime) -> bool:
    """Return whether a basis stands at this instant, as `access.stands` says it to the database."""
    return row.from_at <= at < row.until_at and (row.withdrawn_at is None or row.withdrawn_at > at)


def agencies_that_read(session: Session, referral_id: int, *, at: datetime) -> Sequence[Agency]:
    """Return the agencies with which something is shared now."""
    ids = select(Sharing.to_agency_id).where(Sharing.referral_id == referral_id, stands(at))
    return session.scalars(select(Agency).where(Agency.id.in_(ids)).order_by(Agency.name)).all()


def apart(session: Session, reach: Reach, category: Category) -> ApartRecord | None:
    """Return what the reader's agency wrote about what is kept apart; the label on the view asks the permission."""
    if not reach.may_read(category, written_by=reach.reader.agency_id):
        return None
    return session.scalar(
        select(ApartRecord)
        .where(ApartRecord.referral_id == reach.referral_id, ApartRecord.agency_id == reach.reader.agency_id)
        .where(ApartRecord.category == category)
        .options(joinedload(ApartRecord.changed_by)),
    )


def apart_of_others(session: Session, reach: Reach, category: Category) -> Sequence[ApartRecord]:
    """Return what other agencies wrote, where she agreed that this one reads it."""
    if not reach.may_read(category):
        return []
    return session.scalars(
        select(ApartRecord)
        .where(ApartRecord.referral_id == reach.referral_id, ApartRecord.agency_id != reach.reader.agency_id)
        .where(ApartRecord.category == category)
        .options(joinedload(ApartRecord.changed_by), joinedload(ApartRecord.agency)),
    ).all()


def names_to_leave_out(session: Session, reader: Person, *, agencies: bool) -> list[str]:
    """Return the names of the network's houses, and of its agencies too if they are to be left out of a copy."""
    houses = session.scalars(select(Refuge.name).where(Refuge.network_id == reader.network_id)).all()
    if not agencies:
        return list(houses)
    return [*houses, *session.scalars(select(Agency.name).where(Agency.network_id == reader.network_id))]


def works_with_residents(agency: Agency) -> bool:
    """Return whether an agency works with residents, so that it has a privacy officer."""
    return agency.kind in WORKING
