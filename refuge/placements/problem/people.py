"""Whom a problem is about, and what it must know of those who wait and those who have a place alike."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from sqlalchemy import or_, select

from allocation.beds.problem import NEEDS, Funding, Level
from refuge.referrals.models import FundingRoute, Need, NeedLevel, Recourse, Referral, ReferralState, RouteState
from refuge.referrals.queries import in_states

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime

    from sqlalchemy import Select
    from sqlalchemy.orm import Session

LEVELS = {
    NeedLevel.NOT_ASKED: None, NeedLevel.NO: Level.NONE, NeedLevel.LOW: Level.LOW, NeedLevel.MEDIUM: Level.MEDIUM,
    NeedLevel.HIGH: Level.HIGH,
}  # fmt: skip
IN_HOUSE = "in_house"
"""The way of paying that uses one of a refuge's funded places, of code list `funding_route`."""
ALWAYS, WHILE_IT_LASTS, UNKNOWN = "RECOURSE", "MVDAC_LEAVE", "NOT_KNOWN"
"""Of code list `recourse_status`: has recourse; has it until her leave expires; nobody asked."""

Needs = dict[str, "Level | None"]


def people_of(network_id: int, also: Sequence[int], lodged: Sequence[int], *, at: datetime) -> Select[int]:
    """Return the ids of the referrals of the network that wait, that are asked for, or that have a place."""
    more = sorted({*also, *lodged})
    return select(Referral.id).where(
        Referral.network_id == network_id,
        or_(in_states([ReferralState.WAITING], at=at), Referral.id.in_(more)),
    )


def needs_of(session: Session, people: Select[int]) -> dict[int, Needs]:
    """Return referral id -> need -> level, of the needs for which a refuge states what it can support."""
    rows = session.execute(
        select(Need.referral_id, Need.need, Need.level).where(Need.referral_id.in_(people), Need.need.in_(NEEDS)),
    )
    found: dict[int, Needs] = defaultdict(dict)
    for referral_id, need, level in rows:
        found[referral_id][need] = LEVELS[level]
    return found


def without_funds(session: Session, people: Select[int], *, on: date) -> dict[int, Funding]:
    """Return referral id -> how her place can be paid for, on this day. One without a record was not asked."""
    another_way = (
        select(FundingRoute.id)
        .where(
            FundingRoute.recourse_id == Recourse.id,
            FundingRoute.state == RouteState.CONFIRMED,
            FundingRoute.route != IN_HOUSE,
        )
        .exists()
    )
    rows = session.execute(
        select(Recourse.referral_id, Recourse.status, Recourse.leave_expires, another_way).where(
            Recourse.referral_id.in_(people)
        ),
    )
    found: dict[int, Funding] = defaultdict(lambda: Funding.NOT_KNOWN)
    for referral_id, status, expires, paid_otherwise in rows:
        lasts = expires is None or expires >= on
        found[referral_id] = funding_of(status, lasts=lasts, paid_otherwise=bool(paid_otherwise))
    return found


def funding_of(status: str, *, lasts: bool, paid_otherwise: bool) -> Funding:
    """Return how a place can be paid for. `lasts`: leave with recourse has not run out; then it is no recourse."""
    if status == ALWAYS or (status == WHILE_IT_LASTS and lasts):
        return Funding.PUBLIC_FUNDS
    if status == UNKNOWN:
        return Funding.NOT_KNOWN
    return Funding.OTHER_ROUTE if paid_otherwise else Funding.FUNDED_PLACE
