"""Residents of the reader's own agency: who lives there, since when, where before, and how a stay ended."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import false, select
from sqlalchemy.orm import contains_eager, joinedload

from allocation.beds.eligibility import Context, pair
from allocation.beds.solution import Verdict
from refuge.beds.models import Bed, Closure, Hold, Refuge, Stay
from refuge.beds.occupancy import BedLife, Occupied, StaySpan, occupancy
from refuge.london import london_date
from refuge.permissions import Permission
from refuge.placements.models import BedMove, MoveOn
from refuge.placements.problem.border import build_problem
from refuge.placements.queries.rules import rules_now
from refuge.referrals.models import Referral

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from sqlalchemy import Select
    from sqlalchemy.orm import Session

    from refuge.accounts.models import Person


@dataclass(frozen=True)
class Resident:
    """A current stay, as a list shows it."""

    stay: Stay
    now: Occupied
    """Her day and what is owed to her, counted from her first bed here."""


def _own(reader: Person) -> Select[Stay]:
    """Return the stays in beds of the reader's agency, with bed and refuge."""
    query = (
        select(Stay)
        .join(Stay.bed)
        .join(Bed.refuge)
        .where(Refuge.agency_id == reader.agency_id, Refuge.network_id == reader.network_id)
        .options(contains_eager(Stay.bed).contains_eager(Bed.refuge))
    )
    return query if reader.may(Permission.RESIDENT_SEE) else query.where(false())


def residents(session: Session, reader: Person, *, at: datetime) -> list[Resident]:
    """Return who lives in the refuges of the reader's agency, in the order of the board. Two queries."""
    stays = session.scalars(
        _own(reader).where(Stay.ended_at.is_(None)).order_by(Refuge.name, Bed.position, Bed.id),
    ).all()
    since = began_at(session, stays)
    return [Resident(stay, lives_there(stay, since[stay.id], at)) for stay in stays]


def lives_there(stay: Stay, since: datetime, at: datetime) -> Occupied:
    """Return what a current stay means today; `since`: when she came to her first bed here."""
    span = StaySpan(
        since, None, stay.expected_move_on, plan_agreed_on=stay.plan_agreed_on, review_due_on=stay.review_due_on,
        ref=stay.ref, called=stay.called, plan_within=stay.bed.refuge.agency.network.plan_due_days,
    )  # fmt: skip
    now = occupancy(BedLife(london_date(since), (span,)), at).now
    if not isinstance(now, Occupied):
        message = "A stay that has not ended covers this instant."
        raise TypeError(message)
    return now


def began_at(session: Session, stays: Sequence[Stay]) -> Mapping[int, datetime]:
    """Return stay id -> when she came to her first bed here: moving between beds is one time to her."""
    earlier = _moves_of(session, [stay.referral_id for stay in stays])
    return {stay.id: _chain(stay, earlier)[0].started_at for stay in stays}


def earlier_beds(session: Session, stay: Stay) -> Sequence[Stay]:
    """Return the stays that led to this one by moving between beds, the first first."""
    return _chain(stay, _moves_of(session, [stay.referral_id]))[:-1]


def _moves_of(session: Session, referrals: Sequence[int]) -> dict[int, Stay]:
    """Return id of a stay -> the stay that she moved from."""
    rows = session.execute(
        select(BedMove.to_stay_id, Stay)
        .join(Stay, Stay.id == BedMove.from_stay_id)
        .where(Stay.referral_id.in_(referrals))
        .options(joinedload(Stay.bed).joinedload(Bed.refuge)),
    )
    return {row.to_stay_id: row.Stay for row in rows}


def _chain(stay: Stay, earlier: Mapping[int, Stay]) -> list[Stay]:
    found = [stay]
    while (before := earlier.get(found[0].id)) is not None:
        found.insert(0, before)
    return found


def resident(session: Session, reader: Person, ref: str, *, lock: bool = False) -> Stay | None:
    """Return a stay in a bed of the reader's agency, ended or not; `lock` reads it to be changed."""
    query = _own(reader).where(Stay.ref == ref)
    if lock:
        query = query.with_for_update(of=Stay).execution_options(populate_existing=True)
    return session.scalar(query)


def current_stay(session: Session, reader: Person, referral: Referral) -> Stay | None:
    """Return the stay that a referral led to, if it goes on in a bed of the reader's agency."""
    return session.scalar(_own(reader).where(Stay.referral_id == referral.id, Stay.ended_at.is_(None)))


def referral_of(session: Session, stay: Stay, *, lock: bool = False) -> Referral:
    """Return the referral that brought her. It is visible to whoever may see the stay."""
    return session.get_one(
        Referral, stay.referral_id, with_for_update={"of": Referral} if lock else None, populate_existing=lock
    )


def moved_to(session: Session, stay: Stay) -> str | None:
    """Return the ref of the stay that went on from this one in another bed."""
    return session.scalar(
        select(Stay.ref).join(BedMove, BedMove.to_stay_id == Stay.id).where(BedMove.from_stay_id == stay.id),
    )


def move_on_of(session: Session, stay: Stay) -> MoveOn | None:
    """Return where she went, once she has moved on."""
    return session.scalar(
        select(MoveOn).where(MoveOn.stay_id == stay.id).options(joinedload(MoveOn.recorded_by)),
    )


def free_beds(session: Session, reader: Person, *, at: datetime) -> Sequence[Bed]:
    """Return the beds of the reader's agency that are free at this instant, in the order of the board."""
    on = london_date(at)
    lived_in = select(Stay.id).where(Stay.bed_id == Bed.id, Stay.ended_at.is_(None)).exists()
    held = select(Hold.id).where(
        Hold.bed_id == Bed.id, Hold.ended_at.is_(None), Hold.from_at <= at, Hold.until_at > at
    ).exists()  # fmt: skip
    closed = select(Closure.id).where(
        Closure.bed_id == Bed.id, Closure.ended_at.is_(None), Closure.from_at <= at
    ).exists()  # fmt: skip
    return session.scalars(
        select(Bed)
        .join(Bed.refuge)
        .where(Refuge.agency_id == reader.agency_id, Refuge.network_id == reader.network_id)
        .where(Bed.opened_on <= on, Bed.retired_on.is_(None) | (Bed.retired_on > on))
        .where(~lived_in, ~held, ~closed)
        .order_by(Refuge.name, Bed.position, Bed.id)
        .options(contains_eager(Bed.refuge)),
    ).all()


def would_fit(session: Session, bed: Bed, *, at: datetime) -> int:
    """Return how many households that wait a bed says yes or ask to, nobody else considered."""
    rules = rules_now(session, bed.refuge.network_id, at=at)
    context = Context(build_problem(session, bed.refuge.network_id, at=at, rules=rules))
    found = context.beds.get(bed.ref)
    if found is None:
        return 0
    return sum(pair(context, one, found).verdict is not Verdict.NO for one in context.problem.households)
