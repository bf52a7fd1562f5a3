"""The dated facts that occupancy is computed from, holding no more than the reader may know.

Refs, names and what is owed to a resident are selected for refuges of the reader's own agency only.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from sqlalchemy import case, func, or_, select, union_all

from refuge.accounts.models import Person
from refuge.beds.models import Bed, Closure, Hold, Stay
from refuge.beds.models.occupancy import REFERRALS
from refuge.beds.occupancy import BedLife, ClosureSpan, HoldSpan, StaySpan
from refuge.beds.queries.refuges import runs

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from sqlalchemy.orm import Session


def lives(session: Session, reader: Person, beds: Sequence[Bed], at: datetime) -> Mapping[int, BedLife]:
    """Return bed id -> its life as the reader may know it, for beds she may see; four queries however many beds."""
    every = [bed.id for bed in beds]
    own = {bed.id for bed in beds if runs(reader, bed.refuge)}
    stays = _stays(session, every, own, at, within=reader.agency.network.plan_due_days)
    holds = _holds(session, every, own, at)
    closures = _closures(session, every, own, at)
    emptied = _emptied(session, every, at)
    return {
        bed.id: BedLife(
            bed.opened_on,
            tuple(stays[bed.id]),
            tuple(holds[bed.id]),
            tuple(closures[bed.id]),
            emptied.get(bed.id),
        )
        for bed in beds
    }


def _stays(session: Session, beds: list[int], own: set[int], at: datetime, *, within: int) -> dict[int, list[StaySpan]]:
    found: dict[int, list[StaySpan]] = defaultdict(list)
    rows = session.scalars(select(Stay).where(Stay.bed_id.in_(beds), or_(Stay.ended_at.is_(None), Stay.ended_at > at)))
    for row in rows:
        span = (
            StaySpan(
                row.started_at,
                row.ended_at,
                row.expected_move_on,
                plan_agreed_on=row.plan_agreed_on,
                review_due_on=row.review_due_on,
                ref=row.ref,
                called=row.called,
                plan_within=within,
            )
            if row.bed_id in own
            else StaySpan(row.started_at, row.ended_at, row.expected_move_on, tasks_known=False)
        )
        found[row.bed_id].append(span)
    return found


def _holds(session: Session, beds: list[int], own: set[int], at: datetime) -> dict[int, list[HoldSpan]]:
    found: dict[int, list[HoldSpan]] = defaultdict(list)
    theirs = Hold.bed_id.in_(own)
    rows = session.execute(
        select(
            Hold.bed_id,
            Hold.from_at,
            Hold.until_at,
            Hold.ended_at,
            case((theirs, REFERRALS.c.ref)),
            case((theirs, Person.name)),
        )
        .join(REFERRALS, REFERRALS.c.id == Hold.referral_id)
        .join(Person, Person.id == Hold.held_by_id)
        .where(Hold.bed_id.in_(beds), Hold.until_at > at, or_(Hold.ended_at.is_(None), Hold.ended_at > at)),
    )
    for bed_id, from_at, until_at, ended_at, referral_ref, held_by in rows:
        found[bed_id].append(HoldSpan(from_at, until_at, ended_at, referral_ref, held_by))
    return found


def _closures(session: Session, beds: list[int], own: set[int], at: datetime) -> dict[int, list[ClosureSpan]]:
    found: dict[int, list[ClosureSpan]] = defaultdict(list)
    rows = session.scalars(
        select(Closure).where(Closure.bed_id.in_(beds), or_(Closure.ended_at.is_(None), Closure.ended_at > at)),
    )
    for row in rows:
        note = row.note if row.bed_id in own else ""
        found[row.bed_id].append(ClosureSpan(row.from_at, row.reason, row.ended_at, row.expected_ready, note))
    return found


def _emptied(session: Session, beds: list[int], at: datetime) -> dict[int, datetime]:
    """Return for each bed the last end among what is over; a stay, hold or closure of no length took no bed."""
    hold_end = case((Hold.ended_at < Hold.until_at, Hold.ended_at), else_=Hold.until_at)
    ends = union_all(
        select(Stay.bed_id, Stay.ended_at.label("end_at")).where(Stay.ended_at <= at),
        select(Hold.bed_id, hold_end.label("end_at")).where(hold_end <= at, hold_end > Hold.from_at),
        select(Closure.bed_id, Closure.ended_at.label("end_at")).where(
            Closure.ended_at <= at, Closure.ended_at > Closure.from_at
        ),
    ).subquery()
    rows = session.execute(
        select(ends.c.bed_id, func.max(ends.c.end_at)).where(ends.c.bed_id.in_(beds)).group_by(ends.c.bed_id),
    )
    return {bed_id: end_at for bed_id, end_at in rows}  # noqa: C416  a row is not a pair to the type checker
