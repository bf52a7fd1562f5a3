"""Keeping the directory, sending a woman on, and what came of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy.exc import IntegrityError

from refuge.audit.service import record
from refuge.database import new_ref
from refuge.errors import Refused
from refuge.london import london_date
from support_plans.categories import Category
from support_plans.models import Service, Signpost

if TYPE_CHECKING:
    from datetime import date, datetime

    from sqlalchemy.orm import Session

    from refuge.accounts.models import Person
    from refuge.audit.service import Actor
    from refuge.referrals.models import Referral

STALE = (
    "Somebody else changed this while you had it open, and nothing of yours is saved yet. "
    "Read what is saved now, then save again."
)
ABOUT = {
    "mutual_aid": Category.SUBSTANCE_USE, "family": Category.PERSONAL, "health": Category.PHYSICAL_HEALTH,
    "immigration": Category.IMMIGRATION,
}  # fmt: skip
"""What it says of her that she was sent to a service of this kind; the rest is practical."""


@dataclass(frozen=True)
class ServiceDetails:
    """What is known of a service."""

    name: str
    kind: str
    what: str
    contact: str


def keep_service(
    session: Session, row: Service | None, details: ServiceDetails, *, version: int, by: Person, actor: Actor,
    at: datetime,
) -> Service:  # fmt: skip
    """Add a service to the directory or change one. Whoever saves it has checked it today."""
    told = {"name": details.name, "kind": details.kind, "what": details.what, "contact": details.contact}
    if row is not None and row.version != version:
        raise Refused(STALE, code="stale")
    made = row is None
    row = row or Service(ref=new_ref(session, Service), network_id=by.network_id)
    try:
        with session.begin_nested():
            for name, value in told.items():
                setattr(row, name, value)
            row.checked_on, row.checked_by_id = london_date(at), by.id
            session.add(row)
    except IntegrityError as error:
        raise Refused("The directory has a service of this name already", field="name") from error
    record(session, "service.added" if made else "service.changed", row.ref, by=actor, at=at)
    return row


def end_service(session: Session, row: Service, *, version: int, actor: Actor, at: datetime) -> None:
    """Let a service be chosen no longer; where women were sent to it, that stays."""
    if row.version != version or row.ended_on is not None:
        raise Refused(STALE, code="stale")
    row.ended_on = london_date(at)
    session.flush()
    record(session, "service.ended", row.ref, by=actor, at=at)


def send_on(
    session: Session, referral: Referral, service: Service, why: str, *, by: Person, actor: Actor, at: datetime
) -> Signpost:
    """Keep that she was told of a service."""
    row = Signpost(
        ref=new_ref(session, Signpost), referral_id=referral.id, agency_id=by.agency_id,
        category=ABOUT.get(service.kind, Category.PRACTICAL), service_id=service.id, why=why, told_on=london_date(at),
        told_by_id=by.id, recorded_at=at,
    )  # fmt: skip
    session.add(row)
    session.flush()
    record(session, "signpost.made", row.ref, by=actor, at=at, referral=referral.ref, service=service.ref)
    return row


def say_outcome(
    session: Session, row: Signpost, outcome: str, on: date, words: str, *, version: int, actor: Actor, at: datetime
) -> None:
    """Keep what came of it; it can be said anew."""
    if row.version != version:
        raise Refused(STALE, code="stale")
    if not row.told_on <= on <= london_date(at):
        raise Refused("Enter a day between when she was told and today", field="on")
    row.outcome, row.outcome_on, row.outcome_words = outcome, on, words
    session.flush()
    record(session, "signpost.outcome_said", row.ref, by=actor, at=at, outcome=outcome)
