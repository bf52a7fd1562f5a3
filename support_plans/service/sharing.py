"""What she agreed to share and what is shared without: recorded, withdrawn, and over by itself at its hour."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import select

from refuge.accounts.models import Agency, Person
from refuge.audit.service import record
from refuge.database import new_ref
from refuge.errors import Refused
from refuge.permissions import Permission
from support_plans.categories import Category
from support_plans.models import Basis, SharedCategory, Sharing
from support_plans.service.changes import keep_change

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

    from refuge.audit.service import Actor
    from refuge.referrals.models import Referral

LONGEST = timedelta(days=366)
"""Consent is asked for again at least once a year; the database holds it."""
SHORTEST_REASON = 10


@dataclass(frozen=True)
class SharingDetails:
    """What is opened, to whom, why and until when."""

    to_agency_id: int
    categories: tuple[Category, ...]
    purpose: str
    until_at: datetime
    how_given: str = ""
    basis: Basis = Basis.CONSENT
    why_necessary: str = ""
    why_proportionate: str = ""
    decided_by_id: int | None = None
    told_her: bool = True


def share(
    session: Session, referral: Referral, details: SharingDetails, *, by: Person, actor: Actor, at: datetime
) -> Sharing:
    """Record a basis for an agency to read. Raise Refused where it is none: no purpose, no end, no reason."""
    _refuse_nothing(session, referral, details, at)
    if details.basis is not Basis.CONSENT:
        _refuse_without_reason(session, referral, details, by)
    elif not details.how_given:
        raise Refused("Say how she agreed", field="how_given")
    row = Sharing(
        ref=new_ref(session, Sharing), referral_id=referral.id, to_agency_id=details.to_agency_id,
        basis=details.basis, purpose=details.purpose, from_at=at, until_at=details.until_at,
        how_given=details.how_given, why_necessary=details.why_necessary,
        why_proportionate=details.why_proportionate, decided_by_id=details.decided_by_id, told_her=details.told_her,
        recorded_by_id=by.id, recorded_at=at,
        categories=[SharedCategory(category=category) for category in sorted(set(details.categories))],
    )  # fmt: skip
    session.add(row)
    session.flush()
    agency = session.get_one(Agency, details.to_agency_id)
    codes = [category.value for category in sorted(set(details.categories))]
    record(
        session, "sharing.recorded", referral.ref, by=actor, at=at, sharing=row.ref, basis=details.basis.value,
        agency=agency.ref, categories=codes,
    )  # fmt: skip
    return row


def note_refusal(
    session: Session, referral: Referral, agency: Agency, *, by: Person, actor: Actor, at: datetime
) -> None:
    """Note that she was asked and said no. It changes nothing else: support never depends on it."""
    keep_change(session, referral, "consent_refused", Category.GENERAL, by=by, actor=actor, at=at, about=agency.ref)


def withdraw(session: Session, referral: Referral, row: Sharing, *, by: Person, actor: Actor, at: datetime) -> None:
    """Note that a basis is withdrawn: from this instant on the agency reads nothing by it. Raise Refused if it was."""
    if row.withdrawn_at is not None or row.until_at <= at:
        raise Refused("This was withdrawn or over already. Look at the page again.", code="sharing.over")
    row.withdrawn_at, row.withdrawn_by_id = at, by.id
    session.flush()
    record(session, "sharing.withdrawn", referral.ref, by=actor, at=at, sharing=row.ref)


def sharing_to_withdraw(session: Session, referral: Referral, ref: str) -> Sharing | None:
    """Return a basis of this resident, locked."""
    query = select(Sharing).where(Sharing.referral_id == referral.id, Sharing.ref == ref).with_for_update()
    return session.scalar(query.execution_options(populate_existing=True))


def _refuse_nothing(session: Session, referral: Referral, details: SharingDetails, at: datetime) -> None:
    if not details.categories:
        raise Refused("Choose at least one thing that may be read", field="categories")
    if not details.purpose:
        raise Refused("Say what it is for, for example: to plan her recovery sessions", field="purpose")
    if details.until_at <= at:
        raise Refused("Enter a day in the future", field="until_on")
    if details.until_at > at + LONGEST:
        raise Refused("Enter a day within the next year: after that she is asked again", field="until_on")
    agency = session.get(Agency, details.to_agency_id)
    if agency is None or agency.network_id != referral.network_id:
        raise Refused("Choose an agency of this network", field="agency")


def _refuse_without_reason(session: Session, referral: Referral, details: SharingDetails, by: Person) -> None:
    if not by.may(Permission.SHARING_OVERRIDE):
        raise Refused("Ask a manager: sharing without her consent is hers to record", code="not_hers")
    for field, words in (("why_necessary", details.why_necessary), ("why_proportionate", details.why_proportionate)):
        if len(words) < SHORTEST_REASON:
            raise Refused("Say it in a sentence somebody else can judge", field=field)
    decided = None if details.decided_by_id is None else session.get(Person, details.decided_by_id)
    if decided is None or decided.network_id != referral.network_id:
        raise Refused("Say who decided it", field="decided_by")
