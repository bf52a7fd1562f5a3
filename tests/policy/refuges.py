"""Refuges, beds, referrals, runs of matching, and what is decided about a woman."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import uuid4

from sqlalchemy import select

from refuge.audit.service import SYSTEM
from refuge.beds.models import Hold, Stay
from refuge.database import new_ref, now
from refuge.placements.models import AskedAbout, Asking, Offer, OfferAnswer, TurnAway
from refuge.placements.service.matching import make_run
from refuge.referrals.models import Referral, ReferralDraft, ReferralState
from tests.builders import LONG_AGO, Pilot, add_bed, add_referral
from tests.policy.whose import REFUGES

if TYPE_CHECKING:
    from sqlalchemy.orm import Session


class RefugeWorld:
    """Beds and refuges, and women on their way into them or turned away."""

    @staticmethod
    def _bed(db: Session, _reader: str, relation: str) -> str:
        refuge = Pilot().refuge(db, REFUGES[relation])
        return add_bed(db, refuge, f"Room {uuid4().hex[:12]}").ref

    @staticmethod
    def _stay(db: Session, _reader: str, relation: str) -> str:
        return Pilot().bed(db, REFUGES[relation], "Room 1").ref

    @staticmethod
    def _resident(db: Session, _reader: str, relation: str) -> str:
        bed = add_bed(db, Pilot().refuge(db, REFUGES[relation]), f"Room {uuid4().hex[:12]}")
        worker = {"own": "worker.wall", "elsewhere": "worker.elsewhere"}.get(relation, "worker.panahghar")
        referral = add_referral(db, worker, shared=relation != "hidden", state=ReferralState.PLACED)
        row = Stay(ref=new_ref(db, Stay), bed_id=bed.id, referral_id=referral.id, started_at=LONG_AGO)
        db.add(row)
        return row.ref

    @staticmethod
    def _refuge(db: Session, _reader: str, relation: str) -> str:
        return Pilot().refuge(db, REFUGES[relation]).ref

    @staticmethod
    def _referral(db: Session, reader: str, relation: str) -> str:
        makers = {
            "own": reader,
            "other": "worker.panahghar",
            "hidden": "worker.panahghar",
            "elsewhere": "worker.elsewhere",
        }
        return add_referral(db, makers[relation], shared=relation != "hidden").ref

    @staticmethod
    def _draft(db: Session, reader: str, relation: str) -> str:
        colleague = {"worker.wall": "manager.wall", "manager.wall": "worker.wall", "referrer": "other.referrer"}
        makers = {
            "own": reader, "other": colleague.get(reader, "worker.wall"), "hidden": "worker.panahghar",
            "elsewhere": "worker.elsewhere",
        }  # fmt: skip
        person = Pilot().person(db, makers[relation])
        draft = ReferralDraft(
            ref=new_ref(db, ReferralDraft), person_id=person.id, agency_id=person.agency_id, typed={},
            started_at=now(), saved_at=now(),
        )  # fmt: skip
        db.add(draft)
        return draft.ref

    @classmethod
    def _held(cls, db: Session, reader: str, relation: str) -> str:
        """Hold a bed of the same refuge, offered, against a barrier, with the reader as second person if it is hers."""
        ref = cls._referral(db, reader, relation)
        referral = db.scalars(select(Referral).where(Referral.ref == ref)).unique().one()
        bed = add_bed(db, Pilot().refuge(db, REFUGES[relation]), f"Room {uuid4().hex[:12]}")
        colleague = {"worker.wall": "manager.wall", "manager.wall": "worker.wall"}.get(reader, "manager.wall")
        who = {"own": colleague, "elsewhere": "worker.elsewhere"}.get(relation, "worker.panahghar")
        second = {"own": reader, "elsewhere": "manager.elsewhere"}.get(relation, "manager.panahghar")
        by, other = (Pilot().person(db, name).id for name in (who, second))
        at = now()
        hold = Hold(bed_id=bed.id, referral_id=referral.id, from_at=at, until_at=at + timedelta(hours=5), held_by_id=by)
        referral.state = ReferralState.HELD
        db.add(hold)
        db.flush()
        db.add(
            Offer(
                ref=new_ref(db, Offer), hold_id=hold.id, made_by_id=by, made_at=at, told_how="in_person",
                answer=OfferAnswer.OPEN,
            ),
        )  # fmt: skip
        db.add(
            Asking(
                ref=new_ref(db, Asking), about=AskedAbout.HOLD, referral_id=referral.id, bed_id=bed.id, hold_id=hold.id,
                reason="x" * 10, by_id=by, second_id=other, at=at,
            ),
        )  # fmt: skip
        return ref

    @classmethod
    def _question(cls, db: Session, reader: str, relation: str) -> str:
        """Ask the reader, if it is hers; somebody else otherwise."""
        ref = cls._held(db, reader, relation)
        asked = select(Asking.ref).join(Referral, Referral.id == Asking.referral_id).where(Referral.ref == ref)
        return db.scalars(asked).one()

    @classmethod
    def _run(cls, db: Session, _reader: str, relation: str) -> str:
        person = Pilot().person(db, "worker.elsewhere" if relation == "elsewhere" else "worker.panahghar")
        return make_run(db, person.network_id, by=person, actor=SYSTEM, at=now()).ref

    @classmethod
    def _choice(cls, db: Session, reader: str, relation: str) -> str:
        referral = cls._referral(db, reader, relation)
        return f"{cls._run(db, reader, 'own')} {referral}"

    @classmethod
    def _turn_away(cls, db: Session, reader: str, relation: str) -> str:
        ref = cls._referral(db, reader, relation)
        referral = db.scalars(select(Referral).where(Referral.ref == ref)).one()
        referral.state, referral.closed_at = ReferralState.TURNED_AWAY, now()
        row = TurnAway(
            ref=new_ref(db, TurnAway), referral_id=referral.id, ended_by="service", reason="C01", contributing=[],
            barriers={}, decided_by_id=referral.taken_by_id, decided_at=now(),
        )  # fmt: skip
        db.add(row)
        return row.ref
