"""What one person should know as her day begins: what is due, who moved in, what was missed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import select

from refuge.beds.models import Bed, Refuge, Stay
from refuge.london import day_begins, london_date
from refuge.permissions import Permission
from refuge.referrals.models import Referral
from support_plans.access import readable, residents_visible_to
from support_plans.models import CareRecord, RiskAssessment
from support_plans.queries.tasks import open_tasks

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy.orm import Session

    from refuge.accounts.models import Person
    from support_plans.models import Task


@dataclass(frozen=True)
class MovedIn:
    """A woman who came since yesterday."""

    referral_ref: str
    where: str
    at: datetime


@dataclass(frozen=True)
class Missed:
    """A day on which something was to be looked at again, and was not."""

    referral_ref: str
    what: str
    """Code of a kind of record, or `risk`."""
    due_on: date


@dataclass(frozen=True)
class Morning:
    """The list of one person."""

    due: Sequence[Task] = ()
    """Her own tasks that are due by today."""
    moved_in: Sequence[MovedIn] = ()
    missed: Sequence[Missed] = ()

    def __bool__(self) -> bool:
        """Return whether there is anything on it."""
        return bool(self.due or self.moved_in or self.missed)


def morning(session: Session, reader: Person, *, at: datetime) -> Morning:
    """Return her list. The number of queries does not grow with what is on it."""
    if not reader.may(Permission.TASK_SEE):
        return Morning()
    today = london_date(at)
    due = [task for task in open_tasks(session, reader, at=at, mine=True) if task.due_on <= today]
    return Morning(due, moved_in(session, reader, at=at), missed(session, reader, at=at))


def moved_in(session: Session, reader: Person, *, at: datetime) -> list[MovedIn]:
    """Return who came since yesterday began, of those whose record she may open; a move between beds is no arrival."""
    since = day_begins(london_date(at) - timedelta(days=1))
    earlier = select(Stay.referral_id).where(Stay.started_at < since)
    rows = session.execute(
        select(Referral.ref, Refuge.name, Bed.name, Stay.started_at)
        .join(Stay, Stay.referral_id == Referral.id)
        .join(Bed, Bed.id == Stay.bed_id)
        .join(Refuge, Refuge.id == Bed.refuge_id)
        .where(Stay.started_at >= since, Stay.started_at <= at, Stay.ended_at.is_(None))
        .where(Referral.id.in_(residents_visible_to(session, reader, at=at)), Referral.id.not_in(earlier))
        .order_by(Stay.started_at),
    )
    return [MovedIn(ref, f"{house} {bed}", came) for ref, house, bed, came in rows]


def missed(session: Session, reader: Person, *, at: datetime) -> list[Missed]:
    """Return the reviews of her own agency that are overdue, of women who live here now."""
    today, here = london_date(at), select(Stay.referral_id).where(Stay.ended_at.is_(None))
    replaced = select(CareRecord.replaces_id).where(CareRecord.replaces_id.is_not(None))
    records = session.execute(
        select(Referral.ref, CareRecord.kind, CareRecord.review_on)
        .join(Referral, Referral.id == CareRecord.referral_id)
        .where(CareRecord.review_on < today, CareRecord.id.not_in(replaced), CareRecord.referral_id.in_(here))
        .where(CareRecord.agency_id == reader.agency_id, readable(session, reader, CareRecord, at=at)),
    )
    later = (
        select(RiskAssessment.referral_id, RiskAssessment.review_on, RiskAssessment.id)
        .where(RiskAssessment.agency_id == reader.agency_id, RiskAssessment.referral_id.in_(here))
        .where(readable(session, reader, RiskAssessment, at=at))
        .order_by(RiskAssessment.taken_on, RiskAssessment.id)
    )
    latest = {row.referral_id: row.review_on for row in session.execute(later)}
    refs = {
        row.id: row.ref for row in session.execute(select(Referral.id, Referral.ref).where(Referral.id.in_(latest)))
    }
    found = [Missed(ref, kind, on) for ref, kind, on in records if on is not None]
    found += [Missed(refs[who], "risk", on) for who, on in latest.items() if on < today]
    return sorted(found, key=lambda one: (one.due_on, one.referral_ref))
