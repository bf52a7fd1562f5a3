"""Keeping what a risk tool said and what the worker judged, referring to MARAC, and warnings that staff see first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import select

from refuge.audit.service import record
from refuge.database import new_ref
from refuge.errors import Refused
from refuge.london import london_date
from refuge.referrals.risk import questions
from support_plans.categories import Category
from support_plans.marac import is_repeat
from support_plans.models import Caution, MaracReferral, RiskAssessment

if TYPE_CHECKING:
    from datetime import date, datetime

    from sqlalchemy.orm import Session

    from refuge.accounts.models import Person
    from refuge.audit.service import Actor
    from refuge.referrals.models import Referral
    from support_plans.marac import RepeatDefinition
    from support_plans.models import Judgement

SAY_WHY = 10
"""How many characters a reason has at least; the database asks the same."""
LONG_AGO = timedelta(days=3 * 366)
REPEAT = "repeat"
"""Of code list `marac_criterion`."""


@dataclass(frozen=True)
class RiskDetails:
    """What a risk tool said on a day, and what the worker judged."""

    tool: str
    tool_version: str
    taken_on: date
    yes_count: int | None
    judgement: Judgement
    reason: str
    review_on: date


@dataclass(frozen=True)
class MaracDetails:
    """Why she is referred to MARAC."""

    referred_on: date
    incident_on: date
    incident_criminal: bool
    criteria: tuple[str, ...]
    definition: RepeatDefinition
    reason: str


def record_risk(
    session: Session, referral: Referral, details: RiskDetails, *, by: Person, actor: Actor, at: datetime
) -> RiskAssessment:
    """Keep a risk assessment. A low count lowers nothing: the page shows the higher of count and judgement."""
    _refuse_day("taken_on", details.taken_on, at)
    if details.review_on < details.taken_on or details.review_on < london_date(at):
        raise Refused("Enter today or a later day on which it is looked at again", field="review_on")
    if len(details.reason) < SAY_WHY:
        raise Refused(f"Say why you judge it so, in {SAY_WHY} characters or more", field="reason")
    asked = questions(details.tool)
    if asked is not None and details.yes_count is not None and details.yes_count > asked:
        raise Refused(f"This tool has {asked} questions. Enter at most {asked}", field="yes_count")
    row = RiskAssessment(
        ref=new_ref(session, RiskAssessment), referral_id=referral.id, agency_id=by.agency_id, category=Category.SAFETY,
        tool=details.tool, tool_version=details.tool_version, taken_on=details.taken_on, yes_count=details.yes_count,
        judgement=details.judgement, reason=details.reason, review_on=details.review_on, taken_by_id=by.id,
        recorded_at=at,
    )  # fmt: skip
    session.add(row)
    session.flush()
    record(session, "risk.recorded", row.ref, by=actor, at=at, referral=referral.ref, tool=details.tool)
    return row


def refer_to_marac(
    session: Session, referral: Referral, details: MaracDetails, *, by: Person, actor: Actor, at: datetime
) -> MaracReferral:
    """Keep that she was referred to MARAC. Whether it is a repeat follows from the dates, by the definition named."""
    _refuse_day("referred_on", details.referred_on, at)
    _refuse_day("incident_on", details.incident_on, at)
    if details.incident_on > details.referred_on:
        raise Refused("Enter a day on or before that of the referral", field="incident_on")
    if not details.criteria:
        raise Refused("Choose at least one reason for which MARAC takes it", field="criteria")
    if len(details.reason) < SAY_WHY:
        raise Refused(f"Say what happened, in {SAY_WHY} characters or more", field="reason")
    earlier = session.scalars(select(MaracReferral.referred_on).where(MaracReferral.referral_id == referral.id)).all()
    repeat = is_repeat(earlier, details.incident_on, criminal=details.incident_criminal, definition=details.definition)
    if not repeat and REPEAT in details.criteria and earlier:
        raise Refused(
            "By this definition and these dates it is no repeat. Take that reason away, or check the dates",
            field="criteria",
        )
    row = MaracReferral(
        ref=new_ref(session, MaracReferral), referral_id=referral.id, agency_id=by.agency_id, category=Category.SAFETY,
        referred_on=details.referred_on, incident_on=details.incident_on, incident_criminal=details.incident_criminal,
        criteria=list(details.criteria), definition=details.definition, repeat=repeat, reason=details.reason,
        referred_by_id=by.id, recorded_at=at,
    )  # fmt: skip
    session.add(row)
    session.flush()
    record(session, "marac.referred", row.ref, by=actor, at=at, referral=referral.ref, repeat=repeat)
    return row


def add_caution(
    session: Session, referral: Referral, kind: str, words: str, *, by: Person, actor: Actor, at: datetime
) -> Caution:
    """Put a warning at the head of her page."""
    row = Caution(
        ref=new_ref(session, Caution), referral_id=referral.id, agency_id=by.agency_id, category=Category.SAFETY,
        kind=kind, words=words, made_by_id=by.id, made_at=at,
    )  # fmt: skip
    session.add(row)
    session.flush()
    record(session, "caution.added", row.ref, by=actor, at=at, referral=referral.ref, kind=kind)
    return row


def end_caution(session: Session, row: Caution, why: str, *, by: Person, actor: Actor, at: datetime) -> None:
    """Take a warning away, and keep why."""
    if row.ended_at is not None:
        raise Refused("Somebody took this warning away already.", code="caution.over")
    if len(why) < len("new"):
        raise Refused("Say why it no longer holds", field="why")
    row.ended_at, row.ended_by_id, row.ended_why = at, by.id, why
    session.flush()
    record(session, "caution.ended", row.ref, by=actor, at=at)


def _refuse_day(field: str, on: date, at: datetime) -> None:
    today = london_date(at)
    if not today - LONG_AGO <= on <= today:
        raise Refused("Enter a day that is not in the future and within the last three years", field=field)
