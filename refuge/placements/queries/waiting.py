"""Searches made for a referral, and the days on which somebody wants to look again."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import or_, select
from sqlalchemy.orm import aliased, joinedload

from refuge.accounts.models import Person
from refuge.london import london_date
from refuge.permissions import Permission
from refuge.placements.models import Search, WaitingReview
from refuge.referrals.models import Referral, ReferralState
from refuge.referrals.queries import in_states, visible_to

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime

    from sqlalchemy.orm import Session


class ReviewDue(NamedTuple):
    """A referral to look at again: its ref, who said so, for which day, and what to look at."""

    ref: str
    set_by: str
    review_on: date
    note: str


def searches(session: Session, reader: Person, referral: Referral) -> Sequence[Search]:
    """Return what was asked outside the network for a referral that she may see, newest first."""
    return session.scalars(
        select(Search)
        .join(Referral, Referral.id == Search.referral_id)
        .where(visible_to(reader), Search.referral_id == referral.id)
        .options(joinedload(Search.searched_by))
        .order_by(Search.at.desc(), Search.id.desc()),
    ).all()


def review_of(session: Session, reader: Person, referral: Referral) -> WaitingReview | None:
    """Return the day to look again at a referral that she may see, with who set it."""
    return session.scalar(
        select(WaitingReview)
        .join(Referral, Referral.id == WaitingReview.referral_id)
        .where(visible_to(reader), WaitingReview.referral_id == referral.id)
        .options(joinedload(WaitingReview.set_by)),
    )


def reviews_due(session: Session, reader: Person, *, at: datetime) -> list[ReviewDue]:
    """Return the waiting referrals whose day has come, the longest overdue first.

    Those of the reader's agency, and those that somebody of her agency wants to look at.
    """
    if not reader.may(Permission.TURNAWAY_RECORD):
        return []
    setter = aliased(Person)
    hers = or_(Referral.agency_id == reader.agency_id, setter.agency_id == reader.agency_id)
    rows = session.execute(
        select(Referral.ref, setter.name, WaitingReview.review_on, WaitingReview.note)
        .join(Referral, Referral.id == WaitingReview.referral_id)
        .join(setter, setter.id == WaitingReview.set_by_id)
        .where(
            visible_to(reader), hers,
            in_states([ReferralState.WAITING], at=at), WaitingReview.review_on <= london_date(at),
        )
        .order_by(WaitingReview.review_on, Referral.ref),
    )  # fmt: skip
    return [ReviewDue(*row) for row in rows]
