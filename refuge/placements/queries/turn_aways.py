"""Turn-aways: what the barriers propose for one, and reading those of the reader's own agency."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sqlalchemy import and_, false, select
from sqlalchemy.orm import joinedload

from allocation.beds.eligibility import BARRIERS
from refuge.permissions import Permission
from refuge.placements.models import TurnAway
from refuge.placements.narrowing import LABEL, THEIRS
from refuge.placements.queries.runs import names_for
from refuge.placements.queries.verdicts import told_to, verdicts
from refuge.referrals.models import Referral
from refuge.referrals.queries import visible_to

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from sqlalchemy import ColumnElement
    from sqlalchemy.orm import Session

    from refuge.accounts.models import Person


@dataclass(frozen=True)
class Proposal:
    """What stands between a household and the beds of the network, and the reason that this implies."""

    reason: str = ""
    """Code of list `turnaway_reason`; empty where some bed could be hers."""
    contributing: tuple[str, ...] = ()
    barriers: Mapping[str, int] = field(default_factory=dict)
    """Code of a barrier -> how many beds it blocks."""
    could_have: int = 0
    """How many beds could take her, nobody else waiting."""


def propose(session: Session, reader: Person, referral: Referral, *, at: datetime) -> Proposal:
    """Return what the barriers imply for a referral that the reader may see. Counts of beds only: nobody is named.

    It is kept on her record, so it holds no more of what other refuges know than the reader may.
    """
    found = told_to(verdicts(session, referral, at), names_for(session, reader, [referral.ref]))
    return Proposal(found.turnaway_reason, tuple(found.contributing), found.blocked_by, len(found.could_have))


def barrier_words(barriers: Mapping[str, int]) -> list[str]:
    """Return `9 beds: too few places or cots`, the barrier of most beds first."""
    counted = sorted(barriers.items(), key=lambda pair: (-pair[1], pair[0]))
    return [f"{number} {'bed' if number == 1 else 'beds'}: {_begun(label_of(code))}" for code, number in counted]


def label_of(code: str) -> str:
    """Return what a barrier is called in lists of rules."""
    if code == THEIRS:
        return LABEL
    return BARRIERS[code].label if code in BARRIERS else code.replace("_", " ").capitalize()


def _begun(words: str) -> str:
    return words[:1].lower() + words[1:]


def _own(reader: Person) -> ColumnElement[bool]:
    if not reader.may(Permission.TURNAWAY_RECORD):
        return false()
    return and_(visible_to(reader), Referral.agency_id == reader.agency_id)


def turn_away(session: Session, reader: Person, ref: str, *, lock: bool = False) -> tuple[TurnAway, Referral] | None:
    """Return a turn-away of the reader's agency with its referral, or None; `lock` reads both to be changed."""
    query = (
        select(TurnAway, Referral)
        .join(Referral, Referral.id == TurnAway.referral_id)
        .where(_own(reader), TurnAway.ref == ref)
        .options(joinedload(TurnAway.decided_by), joinedload(TurnAway.taken_back_by))
    )
    if lock:
        query = query.with_for_update(of=(TurnAway, Referral)).execution_options(populate_existing=True)
    row = session.execute(query).unique().one_or_none()
    return None if row is None else (row[0], row[1])


def ref_of_turn_away(session: Session, reader: Person, referral: Referral) -> str | None:
    """Return the ref of the turn-away of this referral that stands, if it is one of the reader's agency."""
    return session.scalar(
        select(TurnAway.ref)
        .join(Referral, Referral.id == TurnAway.referral_id)
        .where(_own(reader), TurnAway.referral_id == referral.id, TurnAway.taken_back_at.is_(None)),
    )


def taken_back(session: Session, reader: Person, referral: Referral) -> TurnAway | None:
    """Return the turn-away of this referral that was taken back last, if it is one of the reader's agency."""
    return session.scalar(
        select(TurnAway)
        .join(Referral, Referral.id == TurnAway.referral_id)
        .where(_own(reader), TurnAway.referral_id == referral.id, TurnAway.taken_back_at.is_not(None))
        .order_by(TurnAway.taken_back_at.desc())
        .options(joinedload(TurnAway.taken_back_by))
        .limit(1),
    )
