"""From needs to sessions wanted: what is due of each need in these days; groups of one house are wanted together."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from allocation.sessions.problem import Booking as Booked
from allocation.sessions.problem import Interpreter, Kind, Urgency, Wanted
from refuge.inreach.due import Due, Rhythm, days_apart, sessions_due
from refuge.inreach.models import Booking, BookingPerson
from refuge.london import day_begins, london_date
from support_plans import models as plans
from support_plans.models import SessionNeed

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from sqlalchemy.orm import Session

    from refuge.inreach.problem_standing import Standing

ASSESSMENTS = frozenset({"assessment", "mental_health_assessment", "risk_assessment"})
"""Codes of list `session_service` whose deadline the network promised."""
GROUPS = frozenset({"group"})
URGENCY = {
    plans.Urgency.ROUTINE: Urgency.ROUTINE,
    plans.Urgency.SOON: Urgency.SOON,
    plans.Urgency.URGENT: Urgency.URGENT,
}
FEWEST = 2
"""Women without whom a group is none, where more than one asked for it."""
DAY = timedelta(days=1)
NOTICE = timedelta(hours=1)
"""How long from now a session is proposed at the earliest: somebody must read it and tell her."""
CAME = ("attended", "late")


@dataclass(frozen=True)
class Had:
    """What a need has had, and has booked."""

    count: int = 0
    last_at: datetime | None = None
    """When its last session is or was, whatever came of it, unless it was missed."""
    seen_at: datetime | None = None
    """When she last came to one."""
    worker_id: int | None = None
    """Who gave that one."""


def wanted_of(session: Session, standing: Standing, *, at: datetime) -> tuple[Wanted, ...]:
    """Return the sessions that are due, in the order of their needs."""
    needs = session.scalars(
        select(SessionNeed)
        .where(SessionNeed.referral_id.in_(list(standing.stays)), SessionNeed.ended_at.is_(None))
        .where(SessionNeed.earliest_on <= standing.until_on)
        .order_by(SessionNeed.id),
    ).all()
    had = _had(session, [need.id for need in needs])
    alone = [need for need in needs if need.service not in GROUPS]
    together = [need for need in needs if need.service in GROUPS]
    return (
        *(one for need in alone for one in _of_need(standing, need, had.get(need.id, Had()), at)),
        *_groups(standing, together, had, at),
    )


def _had(session: Session, need_ids: Sequence[int]) -> dict[int, Had]:
    """Return what each need has had. A session that she missed is due again, and does not count."""
    counts = (
        BookingPerson.live.is_(True),
        BookingPerson.need_id.in_(need_ids),
        BookingPerson.outcome.is_(None) | BookingPerson.outcome.in_(CAME),
    )
    rows = session.execute(
        select(BookingPerson.need_id, func.count(), func.max(BookingPerson.from_at))
        .where(*counts)
        .group_by(BookingPerson.need_id),
    ).all()
    seen: dict[int, tuple[datetime, int]] = {}
    for need_id, from_at, worker_id in session.execute(
        select(BookingPerson.need_id, BookingPerson.from_at, Booking.worker_id)
        .join(Booking, Booking.id == BookingPerson.booking_id)
        .where(BookingPerson.need_id.in_(need_ids), BookingPerson.outcome.in_(CAME))
        .order_by(BookingPerson.from_at),
    ):
        if need_id is not None:
            seen[need_id] = (from_at, worker_id)
    return {
        need_id: Had(count, last_at, *seen.get(need_id, (None, None)))
        for need_id, count, last_at in rows
        if need_id is not None
    }


def rhythm_of(need: SessionNeed, had: Had) -> Rhythm:
    """Return a need's rhythm with what it has had."""
    last_on = None if had.last_at is None else london_date(had.last_at)
    return Rhythm(need.earliest_on, need.latest_on, need.every_days, need.how_many, need.until_on, last_on, had.count)


def _of_need(standing: Standing, need: SessionNeed, had: Had, at: datetime) -> Iterator[Wanted]:
    stay = standing.stays[need.referral_id]
    for due in sessions_due(rhythm_of(need, had), standing.from_on, standing.until_on):
        yield _wanted(
            standing, need, had, due, at, ref=f"{need.ref}.{due.on}", residents=(stay.called,), need_ref=need.ref
        )


def _wanted(
    standing: Standing,
    need: SessionNeed,
    had: Had,
    due: Due,
    at: datetime,
    *,
    ref: str,
    residents: tuple[str, ...],
    need_ref: str,
) -> Wanted:
    group = len(residents) > 1 or need.service in GROUPS
    seen = had.seen_at or need.asked_at
    return Wanted(
        ref=ref,
        residents=residents,
        minutes=need.minutes,
        need=need_ref,
        kind=Kind.ASSESSMENT if need.service in ASSESSMENTS else Kind.SESSION,
        service=need.service,
        urgency=URGENCY[need.urgency],
        days_since_seen=max(0, (at - seen).days),
        disciplines=(need.discipline.value,),
        excluded_workers=_refs(standing, need.excluded_worker_id),
        preferred_worker=next(iter(_refs(standing, need.preferred_worker_id)), None),
        previous_worker=next(iter(_refs(standing, had.worker_id)), None),
        earliest_at=standing.minute(max(day_begins(due.earliest_on), at + NOTICE)),
        deadline_at=None if due.deadline_on is None else standing.minute(day_begins(due.deadline_on + DAY)),
        days_apart=days_apart(need.every_days),
        interpreter=_interpreter(need),
        childcare=need.childcare,
        capacity=_capacity(standing, residents[0]) if group else None,
        fewest=min(FEWEST, len(residents)) if group else 1,
    )


def _refs(standing: Standing, worker_id: int | None) -> tuple[str, ...]:
    ref = None if worker_id is None else standing.worker_refs.get(worker_id)
    return () if ref is None else (ref,)


def _interpreter(need: SessionNeed) -> Interpreter | None:
    """Return whom she needs. A booking by day and time is made for each session, so here it is always asked for."""
    if need.interpreter is plans.Interpreter.NOT_NEEDED:
        return None
    return Interpreter(need.interpreter_language, Booked.NEEDED)


def _capacity(standing: Standing, resident: str) -> int:
    house = next(one.house for one in standing.residents if one.ref == resident)
    return max((room.capacity - 1 for room in standing.rooms if room.house == house), default=1) or 1


def _groups(standing: Standing, needs: Sequence[SessionNeed], had: Mapping[int, Had], at: datetime) -> Iterator[Wanted]:
    """Yield a group for each house, service and kind of worker as often as the first of its needs asks for it."""
    found: dict[tuple[int, str, str], list[SessionNeed]] = defaultdict(list)
    for need in needs:
        key = standing.stays[need.referral_id].bed.refuge_id, need.service, need.discipline.value
        found[key].append(need)
    for (refuge_id, service, _), members in sorted(found.items()):
        first = max(members, key=lambda need: (URGENCY[need.urgency], -need.id))
        last = max(
            (had.get(need.id, Had()) for need in members),
            key=lambda one: one.last_at or datetime.min.replace(tzinfo=at.tzinfo),
        )
        residents = tuple(standing.stays[need.referral_id].called for need in members)
        for due in sessions_due(rhythm_of(first, last), standing.from_on, standing.until_on):
            house = standing.house_refs[refuge_id]
            yield _wanted(
                standing, first, last, due, at, ref=f"{house}.{service}.{due.on}", residents=residents,
                need_ref=f"{house}.{service}",
            )  # fmt: skip


def is_group(ref: str) -> bool:
    """Return whether the ref of a session wanted stands for a group."""
    return ref.startswith("H-")


def date_of(ref: str) -> date:
    """Return the day for which a session wanted was due."""
    return date.fromisoformat(ref.rsplit(".", 1)[-1])
