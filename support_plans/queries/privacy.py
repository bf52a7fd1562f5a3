"""What was opened without the usual right: who is alerted, what is still to be reviewed, what was looked at."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import false, or_, select
from sqlalchemy.orm import joinedload

from refuge.beds.models import Stay
from refuge.permissions import Permission, Role
from refuge.referrals.models import Referral
from support_plans.access import lived_in_beds_of
from support_plans.models import REVIEWED_WITHIN, AlertKind, BrokenGlass, PrivacyAlert, PrivacyOfficer

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy.orm import Session

    from refuge.accounts.models import Person

MOST = 500
"""How many a page lists."""


@dataclass(frozen=True)
class Alerted:
    """What Today says about privacy: refs only."""

    broken: Sequence[str] = ()
    sealed: Sequence[str] = ()
    overdue: Sequence[str] = ()


def alerted(session: Session, reader: Person, *, at: datetime) -> Alerted:
    """Return what waits for the reader: a privacy officer's alerts; for a manager, what is overdue."""
    if not reader.may(Permission.PLAN_SEE):
        return Alerted()
    rows = alerts(session, reader)
    overdue: tuple[str, ...] = ()
    if reader.role is Role.REFUGE_MANAGER:
        late = select(BrokenGlass.ref).where(
            BrokenGlass.agency_id == reader.agency_id, BrokenGlass.reviewed_at.is_(None),
            BrokenGlass.at < at - REVIEWED_WITHIN,
        )  # fmt: skip
        overdue = tuple(session.scalars(late.order_by(BrokenGlass.at)))
    return Alerted(
        tuple(row.about_ref for row in rows if row.kind is AlertKind.BROKEN_GLASS),
        tuple(row.about_ref for row in rows if row.kind is AlertKind.SEALED_NOTE),
        overdue,
    )


def officer_of(session: Session, person: Person) -> PrivacyOfficer | None:
    """Return her naming as privacy officer of her agency, if she is."""
    return session.scalar(
        select(PrivacyOfficer).where(
            PrivacyOfficer.person_id == person.id, PrivacyOfficer.agency_id == person.agency_id
        ),
    )


def alerts(session: Session, reader: Person) -> Sequence[PrivacyAlert]:
    """Return what the privacy officer of an agency has not looked at yet; nothing to anybody else."""
    mine = PrivacyAlert.agency_id == reader.agency_id if officer_of(session, reader) is not None else false()
    return session.scalars(
        select(PrivacyAlert).where(mine, PrivacyAlert.seen_at.is_(None)).order_by(PrivacyAlert.at),
    ).all()


def glass(session: Session, reader: Person, ref: str, *, lock: bool = False) -> BrokenGlass | None:
    """Return a broken glass of which the reader, as privacy officer, was alerted."""
    if officer_of(session, reader) is None:
        return None
    told = select(PrivacyAlert.id).where(PrivacyAlert.about_ref == ref, PrivacyAlert.agency_id == reader.agency_id)
    query = select(BrokenGlass).where(BrokenGlass.ref == ref, told.exists())
    if lock:
        query = query.with_for_update(of=BrokenGlass).execution_options(populate_existing=True)
    return session.scalar(query.options(joinedload(BrokenGlass.person), joinedload(BrokenGlass.reviewed_by)))


def glasses(session: Session, reader: Person) -> Sequence[BrokenGlass]:
    """Return every broken glass of which the reader, as privacy officer, was alerted: the latest first."""
    if officer_of(session, reader) is None:
        return []
    told = select(PrivacyAlert.about_ref).where(PrivacyAlert.agency_id == reader.agency_id)
    return session.scalars(
        select(BrokenGlass)
        .where(BrokenGlass.ref.in_(told))
        .order_by(BrokenGlass.at.desc())
        .limit(MOST)
        .options(joinedload(BrokenGlass.person), joinedload(BrokenGlass.reviewed_by)),
    ).all()


def resident_to_break_for(session: Session, reader: Person, ref: str, *, at: datetime) -> Referral | None:
    """Return the referral of a woman who lives in the reader's network now, by the ref of it or of her stay.

    Or of one who lived in a bed of the reader's agency: of her, glass opens what that agency wrote itself.
    """
    lives = or_(Stay.ended_at.is_(None), Stay.ended_at > at, lived_in_beds_of(reader))
    return session.scalar(
        select(Referral)
        .join(Stay, Stay.referral_id == Referral.id)
        .where(Referral.network_id == reader.network_id, lives, or_(Referral.ref == ref, Stay.ref == ref))
        .limit(1),
    )


def officers(session: Session) -> dict[int, PrivacyOfficer]:
    """Return agency id -> its privacy officer, for whoever looks after accounts."""
    rows = session.scalars(select(PrivacyOfficer).options(joinedload(PrivacyOfficer.person)))
    return {row.agency_id: row for row in rows}
