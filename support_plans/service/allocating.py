"""Who works with her: a keyworker and practitioners, from a day on until another."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import or_, select
from sqlalchemy.exc import IntegrityError

from refuge.accounts.models import AgencyKind
from refuge.audit.service import record
from refuge.errors import Refused
from refuge.london import london_date
from support_plans.models import Allocation, Part

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

    from refuge.accounts.models import Person
    from refuge.audit.service import Actor
    from refuge.referrals.models import Referral
    from refuge.rota.models import Worker


def allocate(
    session: Session, referral: Referral, worker: Worker, part: Part, *, by: Person, actor: Actor, at: datetime
) -> Allocation:
    """Let a worker work with her from today on. A new keyworker takes over from the one before.

    A house names whom its resident needs. Any other agency accepts for itself alone: it names its own.
    """
    today = london_date(at)
    _refuse_anothers(worker, by)
    if worker.network_id != referral.network_id or not worker.is_assigned(today):
        raise Refused("Choose a worker who works for this network today", field="worker")
    for row in _standing(session, referral.id, at):
        if row.worker_id == worker.id:
            if row.part is part:
                raise Refused("She works with her already", field="worker")
            row.until_on = today
        elif part is Part.KEYWORKER and row.part is Part.KEYWORKER:
            row.until_on = today
    session.flush()
    made = Allocation(
        worker_id=worker.id, referral_id=referral.id, part=part, from_on=today, made_by_id=by.id, made_at=at
    )
    try:
        with session.begin_nested():
            session.add(made)
    except IntegrityError as error:
        raise Refused("Somebody else changed who works with her just now. Look at the page again.") from error
    record(session, "worker.allocated", referral.ref, by=actor, at=at, worker=worker.ref, part=part.value)
    return made


def end_allocation(
    session: Session, referral: Referral, worker: Worker, *, by: Person, actor: Actor, at: datetime
) -> None:
    """Let a worker work with her no longer. Her record closes to that worker now, unless the rota opens it."""
    _refuse_anothers(worker, by)
    rows = [row for row in _standing(session, referral.id, at) if row.worker_id == worker.id]
    if not rows:
        raise Refused("She does not work with her any more. Look at the page again.", code="allocation.over")
    for row in rows:
        row.until_on = london_date(at)
    session.flush()
    record(session, "worker.released", referral.ref, by=actor, at=at, worker=worker.ref)


def may_name(person: Person, worker: Worker) -> bool:
    """Return whether it is hers to say who works with a resident: her house's, and the worker's own agency's."""
    return person.agency_kind is AgencyKind.REFUGE_PROVIDER or worker.agency_id == person.agency_id


def _refuse_anothers(worker: Worker, by: Person) -> None:
    if not may_name(by, worker):
        raise Refused("Ask that agency: it says itself who of its workers sees her", field="worker", code="anothers")


def _standing(session: Session, referral_id: int, at: datetime) -> list[Allocation]:
    today = london_date(at)
    query = (
        select(Allocation)
        .where(Allocation.referral_id == referral_id, Allocation.from_on <= today)
        .where(or_(Allocation.until_on.is_(None), Allocation.until_on > today))
        .with_for_update()
    )
    return list(session.scalars(query))
