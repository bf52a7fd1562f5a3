"""Reading questionnaires, as far as the reader may. One that was corrected gives way to its correction."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from support_plans.access import readable
from support_plans.models import Assessment

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy.orm import Session

    from refuge.accounts.models import Person
    from refuge.referrals.models import Referral


def assessments(session: Session, reader: Person, referral: Referral, *, at: datetime) -> Sequence[Assessment]:
    """Return her questionnaires, the first first."""
    replaced = select(Assessment.replaces_id).where(
        Assessment.referral_id == referral.id, Assessment.replaces_id.is_not(None)
    )
    return session.scalars(
        select(Assessment)
        .where(Assessment.referral_id == referral.id, readable(session, reader, Assessment, at=at))
        .where(Assessment.id.not_in(replaced))
        .order_by(Assessment.taken_on, Assessment.id)
        .options(joinedload(Assessment.taken_by), joinedload(Assessment.agency)),
    ).all()


def assessment(
    session: Session, reader: Person, referral: Referral, ref: str, *, at: datetime, own: bool = False
) -> Assessment | None:
    """Return one questionnaire of hers; `own`: only if the reader's agency filled it in with her."""
    query = (
        select(Assessment)
        .where(Assessment.referral_id == referral.id, Assessment.ref == ref)
        .where(readable(session, reader, Assessment, at=at))
        .options(joinedload(Assessment.taken_by), joinedload(Assessment.agency))
    )
    return session.scalar(query.where(Assessment.agency_id == reader.agency_id) if own else query)


def replaced_by(session: Session, row: Assessment) -> str | None:
    """Return the ref of the questionnaire that corrected this one."""
    return session.scalar(select(Assessment.ref).where(Assessment.replaces_id == row.id))
