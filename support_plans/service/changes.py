"""Every change of a plan: one more version of it, kept as what, by whom, when, from what to what."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from refuge.audit.service import record
from refuge.beds.models import Bed, Refuge, Stay
from support_plans.models import Plan, PlanChange

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

    from refuge.accounts.models import Person
    from refuge.audit.service import Actor
    from refuge.referrals.models import Referral
    from support_plans.categories import Category


def open_plan(session: Session, referral: Referral, agency_id: int, *, by: Person | None, at: datetime) -> Plan:
    """Return her plan, opened now if it was not: a stay begins, and with it the plan."""
    plan = plan_to_change(session, referral.id)
    if plan is None:
        plan = Plan(
            referral_id=referral.id, agency_id=agency_id, opened_at=at, opened_by_id=None if by is None else by.id,
            her_words="", good_day="", copy_names_agencies=False, words_version=1, version=1,
        )  # fmt: skip
        session.add(plan)
        session.flush()
    return plan


def home_agency(session: Session, referral_id: int) -> int | None:
    """Return the id of the agency in whose bed she lives or last lived: it keeps her plan."""
    return session.scalar(
        select(Refuge.agency_id)
        .join(Bed, Bed.refuge_id == Refuge.id)
        .join(Stay, Stay.bed_id == Bed.id)
        .where(Stay.referral_id == referral_id)
        .order_by(Stay.started_at.desc())
        .limit(1),
    )


def plan_to_change(session: Session, referral_id: int) -> Plan | None:
    """Return her plan, locked until the transaction ends: versions are counted one by one."""
    query = select(Plan).where(Plan.referral_id == referral_id).with_for_update()
    return session.scalar(query.execution_options(populate_existing=True))


def keep_change(  # noqa: PLR0913  what a version says
    session: Session,
    referral: Referral,
    part: str,
    category: Category,
    *,
    by: Person,
    actor: Actor,
    at: datetime,
    about: str = "",
    before: str = "",
    after: str = "",
) -> PlanChange:
    """Keep one change as the next version of the plan, with its audit event."""
    plan = plan_to_change(session, referral.id)
    if plan is None:
        plan = open_plan(session, referral, home_agency(session, referral.id) or by.agency_id, by=by, at=at)
    plan.version += 1
    change = PlanChange(
        referral_id=referral.id, agency_id=by.agency_id, category=category, number=plan.version, at=at, by_id=by.id,
        part=part, about=about, before=before, after=after,
    )  # fmt: skip
    session.add(change)
    session.flush()
    record(session, f"plan.{part}", referral.ref, by=actor, at=at, version=plan.version, category=category.value)
    return change
