"""What each person should do next, gathered from the rooms below; each part only as far as her role reaches."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from refuge.accounts.models import Agency, Person
from refuge.beds.filters import Filters
from refuge.beds.queries import board
from refuge.permissions import Permission
from refuge.placements.queries import askings, holds
from refuge.placements.queries.waiting import reviews_due
from refuge.referrals.models import Referral, ReferralState
from refuge.referrals.queries import in_states, my_drafts, page, visible_to
from support_plans.queries import privacy
from support_plans.queries.morning import Morning, morning

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy.orm import Session

    from refuge.beds.models import Bed
    from refuge.beds.queries import Board
    from refuge.placements.queries.askings import Asked
    from refuge.placements.queries.waiting import ReviewDue
    from refuge.referrals.models import ReferralDraft

SHOWN = 5
"""How many waiting referrals Today lists; the rest are one step away."""


@dataclass(frozen=True)
class Waiting:
    """The households that wait, as far as the reader may see them."""

    count: int
    since: datetime | None
    """When the one that has waited longest was referred."""


@dataclass(frozen=True)
class Day:
    """What a start page is made from; None where a role has no business with it."""

    drafts: Sequence[ReferralDraft] | None
    waiting: Waiting | None
    first: Sequence[Referral]
    """The waiting referrals to look at first."""
    board: Board | None
    people: int | None
    reviews: Sequence[ReviewDue] = ()
    """The waiting referrals that somebody wanted to look at again by today."""
    asked: Sequence[Asked] = ()
    """What she was asked as second person and has not answered."""
    disagreed: Sequence[Asked] = ()
    """What she asked, and the second person said no."""
    agreed: Sequence[Asked] = ()
    """What she asked, and the second person said yes: it can be done."""
    morning: Morning = field(default_factory=Morning)
    """Her own tasks that are due, who moved in, what was missed."""
    privacy: privacy.Alerted = field(default_factory=privacy.Alerted)
    """What she, as privacy officer, was alerted to, or, as a manager, what nobody has reviewed in time."""
    lapsed: Sequence[holds.Lapsed] = ()
    """Holds of her agency's, or of its beds, that lapsed within a day."""
    elsewhere: Sequence[holds.Elsewhere] = ()
    """Holds of her agency's that stand on beds of another."""
    let_go: Sequence[Bed] = ()
    """Beds of her agency whose hold ended because the woman no longer agrees to share."""


def waiting(session: Session, reader: Person, *, at: datetime) -> Waiting:
    """Return how many households wait, and since when the longest."""
    mine = (visible_to(reader), in_states([ReferralState.WAITING], at=at))
    count, since = session.execute(select(func.count(), func.min(Referral.received_at)).where(*mine)).one()
    return Waiting(count, since)


def day(session: Session, reader: Person, at: datetime) -> Day:
    """Return what this person should see first."""
    sees, holding = reader.may(Permission.REFERRAL_SEE), reader.may(Permission.BED_HOLD)
    first = page(session, reader, states=[ReferralState.WAITING], at=at).rows[:SHOWN] if sees else ()
    people = select(func.count(Person.id)).join(Agency, Agency.id == Person.agency_id)
    return Day(
        drafts=my_drafts(session, reader) if reader.may(Permission.REFERRAL_MAKE) else None,
        waiting=waiting(session, reader, at=at) if sees else None,
        first=first,
        board=board(session, reader, at, Filters()) if reader.may(Permission.BOARD_SEE) else None,
        reviews=reviews_due(session, reader, at=at),
        asked=askings.to_answer(session, reader, at=at) if holding else (),
        disagreed=askings.said_no(session, reader, at=at) if holding else (),
        agreed=askings.said_yes(session, reader, at=at) if holding else (),
        lapsed=holds.lapsed(session, reader, at=at) if holding else (),
        morning=morning(session, reader, at=at),
        elsewhere=holds.made_elsewhere(session, reader, at=at) if holding else (),
        let_go=holds.taken_from(session, reader, at=at) if holding else (),
        privacy=privacy.alerted(session, reader, at=at),
        people=session.scalar(people) if reader.may(Permission.PERSON_MANAGE) else None,
    )
