"""Writing a structured record. Nothing is written over: a new version stands in the place of the one before."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import select

from refuge.audit.service import record
from refuge.database import new_ref
from refuge.errors import Refused
from refuge.london import london_date
from support_plans.models import CareRecord

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date, datetime

    from sqlalchemy.orm import Session

    from refuge.accounts.models import Person
    from refuge.audit.service import Actor
    from refuge.referrals.models import Referral
    from support_plans.kinds import Kind

STALE = (
    "Somebody of your agency wrote this while you had it open, and nothing of yours is saved yet. "
    "Read what stands now, then save again."
)


@dataclass(frozen=True)
class RecordDetails:
    """What was written, about which child if about one, and when it is looked at again."""

    told: Mapping[str, str]
    child: int | None = None
    review_on: date | None = None


def write_record(
    session: Session,
    referral: Referral,
    kind: Kind,
    details: RecordDetails,
    *,
    replaces: CareRecord | None,
    by: Person,
    actor: Actor,
    at: datetime,
) -> CareRecord:
    """Keep what was written. The caller has locked the referral, so that of two who write the second sees the first."""
    if by.agency_kind not in kind.writers:
        raise Refused(f"{kind.name} is written by another agency.", code="not_a_writer")
    if kind.about_child and not 1 <= (details.child or 0) <= len(referral.children):
        raise Refused("Choose which child it is about.", code="no_child")
    if details.review_on is not None and details.review_on < london_date(at):
        raise Refused("Enter today or a later day on which it is looked at again", field="review_on")
    before = replaces or (None if kind.many else current(session, referral, kind, details.child, by.agency_id))
    _refuse_if_stale(session, before, replaces)
    row = CareRecord(
        ref=new_ref(session, CareRecord), referral_id=referral.id, agency_id=by.agency_id, category=kind.category,
        kind=kind.code, child=details.child if kind.about_child else None, told=dict(details.told),
        review_on=details.review_on,
        written_by_id=by.id, at=at, replaces_id=None if before is None else before.id,
    )  # fmt: skip
    session.add(row)
    session.flush()
    record(
        session, "record.written", row.ref, by=actor, at=at, referral=referral.ref, kind=kind.code, child=row.child,
        replaces=None if before is None else before.ref,
    )  # fmt: skip
    return row


def current(session: Session, referral: Referral, kind: Kind, child: int | None, agency_id: int) -> CareRecord | None:
    """Return the version of an agency that stands now, of a kind of which it has one."""
    replaced = select(CareRecord.replaces_id).where(
        CareRecord.referral_id == referral.id, CareRecord.replaces_id.is_not(None)
    )
    same = CareRecord.child.is_(None) if child is None else CareRecord.child == child
    return session.scalar(
        select(CareRecord)
        .where(CareRecord.referral_id == referral.id, CareRecord.kind == kind.code, same)
        .where(CareRecord.agency_id == agency_id, CareRecord.id.not_in(replaced)),
    )


def _refuse_if_stale(session: Session, before: CareRecord | None, opened: CareRecord | None) -> None:
    """Refuse where the version that was opened no longer stands, or one stands although none did."""
    if before is None:
        return
    gone = session.scalar(select(CareRecord.id).where(CareRecord.replaces_id == before.id)) is not None
    if gone or opened is None:
        raise Refused(STALE, code="stale")
