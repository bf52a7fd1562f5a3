"""Reading risk assessments, referrals to MARAC and warnings, as far as the reader may."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from support_plans.access import readable
from support_plans.models import Caution, MaracReferral, RiskAssessment

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy.orm import Session

    from refuge.accounts.models import Person
    from refuge.referrals.models import Referral


def risks(session: Session, reader: Person, referral: Referral, *, at: datetime) -> Sequence[RiskAssessment]:
    """Return her risk assessments, the latest first."""
    return session.scalars(
        select(RiskAssessment)
        .where(RiskAssessment.referral_id == referral.id, readable(session, reader, RiskAssessment, at=at))
        .order_by(RiskAssessment.taken_on.desc(), RiskAssessment.id.desc())
        .options(joinedload(RiskAssessment.taken_by), joinedload(RiskAssessment.agency)),
    ).all()


def maracs(session: Session, reader: Person, referral: Referral, *, at: datetime) -> Sequence[MaracReferral]:
    """Return her referrals to MARAC, the latest first."""
    return session.scalars(
        select(MaracReferral)
        .where(MaracReferral.referral_id == referral.id, readable(session, reader, MaracReferral, at=at))
        .order_by(MaracReferral.referred_on.desc(), MaracReferral.id.desc())
        .options(joinedload(MaracReferral.referred_by), joinedload(MaracReferral.agency)),
    ).all()


def cautions(session: Session, reader: Person, referral: Referral, *, at: datetime) -> Sequence[Caution]:
    """Return the warnings that hold, the latest first."""
    return session.scalars(
        select(Caution)
        .where(Caution.referral_id == referral.id, Caution.ended_at.is_(None))
        .where(readable(session, reader, Caution, at=at))
        .order_by(Caution.made_at.desc(), Caution.id.desc())
        .options(joinedload(Caution.made_by), joinedload(Caution.agency)),
    ).all()


def caution(
    session: Session, reader: Person, referral: Referral, ref: str, *, at: datetime, lock: bool = False
) -> Caution | None:
    """Return one warning of hers that the reader's own agency gave; `lock` reads it to be taken away."""
    query = (
        select(Caution)
        .where(Caution.referral_id == referral.id, Caution.ref == ref, Caution.agency_id == reader.agency_id)
        .where(readable(session, reader, Caution, at=at))
    )
    if lock:
        query = query.with_for_update(of=Caution).execution_options(populate_existing=True)
    return session.scalar(query)
