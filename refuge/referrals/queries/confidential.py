"""What is kept apart: recourse to public funds, and whom she must not meet. Each read is audited."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from sqlalchemy import select

from refuge.audit.service import record
from refuge.permissions import Permission
from refuge.referrals.details import MeetDetails
from refuge.referrals.models import MustNotMeet, Recourse
from refuge.referrals.queries.referrals import is_own, visible_refs

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy.orm import Session

    from refuge.accounts.models import Person
    from refuge.audit.service import Actor
    from refuge.referrals.models import Referral

REF = re.compile(r"(?<![A-Z0-9])([RW])[\W_]{0,3}([0-9]{5})(?![0-9])", re.IGNORECASE)
"""A ref however it is written: `R-48213`, `r 48213`, `R48213`."""
SOMEBODY = "another household"


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


def told_to(
    session: Session,
    reader: Person,
    referral: Referral,
    people: Sequence[MustNotMeet],
) -> list[MeetDetails]:
    """Return whom she must not meet in words for this reader: a ref that she may not see is "another household"."""
    if is_own(referral, reader):
        return [MeetDetails(person.who, person.why) for person in people]
    refs = {_ref(found) for person in people for text in (person.who, person.why) for found in REF.finditer(text)}
    seen = visible_refs(session, reader, sorted(refs))

    def words(found: re.Match[str]) -> str:
        return found[0] if _ref(found) in seen else SOMEBODY

    return [MeetDetails(REF.sub(words, person.who), REF.sub(words, person.why)) for person in people]


def _ref(found: re.Match[str]) -> str:
    return f"{found[1].upper()}-{found[2]}"
