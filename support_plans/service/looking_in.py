"""What another agency's house is asked on the day of an alarm: to look in on her, and not why."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import or_, select

from refuge.accounts.models import Person
from refuge.beds.models import Bed, Refuge, Stay
from refuge.london import london_date
from refuge.permissions import Permission, Role, may
from refuge.rota.models import Worker
from support_plans.models import Allocation, Part, Task, TaskKind
from support_plans.service.tasks import add_task

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

    from refuge.audit.service import Actor
    from refuge.referrals.models import Referral

LOOK_IN = "Look in on her today, and ring {agency} first: they ask it, and they say what you may know"
WORKS_HERE = [role for role in Role if may(role, Permission.TASK_SEE)]


def ask_her_house(session: Session, referral: Referral, *, by: Person, actor: Actor, at: datetime) -> Person | None:
    """Ask somebody of the house where she lives to look in on her today; return who is asked.

    Nobody where the house is the writer's own agency, which has its task already. What was answered, and on what, stays
    with the writer: who works with her the house knows; why it is asked, that agency tells on the telephone.
    """
    agency_id = session.scalar(
        select(Refuge.agency_id)
        .join(Bed, Bed.refuge_id == Refuge.id)
        .join(Stay, Stay.bed_id == Bed.id)
        .where(Stay.referral_id == referral.id, Stay.started_at <= at)
        .where(or_(Stay.ended_at.is_(None), Stay.ended_at > at)),
    )
    if agency_id is None or agency_id == by.agency_id:
        return None
    asked = _keyworker(session, referral, agency_id, at) or _manager(session, agency_id)
    what, today = LOOK_IN.format(agency=by.agency.name), london_date(at)
    if asked is None or _is_asked(session, referral, what, agency_id, at):
        return asked
    add_task(session, TaskKind.ASKED, what[:200], today, owner=asked, actor=actor, at=at, referral=referral, by=by)
    return asked


def _keyworker(session: Session, referral: Referral, agency_id: int, at: datetime) -> Person | None:
    today = london_date(at)
    return session.scalar(
        select(Person)
        .join(Worker, Worker.person_id == Person.id)
        .join(Allocation, Allocation.worker_id == Worker.id)
        .where(Allocation.referral_id == referral.id, Allocation.part == Part.KEYWORKER, Allocation.from_on <= today)
        .where(or_(Allocation.until_on.is_(None), Allocation.until_on > today))
        .where(Person.agency_id == agency_id, Person.disabled_at.is_(None)),
    )


def _manager(session: Session, agency_id: int) -> Person | None:
    """Return a manager of the house, or else whoever there has tasks."""
    people = session.scalars(
        select(Person)
        .where(Person.agency_id == agency_id, Person.disabled_at.is_(None), Person.role.in_(WORKS_HERE))
        .order_by(Person.role != Role.REFUGE_MANAGER, Person.id),
    )
    return people.unique().first()


def _is_asked(session: Session, referral: Referral, what: str, agency_id: int, at: datetime) -> bool:
    """Return whether the house was asked today already: two questionnaires make one visit."""
    query = select(Task.id).where(
        Task.referral_id == referral.id, Task.agency_id == agency_id, Task.what == what[:200],
        Task.due_on == london_date(at), Task.done_at.is_(None),
    )  # fmt: skip
    return session.scalar(query) is not None
