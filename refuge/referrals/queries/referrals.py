"""Which referrals a reader may see, as lists and one by one."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import ColumnElement, and_, case, false, func, or_, select
from sqlalchemy.orm import contains_eager, joinedload, selectinload

from refuge.accounts.models import Agency, AgencyKind
from refuge.beds.models import Bed, Refuge, Stay
from refuge.permissions import Permission
from refuge.referrals.duplicates import digits_of, name_key
from refuge.referrals.models import Judgement, Referral, ReferralState, WaitingReview
from refuge.referrals.queries.standing import in_states, say_who_waits_again
from refuge.referrals.risk import TOOLS

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime

    from sqlalchemy.orm import Session

    from refuge.accounts.models import Person

PAGE = 50
"""How many referrals a page of the list shows."""
OPEN = (ReferralState.WAITING, ReferralState.HELD)
"""While a referral is one of these, the other refuges need it to find her a place."""
LEAST_TO_FIND = 2
"""A search for a single letter would show everybody."""
SHOWN = (joinedload(Referral.taken_by),)


class Page(NamedTuple):
    """One page of a list, and how many there are in all."""

    rows: Sequence[Referral]
    total: int


def visible_to(reader: Person) -> ColumnElement[bool]:
    """Return the condition under which a referral may be seen at all.

    Refuges: their own, those of women who live or lived in their beds, and of the network those that women agreed to
    share, for as long as they are open. Referrers: their own agency's.
    """
    if not reader.may(Permission.REFERRAL_SEE):
        return false()
    own = Referral.agency_id == reader.agency_id
    if reader.agency_kind is AgencyKind.REFUGE_PROVIDER:
        offered = and_(Referral.shared, Referral.state.in_(OPEN))
        return and_(Referral.network_id == reader.network_id, or_(own, offered, _resident_of(reader)))
    return own


def _resident_of(reader: Person) -> ColumnElement[bool]:
    """Return the condition that she lives or lived in a bed of the reader's agency: then it is its resident's record.

    It stands by itself (`correlate`), so that a query which reads stays too cannot tie itself to it by accident.
    """
    stays = (
        select(Stay.referral_id)
        .join(Bed, Bed.id == Stay.bed_id)
        .join(Refuge, Refuge.id == Bed.refuge_id)
        .where(Refuge.agency_id == reader.agency_id)
        .correlate(None)
    )
    return Referral.id.in_(stays)


def visible_refs(session: Session, reader: Person, refs: Sequence[str]) -> dict[str, str]:
    """Return which of these refs of referrals (R-) and stays (W-) she may see, each with the ref of its referral."""
    if not refs:
        return {}
    named = select(Referral.ref, Referral.ref.label("referral")).where(visible_to(reader), Referral.ref.in_(refs))
    lived = (
        select(Stay.ref, Referral.ref)
        .join(Referral, Referral.id == Stay.referral_id)
        .where(visible_to(reader), Stay.ref.in_(refs))
    )
    return {row.ref: row.referral for row in session.execute(named.union_all(lived))}


def is_own(referral: Referral, reader: Person) -> bool:
    """Return whether it is a record of the reader's agency."""
    return referral.agency_id == reader.agency_id


def may_change(referral: Referral, reader: Person) -> bool:
    """Return whether the reader may correct it: her own agency's; a referrer only while it waits."""
    if not reader.may(Permission.REFERRAL_CHANGE) or not is_own(referral, reader):
        return False
    return reader.agency_kind is AgencyKind.REFUGE_PROVIDER or referral.state is ReferralState.WAITING


def may_progress(referral: Referral, reader: Person) -> bool:
    """Return whether the reader may keep up its checks and ways of paying: another refuge that may place her, too.

    Never on a referral of an agency that only refers: it reads its own record, and would learn there what a refuge
    found out about her immigration status.
    """
    between_refuges = {reader.agency_kind, referral.agency.kind} == {AgencyKind.REFUGE_PROVIDER}
    if between_refuges and referral.state in OPEN and reader.may(Permission.REFERRAL_CHANGE):
        return True
    return may_change(referral, reader)


def answers_for(referral: Referral, reader: Person) -> bool:
    """Return whether the reader's agency decides about a referral that she may see.

    Its own; and one of an agency that only refers, which any refuge that may see it can take over.
    """
    if is_own(referral, reader):
        return True
    refuge = AgencyKind.REFUGE_PROVIDER
    return reader.agency_kind is refuge and referral.agency.kind is not refuge


def risk_rank() -> ColumnElement[int]:
    """Return `risk.level` as the database can sort by it: 3 high, 2 medium, 1 standard, 0 not assessed."""
    high = [Referral.judgement == Judgement.HIGH]
    medium = [Referral.judgement == Judgement.MEDIUM]
    for tool, told in TOOLS.items():
        if told.high is not None:
            high.append(and_(Referral.risk_tool == tool, Referral.risk_count >= told.high))
        if told.medium is not None:
            medium.append(and_(Referral.risk_tool == tool, Referral.risk_count >= told.medium))
    return case((or_(*high), 3), (or_(*medium), 2), (Referral.judgement == Judgement.STANDARD, 1), else_=0)


def page(session: Session, reader: Person, *, states: Sequence[ReferralState], at: datetime, number: int = 1) -> Page:
    """Return a page of the list: waiting first, then risk, then the longest wait; ended ones newest first."""
    mine = and_(visible_to(reader), in_states(states, at=at))
    total = session.scalar(select(func.count()).select_from(Referral).where(mine)) or 0
    open_first = case(
        (in_states([ReferralState.WAITING], at=at), 0), (Referral.state == ReferralState.HELD, 1), else_=2
    )
    ended = case((Referral.closed_at.is_(None), None), else_=Referral.closed_at)
    rows = session.scalars(
        select(Referral)
        .join(Referral.agency)
        .join(Agency.network)
        .where(mine)
        .options(contains_eager(Referral.agency).contains_eager(Agency.network), *SHOWN)
        .order_by(open_first, ended.desc(), risk_rank().desc(), Referral.received_at, Referral.id)
        .limit(PAGE)
        .offset((number - 1) * PAGE),
    )
    found = rows.unique().all()
    say_who_waits_again(session, found, at=at)
    return Page(found, total)


def one(session: Session, reader: Person, ref: str, *, lock: bool = False) -> Referral | None:
    """Return the referral with this ref if the reader may see it; `lock` reads it whole to be changed."""
    query = select(Referral).where(visible_to(reader), Referral.ref == ref).options(*SHOWN)
    if lock:
        query = (
            query.options(selectinload(Referral.must_not_meet), selectinload(Referral.recourse))
            .with_for_update(of=Referral)
            .execution_options(populate_existing=True)
        )
    return session.scalars(query).unique().one_or_none()


def review_days(session: Session, reader: Person, rows: Sequence[Referral]) -> dict[int, date]:
    """Return id of a referral -> the day to look again, of those that wait; to refuges only, for it is their work."""
    waiting = [row.id for row in rows if row.state is ReferralState.WAITING]
    if not waiting or not reader.may(Permission.TURNAWAY_RECORD):
        return {}
    days = select(WaitingReview.referral_id, WaitingReview.review_on).where(WaitingReview.referral_id.in_(waiting))
    return {row.referral_id: row.review_on for row in session.execute(days)}


def found(session: Session, reader: Person, words: str, *, at: datetime) -> Sequence[Referral]:
    """Return the referrals that these words name: a ref, a safe number, or a name or a part of one."""
    words = words.strip()
    ways: list[ColumnElement[bool]] = [Referral.ref == words.upper()]
    if digits := digits_of(words):
        ways.append(Referral.safe_number_digits == digits)
    key = name_key(words)
    if len(key) >= LEAST_TO_FIND:
        ways.append(and_(*(Referral.name_key.contains(part, autoescape=True) for part in key.split())))
    rows = (
        session.scalars(
            select(Referral)
            .where(visible_to(reader), or_(*ways))
            .options(*SHOWN)
            .order_by(Referral.closed_at.is_not(None), Referral.received_at.desc())
            .limit(PAGE),
        )
        .unique()
        .all()
    )
    say_who_waits_again(session, rows, at=at)
    return rows
