"""What is kept apart: recourse to public funds, and whom she must not meet. Each read is audited."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from refuge.audit.service import record
from refuge.permissions import Permission
from refuge.referrals.models import MustNotMeet, Recourse
from refuge.referrals.queries.referrals import is_own

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy.orm import Session

    from refuge.accounts.models import Person
    from refuge.audit.service import Actor
    from refuge.referrals.models import Referral


def may_see(referral: Referral, reader: Person, permission: Permission) -> bool:
    """Return whether she holds the permission, or reads what her own agency typed in."""
    return reader.may(permission) or is_own(referral, reader)


def recourse(session: Session, reader: Person, referral: Referral, *, by: Actor, at: datetime) -> Recourse | None:
    """Return the record about recourse to public funds, and note in the audit that it was seen."""
    if not may_see(referral, reader, Permission.IMMIGRATION_SEE):
        return None
    found = session.scalar(select(Recourse).where(Recourse.referral_id == referral.id))
    if found is not None:
        record(session, "recourse.seen", referral.ref, by=by, at=at)
    return found


def must_not_meet(
    session: Session,
    reader: Person,
    referral: Referral,
    *,
    by: Actor,
    at: datetime,
) -> Sequence[MustNotMeet]:
    """Return whom she must not meet, as she told it, and note in the audit that it was seen."""
    if not may_see(referral, reader, Permission.CONFLICT_SEE):
        return ()
    found = session.scalars(
        select(MustNotMeet).where(MustNotMeet.referral_id == referral.id).order_by(MustNotMeet.id),
    ).all()
    if found:
        record(session, "conflict.seen", referral.ref, by=by, at=at)
    return found
