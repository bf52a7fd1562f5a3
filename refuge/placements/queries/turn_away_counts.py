"""How many referrals of a network ended without a place, by need and reason. Exact; it names nobody and no agency.

A turn-away that was taken back counts nowhere: its referral waits again, or ended otherwise.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import and_, func, select

from refuge.codes.models import Code
from refuge.london import day_begins
from refuge.permissions import Permission
from refuge.placements.models import TurnAway
from refuge.referrals.models import Answer, Child, Need, NeedLevel, Recourse, Referral, ReferralState

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import date

    from sqlalchemy import ColumnElement
    from sqlalchemy.orm import Mapped, Session

    from refuge.accounts.models import Person

CAPACITY, NOT_FOR_US = "Capacity", "Not for this service"
"""Groups of list `turnaway_reason`: no place or nothing to meet the need with; never a referral for these refuges."""
TWICE = "I03"
"""Recorded twice: no referral of its own, so it is counted nowhere."""
SUPPORTED = (NeedLevel.LOW, NeedLevel.MEDIUM, NeedLevel.HIGH)
WITH_FUNDS = ("RECOURSE", "MVDAC_LEAVE", "NOT_KNOWN")
"""Recourse to public funds, or nobody knows."""
ENDED = (ReferralState.TURNED_AWAY, ReferralState.WITHDRAWN)
NEEDS: Mapping[str, str] = {
    "all": "All referrals", "mental_health": "Mental health", "substance": "Alcohol or drugs",
    "nrpf": "No recourse to public funds", "children": "Children come with her", "access": "Access needs",
}  # fmt: skip
"""What is counted, in the order of the table, with its words."""


@dataclass
class Count:
    """The referrals with one need. Referral events, never women: the same woman may be referred twice."""

    received: int = 0
    decided: int = 0
    """Placed, turned away or withdrawn."""
    unplaced: int = 0
    """Turned away or withdrawn."""
    reasons: Counter[str] = field(default_factory=Counter)
    """Code of list `turnaway_reason` -> how many of those not placed; empty code: none recorded."""
    capacity: int = 0
    """Not placed because the refuges had no place, or nothing to meet her need with."""
    not_for_us: int = 0
    """Decided, but never a referral for these refuges."""

    @property
    def for_us(self) -> int:
        """What the capacity is held against: decided, without those that were not for this service."""
        return self.decided - self.not_for_us


class Reason(NamedTuple):
    """A reason as the table shows it."""

    code: str
    label: str
    group: str


@dataclass(frozen=True)
class Counts:
    """The whole table."""

    needs: Mapping[str, Count]
    """By key of `NEEDS`."""
    reasons: Sequence[Reason]
    """Those that occur, in the order of their list."""
    twice: int
    """Recorded twice, and left out."""


class Event(NamedTuple):
    """What is read of one referral: nothing that tells who she is."""

    state: ReferralState
    ended_as: str
    turned_away_as: str | None
    access: list[str]
    children_come: Answer
    children: int
    mental_health: int
    substance: int
    nrpf: int

    @property
    def reason(self) -> str:
        """The code of list `turnaway_reason`; a withdrawal is kept in codes of the same list."""
        if self.state not in ENDED:
            return ""
        return self.turned_away_as or (self.ended_as if self.state is ReferralState.WITHDRAWN else "")

    def needs(self) -> Iterator[str]:
        """Give the keys of `NEEDS` that count it."""
        yield "all"
        if self.mental_health:
            yield "mental_health"
        if self.substance:
            yield "substance"
        if self.nrpf:
            yield "nrpf"
        if self.children or self.children_come is Answer.YES:
            yield "children"
        if self.access:
            yield "access"


def turn_away_counts(session: Session, reader: Person, *, since: date, until: date) -> Counts:
    """Count the referrals of the reader's network received from the one London day to the other, both included.

    Two queries, however many referrals.
    """
    events = _events(session, reader, since, until) if reader.may(Permission.TURNAWAY_COUNT) else []
    known = _reasons(session)
    counts = {need: Count() for need in NEEDS}
    counted = [event for event in events if event.reason != TWICE]
    for event in counted:
        for need in event.needs():
            _add(counts[need], event, known)
    there = counts["all"].reasons
    shown = [reason for reason in known.values() if there[reason.code]]
    if there[""]:
        shown.append(Reason("", "No reason was recorded", ""))
    return Counts(counts, shown, len(events) - len(counted))


def _add(count: Count, event: Event, known: Mapping[str, Reason]) -> None:
    count.received += 1
    count.decided += event.state in {*ENDED, ReferralState.PLACED}
    if event.state not in ENDED:
        return
    group = known[event.reason].group if event.reason in known else ""
    count.unplaced += 1
    count.reasons[event.reason if event.reason in known else ""] += 1
    count.capacity += group == CAPACITY
    count.not_for_us += group == NOT_FOR_US


def _events(session: Session, reader: Person, since: date, until: date) -> list[Event]:
    rows = session.execute(
        select(
            Referral.state, Referral.outcome, TurnAway.reason, Referral.access, Referral.children_come,
            _how_many(Child.id, Child.referral_id), _needing("mental_health"), _needing("alcohol", "drugs"),
            _how_many(Recourse.id, Recourse.referral_id, Recourse.status.not_in(WITH_FUNDS)),
        )
        .outerjoin(TurnAway, and_(TurnAway.referral_id == Referral.id, TurnAway.taken_back_at.is_(None)))
        .where(
            Referral.network_id == reader.network_id, Referral.received_at >= day_begins(since),
            Referral.received_at < day_begins(until + timedelta(days=1)),
        )
    )  # fmt: skip
    return [Event(*row) for row in rows]


def _needing(*needs: str) -> ColumnElement[int]:
    return _how_many(Need.id, Need.referral_id, and_(Need.need.in_(needs), Need.level.in_(SUPPORTED)))


def _how_many(row: Mapped[int], of: Mapped[int], *which: ColumnElement[bool]) -> ColumnElement[int]:
    return select(func.count(row)).where(of == Referral.id, *which).correlate(Referral).scalar_subquery()


def _reasons(session: Session) -> dict[str, Reason]:
    """Return the reasons by code, ended ones included: an old turn-away is still counted under its own."""
    rows = session.execute(
        select(Code.code, Code.label, Code.group)
        .where(Code.list_name == "turnaway_reason")
        .order_by(Code.position, Code.valid_from),
    )
    return {row.code: Reason(*row) for row in rows}
