"""Keeping a questionnaire that was filled in. It is scored and banded here; what follows from it a person decides."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

from refuge.audit.service import record
from refuge.database import new_ref
from refuge.errors import Refused
from refuge.london import london_date
from support_plans.categories import Category
from support_plans.models import Assessment
from support_plans.scoring import score, score_total
from support_plans.service.looking_in import ask_her_house
from support_plans.service.tasks import raise_alarms

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date, datetime

    from sqlalchemy.orm import Session

    from refuge.accounts.models import Person
    from refuge.audit.service import Actor
    from refuge.referrals.models import Referral
    from support_plans.models import Occasion
    from support_plans.scoring import Result, Tool

LONG_AGO = timedelta(days=366)
"""How far back a questionnaire may have been filled in."""


@dataclass(frozen=True)
class AssessmentDetails:
    """What was filled in, when and on what occasion."""

    taken_on: date
    occasion: Occasion
    answers: Mapping[str, int] = field(default_factory=dict)
    total: int | None = None
    """Of a questionnaire whose wording is not ours to show."""
    note: str = ""
    looks_at_it: Person | None = None
    """Who talks with her on the same day, where an answer asks for that."""


def result_of(tool: Tool, details: AssessmentDetails) -> Result:
    """Return what the answers add up to, or what a given total says."""
    if tool.worded:
        return score(tool, details.answers)
    return score_total(tool, details.total, details.answers)


def record_assessment(
    session: Session,
    referral: Referral,
    tool: Tool,
    details: AssessmentDetails,
    *,
    by: Person,
    actor: Actor,
    at: datetime,
    replaces: Assessment | None = None,
) -> Assessment:
    """Keep a questionnaire; raise a task for whoever looks at it, today, for each answer that a person must look at.

    Raise Refused where such an answer has nobody to look at it, or the day makes no sense. The caller has locked the
    referral.
    """
    found = result_of(tool, details)
    _refuse(tool, details, found, at)
    row = Assessment(
        ref=new_ref(session, Assessment), referral_id=referral.id, agency_id=by.agency_id,
        category=Category(tool.about), tool=tool.code, tool_version=tool.version, occasion=details.occasion,
        taken_on=details.taken_on, answers=dict(details.answers), complete=found.complete,
        total=found.total if found.complete else None, band="" if found.band is None else found.band.code,
        note=details.note, taken_by_id=by.id, recorded_at=at, replaces_id=None if replaces is None else replaces.id,
    )  # fmt: skip
    session.add(row)
    session.flush()
    record(
        session, "assessment.recorded", row.ref, by=actor, at=at, referral=referral.ref, tool=tool.code,
        complete=found.complete, replaces=None if replaces is None else replaces.ref,
    )  # fmt: skip
    if details.looks_at_it is not None:
        raise_alarms(session, referral, row, found.alarms, owner=details.looks_at_it, by=by, actor=actor, at=at)
        if found.alarms:
            ask_her_house(session, referral, by=by, actor=actor, at=at)
    return row


def _refuse(tool: Tool, details: AssessmentDetails, found: Result, at: datetime) -> None:
    today = london_date(at)
    if not today - LONG_AGO <= details.taken_on <= today:
        raise Refused("Enter a day that is not in the future and within the last year", field="taken_on")
    if not details.answers and details.total is None:
        first = tool.items[0].key if tool.worded else "total"
        raise Refused("Nothing is filled in yet. Enter at least one answer", field=first)
    if found.alarms and details.looks_at_it is None:
        raise Refused(
            "Choose who talks with her today: one of her answers must be looked at on the same day",
            field="looks_at_it", code="needs_somebody",
        )  # fmt: skip
