"""Opening a plan without the usual right: a reason, one hour, an alert that names nobody, a review by somebody else."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import select

from refuge.accounts.models import Agency
from refuge.audit.service import record
from refuge.beds.models import Bed, Refuge, Stay
from refuge.database import new_ref
from refuge.errors import Refused
from support_plans.models import AlertKind, BrokenGlass, PrivacyAlert, PrivacyOfficer

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

    from refuge.accounts.models import Person
    from refuge.audit.service import Actor
    from refuge.referrals.models import Referral
    from support_plans.models import GlassReview, Note

LASTS = timedelta(minutes=60)
SHORTEST_REASON = 10


def break_glass(
    session: Session, referral: Referral, reason: str, words: str, *, by: Person, actor: Actor, at: datetime
) -> BrokenGlass:
    """Open one plan to one person for an hour, and alert the privacy officers in the same transaction."""
    if len(words) < SHORTEST_REASON:
        raise Refused("Say why in a sentence that somebody else can judge", field="words")
    row = BrokenGlass(
        ref=new_ref(session, BrokenGlass), referral_id=referral.id, person_id=by.id, agency_id=by.agency_id,
        reason=reason, words=words, at=at, until_at=at + LASTS,
    )  # fmt: skip
    session.add(row)
    alert(session, AlertKind.BROKEN_GLASS, row.ref, {by.agency_id, *_agencies_of(session, referral.id)}, at=at)
    session.flush()
    record(session, "glass.broken", referral.ref, by=actor, at=at, glass=row.ref, reason=reason)
    return row


def alert(session: Session, kind: AlertKind, about_ref: str, agencies: set[int], *, at: datetime) -> None:
    """Alert the privacy officer of each of these agencies: a kind and a ref, no more."""
    session.add_all(
        PrivacyAlert(agency_id=agency_id, kind=kind, about_ref=about_ref, at=at) for agency_id in sorted(agencies)
    )


def note_sealed_try(session: Session, note: Note, *, actor: Actor, at: datetime) -> None:
    """Note that somebody asked for a sealed note that is not hers, and alert its agency’s officer."""
    alert(session, AlertKind.SEALED_NOTE, note.ref, {note.agency_id}, at=at)
    record(session, "note.refused", note.ref, by=actor, at=at)


def review_glass(
    session: Session, row: BrokenGlass, found: GlassReview, words: str, *, by: Person, actor: Actor, at: datetime
) -> None:
    """Say what a review found. Raise Refused for the person herself, and where it was reviewed already."""
    if row.person_id == by.id:
        raise Refused("Somebody else must review this: it was you who opened the plan", code="own_glass")
    if row.reviewed_at is not None:
        raise Refused("This was reviewed already. Look at the page again.", code="glass.reviewed")
    if len(words) < SHORTEST_REASON:
        raise Refused("Say in a sentence what you found", field="review_words")
    row.reviewed_by_id, row.reviewed_at, row.found, row.review_words = by.id, at, found, words
    session.flush()
    put_away(session, row.ref, at=at)
    record(session, "glass.reviewed", row.ref, by=actor, at=at, found=found.value)


def put_away(session: Session, about_ref: str, *, at: datetime, agency_id: int | None = None) -> int:
    """Mark the alerts about a thing as seen, of one agency or of all; return how many there were."""
    query = select(PrivacyAlert).where(PrivacyAlert.about_ref == about_ref, PrivacyAlert.seen_at.is_(None))
    if agency_id is not None:
        query = query.where(PrivacyAlert.agency_id == agency_id)
    rows = session.scalars(query.with_for_update()).all()
    for row in rows:
        row.seen_at = at
    session.flush()
    return len(rows)


def lock_agency(session: Session, agency: Agency) -> None:
    """Let one transaction at a time decide who is the privacy officer of this agency, until it ends."""
    session.execute(select(Agency.id).where(Agency.id == agency.id).with_for_update())


def name_officer(session: Session, person: Person, *, by: Person, actor: Actor, at: datetime) -> PrivacyOfficer:
    """Name whom an agency's alerts go to, in the place of whoever was named before."""
    row = session.scalar(select(PrivacyOfficer).where(PrivacyOfficer.agency_id == person.agency_id).with_for_update())
    if row is None:
        row = PrivacyOfficer(agency_id=person.agency_id)
        session.add(row)
    row.person_id, row.named_by_id, row.named_at = person.id, by.id, at
    session.flush()
    record(session, "officer.named", person.ref, by=actor, at=at, agency=person.agency.ref)
    return row


def _agencies_of(session: Session, referral_id: int) -> set[int]:
    """Return the agencies in whose beds she lives or lived."""
    rows = session.scalars(
        select(Refuge.agency_id)
        .join(Bed, Bed.refuge_id == Refuge.id)
        .join(Stay, Stay.bed_id == Bed.id)
        .where(Stay.referral_id == referral_id),
    )
    return set(rows)
