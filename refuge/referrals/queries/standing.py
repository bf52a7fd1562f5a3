"""Whether a referral waits: a hold past its hour holds nothing, whether or not the job that notices has run.

The room of placements decides about holds; which rows say that one stands is asked here, so that lists, counts and
pages of referrals never say "held" of a woman for whom no bed is held.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import and_, or_, select
from sqlalchemy.orm.attributes import set_committed_value

from refuge.beds.models import Bed, Hold, Refuge
from refuge.referrals.models import Referral, ReferralState

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from sqlalchemy import ColumnElement
    from sqlalchemy.orm import Session


def stands(at: datetime) -> ColumnElement[bool]:
    """Return the condition under which a hold is not over at this instant."""
    return and_(Hold.ended_at.is_(None), Hold.lapsed_at.is_(None), Hold.until_at > at)


def waits_again(at: datetime) -> ColumnElement[bool]:
    """Return the condition that the hold for her is past its hour, though no job has noticed yet."""
    held = select(Hold.id).where(Hold.referral_id == Referral.id, stands(at)).correlate(Referral).exists()
    return and_(Referral.state == ReferralState.HELD, ~held)


def in_states(states: Sequence[ReferralState], *, at: datetime) -> ColumnElement[bool]:
    """Return the condition that a referral stands in one of these states at this instant."""
    found = Referral.state.in_(states)
    if ReferralState.WAITING in states:
        return or_(found, waits_again(at))
    return and_(found, ~waits_again(at)) if ReferralState.HELD in states else found


def say_who_waits_again(session: Session, rows: Iterable[Referral], *, at: datetime) -> None:
    """Let rows that were read to be shown say that she waits, where the hold is past its hour. Writes nothing."""
    held = [row for row in rows if row.state is ReferralState.HELD]
    if not held:
        return
    lapsed = set(session.scalars(select(Referral.id).where(Referral.id.in_([row.id for row in held]), waits_again(at))))
    for row in held:
        if row.id in lapsed:
            set_committed_value(row, "state", ReferralState.WAITING)


def held_elsewhere(session: Session, referral: Referral, *, at: datetime) -> bool:
    """Return whether a bed of another agency than the referral's is held for her."""
    found = (
        select(Hold.id)
        .join(Bed, Bed.id == Hold.bed_id)
        .join(Refuge, Refuge.id == Bed.refuge_id)
        .where(Hold.referral_id == referral.id, stands(at), Refuge.agency_id != referral.agency_id)
    )
    return session.scalar(found.limit(1)) is not None


def waits(session: Session, referral: Referral, *, at: datetime) -> bool:
    """Return whether a referral waits, for somebody who is about to decide about it."""
    if referral.state is not ReferralState.HELD:
        return referral.state is ReferralState.WAITING
    return session.scalar(select(Referral.id).where(Referral.id == referral.id, waits_again(at))) is not None
