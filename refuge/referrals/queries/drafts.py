"""Drafts: only for the person who takes the call, while she works where she took it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from refuge.referrals.models import Referral, ReferralDraft

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy.orm import Session

    from refuge.accounts.models import Person


def my_drafts(session: Session, reader: Person) -> Sequence[ReferralDraft]:
    """Return the calls that she has begun and neither sent nor discarded, newest first."""
    return session.scalars(
        select(ReferralDraft)
        .where(
            ReferralDraft.person_id == reader.id,
            ReferralDraft.agency_id == reader.agency_id,
            ReferralDraft.discarded_at.is_(None),
            ~select(Referral.id).where(Referral.draft_id == ReferralDraft.id).exists(),
        )
        .order_by(ReferralDraft.saved_at.desc()),
    ).all()


def draft(session: Session, reader: Person, ref: str, *, lock: bool = False) -> ReferralDraft | None:
    """Return her own draft with this ref, even one that became a referral or was discarded."""
    query = select(ReferralDraft).where(
        ReferralDraft.person_id == reader.id,
        ReferralDraft.agency_id == reader.agency_id,
        ReferralDraft.ref == ref,
    )
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    return session.scalar(query)
