"""Incidents and feedback of the reader's agency."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import joinedload

from refuge.accounts.models import AgencyKind
from refuge.referrals.models import Referral
from support_plans.access import lived_in_beds_of, residents_visible_to
from support_plans.incidents import FURTHER_AFTER, LAST_LEVEL
from support_plans.models import Escalation, Feedback, Incident, IncidentStep

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime

    from sqlalchemy import Select
    from sqlalchemy.orm import Session

    from refuge.accounts.models import Person


def _visible(session: Session, reader: Person, at: datetime) -> Select[Incident]:
    """Return what the reader's agency logged: about nobody, whom she may open, hers to see to, or of its house."""
    about = Incident.referral_id.is_(None) | Incident.referral_id.in_(residents_visible_to(session, reader, at=at))
    about = about | (Incident.owner_id == reader.id) | (Incident.escalated_to_id == reader.id)
    about = about | Incident.id.in_(select(Escalation.incident_id).where(Escalation.to_id == reader.id))
    if reader.agency_kind is AgencyKind.REFUGE_PROVIDER:
        about = about | Incident.referral_id.in_(select(Referral.id).where(lived_in_beds_of(reader)))
    return (
        select(Incident)
        .where(Incident.agency_id == reader.agency_id, about)
        .options(
            joinedload(Incident.owner), joinedload(Incident.logged_by), joinedload(Incident.escalated_to),
            joinedload(Incident.referral),
        )
    )  # fmt: skip


def incidents(session: Session, reader: Person, *, at: datetime, since: datetime) -> Sequence[Incident]:
    """Return what is open, the one to answer first first; then what was closed since then."""
    query = _visible(session, reader, at).where(Incident.closed_at.is_(None) | (Incident.closed_at >= since))
    return (
        session.scalars(query.order_by(Incident.closed_at.is_not(None), Incident.answer_by, Incident.id)).unique().all()
    )


def incident(session: Session, reader: Person, ref: str, *, at: datetime, lock: bool = False) -> Incident | None:
    """Return one of them; `lock` reads it to be changed."""
    query = _visible(session, reader, at).where(Incident.ref == ref)
    if lock:
        query = query.with_for_update(of=Incident).execution_options(populate_existing=True)
    return session.scalars(query).unique().one_or_none()


def steps(session: Session, row: Incident) -> Sequence[IncidentStep]:
    """Return what was done about it, the first first."""
    query = select(IncidentStep).where(IncidentStep.incident_id == row.id).order_by(IncidentStep.at, IncidentStep.id)
    return session.scalars(query.options(joinedload(IncidentStep.by))).all()


def past_their_clock(session: Session, *, at: datetime) -> Sequence[int]:
    """Return the ids of those whose clock has run out, and of which not everybody was told whom it can go to yet."""
    told = select(func.count(Escalation.id)).where(Escalation.incident_id == Incident.id)
    latest = select(func.max(Escalation.at)).where(Escalation.incident_id == Incident.id)
    last = func.coalesce(latest.correlate(Incident).scalar_subquery(), Incident.escalated_at)
    waits = or_(*(and_(Incident.kind == kind, last <= at - after) for kind, after in FURTHER_AFTER.items()))
    further = and_(waits, told.correlate(Incident).scalar_subquery() < LAST_LEVEL - 1)
    return session.scalars(
        select(Incident.id)
        .where(Incident.closed_at.is_(None), Incident.answer_by < at)
        .where(or_(Incident.escalated_at.is_(None), further)),
    ).all()


def escalations(session: Session, row: Incident) -> Sequence[Escalation]:
    """Return whom it went on to after the second person."""
    query = select(Escalation).where(Escalation.incident_id == row.id).order_by(Escalation.level)
    return session.scalars(query.options(joinedload(Escalation.to))).all()


def feedback(session: Session, reader: Person, *, since: date, until: date) -> Sequence[Feedback]:
    """Return what was said of the reader's agency in a time, the latest first."""
    return session.scalars(
        select(Feedback)
        .where(Feedback.agency_id == reader.agency_id, Feedback.on_day >= since, Feedback.on_day < until)
        .order_by(Feedback.on_day.desc(), Feedback.id.desc()),
    ).all()
