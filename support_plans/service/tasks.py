"""Making, doing and handing over tasks. One person owns a task, always."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from refuge.audit.service import record
from refuge.database import new_ref
from refuge.errors import Refused
from refuge.london import london_date
from support_plans.categories import Category
from support_plans.models import Task, TaskKind

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date, datetime

    from sqlalchemy.orm import Session

    from refuge.accounts.models import Person
    from refuge.audit.service import Actor
    from refuge.referrals.models import Referral
    from support_plans.models import Assessment
    from support_plans.scoring import Alarm

STALE = (
    "Somebody else changed this task while you had it open, and nothing of yours is saved yet. "
    "Read what is saved now, then save again."
)
FARTHEST = timedelta(days=366)
A_WORD = 3


@dataclass(frozen=True)
class TaskDetails:
    """What is to be done and by when."""

    what: str
    due_on: date


def make_task(
    session: Session,
    details: TaskDetails,
    *,
    owner: Person,
    referral: Referral | None,
    by: Person,
    actor: Actor,
    at: datetime,
) -> Task:
    """Give somebody of the same agency a task."""
    if owner.agency_id != by.agency_id:
        raise Refused("Choose somebody of your own agency", field="owner")
    if not london_date(at) <= details.due_on <= london_date(at) + FARTHEST:
        raise Refused("Enter today or a later day, within a year", field="due_on")
    return add_task(
        session, TaskKind.ASKED, details.what, details.due_on, owner=owner, actor=actor, at=at, referral=referral, by=by
    )


def add_task(  # noqa: PLR0913  what a task is about is one of several things
    session: Session,
    kind: TaskKind,
    what: str,
    due_on: date,
    *,
    owner: Person,
    actor: Actor,
    at: datetime,
    referral: Referral | None = None,
    assessment: Assessment | None = None,
    by: Person | None = None,
) -> Task:
    """Add a task of any kind; `by` is None where the clock made it."""
    task = Task(
        ref=new_ref(session, Task), network_id=owner.network_id, agency_id=owner.agency_id,
        referral_id=None if referral is None else referral.id,
        category=Category.GENERAL if assessment is None else assessment.category, owner_id=owner.id, kind=kind,
        what=what, due_on=due_on, assessment_id=None if assessment is None else assessment.id,
        made_by_id=None if by is None else by.id, made_at=at,
    )  # fmt: skip
    session.add(task)
    session.flush()
    about = None if referral is None else referral.ref
    record(session, "task.made", task.ref, by=actor, at=at, kind=kind, owner=owner.ref, referral=about)
    return task


def raise_alarms(
    session: Session,
    referral: Referral,
    assessment: Assessment,
    alarms: Iterable[Alarm],
    *,
    owner: Person,
    by: Person,
    actor: Actor,
    at: datetime,
) -> None:
    """Give a named worker the task of talking with her today. Nothing else is decided by an answer."""
    if owner.agency_id != by.agency_id:
        raise Refused("Choose somebody of your own agency", field="looks_at_it")
    for alarm in alarms:
        add_task(
            session, TaskKind.ALARM, alarm.words, london_date(at), owner=owner, actor=actor, at=at, referral=referral,
            assessment=assessment, by=by,
        )  # fmt: skip


def finish_task(
    session: Session, task: Task, outcome: str, *, version: int, by: Person, actor: Actor, at: datetime
) -> None:
    """Say that a task is done, and what came of it."""
    _refuse_if_over(task)
    _refuse_if_stale(task, version)
    if task.kind is TaskKind.ALARM and len(outcome) < A_WORD:
        raise Refused(
            "Say in a few words what was done, for example: talked with her, looked at her safety plan", field="outcome"
        )
    task.done_at, task.done_by_id, task.outcome = at, by.id, outcome
    session.flush()
    record(session, "task.done", task.ref, by=actor, at=at, kind=task.kind)


def hand_over_task(session: Session, task: Task, owner: Person, *, version: int, actor: Actor, at: datetime) -> bool:
    """Give a task to a colleague; return whether that changed anything."""
    _refuse_if_over(task)
    _refuse_if_stale(task, version)
    if owner.agency_id != task.agency_id:
        raise Refused("Choose somebody of your own agency", field="owner")
    if task.owner_id == owner.id:
        return False
    task.owner_id = owner.id
    session.flush()
    record(session, "task.handed_over", task.ref, by=actor, at=at, owner=owner.ref)
    return True


def _refuse_if_over(task: Task) -> None:
    if task.done_at is not None:
        raise Refused("This task is done already. Look at it again.", code="task.over")


def _refuse_if_stale(task: Task, version: int) -> None:
    if task.version != version:
        raise Refused(STALE, code="stale")
