"""What is known about a woman's leaving. The gate counts what is there, whoever wrote it; it shows no words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from refuge.accounts.models import Agency, AgencyKind
from refuge.referrals.models import Answer
from refuge.rota.models import Discipline, Worker
from support_plans.leaving import Facts
from support_plans.models import Allocation, Assessment, CareRecord, Discharge, Leaving, LeavingStep, Occasion

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy.orm import Session

    from refuge.accounts.models import Person
    from support_plans.leaving import Step


def leaving_of(session: Session, referral_id: int, *, lock: bool = False) -> Leaving | None:
    """Return her leaving, once somebody has begun it."""
    query = select(Leaving).where(Leaving.referral_id == referral_id)
    if lock:
        query = query.with_for_update(of=Leaving).execution_options(populate_existing=True)
    return session.scalar(query)


def steps_of(session: Session, referral_id: int) -> Sequence[LeavingStep]:
    """Return what was said about the steps."""
    query = select(LeavingStep).where(LeavingStep.referral_id == referral_id).options(joinedload(LeavingStep.by))
    return session.scalars(query).all()


def step_of(session: Session, referral_id: int, step: Step) -> LeavingStep | None:
    """Return what was said last about one step."""
    return next((row for row in steps_of(session, referral_id) if row.step is step), None)


def discharge_of(session: Session, reader: Person, referral_id: int, *, lock: bool = False) -> Discharge | None:
    """Return the discharge that the reader's own agency has begun."""
    query = (
        select(Discharge)
        .where(Discharge.referral_id == referral_id, Discharge.agency_id == reader.agency_id)
        .options(joinedload(Discharge.practitioner), joinedload(Discharge.senior))
    )
    if lock:
        query = query.with_for_update(of=Discharge).execution_options(populate_existing=True)
    return session.scalar(query)


def discharges(session: Session, referral_id: int) -> Sequence[Discharge]:
    """Return every discharge of hers, for the gate alone."""
    return session.scalars(select(Discharge).where(Discharge.referral_id == referral_id)).all()


def facts_of(session: Session, referral_id: int, leaving: Leaving | None, *, destination: str = "") -> Facts:
    """Return what her leaving rests on; `destination`: told just now, if it is."""
    disciplines = set(
        session.scalars(
            select(Worker.discipline)
            .join(Allocation, Allocation.worker_id == Worker.id)
            .where(Allocation.referral_id == referral_id),
        ),
    )
    written, wrote = discharges(session, referral_id), _who_wrote(session, referral_id)
    clinical = Discipline.MENTAL_HEALTH_PRACTITIONER in disciplines or AgencyKind.MENTAL_HEALTH_TRUST in wrote
    clinical = clinical or bool(written)
    return Facts(
        discharged=(bool(written) and all(one.complete for one in written)) if clinical else None,
        recovery=Discipline.RECOVERY_WORKER in disciplines or AgencyKind.SUBSTANCE_MISUSE_PROVIDER in wrote,
        unpaired=bool(_unpaired(session, referral_id)),
        safe_contact=leaving is not None and leaving.safe_contact != "",
        calls_asked=leaving is not None and leaving.calls is not Answer.NOT_ASKED,
        her_words=leaving is not None and leaving.her_words != "",
        destination=bool(destination or (leaving is not None and leaving.destination)),
        said={row.step: row.how for row in steps_of(session, referral_id)},
    )


def _who_wrote(session: Session, referral_id: int) -> set[AgencyKind]:
    """Return the kinds of agency that wrote something with her: who comes by the rota may never be allocated."""
    filled = select(Assessment.agency_id).where(Assessment.referral_id == referral_id)
    wrote = select(CareRecord.agency_id).where(CareRecord.referral_id == referral_id)
    return set(session.scalars(select(Agency.kind).where(Agency.id.in_(filled) | Agency.id.in_(wrote))))


def _unpaired(session: Session, referral_id: int) -> set[str]:
    """Return the questionnaires that were filled in at the start and not before she leaves."""
    rows = session.execute(select(Assessment.tool, Assessment.occasion).where(Assessment.referral_id == referral_id))
    found: dict[Occasion, set[str]] = {occasion: set() for occasion in Occasion}
    for tool, occasion in rows:
        found[occasion].add(tool)
    return found[Occasion.START] - found[Occasion.END]


def writes_discharges(reader: Person) -> bool:
    """Return whether the reader is of an agency that discharges."""
    return reader.agency_kind is AgencyKind.MENTAL_HEALTH_TRUST
