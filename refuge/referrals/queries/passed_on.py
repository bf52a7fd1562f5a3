"""Referrals that a refuge took over: what the agency that made them may still know. Never where, never why."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import and_, false, or_, select

from refuge.permissions import Permission
from refuge.referrals.models import Referral, ReferralState, TakingOver
from refuge.referrals.queries.referrals import PAGE, visible_to
from refuge.referrals.queries.standing import in_states, waits_again

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy import ColumnElement
    from sqlalchemy.orm import Session

    from refuge.accounts.models import Person


class PassedOn(NamedTuple):
    """How such a referral stands: these four things are read and no other."""

    ref: str
    received_at: datetime
    state: ReferralState
    outcome: str


COLUMNS = (Referral.ref, Referral.received_at, Referral.state, Referral.outcome)


def passed_on_by(reader: Person) -> ColumnElement[bool]:
    """Return the condition that the reader's agency made it, a refuge took it over, and she may not read it whole."""
    if not reader.may(Permission.REFERRAL_SEE):
        return false()
    theirs = (
        select(TakingOver.referral_id).where(TakingOver.from_agency_id == reader.agency_id).correlate(None)
    )  # fmt: skip
    return and_(Referral.network_id == reader.network_id, Referral.id.in_(theirs), ~visible_to(reader))


def passed_on(session: Session, reader: Person, *, states: Sequence[ReferralState], at: datetime) -> list[PassedOn]:
    """Return how the referrals stand that her agency passed on, newest first: a page of them at most."""
    rows = session.execute(
        select(*COLUMNS, waits_again(at))
        .where(passed_on_by(reader), in_states(states, at=at))
        .order_by(Referral.received_at.desc(), Referral.id)
        .limit(PAGE),
    )
    return [_row(*row) for row in rows]


def passed_on_one(session: Session, reader: Person, ref: str, *, at: datetime) -> PassedOn | None:
    """Return how one of them stands, or None if it is none."""
    query = select(*COLUMNS, waits_again(at)).where(passed_on_by(reader), Referral.ref == ref)
    row = session.execute(query).one_or_none()
    return None if row is None else _row(*row)


def _row(ref: str, received_at: datetime, state: ReferralState, outcome: str, again: bool) -> PassedOn:  # noqa: FBT001  a column
    return PassedOn(ref, received_at, ReferralState.WAITING if again else state, outcome)


def made_of_draft(session: Session, reader: Person, draft_id: int) -> str | None:
    """Return the ref of the referral that was made of her draft, whoever's record it is now."""
    return session.scalar(
        select(Referral.ref).where(or_(visible_to(reader), passed_on_by(reader)), Referral.draft_id == draft_id),
    )
