"""What is done while she waits: searches outside the network are logged, and a day is set to look again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import select

from refuge.audit.service import record
from refuge.errors import Refused
from refuge.london import london_date
from refuge.placements.models import Search, WaitingReview
from refuge.placements.service.holding import notice_lapse
from refuge.referrals.models import ReferralState

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

    from refuge.accounts.models import Person
    from refuge.audit.service import Actor
    from refuge.referrals.models import Referral

LONGEST = timedelta(days=60)
"""How far ahead the day to look again can be (D)."""


@dataclass(frozen=True)
class SearchDetails:
    """Whom somebody asked outside the network, and what they said. The names are those of `Search`."""

    asked: str
    area: str
    result: str
    note: str


def log_search(
    session: Session, referral: Referral, details: SearchDetails, *, by: Person, actor: Actor, at: datetime
) -> Search:
    """Keep that a service outside the network was asked, and what it said."""
    row = Search(
        referral_id=referral.id, asked=details.asked, area=details.area, result=details.result, note=details.note,
        searched_by_id=by.id, at=at,
    )  # fmt: skip
    session.add(row)
    session.flush()
    record(
        session, "referral.searched", referral.ref, by=actor, at=at, result=details.result, area=details.area or None
    )
    return row


def set_review(
    session: Session, referral: Referral, on: date, note: str, *, by: Person, actor: Actor, at: datetime
) -> WaitingReview:
    """Set the day to look again at a referral that waits; it replaces the day before. The referral is locked."""
    notice_lapse(session, referral, at=at)
    if referral.state is not ReferralState.WAITING:
        raise Refused("This referral no longer waits, so there is no day to look again.", code="not_waiting")
    today = london_date(at)
    if not today <= on <= today + LONGEST:
        raise Refused(f"Enter a day from today to {LONGEST.days} days ahead", code="day", field="review_on")
    row = session.scalar(select(WaitingReview).where(WaitingReview.referral_id == referral.id))
    if row is None:
        row = WaitingReview(referral_id=referral.id)
        session.add(row)
    row.review_on, row.note, row.set_by_id, row.set_at = on, note, by.id, at
    session.flush()
    record(session, "referral.review_set", referral.ref, by=actor, at=at)
    return row
