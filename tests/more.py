"""Much more of everything, to see whether a page's work grows with what it shows."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import select

from refuge.beds.models import Bed, Closure, Hold, Refuge, Stay
from refuge.database import new_ref, now
from refuge.referrals.models import Child, Need, NeedLevel, Referral, ReferralState, UnsafeArea
from refuge.referrals.models.household import ChildSex

if TYPE_CHECKING:
    from sqlalchemy.orm import Session


def add_much_more(db: Session, *, times: int) -> None:
    """Add `times` - 1 copies of the beds of each refuge, each taken in turn by a stay, a hold or a closure, or free."""
    for refuge in db.scalars(select(Refuge)).all():
        beds = db.scalars(select(Bed).where(Bed.refuge_id == refuge.id)).all()
        worker = refuge.confirmed_by_id or 1
        for copy in range(1, times):
            for position, bed in enumerate(beds):
                _add_taken_bed(db, refuge, f"{bed.name} copy {copy}", position + copy * 100, worker)
    db.flush()


def _add_taken_bed(db: Session, refuge: Refuge, name: str, position: int, worker: int) -> None:
    bed = Bed(
        ref=new_ref(db, Bed), refuge_id=refuge.id, name=name, position=position, adults=1, children=2, cots=1,
        self_contained=False, step_free=False, adapted=False, ground_floor=False, en_suite=False,
        opened_on=date(2020, 1, 1),
    )  # fmt: skip
    db.add(bed)
    db.flush()
    kind = position % 4
    if kind == 0:
        return
    begins = now() - timedelta(days=3)
    if kind == 1:
        db.add(Closure(bed_id=bed.id, from_at=begins, reason="repair", closed_by_id=worker))
        return
    referral = add_waiting(db, refuge, worker)
    if kind == 2:
        until = now() + timedelta(hours=5)
        db.add(Hold(bed_id=bed.id, referral_id=referral.id, from_at=begins, until_at=until, held_by_id=worker))
        return
    referral.state = ReferralState.PLACED
    db.add(Stay(ref=new_ref(db, Stay), bed_id=bed.id, referral_id=referral.id, started_at=begins))


def add_waiting(db: Session, refuge: Refuge, worker: int) -> Referral:
    """Add a waiting referral of the refuge's agency, with children, needs and unsafe areas."""
    referral = Referral(
        ref=new_ref(db, Referral), network_id=refuge.network_id, agency_id=refuge.agency_id,
        taken_by_id=worker, shared=True, received_at=now(), source="SELF",
        abuse=[], preferred_areas=[], access=[],
        children=[Child(position=0, age=3, sex=ChildSex.GIRL)],
        needs=[Need(need="mental_health", level=NeedLevel.HIGH)],
        unsafe_areas=[UnsafeArea(area="E06000017")],
    )  # fmt: skip
    db.add(referral)
    db.flush()
    return referral
