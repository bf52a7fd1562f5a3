"""Tasks of the reader's agency; what another agency has to do is its own affair."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from refuge.accounts.models import Person
from support_plans.access import residents_visible_to
from support_plans.models import Task

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy import Select
    from sqlalchemy.orm import Session

    from refuge.referrals.models import Referral


def _visible(session: Session, reader: Person, at: datetime) -> Select[Task]:
    """Return the tasks of the reader's agency that are about nobody, or about somebody whose record she may open.

    Her own stay hers when that record closes: a task says no more than its ref.
    """
    about = Task.referral_id.is_(None) | Task.referral_id.in_(residents_visible_to(session, reader, at=at))
    about = about | (Task.owner_id == reader.id)
    return (
        select(Task)
        .where(Task.agency_id == reader.agency_id, about)
        .options(joinedload(Task.owner), joinedload(Task.done_by), joinedload(Task.referral))
    )


def open_tasks(session: Session, reader: Person, *, at: datetime, mine: bool = False) -> Sequence[Task]:
    """Return what is still to be done by her agency, or by her alone: the longest overdue first."""
    query = _visible(session, reader, at).where(Task.done_at.is_(None))
    if mine:
        query = query.where(Task.owner_id == reader.id)
    return session.scalars(query.order_by(Task.due_on, Task.id)).unique().all()


def done_tasks(session: Session, reader: Person, *, since: datetime, at: datetime) -> Sequence[Task]:
    """Return what her agency did since then, the latest first."""
    query = _visible(session, reader, at).where(Task.done_at >= since)
    return session.scalars(query.order_by(Task.done_at.desc(), Task.id.desc())).unique().all()


def tasks_about(session: Session, reader: Person, referral: Referral, *, at: datetime) -> Sequence[Task]:
    """Return what is still to be done about one resident."""
    query = _visible(session, reader, at).where(Task.referral_id == referral.id, Task.done_at.is_(None))
    return session.scalars(query.order_by(Task.due_on, Task.id)).unique().all()


def task(session: Session, reader: Person, ref: str, *, at: datetime, lock: bool = False) -> Task | None:
    """Return one task; `lock` reads it to be changed."""
    query = _visible(session, reader, at).where(Task.ref == ref)
    if lock:
        query = query.with_for_update(of=Task).execution_options(populate_existing=True)
    return session.scalars(query).unique().one_or_none()


def colleagues(session: Session, reader: Person) -> Sequence[Person]:
    """Return who of the reader's agency can be given something to do: she first."""
    found = session.scalars(
        select(Person)
        .where(Person.agency_id == reader.agency_id, Person.disabled_at.is_(None))
        .order_by(Person.id != reader.id, Person.name),
    )
    return found.all()
