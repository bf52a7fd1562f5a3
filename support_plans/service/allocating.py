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
    from datetime import date, datetime

    from sqlalchemy.orm import Session

    from refuge.accounts.models import Person
    from refuge.audit.service import Actor
    from refuge.referrals.models import Referral
    from refuge.rota.models import Worker


def allocate(
    session: Session,
    referral: Referral,
    worker: Worker,
    part: Part,
    *,
    by: Person,
    actor: Actor,
    at: datetime,
    on: date | None = None,
) -> Allocation:
    """Let a worker work with her from today, or from a later day, on. A new keyworker takes over from the one before.

    An agency names its own. Another is asked for somebody (`asking.py`), and names her as it accepts.
    """
    today = london_date(at)
    begins = on or today
    if not may_name(by, worker):
        raise Refused("Ask that agency: it says itself who of its workers sees her", field="worker", code="anothers")
    if worker.network_id != referral.network_id or not worker.is_assigned(begins):
        raise Refused("Choose a worker who works for this network today", field="worker")
    for row in _standing(session, referral.id, at):
        if row.worker_id == worker.id:
            if row.part is part:
                raise Refused("She works with her already", field="worker")
            row.until_on = max(today, row.from_on)
        elif part is Part.KEYWORKER and row.part is Part.KEYWORKER:
            row.until_on = max(today, row.from_on)
    session.flush()
    made = Allocation(
        worker_id=worker.id, referral_id=referral.id, part=part, from_on=begins, made_by_id=by.id, made_at=at
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
    if not may_release(by, worker):
        raise Refused("Ask that agency: it says itself who of its workers sees her", field="worker", code="anothers")
    rows = [row for row in _standing(session, referral.id, at) if row.worker_id == worker.id]
    if not rows:
        raise Refused("She does not work with her any more. Look at the page again.", code="allocation.over")
    for row in rows:
        row.until_on = max(london_date(at), row.from_on)
    session.flush()
    record(session, "worker.released", referral.ref, by=actor, at=at, worker=worker.ref)


def standing_allocation(session: Session, referral: Referral, worker: Worker, *, at: datetime) -> Allocation | None:
    """Return that this worker works with her, today or from a later day on."""
    return next((row for row in _standing(session, referral.id, at) if row.worker_id == worker.id), None)


def may_name(person: Person, worker: Worker) -> bool:
    """Return whether it is hers to say that a worker sees a resident: her own agency's, and who signs in nowhere."""
    own = worker.agency_id == person.agency_id
    return own or (worker.person_id is None and person.agency_kind is AgencyKind.REFUGE_PROVIDER)


def may_release(person: Person, worker: Worker) -> bool:
    """Return whether it is hers to say that a worker sees a resident no longer: her house's, or that agency's."""
    return person.agency_kind is AgencyKind.REFUGE_PROVIDER or worker.agency_id == person.agency_id


def _standing(session: Session, referral_id: int, at: datetime) -> list[Allocation]:
    """Return the allocations that hold today or will hold from a later day on, locked."""
    today = london_date(at)
    query = (
        select(Allocation)
        .where(Allocation.referral_id == referral_id)
        .where(or_(Allocation.until_on.is_(None), Allocation.until_on > today))
        .with_for_update()
    )
    return list(session.scalars(query))
