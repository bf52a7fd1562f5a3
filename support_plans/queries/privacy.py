"""What was opened without the usual right: who is alerted, what is still to be reviewed, what was looked at."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import false, or_, select
from sqlalchemy.orm import joinedload

from refuge.accounts.models import Agency
from refuge.beds.models import Stay
from refuge.london import london_date
from refuge.permissions import Permission, Role
from refuge.referrals.models import Referral
from refuge.rota.models import Worker
from support_plans.access import lived_in_beds_of
from support_plans.models import REVIEWED_WITHIN, AlertKind, BrokenGlass, PrivacyAlert, PrivacyOfficer
from support_plans.queries.sampling import last_week, looked_through

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy import Select
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
    """For who can remind the officer of her agency."""
    unasked: Sequence[str] = ()
    """For who can name another officer: in all of the network."""
    week: str = ""
    """For an officer, the week whose sample nobody has looked through yet."""


def alerted(session: Session, reader: Person, *, at: datetime) -> Alerted:
    """Return what waits for the reader: a privacy officer's alerts; for who can see to it, what is overdue.

    An overdue review stands with the manager of a refuge, and with the contact of any other agency, of each agency that
    was alerted: hers whose person opened it, and hers in whose bed the woman lives. And with whoever names officers.
    """
    if reader.may(Permission.PERSON_MANAGE):
        own = select(Agency.id).where(Agency.network_id == reader.network_id)
        late = _late(at).where(BrokenGlass.agency_id.in_(own))
        return Alerted(unasked=tuple(session.scalars(late)))
    if not reader.may(Permission.PLAN_SEE):
        return Alerted()
    rows = alerts(session, reader)
    overdue: tuple[str, ...] = ()
    if reader.role is Role.REFUGE_MANAGER or _is_contact(session, reader, at):
        told = select(PrivacyAlert.about_ref).where(PrivacyAlert.agency_id == reader.agency_id)
        late = _late(at).where(or_(BrokenGlass.agency_id == reader.agency_id, BrokenGlass.ref.in_(told)))
        overdue = tuple(session.scalars(late.where(BrokenGlass.person_id != reader.id)))
    return Alerted(
        tuple(row.about_ref for row in rows if row.kind is AlertKind.BROKEN_GLASS),
        tuple(row.about_ref for row in rows if row.kind is AlertKind.SEALED_NOTE),
        overdue,
        week=_week_to_look_through(session, reader, at),
    )


def _week_to_look_through(session: Session, reader: Person, at: datetime) -> str:
    if officer_of(session, reader) is None:
        return ""
    week_on = last_week(at)
    return "" if looked_through(session, reader, week_on) is not None else week_on.isoformat()


def _late(at: datetime) -> Select[str]:
    late = select(BrokenGlass.ref).where(BrokenGlass.reviewed_at.is_(None), BrokenGlass.at < at - REVIEWED_WITHIN)
    return late.order_by(BrokenGlass.at)


def _is_contact(session: Session, reader: Person, at: datetime) -> bool:
    """Return whether the reader is whom her agency is reached through."""
    today = london_date(at)
    query = select(Worker.id).where(
        Worker.person_id == reader.id, Worker.agency_id == reader.agency_id, Worker.is_agency_contact,
        Worker.assigned_from <= today, or_(Worker.assigned_until.is_(None), Worker.assigned_until >= today),
    )  # fmt: skip
    return session.scalar(query) is not None


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
