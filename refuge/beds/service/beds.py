"""Adding a bed, changing what it is like, and taking it out of service for good."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from refuge.audit.service import Actor, record
from refuge.beds.models import Bed, Refuge
from refuge.beds.occupancy import Follows, State, occupancy
from refuge.beds.queries import life_of_bed
from refuge.beds.service.closures import keep_out_of_service
from refuge.beds.service.refuges import lock_refuge
from refuge.beds.service.versions import STALE, is_in_use, refuse_if_stale, set_columns
from refuge.database import new_ref
from refuge.errors import Refused
from refuge.london import london_date

if TYPE_CHECKING:
    from datetime import date, datetime

    from sqlalchemy.orm import Session

    from refuge.accounts.models import Person


@dataclass(frozen=True)
class BedDetails:
    """What a bed is like."""

    name: str
    adults: int
    children: int
    cots: int
    self_contained: bool
    step_free: bool
    adapted: bool
    ground_floor: bool
    en_suite: bool
    notes: str


def add_bed(
    session: Session, refuge: Refuge, details: BedDetails, *, opened_on: date, actor: Actor, at: datetime
) -> Bed:
    """Add a bed to a refuge. Raise Refused if it has one of that name."""
    lock_refuge(session, refuge.id)
    _refuse_name_in_use(session, refuge.id, details.name)
    last = session.scalar(select(func.max(Bed.position)).where(Bed.refuge_id == refuge.id))
    bed = Bed(
        ref=new_ref(session, Bed),
        refuge=refuge,
        position=(last or 0) + 1,
        opened_on=opened_on,
        **asdict(details),
    )
    session.add(bed)
    session.flush()
    record(session, "bed.added", bed.ref, by=actor, at=at, refuge=refuge.ref)
    return bed


def change_bed(session: Session, bed: Bed, details: BedDetails, *, version: int, actor: Actor, at: datetime) -> None:
    """Change what a bed is like. Raise Refused if somebody changed it since, or has taken the name."""
    lock_refuge(session, bed.refuge_id)  # before the bed, so that nobody takes the name meanwhile
    session.refresh(bed, with_for_update={"of": Bed})
    refuse_if_stale(bed, version, asdict(details))
    _refuse_name_in_use(session, bed.refuge_id, details.name, except_for=bed.id)
    changed = set_columns(bed, asdict(details))
    session.flush()
    if changed:
        record(session, "bed.changed", bed.ref, by=actor, at=at, fields=changed)


def retire_bed(session: Session, bed: Bed, *, version: int, by: Person, actor: Actor, at: datetime) -> None:
    """Take a bed out of service for good, from today.

    Raise Refused while it is lived in, held or promised, or if somebody changed it since the form was opened.
    """
    session.refresh(bed, with_for_update={"of": Bed})
    on = london_date(at)
    if bed.retired_on is not None:
        raise Refused(f"{bed.name} is out of service already.", code="bed.retired")
    _refuse_if_changed(bed, version)
    if bed.opened_on >= on:
        raise Refused(f"{bed.name} came into service today. It can be taken out of service tomorrow.")
    found = occupancy(life_of_bed(session, by, bed, at), at)
    if found.state is State.OCCUPIED:
        raise Refused(f"Somebody lives in {bed.name}. Record that she has moved on first.", code="bed.occupied")
    if found.state is State.HELD or any(step.what in {Follows.HOLD, Follows.STAY} for step in found.coming):
        raise Refused(f"{bed.name} is held for somebody. Let the hold go first.", code="bed.held")
    bed.retired_on = on
    session.flush()
    record(session, "bed.retired", bed.ref, by=actor, at=at)


def restore_bed(session: Session, bed: Bed, *, version: int, by: Person, actor: Actor, at: datetime) -> None:
    """Put a bed back into service from now. That it could not be offered in between is kept as a closure.

    Raise Refused if it is in service, or if somebody changed it since the form was opened.
    """
    session.refresh(bed, with_for_update={"of": Bed})
    if bed.retired_on is None:
        raise Refused(f"{bed.name} is in service already.", code="bed.in_service")
    _refuse_if_changed(bed, version)
    gone_on, bed.retired_on = bed.retired_on, None
    session.flush()
    keep_out_of_service(session, bed, since=gone_on, by=by, at=at)
    record(session, "bed.restored", bed.ref, by=actor, at=at)


def _refuse_if_changed(bed: Bed, version: int) -> None:
    if bed.version != version:
        raise Refused(
            f"Somebody has changed {bed.name} since you opened this page, so nothing was done. What it is like now is "
            "below. Do it again if it is right.",
            code=STALE,
        )  # fmt: skip


def _refuse_name_in_use(session: Session, refuge_id: int, name: str, *, except_for: int | None = None) -> None:
    if is_in_use(session, name, select(Bed.id, Bed.name).where(Bed.refuge_id == refuge_id), except_for):
        raise Refused("Another bed of this refuge has this name. Choose a different one.", field="name")
