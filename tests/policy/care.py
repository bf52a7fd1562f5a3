"""What hangs on a plan: scores, risks, records, leaving, services, incidents and tasks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from refuge.audit.service import SYSTEM
from refuge.database import now
from refuge.london import london_date
from support_plans.models import Assessment, CareRecord, Caution, Discharge, Giver, Signpost, TaskKind
from support_plans.service.saying import HERE, make_feedback_link
from support_plans.service.tasks import add_task
from tests.builders import Pilot
from tests.policy.whose import REFUGES
from tests.support_plans.rows import add_resident
from tests.support_plans.served import add_incident, add_service, allocate, referral_of, written

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from support_plans.models import Owned


class CareWorld:
    """What is written about a resident, by the reader or by others."""

    @classmethod
    def _her(cls, db: Session, reader: str, relation: str) -> str:
        """Let a woman live there; of the reader's own women, a practitioner is allocated to her."""
        referral = add_resident(db, REFUGES[relation])
        if relation == "own" and reader == "practitioner":
            allocate(db, referral, reader)
        return referral.ref

    @classmethod
    def _written(cls, db: Session, reader: str, relation: str, kind: type[Owned] | str) -> str:
        """Return her ref with that of something that the reader's agency wrote, or with a word that the path takes."""
        ref = cls._her(db, reader, relation)
        if isinstance(kind, str):
            return f"{ref} {kind}"
        writer = {"own": reader, "elsewhere": "worker.elsewhere"}.get(relation, "worker.panahghar")
        by, referral = Pilot().person(db, writer), referral_of(db, ref)
        row = written(db, kind, referral, by)
        return f"{ref} {row.ref}"

    @staticmethod
    def _said(db: Session, _reader: str, relation: str) -> str:
        by = Pilot().person(db, "worker.wall")
        token = make_feedback_link(db, Giver.RESIDENT, HERE, by=by, actor=SYSTEM, at=now())
        return token if relation == "own" else f"nothing-{relation}"

    @classmethod
    def _care_tool(cls, db: Session, reader: str, relation: str) -> str:
        return cls._written(db, reader, relation, "PHQ_9")

    @classmethod
    def _care_step(cls, db: Session, reader: str, relation: str) -> str:
        return cls._written(db, reader, relation, "safe_contact")

    @classmethod
    def _care_discharge(cls, db: Session, reader: str, relation: str) -> str:
        """Let the reader have written a discharge; where she may not, somebody of the trust."""
        ref = cls._her(db, reader, relation)
        by = Pilot().person(db, "practitioner")
        if relation != "elsewhere":
            db.add(
                Discharge(
                    referral_id=referral_of(db, ref).id, agency_id=by.agency_id, category="mental_health",
                    practitioner_id=by.id, pathway="gp",
                ),
            )  # fmt: skip
        return ref

    @classmethod
    def _care_signpost(cls, db: Session, reader: str, relation: str) -> str:
        return cls._written(db, reader, relation, Signpost)

    @classmethod
    def _care_kind(cls, db: Session, reader: str, relation: str) -> str:
        return cls._written(db, reader, relation, "safety_plan")

    @classmethod
    def _care_assessment(cls, db: Session, reader: str, relation: str) -> str:
        return cls._written(db, reader, relation, Assessment)

    @classmethod
    def _care_warning(cls, db: Session, reader: str, relation: str) -> str:
        return cls._written(db, reader, relation, Caution)

    @classmethod
    def _care_record(cls, db: Session, reader: str, relation: str) -> str:
        return cls._written(db, reader, relation, CareRecord)

    @staticmethod
    def _service(db: Session, reader: str, relation: str) -> str:
        who = {"own": reader, "elsewhere": "worker.elsewhere"}.get(relation, "worker.panahghar")
        return add_service(db, Pilot().person(db, who)).ref

    @staticmethod
    def _incident(db: Session, reader: str, relation: str) -> str:
        who = {"own": reader, "elsewhere": "worker.elsewhere"}.get(relation, "worker.panahghar")
        return add_incident(db, Pilot().person(db, who)).ref

    @classmethod
    def _incident_step(cls, db: Session, reader: str, relation: str) -> str:
        return f"{cls._incident(db, reader, relation)} note"

    @classmethod
    def _task(cls, db: Session, reader: str, relation: str) -> str:
        owner = {"own": reader, "elsewhere": "worker.elsewhere"}.get(relation, "worker.panahghar")
        person = Pilot().person(db, owner)
        return add_task(
            db, TaskKind.ASKED, "Ring", london_date(now()), owner=person, actor=SYSTEM, at=now(), by=person
        ).ref  # fmt: skip
