"""Who looked at a woman's record, to be told to her, and what somebody read of it in the hour of a broken glass."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import or_, select, union_all

from refuge.accounts.models import Agency, Person
from refuge.audit.models import AuditEvent
from refuge.database import Base
from refuge.referrals.models import Referral

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy import CompoundSelect
    from sqlalchemy.orm import Session

    from support_plans.models import BrokenGlass

LOOKS_AT_MOST = 500
ALSO = ("assessments.listed", "records.listed", "signposts.listed", "plan.copied", "glass.broken")
"""The events that are looks at her record beside everything that was `seen`."""


@dataclass(frozen=True)
class Look:
    """One look at her record."""

    at: datetime
    who: str
    agency: str
    what: str


@dataclass(frozen=True)
class Opened:
    """One thing that somebody did about her in the hour of a broken glass: an action and a ref, no words of hers."""

    at: datetime
    what: str
    subject_ref: str


def refs_about(referral_id: int) -> CompoundSelect[Any]:
    """Return the refs of everything in the house that is about one woman, as a query: of every table that names her."""
    kinds: list[Any] = [mapper.class_ for mapper in Base.registry.mappers]
    hers = [kind for kind in kinds if "ref" in kind.__table__.c and "referral_id" in kind.__table__.c]
    return union_all(
        select(Referral.ref).where(Referral.id == referral_id),
        *(
            select(kind.ref).where(kind.referral_id == referral_id)
            for kind in sorted(hers, key=lambda one: one.__name__)
        ),
    )


def looks(session: Session, referral: Referral) -> list[Look]:
    """Return who looked at her record, the latest first, to be told to her. The caller may open it."""
    rows = session.execute(
        select(AuditEvent.at, AuditEvent.action, Person.name, Agency.name)
        .join(Person, Person.ref == AuditEvent.actor_ref)
        .join(Agency, Agency.ref == AuditEvent.agency_ref)
        .where(AuditEvent.subject_ref.in_(refs_about(referral.id)))
        .where(or_(AuditEvent.action.like("%seen"), AuditEvent.action.in_(ALSO)))
        .order_by(AuditEvent.sequence.desc())
        .limit(LOOKS_AT_MOST),
    )
    return [Look(at, who, agency, action) for at, action, who, agency in rows]


def done_under_glass(session: Session, row: BrokenGlass) -> Sequence[Opened]:
    """Return all that its person did about her in the hour, lists that showed her among others too."""
    hers = set(session.scalars(refs_about(row.referral_id)))
    events = session.execute(
        select(AuditEvent.at, AuditEvent.action, AuditEvent.subject_ref, AuditEvent.facts)
        .where(AuditEvent.actor_ref == row.person.ref, AuditEvent.at >= row.at, AuditEvent.at < row.until_at)
        .order_by(AuditEvent.sequence),
    )
    return [
        Opened(at, action, subject)
        for at, action, subject, facts in events
        if subject in hers or not hers.isdisjoint(_refs_in(json.loads(facts)))
    ]


def _refs_in(facts: dict[str, Any]) -> set[str]:
    """Return the text among the facts of an event, one deep: a ref is text, or an entry of a list of it."""
    found: set[str] = set()
    for value in facts.values():
        found.update(one for one in (value if isinstance(value, list) else [value]) if isinstance(one, str))
    return found
