"""Reading structured records, as far as the reader may."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from support_plans.access import readable
from support_plans.models import CareRecord

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy import Select
    from sqlalchemy.orm import Session

    from refuge.accounts.models import Person
    from refuge.referrals.models import Referral


def _of(session: Session, reader: Person, referral: Referral, at: datetime) -> Select[CareRecord]:
    return (
        select(CareRecord)
        .where(CareRecord.referral_id == referral.id, readable(session, reader, CareRecord, at=at))
        .options(joinedload(CareRecord.written_by), joinedload(CareRecord.agency))
    )


def records(session: Session, reader: Person, referral: Referral, *, at: datetime) -> Sequence[CareRecord]:
    """Return the versions that stand now, the latest first."""
    replaced = select(CareRecord.replaces_id).where(
        CareRecord.referral_id == referral.id, CareRecord.replaces_id.is_not(None)
    )
    query = _of(session, reader, referral, at).where(CareRecord.id.not_in(replaced))
    return session.scalars(query.order_by(CareRecord.at.desc(), CareRecord.id.desc())).all()


def care_record(
    session: Session, reader: Person, referral: Referral, ref: str, *, at: datetime, own: bool = False
) -> CareRecord | None:
    """Return one version; `own`: only if the reader's agency wrote it."""
    query = _of(session, reader, referral, at).where(CareRecord.ref == ref)
    return session.scalar(query.where(CareRecord.agency_id == reader.agency_id) if own else query)


def replaced_by(session: Session, row: CareRecord) -> str | None:
    """Return the ref of the version that came after this one."""
    return session.scalar(select(CareRecord.ref).where(CareRecord.replaces_id == row.id))


def version_before(session: Session, row: CareRecord) -> str | None:
    """Return the ref of the version that this one replaced."""
    return session.scalar(select(CareRecord.ref).where(CareRecord.id == row.replaces_id))
