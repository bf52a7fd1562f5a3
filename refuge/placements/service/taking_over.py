"""A refuge takes over the record of a referral that another agency made: from then on it answers for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from refuge.audit.service import record
from refuge.placements.models import TakingOver

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

    from refuge.accounts.models import Person
    from refuge.audit.service import Actor
    from refuge.referrals.models import Referral


def take_over(session: Session, referral: Referral, *, by: Person, actor: Actor, at: datetime) -> bool:
    """Make the referral a record of the actor's agency; return whether it was another's until now.

    The first agency that passed it on is kept: it goes on seeing how the referral stands (`queries.passed_on`).
    """
    if referral.agency_id == by.agency_id:
        return False
    if session.scalar(select(TakingOver.id).where(TakingOver.referral_id == referral.id)) is None:
        session.add(
            TakingOver(referral_id=referral.id, from_agency_id=referral.agency_id, taken_by_id=by.id, at=at),
        )
    referral.agency_id = by.agency_id
    session.flush()
    session.expire(referral, ["agency"])  # the next look at it reads the agency whose record it is now
    record(session, "referral.taken_over", referral.ref, by=actor, at=at)
    return True
