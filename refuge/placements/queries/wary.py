"""About which households each refuge must be rung first: there is somebody to avoid, or a refuge asked her to leave."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import or_, select

from refuge.placements.models import Exclusion
from refuge.referrals.models import ConflictPair, PossibleSame, Referral

if TYPE_CHECKING:
    from collections.abc import Collection

    from sqlalchemy.orm import Session


def wary_of(session: Session, refs: Collection[str]) -> frozenset[str]:
    """Return those of these households. One query; it looks at no day and at no refuge, for both would tell.

    Whoever shows what a bed says narrows with it (`narrowing.narrowed`); it is itself shown to nobody.
    """
    if not refs:
        return frozenset()
    meets = select(ConflictPair.id).where(or_(ConflictPair.low_id == Referral.id, ConflictPair.high_id == Referral.id))
    left = select(Exclusion.id).where(Exclusion.referral_id == Referral.id)
    same = select(PossibleSame.id).where(
        or_(PossibleSame.same.is_(None), PossibleSame.same.is_(True)),
        or_(
            (PossibleSame.low_id == Referral.id) & PossibleSame.high_id.in_(select(Exclusion.referral_id)),
            (PossibleSame.high_id == Referral.id) & PossibleSame.low_id.in_(select(Exclusion.referral_id)),
        ),
    )
    return frozenset(
        session.scalars(
            select(Referral.ref).where(
                Referral.ref.in_(list(refs)),
                or_(*(rows.correlate(Referral).exists() for rows in (meets, left, same))),
            )
        )
    )
