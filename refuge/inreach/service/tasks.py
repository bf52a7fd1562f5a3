"""Tasks that follow from sessions: for the worker, among all her tasks; never a sanction, always a next step."""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from sqlalchemy import select

from refuge.accounts.models import Person
from refuge.london import london_date
from refuge.referrals.models import Referral
from refuge.rota.models import Worker
from support_plans.models import Task, TaskKind
from support_plans.service.tasks import add_task

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

    from refuge.audit.service import Actor


class Follows(StrEnum):
    """What follows for a worker."""

    MISSED_TWICE = "missed_twice"
    HANDOVER = "handover"
    DISCHARGE = "discharge"
    CHANGED_HOUSE = "changed_house"

    @property
    def words(self) -> str:
        """The task as she reads it."""
        return {
            "missed_twice": "She could not come twice in a row: ask her, gently, what time or place would suit her",
            "handover": "She has moved on: hand over, with her consent, to whoever goes on working with her",
            "discharge": "She has moved on: write the discharge from your sessions",
            "changed_house": "She lives in another house now: move her sessions there; a time is proposed for each",
        }[self.value]

    @property
    def within(self) -> timedelta:
        """By when."""
        return timedelta(days={"missed_twice": 2, "handover": 3, "discharge": 7, "changed_house": 1}[self.value])


def raise_task(
    session: Session, follows: Follows, worker_id: int, referral_id: int, *, actor: Actor, at: datetime
) -> Task | None:
    """Give a worker a task about a woman; None if she has the same one open, or nobody of her agency signs in.

    A worker who does not sign in herself has it done by the contact of her agency.
    """
    owner = _owner(session, session.get_one(Worker, worker_id))
    if owner is None:
        return None
    same = select(Task.id).where(
        Task.owner_id == owner.id, Task.referral_id == referral_id, Task.what == follows.words, Task.done_at.is_(None)
    )
    if session.scalar(same) is not None:
        return None
    referral = session.get_one(Referral, referral_id)
    due_on = london_date(at) + follows.within
    return add_task(session, TaskKind.ASKED, follows.words, due_on, owner=owner, actor=actor, at=at, referral=referral)


def _owner(session: Session, worker: Worker) -> Person | None:
    if worker.person_id is not None:
        return session.get_one(Person, worker.person_id)
    contact = select(Worker.person_id).where(
        Worker.agency_id == worker.agency_id, Worker.is_agency_contact.is_(True), Worker.person_id.is_not(None)
    )
    person_id = session.scalar(contact)
    return None if person_id is None else session.get_one(Person, person_id)
