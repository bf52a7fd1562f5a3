"""Asking another agency for a worker: she agrees, the agency names who sees her and from when, or says why not."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from refuge.accounts.models import Agency, Person
from refuge.audit.service import record
from refuge.beds.models import Stay
from refuge.database import new_ref
from refuge.errors import Refused
from refuge.london import london_date
from refuge.referrals.models import Referral
from refuge.rota.models import DISCIPLINES_OF, Discipline
from support_plans.categories import Category
from support_plans.models import Part, WorkerAsking
from support_plans.service.allocating import allocate, standing_allocation
from support_plans.service.sharing import LONGEST, SharingDetails, share

if TYPE_CHECKING:
    from datetime import date, datetime

    from sqlalchemy.orm import Session

    from refuge.audit.service import Actor
    from refuge.rota.models import Worker

AHEAD = timedelta(days=60)
"""How far ahead an agency can say from when somebody will see her."""
LATE = "Somebody answered this, or it was taken back. Look at Today again."
LEFT = "She does not live in a refuge of this network any more"


@dataclass(frozen=True)
class AskingDetails:
    """Which agency is asked, for whom, what for, and what she agreed to."""

    to_agency_id: int
    discipline: Discipline
    words: str
    how_given: str
    categories: tuple[Category, ...] = ()
    share_until_at: datetime | None = None


def ask_for_worker(
    session: Session, referral: Referral, details: AskingDetails, *, by: Person, actor: Actor, at: datetime
) -> WorkerAsking:
    """Ask an agency for a worker for her. It opens nothing yet. Raise Refused where it cannot be."""
    agency = session.get(Agency, details.to_agency_id)
    if agency is None or agency.network_id != referral.network_id or agency.id == by.agency_id:
        raise Refused("Choose another agency of this network", field="agency")
    if details.discipline not in DISCIPLINES_OF.get(agency.kind, ()):
        raise Refused(f"{agency.name} has no such workers: choose another", field="discipline")
    if not lives_here(session, referral):
        raise Refused(LEFT, code="asking.left")
    _refuse_sharing(details, at)
    row = WorkerAsking(
        ref=new_ref(session, WorkerAsking), referral_id=referral.id, from_agency_id=by.agency_id,
        to_agency_id=agency.id, discipline=details.discipline, words=details.words, how_given=details.how_given,
        categories=[one.value for one in sorted(set(details.categories))], share_until_at=details.share_until_at,
        asked_by_id=by.id, asked_at=at,
    )  # fmt: skip
    try:
        with session.begin_nested():
            session.add(row)
    except IntegrityError as error:
        raise Refused(f"{agency.name} has been asked already, and has not answered yet", field="agency") from error
    record(
        session, "worker.asked", referral.ref, by=actor, at=at, asking=row.ref, agency=agency.ref,
        discipline=details.discipline.value, categories=row.categories,
    )  # fmt: skip
    return row


def accept(
    session: Session, row: WorkerAsking, worker: Worker, on: date, *, by: Person, actor: Actor, at: datetime
) -> None:
    """Name who will see her and from which day. What she agreed to is shared now; her plan opens on that day."""
    referral, today = _about(session, row), london_date(at)
    _refuse_late(row, by)
    if not lives_here(session, referral):
        raise Refused(LEFT, code="asking.left")
    if not today <= on <= today + AHEAD:
        raise Refused("Enter a day from today on, within two months", field="from_on")
    made = standing_allocation(session, referral, worker, at=at)
    if made is None:
        made = allocate(session, referral, worker, Part.PRACTITIONER, by=by, actor=actor, at=at, on=on)
    if row.categories and row.share_until_at is not None and row.share_until_at > at:
        basis = SharingDetails(
            row.to_agency_id, tuple(Category(one) for one in row.categories), row.words[:200], row.share_until_at,
            how_given=row.how_given,
        )  # fmt: skip
        share(session, referral, basis, by=session.get_one(Person, row.asked_by_id), actor=actor, at=at)
    row.answered_at, row.answered_by_id, row.allocation_id = at, by.id, made.id
    session.flush()
    record(session, "worker.accepted", referral.ref, by=actor, at=at, asking=row.ref, worker=worker.ref)


def decline(
    session: Session, row: WorkerAsking, reason: str, words: str, *, by: Person, actor: Actor, at: datetime
) -> None:
    """Say why no worker can be given. Nothing of hers was opened, and nothing is."""
    _refuse_late(row, by)
    row.answered_at, row.answered_by_id, row.declined, row.answer_words = at, by.id, reason, words
    session.flush()
    record(session, "worker.declined", _about(session, row).ref, by=actor, at=at, asking=row.ref, reason=reason)


def take_back(session: Session, row: WorkerAsking, *, by: Person, actor: Actor, at: datetime) -> None:
    """Take the question back: she no longer agrees, or somebody else sees her."""
    if not row.is_open:
        raise Refused(LATE, code="asking.late")
    row.taken_back_at, row.taken_back_by_id = at, by.id
    session.flush()
    record(session, "worker.asking_taken_back", _about(session, row).ref, by=actor, at=at, asking=row.ref)


def lives_here(session: Session, referral: Referral) -> bool:
    """Return whether she lives in a refuge of the network."""
    query = select(Stay.id).where(Stay.referral_id == referral.id, Stay.ended_at.is_(None)).limit(1)
    return session.scalar(query) is not None


def _about(session: Session, row: WorkerAsking) -> Referral:
    return session.get_one(Referral, row.referral_id)


def _refuse_late(row: WorkerAsking, by: Person) -> None:
    if not row.is_open:
        raise Refused(LATE, code="asking.late")
    if row.to_agency_id != by.agency_id:
        raise Refused("It is for the agency that was asked to answer", code="anothers")


def _refuse_sharing(details: AskingDetails, at: datetime) -> None:
    if not details.how_given:
        raise Refused("Say how she agreed", field="how_given")
    until = details.share_until_at
    if details.categories and (until is None or not at < until <= at + LONGEST):
        raise Refused("Enter the last day, within the next year: after that she is asked again", field="until_on")
