"""Who works with her, whom each agency is reached through, what is shared with whom, who looked, and broken glass."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import and_, false, func, or_, select
from sqlalchemy.orm import joinedload

from refuge.accounts.models import Agency, AgencyKind, Person
from refuge.audit.models import AuditEvent
from refuge.beds.models import Refuge, Stay
from refuge.london import london_date
from refuge.referrals.models import Referral
from refuge.rota.models import Worker
from support_plans.access import stands
from support_plans.models import Allocation, ApartRecord, BrokenGlass, PrivacyAlert, PrivacyOfficer, Sharing

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy.orm import Session

    from support_plans.access import Reach
    from support_plans.categories import Category

LOOKED = (
    "plan.seen", "plan.copied", "plan.notes_seen", "plan.history_seen", "plan.sharing_seen", "plan.apart_seen",
    "resident.seen", "referral.seen", "note.seen", "glass.broken",
)  # fmt: skip
"""The events that say that somebody read her record."""
LOOKS_AT_MOST = 500
WORKING = (
    AgencyKind.REFUGE_PROVIDER, AgencyKind.SUBSTANCE_MISUSE_PROVIDER, AgencyKind.MENTAL_HEALTH_TRUST,
    AgencyKind.THERAPEUTIC_CHARITY,
)  # fmt: skip
"""The kinds of agency that work with residents."""


def allocations(session: Session, referral_id: int, *, at: datetime) -> Sequence[Allocation]:
    """Return who works with her today, the keyworker first. To everybody who may open her record."""
    today = london_date(at)
    return session.scalars(
        select(Allocation)
        .where(Allocation.referral_id == referral_id, Allocation.from_on <= today)
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


@dataclass(frozen=True)
class Look:
    """One look at her record."""

    at: datetime
    who: str
    agency: str
    what: str


def looks(session: Session, referral: Referral) -> list[Look]:
    """Return who looked at her record, the latest first, to be told to her. The caller may open it."""
    refs = [referral.ref, *session.scalars(select(Stay.ref).where(Stay.referral_id == referral.id))]
    rows = session.execute(
        select(AuditEvent.at, AuditEvent.action, Person.name, Agency.name)
        .join(Person, Person.ref == AuditEvent.actor_ref)
        .join(Agency, Agency.ref == AuditEvent.agency_ref)
        .where(AuditEvent.subject_ref.in_(refs), AuditEvent.action.in_(LOOKED))
        .order_by(AuditEvent.sequence.desc())
        .limit(LOOKS_AT_MOST),
    )
    return [Look(at, who, agency, action) for at, action, who, agency in rows]


def officer_of(session: Session, person: Person) -> PrivacyOfficer | None:
    """Return her naming as privacy officer of her agency, if she is."""
    return session.scalar(
        select(PrivacyOfficer).where(
            PrivacyOfficer.person_id == person.id, PrivacyOfficer.agency_id == person.agency_id
        ),
    )


def alerts(session: Session, reader: Person) -> Sequence[PrivacyAlert]:
    """Return what the privacy officer of an agency has not looked at yet; nothing to anybody else."""
    mine = PrivacyAlert.agency_id == reader.agency_id if officer_of(session, reader) is not None else false()
    return session.scalars(
        select(PrivacyAlert).where(mine, PrivacyAlert.seen_at.is_(None)).order_by(PrivacyAlert.at),
    ).all()


def glass(session: Session, reader: Person, ref: str, *, lock: bool = False) -> BrokenGlass | None:
    """Return a broken glass of which the reader, as privacy officer, was alerted."""
    if officer_of(session, reader) is None:
        return None
    told = select(PrivacyAlert.id).where(PrivacyAlert.about_ref == ref, PrivacyAlert.agency_id == reader.agency_id)
    query = select(BrokenGlass).where(BrokenGlass.ref == ref, told.exists())
    if lock:
        query = query.with_for_update(of=BrokenGlass).execution_options(populate_existing=True)
    return session.scalar(query.options(joinedload(BrokenGlass.person), joinedload(BrokenGlass.reviewed_by)))


def glasses(session: Session, reader: Person) -> Sequence[BrokenGlass]:
    """Return every broken glass of which the reader, as privacy officer, was alerted: the latest first."""
    if officer_of(session, reader) is None:
        return []
    told = select(PrivacyAlert.about_ref).where(PrivacyAlert.agency_id == reader.agency_id)
    return session.scalars(
        select(BrokenGlass)
        .where(BrokenGlass.ref.in_(told))
        .order_by(BrokenGlass.at.desc())
        .limit(LOOKS_AT_MOST)
        .options(joinedload(BrokenGlass.person), joinedload(BrokenGlass.reviewed_by)),
    ).all()


def done_under_glass(session: Session, row: BrokenGlass) -> Sequence[tuple[datetime, str]]:
    """Return what its person did in the hour of a broken glass: instants and actions, no words of any record."""
    ref = session.scalar(select(Referral.ref).where(Referral.id == row.referral_id))
    rows = session.execute(
        select(AuditEvent.at, AuditEvent.action)
        .where(AuditEvent.actor_ref == row.person.ref, AuditEvent.subject_ref == ref)
        .where(and_(AuditEvent.at >= row.at, AuditEvent.at < row.until_at))
        .order_by(AuditEvent.sequence),
    )
    return [(at, action) for at, action in rows]


def resident_to_break_for(session: Session, reader: Person, ref: str, *, at: datetime) -> Referral | None:
    """Return the referral of a woman who lives in the reader's network now, by the ref of it or of her stay."""
    lives = or_(Stay.ended_at.is_(None), Stay.ended_at > at)
    return session.scalar(
        select(Referral)
        .join(Stay, Stay.referral_id == Referral.id)
        .where(Referral.network_id == reader.network_id, lives, or_(Referral.ref == ref, Stay.ref == ref))
        .limit(1),
    )


def officers(session: Session) -> dict[int, PrivacyOfficer]:
    """Return agency id -> its privacy officer, for whoever looks after accounts."""
    rows = session.scalars(select(PrivacyOfficer).options(joinedload(PrivacyOfficer.person)))
    return {row.agency_id: row for row in rows}


def unreviewed(session: Session, agency_id: int, *, since: datetime) -> int:
    """Return how many broken glasses of an agency nobody reviewed since then."""
    return (
        session.scalar(
            select(func.count())
            .select_from(BrokenGlass)
            .where(BrokenGlass.agency_id == agency_id, BrokenGlass.reviewed_at.is_(None), BrokenGlass.at < since),
        )
        or 0
    )


def names_to_leave_out(session: Session, reader: Person, *, agencies: bool) -> list[str]:
    """Return the names of the network's houses, and of its agencies too if they are to be left out of a copy."""
    houses = session.scalars(select(Refuge.name).where(Refuge.network_id == reader.network_id)).all()
    if not agencies:
        return list(houses)
    return [*houses, *session.scalars(select(Agency.name).where(Agency.network_id == reader.network_id))]


def works_with_residents(agency: Agency) -> bool:
    """Return whether an agency works with residents, so that it has a privacy officer."""
    return agency.kind in WORKING
