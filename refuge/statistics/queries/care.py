"""Reading what plans, scores, sessions and leavings say of those who lived here: days and numbers, never words."""

from __future__ import annotations

from collections import defaultdict
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import aliased

from refuge.accounts.models import Agency, AgencyKind
from refuge.beds.models import Bed, Refuge, Stay
from refuge.inreach.models import Booking, BookingPerson, BookingState
from refuge.london import day_begins
from refuge.referrals.models import Need
from refuge.rota.models import Discipline, Worker
from refuge.statistics.care import Care, Scored
from refuge.statistics.queries.cover import gaps
from refuge.statistics.queries.facts import SUBSTANCES, SUPPORTED
from refuge.statistics.queries.stays import ours
from support_plans.leaving import Step
from support_plans.models import (
    Allocation,
    Assessment,
    CareRecord,
    Discharge,
    Leaving,
    Occasion,
    PlanAgreement,
    PlanReview,
    RiskAssessment,
)
from support_plans.scoring import TOOLS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date, datetime

    from sqlalchemy import ColumnElement, Select
    from sqlalchemy.orm import Session

    from refuge.statistics.periods import Period

NEED_CODES: Mapping[str, tuple[str, ...]] = {"mental_health": ("mental_health",), "substance": SUBSTANCES}
ANSWERED_BY: Mapping[str, frozenset[Discipline]] = {
    "mental_health": frozenset({Discipline.MENTAL_HEALTH_PRACTITIONER, Discipline.THERAPIST}),
    "substance": frozenset({Discipline.RECOVERY_WORKER}),
}
"""Whose sessions answer a need."""
OF_THE_SERVICE = ("by_service", "worker_away", "replanned")
"""Why sessions were called off that were no offer to her."""
PATHWAYS = (AgencyKind.MENTAL_HEALTH_TRUST, AgencyKind.SUBSTANCE_MISUSE_PROVIDER)
PATHWAY_WORKERS = (Discipline.MENTAL_HEALTH_PRACTITIONER, Discipline.RECOVERY_WORKER)
FIRST, LAST, LATER = (aliased(Assessment, name=name) for name in ("first_of_it", "last_of_it", "later_of_it"))
"""An assessment held against others of its kind; named once, for to make an alias takes longer than to read it."""
HANDOVER = frozenset({Step.DISCHARGE.value, Step.RECOVERY_HANDOVER.value})


def care(session: Session, network_id: int, period: Period, *, at: datetime, agency_id: int | None = None) -> Care:
    """Return what is known of those who lived in the network, or in one agency's houses, during the period."""
    here = _lived_here(network_id, period, agency_id)
    agreed = _days(session, select(PlanAgreement.referral_id, PlanAgreement.agreed_on), PlanAgreement, here)
    noted = select(Stay.referral_id, Stay.plan_agreed_on).where(Stay.plan_agreed_on.is_not(None))
    for number, on in session.execute(noted.where(Stay.referral_id.in_(here))):
        if on is not None:
            agreed[number].append(on)  # a stay from before plans were kept here says only this
    return Care(
        agreed, _days(session, select(PlanReview.referral_id, PlanReview.reviewed_on), PlanReview, here),
        _days(session, select(RiskAssessment.referral_id, RiskAssessment.taken_on), RiskAssessment, here),
        {need: _with_need(session, codes, here) for need, codes in NEED_CODES.items()}, _sessions(session, here),
        _scored(session, period, here), _on_pathway(session, here), _handed_over(session, here),
        gaps(session, network_id, period, at=at, agency_id=agency_id),
    )  # fmt: skip


def _lived_here(network_id: int, period: Period, agency_id: int | None) -> Select[Any]:
    begins, ends = day_begins(period.since), day_begins(period.until + timedelta(days=1))
    return (
        select(Stay.referral_id)
        .join(Bed, Bed.id == Stay.bed_id)
        .join(Refuge, Refuge.id == Bed.refuge_id)
        .where(
            ours(network_id, agency_id), Stay.started_at < ends, or_(Stay.ended_at.is_(None), Stay.ended_at >= begins)
        )
    )


def _days(session: Session, query: Any, table: Any, here: Select[Any]) -> dict[int, list[date]]:  # noqa: ANN401  any of these tables
    found: dict[int, list[date]] = defaultdict(list)
    for number, on in session.execute(query.where(table.referral_id.in_(here))):
        found[number].append(on)
    return found


def _with_need(session: Session, codes: Sequence[str], here: Select[Any]) -> frozenset[int]:
    asked = select(Need.referral_id).where(Need.need.in_(codes), Need.level.in_(SUPPORTED), Need.referral_id.in_(here))
    return frozenset(session.scalars(asked))


def _sessions(session: Session, here: Select[Any]) -> dict[str, dict[int, list[datetime]]]:
    found: dict[str, dict[int, list[datetime]]] = {need: defaultdict(list) for need in ANSWERED_BY}
    rows = session.execute(
        select(BookingPerson.referral_id, Worker.discipline, BookingPerson.from_at)
        .join(Booking, Booking.id == BookingPerson.booking_id)
        .join(Worker, Worker.id == Booking.worker_id)
        .where(BookingPerson.referral_id.in_(here), _offered()),
    )
    for number, discipline, at in rows:
        for need, disciplines in ANSWERED_BY.items():
            if discipline in disciplines:
                found[need][number].append(at)
    return found


def _offered() -> ColumnElement[bool]:
    return or_(Booking.state != BookingState.CANCELLED, Booking.cancelled_why.not_in(OF_THE_SERVICE))


def _scored(session: Session, period: Period, here: Select[Any]) -> list[Scored]:
    """Return each pair of a first and a last total; of two of a kind the earlier first, the later last."""
    first, last, later = FIRST, LAST, LATER
    rows = session.execute(
        select(first.referral_id, first.tool, first.total, last.total)
        .join(last, and_(last.referral_id == first.referral_id, last.tool == first.tool))
        .where(
            first.occasion == Occasion.START, last.occasion == Occasion.END, first.total.is_not(None),
            last.total.is_not(None), last.taken_on.between(period.since, period.until), last.taken_on >= first.taken_on,
            first.referral_id.in_(here),
            *(~select(later.id).where(later.replaces_id == one.id).exists() for one in (first, last)),
        ).order_by(first.taken_on.desc(), first.id.desc(), last.taken_on, last.id),
    )  # fmt: skip
    pairs = {(number, tool): (begun or 0, ended or 0) for number, tool, begun, ended in rows}
    return [
        Scored(number, tool, begun, ended, TOOLS[tool].higher_is_worse)
        for (number, tool), (begun, ended) in pairs.items()
        if tool in TOOLS
    ]


def _on_pathway(session: Session, here: Select[Any]) -> frozenset[int]:
    """Return with whom a pathway works, by the rota or by what it wrote with her: as `facts_of` says of one woman."""
    worked = (
        select(Allocation.referral_id)
        .join(Worker, Worker.id == Allocation.worker_id)
        .where(Worker.discipline.in_(PATHWAY_WORKERS), Allocation.referral_id.in_(here))
    )
    found = set(session.scalars(worked))
    for table in (Assessment, CareRecord):
        wrote = (
            select(table.referral_id)
            .join(Agency, Agency.id == table.agency_id)
            .where(Agency.kind.in_(PATHWAYS), table.referral_id.in_(here))
        )
        found |= set(session.scalars(wrote))
    found |= set(session.scalars(select(Discharge.referral_id).where(Discharge.referral_id.in_(here))))
    return frozenset(found)


def _handed_over(session: Session, here: Select[Any]) -> frozenset[int]:
    rows = session.execute(
        select(Leaving.referral_id, Leaving.open_steps).where(
            Leaving.ended_at.is_not(None), Leaving.referral_id.in_(here)
        )
    )
    return frozenset(number for number, steps in rows if not HANDOVER.intersection(steps))
