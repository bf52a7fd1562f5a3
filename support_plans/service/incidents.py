"""Logging what happened, doing what follows, and telling somebody else when the clock has run out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from refuge.accounts.models import Person
from refuge.audit.service import SYSTEM, record
from refuge.database import new_ref
from refuge.errors import Refused
from refuge.london import london_date
from refuge.permissions import Role
from support_plans.incidents import ANSWERED_WITHIN, FURTHER_AFTER, LAST_LEVEL, NOT_BACK, NOTE, IncidentKind
from support_plans.models import Escalation, Feedback, Incident, IncidentStep, TaskKind
from support_plans.service.tasks import add_task

if TYPE_CHECKING:
    from datetime import date, datetime

    from sqlalchemy.orm import Session

    from refuge.audit.service import Actor
    from refuge.referrals.models import Referral
    from support_plans.models import Giver

WORDS = 10
EARLIEST = timedelta(days=92)


@dataclass(frozen=True)
class IncidentDetails:
    """What happened, when, and who sees to it."""

    kind: IncidentKind
    words: str
    happened_at: datetime
    owner: Person


@dataclass(frozen=True)
class FeedbackDetails:
    """What somebody said."""

    giver: Giver
    on_day: date
    rating: int | None
    words: str
    themes: tuple[str, ...]


def log_incident(
    session: Session, details: IncidentDetails, *, referral: Referral | None, by: Person, actor: Actor, at: datetime
) -> Incident:
    """Log it; its clock starts now."""
    if len(details.words) < WORDS:
        raise Refused(f"Say what happened, in {WORDS} characters or more", field="words")
    if not at - EARLIEST <= details.happened_at <= at:
        raise Refused("Enter a time that is not in the future and within the last three months", field="day")
    if details.kind is IncidentKind.NOT_BACK and referral is None:
        raise Refused("Enter the number of her referral", field="about")
    row = Incident(
        ref=new_ref(session, Incident), network_id=by.network_id, agency_id=by.agency_id,
        referral_id=None if referral is None else referral.id, kind=details.kind, words=details.words,
        happened_at=details.happened_at, logged_by_id=by.id, logged_at=at, owner_id=details.owner.id,
        answer_by=at + ANSWERED_WITHIN[details.kind],
    )  # fmt: skip
    session.add(row)
    session.flush()
    about = None if referral is None else referral.ref
    record(session, "incident.logged", row.ref, by=actor, at=at, kind=details.kind, referral=about)
    return row


def do_step(session: Session, row: Incident, step: str, words: str, *, by: Person, actor: Actor, at: datetime) -> None:
    """Keep that something was done about it, now."""
    _refuse_if_closed(row)
    if step != NOTE and (row.kind is not IncidentKind.NOT_BACK or step not in {check.code for check in NOT_BACK}):
        raise Refused("That is no step of this checklist.", code="no_step")
    if step == NOTE and not words:
        raise Refused("Say what was done", field="words")
    try:
        with session.begin_nested():
            session.add(IncidentStep(incident_id=row.id, step=step, words=words, by_id=by.id, at=at))
    except IntegrityError as error:
        raise Refused("Somebody has done this already. Look at the page again.", code="done_already") from error
    record(session, "incident.step_done", row.ref, by=actor, at=at, step=step)


def close_incident(
    session: Session, row: Incident, outcome: str, *, version: int, by: Person, actor: Actor, at: datetime
) -> None:
    """Close it, with what came of it."""
    _refuse_if_closed(row)
    if row.version != version:
        raise Refused("Somebody else changed this while you had it open. Read it again, then close it.", code="stale")
    if len(outcome) < WORDS:
        raise Refused(f"Say what came of it, in {WORDS} characters or more", field="outcome")
    row.closed_at, row.closed_by_id, row.outcome = at, by.id, outcome
    session.flush()
    record(session, "incident.closed", row.ref, by=actor, at=at)


def escalate(session: Session, incident_id: int, *, at: datetime) -> bool:
    """Give somebody else of the agency an incident whose clock has run out; return whether it was done now.

    First a second person; where nobody closes it then, a third and a fourth, each after its time.
    """
    query = select(Incident).where(Incident.id == incident_id).with_for_update(of=Incident)
    row = session.scalars(query.execution_options(populate_existing=True)).one()
    if row.closed_at is not None or row.answer_by >= at:
        return False
    if row.escalated_at is not None:
        return _escalate_further(session, row, at=at)
    second = _second(session, row)
    row.escalated_at, row.escalated_to_id = at, second.id
    session.flush()
    _tell(session, row, second, 1, at=at)
    return True


def _tell(session: Session, row: Incident, whom: Person, level: int, *, at: datetime) -> None:
    add_task(
        session, TaskKind.INCIDENT, f"Nobody has closed {row.ref} in its time. See what it needs", london_date(at),
        owner=whom, actor=SYSTEM, at=at,
    )  # fmt: skip
    record(session, "incident.escalated", row.ref, by=SYSTEM, at=at, to=whom.ref, level=level)


def _escalate_further(session: Session, row: Incident, *, at: datetime) -> bool:
    """Tell a person who has not been told, if it is time; return whether that was done. Nobody is left: nobody is."""
    told = session.scalars(select(Escalation).where(Escalation.incident_id == row.id).order_by(Escalation.level)).all()
    since = told[-1].at if told else row.escalated_at
    level = len(told) + 2
    if since is None or level > LAST_LEVEL or since + FURTHER_AFTER[row.kind] > at:
        return False
    known = {row.owner_id, row.escalated_to_id, *(one.to_id for one in told)}
    people = session.scalars(
        select(Person)
        .where(Person.agency_id == row.agency_id, Person.disabled_at.is_(None), Person.id.not_in(known))
        .order_by(Person.role != Role.REFUGE_MANAGER, Person.id),
    ).unique()
    whom = people.first()
    if whom is None:
        return False
    session.add(Escalation(incident_id=row.id, level=level, to_id=whom.id, at=at))
    session.flush()
    _tell(session, row, whom, level, at=at)
    return True


def _second(session: Session, row: Incident) -> Person:
    """Return a manager of the agency who does not own it, or else a colleague, or else the owner herself."""
    people = session.scalars(
        select(Person)
        .where(Person.agency_id == row.agency_id, Person.disabled_at.is_(None))
        .order_by(Person.id == row.owner_id, Person.role != Role.REFUGE_MANAGER, Person.id),
    ).unique()
    return people.first() or session.get_one(Person, row.owner_id)


def keep_feedback(session: Session, details: FeedbackDetails, *, by: Person, actor: Actor, at: datetime) -> Feedback:
    """Keep what somebody said of the agency, without who it was."""
    if details.on_day > london_date(at) or details.on_day < london_date(at - EARLIEST):
        raise Refused("Enter a day that is not in the future and within the last three months", field="on_day")
    if not details.words and details.rating is None:
        raise Refused("Enter what was said, or a number", field="words")
    row = Feedback(
        network_id=by.network_id, agency_id=by.agency_id, giver=details.giver, on_day=details.on_day,
        rating=details.rating, words=details.words, themes=list(details.themes), kept_by_id=by.id, kept_at=at,
    )  # fmt: skip
    session.add(row)
    session.flush()
    record(session, "feedback.kept", "-", by=actor, at=at, giver=details.giver, themes=list(details.themes))
    return row


def _refuse_if_closed(row: Incident) -> None:
    if row.closed_at is not None:
        raise Refused("It is closed already. Look at it again.", code="incident.closed")
