"""Entering workers of one's own agency, changing them, and what they were trained in."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date
from typing import TYPE_CHECKING

from sqlalchemy import select

from refuge.audit.service import record
from refuge.database import new_ref
from refuge.errors import Refused
from refuge.rota.models import Worker, WorkerSkill
from refuge.rota.service.judged import judged_by_database
from refuge.rota.service.versions import refuse_if_stale, set_columns

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

    from refuge.accounts.models import Person
    from refuge.audit.service import Actor
    from refuge.rota.models import Discipline, Gender


@dataclass(frozen=True)
class WorkerDetails:
    """What is known of a worker. The names are those of `Worker`."""

    name: str
    person_id: int | None
    discipline: Discipline
    gender: Gender
    languages: list[str]
    email: str
    mobile: str
    assigned_from: date
    assigned_until: date | None
    review_on: date | None
    longest_contact_minutes: int
    break_after_minutes: int
    break_minutes: int
    gap_minutes: int
    free_share: int
    is_agency_contact: bool


def add_worker(session: Session, details: WorkerDetails, *, by: Person, actor: Actor, at: datetime) -> Worker:
    """Enter a worker of one's own agency; a new point of contact takes over from the one before."""
    worker = Worker(ref=new_ref(session, Worker), network_id=by.network_id, agency_id=by.agency_id, skills=[])
    with judged_by_database(session):
        if details.is_agency_contact:
            _take_over_contact(session, worker, actor=actor, at=at)
        set_columns(worker, asdict(details))
        session.add(worker)
        session.flush()
    record(session, "worker.added", worker.ref, by=actor, at=at)
    return worker


def change_worker(
    session: Session, worker: Worker, details: WorkerDetails, *, version: int, actor: Actor, at: datetime
) -> None:
    """Change what is known of a worker. Raise Refused if somebody changed it since."""
    session.refresh(worker, with_for_update={"of": Worker})
    refuse_if_stale(worker.version, version)
    with judged_by_database(session):
        if details.is_agency_contact and not worker.is_agency_contact:
            _take_over_contact(session, worker, actor=actor, at=at)
        changed = set_columns(worker, asdict(details))
        session.flush()
    record(session, "worker.changed", worker.ref, by=actor, at=at, fields=changed)


def _take_over_contact(session: Session, worker: Worker, *, actor: Actor, at: datetime) -> None:
    before = session.scalar(
        select(Worker)
        .where(Worker.agency_id == worker.agency_id, Worker.is_agency_contact.is_(True))
        .with_for_update(of=Worker)
    )
    if before is not None and before is not worker:
        before.is_agency_contact = False
        session.flush()
        record(session, "worker.changed", before.ref, by=actor, at=at, fields=["is_agency_contact"])


def add_skill(
    session: Session,
    worker: Worker,
    skill: str,
    gained_on: date,
    expires_on: date | None,
    *,
    actor: Actor,
    at: datetime,
) -> None:
    """Keep that a worker was trained in something."""
    with judged_by_database(session):
        session.add(WorkerSkill(worker_id=worker.id, skill=skill, gained_on=gained_on, expires_on=expires_on))
        session.flush()
    session.expire(worker, ["skills"])
    record(session, "worker.skill_added", worker.ref, by=actor, at=at, skill=skill)


def remove_skill(session: Session, worker: Worker, skill: str, gained_on: date, *, actor: Actor, at: datetime) -> None:
    """Take back a skill that was entered by mistake. One that an attendance gave goes with the attendance."""
    row = session.scalar(
        select(WorkerSkill).where(
            WorkerSkill.worker_id == worker.id, WorkerSkill.skill == skill, WorkerSkill.gained_on == gained_on
        )
    )
    if row is None:
        raise Refused("This skill is no longer kept. Look at the page again.", code="skill.gone")
    if row.workshop_place_id is not None:
        raise Refused("This skill comes from a workshop. Change who attended there.", code="skill.of_workshop")
    session.delete(row)
    session.flush()
    session.expire(worker, ["skills"])
    record(session, "worker.skill_removed", worker.ref, by=actor, at=at, skill=skill)
