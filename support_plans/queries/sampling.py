"""A week of an agency's reads for its privacy officer: some drawn by chance, and those that stand out."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import or_, select

from refuge.accounts.models import AgencyKind, Person
from refuge.audit.models import AuditEvent
from refuge.london import LONDON, day_begins, london_date
from refuge.referrals.models import Referral
from refuge.referrals.names import tokens
from support_plans.models import PrivacySample
from support_plans.queries.looks import ALSO

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy.orm import Session

DRAWN = 15
"""How many reads of a week are looked at."""
MANY = 40
"""More records than this in one day by one person stand out (J)."""
EARLY, LATE = 6, 22
"""Outside these hours a read stands out, but in a refuge, which is staffed at night (J)."""
A_WEEK = timedelta(days=7)


@dataclass(frozen=True)
class Sampled:
    """One read: when, who, what. No words of a record, and whose it was by ref alone."""

    at: datetime
    who: str
    what: str
    subject_ref: str


@dataclass(frozen=True)
class Sample:
    """A week of reads, as far as they are looked at."""

    week_on: date
    drawn: Sequence[Sampled]
    at_night: Sequence[Sampled]
    many: Sequence[tuple[str, date, int]]
    """Who, on which day, how many records."""
    in_all: int
    same_surname: Sequence[Sampled] = ()
    """Reads of a woman by somebody of the same last name."""


def last_week(at: datetime) -> date:
    """Return the Monday of the last week that is over."""
    today = london_date(at)
    return today - timedelta(days=today.weekday()) - A_WEEK


def looked_through(session: Session, reader: Person, week_on: date) -> PrivacySample | None:
    """Return what the officer of the reader's agency noted of a week, once she has looked through it."""
    return session.scalar(
        select(PrivacySample).where(PrivacySample.agency_id == reader.agency_id, PrivacySample.week_on == week_on)
    )


def sample(session: Session, reader: Person, week_on: date) -> Sample:
    """Return the reads of an agency in a week that its officer looks at; her own are somebody else's to look at.

    Drawn in the order of their seals (`AuditEvent.mac`): by chance, the same at each look, and nobody can steer it.
    """
    rows = session.execute(
        select(AuditEvent.at, Person.name, AuditEvent.action, AuditEvent.subject_ref)
        .join(Person, Person.ref == AuditEvent.actor_ref)
        .where(AuditEvent.agency_ref == reader.agency.ref, AuditEvent.actor_ref != reader.ref)
        .where(AuditEvent.at >= day_begins(week_on), AuditEvent.at < day_begins(week_on + A_WEEK))
        .where(AuditEvent.subject_ref != "-", or_(AuditEvent.action.like("%seen"), AuditEvent.action.in_(ALSO)))
        .order_by(AuditEvent.mac),
    )
    found = [Sampled(at, who, what, subject) for at, who, what, subject in rows]
    nights = [] if reader.agency_kind is AgencyKind.REFUGE_PROVIDER else [one for one in found if _is_night(one.at)]
    alike = _same_surname(session, reader, found)
    return Sample(week_on, found[:DRAWN], nights[:DRAWN], _many(found), len(found), alike[:DRAWN])


def _same_surname(session: Session, reader: Person, found: Sequence[Sampled]) -> list[Sampled]:
    """Return the reads of a woman whose last name is that of who read. The names are compared here, shown nowhere."""
    refs = {one.subject_ref for one in found}
    rows = session.execute(
        select(Referral.ref, Referral.name).where(Referral.network_id == reader.network_id, Referral.ref.in_(refs))
    )
    last = {ref: _last_name(name) for ref, name in rows}
    return [one for one in found if last.get(one.subject_ref, "") and last[one.subject_ref] == _last_name(one.who)]


def _last_name(name: str) -> str:
    """Return the last word of a name, folded; of a single word none: it is a first name, or an initial."""
    parts = tokens(name)
    return parts[-1] if len(parts) > 1 and len(parts[-1]) > 1 else ""


def _is_night(at: datetime) -> bool:
    return not EARLY <= at.astimezone(LONDON).hour < LATE


def _many(found: Sequence[Sampled]) -> list[tuple[str, date, int]]:
    opened: dict[tuple[str, date], set[str]] = defaultdict(set)
    for one in found:
        opened[one.who, london_date(one.at)].add(one.subject_ref)
    return sorted((who, on, len(refs)) for (who, on), refs in opened.items() if len(refs) > MANY)
