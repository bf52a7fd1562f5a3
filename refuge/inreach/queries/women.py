"""The women whose sessions a reader may know of, by the number that they are called by, and where they live."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import select

from refuge.beds.models import Bed, Refuge, Stay
from support_plans.access import residents_visible_to

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from sqlalchemy import Select
    from sqlalchemy.orm import Session

    from refuge.accounts.models import Person


@dataclass(frozen=True)
class Woman:
    """One woman as a list of in-reach shows her."""

    referral_id: int
    ref: str
    """What she is called: the ref of her referral."""
    refuge_id: int
    house: str
    lives_here: bool


def _newest_stays() -> Select[int, str, int, str, datetime | None]:
    """Return each woman's stays, the newest last."""
    return (
        select(Stay.referral_id, Stay.called, Bed.refuge_id, Refuge.name, Stay.ended_at)
        .join(Bed, Bed.id == Stay.bed_id)
        .join(Refuge, Refuge.id == Bed.refuge_id)
        .order_by(Stay.started_at)
    )


def women_of(session: Session, reader: Person, referral_ids: Collection[int], *, at: datetime) -> dict[int, Woman]:
    """Return, by the id of their referral, those of these women whom the reader may know of."""
    visible = residents_visible_to(session, reader, at=at)
    rows = session.execute(
        _newest_stays().where(Stay.referral_id.in_(referral_ids), Stay.referral_id.in_(visible)),
    )
    return {
        referral_id: Woman(referral_id, ref, refuge_id, house, ended_at is None)
        for referral_id, ref, refuge_id, house, ended_at in rows
    }


def residents(session: Session, reader: Person, *, at: datetime) -> list[Woman]:
    """Return the women who live in the network now and whom the reader may know of, house by house."""
    visible = residents_visible_to(session, reader, at=at)
    rows = session.execute(_newest_stays().where(Stay.ended_at.is_(None), Stay.referral_id.in_(visible)))
    found = [
        Woman(referral_id, ref, refuge_id, house, lives_here=True) for referral_id, ref, refuge_id, house, _ in rows
    ]
    return sorted(found, key=lambda woman: (woman.house, woman.ref))


def resident(session: Session, reader: Person, ref: str, *, at: datetime) -> Woman | None:
    """Return the woman who is called so, if she lives in the network now and the reader may know of her."""
    return next((woman for woman in residents(session, reader, at=at) if woman.ref == ref), None)
