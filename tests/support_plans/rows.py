"""Rows of plans for tests: residents, workers, notes, and what they are shared with."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from refuge.audit.service import Actor
from refuge.beds.models import Stay
from refuge.database import new_ref, now
from refuge.referrals.models import Referral, ReferralState
from refuge.rota.models import Discipline, Worker
from support_plans.categories import Category
from support_plans.models import Note, WorkerAsking
from support_plans.service.sharing import SharingDetails, share
from tests.builders import Pilot, add_bed, add_referral

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy.orm import Session

    from refuge.accounts.models import Person
    from support_plans.models import Sharing

DISCIPLINES = {
    "recovery": Discipline.RECOVERY_WORKER,
    "practitioner": Discipline.MENTAL_HEALTH_PRACTITIONER,
    "counsellor": Discipline.THERAPIST,
}


def actor_of(person: Person) -> Actor:
    """Return a person as the audit knows her."""
    return Actor(person.ref, person.agency.ref, person.role)


def add_resident(db: Session, refuge: str = "WALL", *, days: float = 9, left: datetime | None = None) -> Referral:
    """Let a woman live in a new bed of a refuge since so many days ago, and return her referral."""
    home = Pilot().refuge(db, refuge)
    worker = {"WALL": "worker.wall", "Panahghar": "worker.panahghar", "Elsewhere": "worker.elsewhere"}[refuge]
    referral = add_referral(db, worker, state=ReferralState.PLACED)
    bed = add_bed(db, home, f"Room {referral.ref}")
    db.add(
        Stay(
            ref=new_ref(db, Stay), bed_id=bed.id, referral_id=referral.id, started_at=now() - timedelta(days=days),
            ended_at=left,
        ),
    )  # fmt: skip
    db.flush()
    return referral


def move_to(db: Session, referral: Referral, refuge: str) -> None:
    """Let her move into a new bed of another refuge this minute."""
    stay = db.scalars(select(Stay).where(Stay.referral_id == referral.id, Stay.ended_at.is_(None))).one()
    stay.ended_at = now()
    db.flush()
    bed = add_bed(db, Pilot().refuge(db, refuge), f"Next {referral.ref}")
    db.add(Stay(ref=new_ref(db, Stay), bed_id=bed.id, referral_id=referral.id, started_at=stay.ended_at))
    db.flush()


def worker_of(db: Session, name: str) -> Worker:
    """Return the worker whom this person signs in as, made if there is none."""
    person = Pilot().person(db, name)
    found = db.scalar(select(Worker).where(Worker.person_id == person.id))
    if found is None:
        found = Worker(
            ref=new_ref(db, Worker), network_id=person.network_id, agency_id=person.agency_id, person_id=person.id,
            name=person.name, discipline=DISCIPLINES.get(name, Discipline.SUPPORT_WORKER), languages=[],
            assigned_from=date(2026, 1, 1),
        )  # fmt: skip
        db.add(found)
        db.flush()
    return found


def add_note(
    db: Session, referral: Referral, by: str, category: Category = Category.MENTAL_HEALTH, **told: Any  # noqa: ANN401  any column
) -> Note:  # fmt: skip
    """Add a note that somebody wrote."""
    person = Pilot().person(db, by)
    note = Note(
        ref=new_ref(db, Note), referral_id=referral.id, agency_id=person.agency_id, category=category,
        written_by_id=person.id, at=now(), **{"words": "She slept better.", **told},
    )  # fmt: skip
    db.add(note)
    db.flush()
    return note


def add_asking(
    db: Session, referral: Referral, by: str, to: str, **told: Any  # noqa: ANN401  any column
) -> WorkerAsking:  # fmt: skip
    """Add a question of somebody's agency to another for a worker for her."""
    person = Pilot().person(db, by)
    plain: dict[str, Any] = {
        "discipline": Discipline.MENTAL_HEALTH_PRACTITIONER, "words": "To sleep better", "how_given": "spoken",
        "categories": [], "asked_by_id": person.id, "asked_at": now(),
    }  # fmt: skip
    row = WorkerAsking(
        ref=new_ref(db, WorkerAsking), referral_id=referral.id, from_agency_id=person.agency_id,
        to_agency_id=Pilot().agency(db, to).id, **{**plain, **told},
    )  # fmt: skip
    db.add(row)
    db.flush()
    return row


def agree(
    db: Session,
    referral: Referral,
    agency: str,
    categories: Sequence[Category],
    *,
    at: datetime | None = None,
    until: datetime | None = None,
) -> Sharing:
    """Let her agree that an agency reads these categories, for a month from now unless told otherwise."""
    by, begins = Pilot().person(db, "worker.wall"), at or now()
    details = SharingDetails(
        Pilot().agency(db, agency).id, tuple(categories), "To plan with her", until or begins + timedelta(days=30),
        how_given="spoken",
    )  # fmt: skip
    return share(db, referral, details, by=by, actor=actor_of(by), at=begins)
