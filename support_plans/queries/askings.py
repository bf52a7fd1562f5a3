"""What agencies were asked for: a worker for one woman; who can answer, and what was answered."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import aliased, contains_eager, joinedload

from refuge.beds.models import Bed, Refuge, Stay
from refuge.permissions import Permission
from refuge.referrals.models import Referral
from refuge.rota.models import Worker
from support_plans.models import Allocation, WorkerAsking

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy import ColumnElement, Select
    from sqlalchemy.orm import Session

    from refuge.accounts.models import Person

LATE = timedelta(days=2)
"""After this a question that the contact has not answered stands with everybody of that agency, and with who asked."""
TOLD_FOR = timedelta(days=7)
"""For how long Today tells who asked what was answered."""


@dataclass(frozen=True)
class Asked:
    """One question for a worker, with the house in which she lives."""

    row: WorkerAsking
    where: str


@dataclass(frozen=True)
class Askings:
    """What Today says about such questions."""

    to_answer: Sequence[Asked] = ()
    told: Sequence[Asked] = ()
    """What others answered to her agency, and what they have not answered in time."""

    def __bool__(self) -> bool:
        """Return whether there is anything to say."""
        return bool(self.to_answer or self.told)

    @property
    def refs(self) -> list[str]:
        """Whom they are about."""
        return sorted({one.row.referral.ref for one in (*self.to_answer, *self.told)})


def askings(session: Session, reader: Person, *, at: datetime) -> Askings:
    """Return what waits for the reader's answer, and what was answered to her agency. One query."""
    if not reader.may(Permission.PLAN_WRITE):
        return Askings()
    hers = and_(_open(), WorkerAsking.to_agency_id == reader.agency_id, _answers(reader, at))
    late = and_(_open(), WorkerAsking.asked_at <= at - LATE)
    told = and_(
        WorkerAsking.from_agency_id == reader.agency_id, WorkerAsking.taken_back_at.is_(None),
        or_(late, WorkerAsking.answered_at > at - TOLD_FOR), ~_asked_again(),
    )  # fmt: skip
    found = [Asked(row, where) for row, where in session.execute(_of_residents().where(or_(hers, told))).unique()]
    return Askings(
        [one for one in found if one.row.to_agency_id == reader.agency_id],
        [one for one in found if one.row.to_agency_id != reader.agency_id],
    )


def asking_to_answer(
    session: Session, reader: Person, ref: str, *, at: datetime, lock: bool = False
) -> Asked | None:  # fmt: skip
    """Return a question that she may answer; not there and not hers are the same."""
    if not reader.may(Permission.PLAN_WRITE):
        return None
    mine = and_(WorkerAsking.ref == ref, WorkerAsking.to_agency_id == reader.agency_id, _answers(reader, at))
    query = _of_residents().where(mine)
    if lock:
        query = query.with_for_update(of=WorkerAsking).execution_options(populate_existing=True)
    found = session.execute(query).unique().one_or_none()
    return None if found is None else Asked(found[0], found[1])


def askings_about(session: Session, referral_id: int) -> Sequence[WorkerAsking]:
    """Return the latest questions about a woman, to who works with her."""
    return session.scalars(
        select(WorkerAsking)
        .where(WorkerAsking.referral_id == referral_id)
        .order_by(WorkerAsking.id.desc())
        .options(joinedload(WorkerAsking.to_agency), joinedload(WorkerAsking.allocation).joinedload(Allocation.worker))
        .limit(20),
    ).all()


def asking_of(session: Session, reader: Person, referral: Referral, ref: str) -> WorkerAsking | None:
    """Return a question that her own agency asked about this woman, locked."""
    return session.scalar(
        select(WorkerAsking)
        .where(WorkerAsking.ref == ref, WorkerAsking.referral_id == referral.id)
        .where(WorkerAsking.from_agency_id == reader.agency_id)
        .with_for_update(of=WorkerAsking)
        .execution_options(populate_existing=True),
    )


def _of_residents() -> Select[WorkerAsking, str]:
    """Return questions about women who live in the network, each with her house, the oldest first."""
    return (
        select(WorkerAsking, Refuge.name)
        .join(WorkerAsking.referral)
        .join(Stay, and_(Stay.referral_id == Referral.id, Stay.ended_at.is_(None)))
        .join(Bed, Bed.id == Stay.bed_id)
        .join(Refuge, Refuge.id == Bed.refuge_id)
        .options(
            contains_eager(WorkerAsking.referral),
            joinedload(WorkerAsking.from_agency),
            joinedload(WorkerAsking.to_agency),
            joinedload(WorkerAsking.allocation).joinedload(Allocation.worker),
        )
        .order_by(WorkerAsking.asked_at, WorkerAsking.id)
    )


def _open() -> ColumnElement[bool]:
    return and_(WorkerAsking.answered_at.is_(None), WorkerAsking.taken_back_at.is_(None))


def _asked_again() -> ColumnElement[bool]:
    later = aliased(WorkerAsking)
    return (
        select(later.id)
        .where(later.referral_id == WorkerAsking.referral_id, later.discipline == WorkerAsking.discipline)
        .where(later.id > WorkerAsking.id, later.taken_back_at.is_(None))
        .correlate(WorkerAsking)
        .exists()
    )


def _answers(reader: Person, at: datetime) -> ColumnElement[bool]:
    """Return the condition that she answers for her agency: its contact, or anybody where none signs in or none did."""
    contact = select(Worker.id).where(Worker.agency_id == reader.agency_id, Worker.is_agency_contact)
    signs_in = contact.where(Worker.person_id.is_not(None)).exists()
    herself = contact.where(Worker.person_id == reader.id).exists()
    return or_(herself, ~signs_in, WorkerAsking.asked_at <= at - LATE)
