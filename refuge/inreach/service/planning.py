"""Letting the solver propose sessions, keeping the run whole, accepting what it proposes, and mending a plan.

As with matching, working it out and keeping it are two steps, because only the second writes.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import structlog
from sqlalchemy import delete, select

from allocation.documents import write
from allocation.sessions.calendar import beginning, minute
from allocation.sessions.problem import Decision, Problem
from refuge.audit.service import record
from refuge.beds.models import Refuge
from refuge.database import new_ref
from refuge.errors import Refused
from refuge.inreach.models import BookingKind, SessionRun, SessionRunContent
from refuge.inreach.problem import Horizon, build_problem
from refuge.inreach.problem_wanted import is_group
from refuge.inreach.queries.proposals import proposals_of
from refuge.inreach.queries.runs import last_run
from refuge.inreach.service.booking import Attending, BookingDetails, book
from refuge.inreach.service.interpreting import interpreter_with
from refuge.inreach.shelved import digest_of, problem_in, solution_in
from refuge.london import london_date
from refuge.rota.models import Worker
from support_plans.models import SessionNeed

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime

    from sqlalchemy.orm import Session

    from allocation.sessions.solution import Solution
    from refuge.accounts.models import Person
    from refuge.audit.service import Actor
    from refuge.inreach.models import Booking
    from refuge.inreach.queries.proposals import OpenProposal

log = structlog.get_logger()
BROKEN = (
    "The plan failed its own check, so it is not shown. Book by hand for now, and tell the people who look after this "
    "system."
)
GONE = "This is no longer proposed: it was accepted, its time has come, or somebody planned again."


@dataclass(frozen=True)
class Plan:
    """An answer that passed its check and is not kept yet."""

    network_id: int
    problem: Problem
    solution: Solution
    why: str
    """Code list `session_run_why`."""


def plan(
    session: Session,
    network_id: int,
    *,
    at: datetime,
    decisions: Sequence[Decision] = (),
    horizon: Horizon | None = None,
    mend: bool = False,
) -> Plan:
    """Return what is proposed for every session that is due. Writes nothing; raises Refused if it fails its check.

    `decisions` count from the first day of the last plan, as that plan keeps them.
    `mend`: keep the last plan wherever it still holds, and change the fewest proposals.
    """
    from allocation.sessions.check import broken_rules  # noqa: PLC0415  OR-Tools is loaded by whoever plans
    from allocation.sessions.repair import replan  # noqa: PLC0415  the same
    from allocation.sessions.solver import solve  # noqa: PLC0415  the same

    run = last_run(session, network_id)
    last = None if run is None or run.content is None else (problem_in(run), solution_in(run))
    horizon = horizon or Horizon(london_date(at))
    kept = () if run is None else _counted_from(decisions, run.from_on, horizon.from_on, at)
    problem = build_problem(session, network_id, at=at, horizon=horizon, decisions=kept, last=last)
    if mend and last is not None:
        moved = minute(horizon.from_on, beginning(last[0].days[0].on))
        solution = replan(problem, _counted_on(last[1], moved)).solution
    else:
        solution = solve(problem)
    if broken := broken_rules(problem, solution):
        log.error("plan broke rules", rules=[str(rule) for rule in broken], digest=digest_of(problem))
        raise Refused(BROKEN, code="broken_rules")
    return Plan(network_id, problem, solution, "mended" if mend else "planned")


def keep_run(session: Session, made: Plan, *, by: Person, actor: Actor, at: datetime) -> SessionRun:
    """Add a run whole. It books nothing; a person accepts a proposal, or does not."""
    answer, problem = made.solution, made.problem
    run = SessionRun(
        ref=new_ref(session, SessionRun), network_id=made.network_id, made_by_id=by.id, made_at=at, why=made.why,
        from_on=problem.days[0].on, until_on=problem.days[-1].on, problem_digest=digest_of(problem),
        asked=len(problem.wanted), placed=len(answer.proposals), proven=answer.proven, seconds=answer.seconds,
        content=SessionRunContent(problem=write(problem), answer=write(answer)),
    )  # fmt: skip
    session.add(run)
    session.flush()
    record(
        session, "session_plan.made", run.ref, by=actor, at=at, asked=run.asked, placed=run.placed, proven=run.proven,
        why=run.why, decisions=len(problem.decisions),
    )  # fmt: skip
    return run


def erase_plans(session: Session, *, before: datetime, actor: Actor, at: datetime) -> int:
    """Erase what plans made before an instant were about and proposed; return how many. Their figures stay."""
    rows = session.execute(
        select(SessionRunContent.id, SessionRun.ref)
        .join(SessionRun, SessionRun.id == SessionRunContent.run_id)
        .where(SessionRun.made_at < before)
        .order_by(SessionRun.id),
    ).all()
    for content_id, ref in rows:
        session.execute(delete(SessionRunContent).where(SessionRunContent.id == content_id))
        record(session, "session_plan.erased", ref, by=actor, at=at)
    return len(rows)


def accept(session: Session, run: SessionRun, one: OpenProposal, *, by: Person, actor: Actor, at: datetime) -> Booking:
    """Book what is proposed, if its time is still free. Raise Refused if it is not."""
    worker, refuge = session.get_one(Worker, one.worker_id), session.get_one(Refuge, one.refuge_id)
    needs = _needs_of(session, one)
    details = BookingDetails(
        kind=BookingKind.GROUP if is_group(one.session) else BookingKind.ONE_TO_ONE, service=one.service,
        worker=worker, refuge=refuge, from_at=one.from_at, minutes=one.minutes, needs_room=one.needs_room,
        room_id=one.room_id, interpreter=interpreter_with(session, one.referral_ids, worker),
        people=[Attending(person, needs[person].id if person in needs else None) for person in one.referral_ids],
    )  # fmt: skip
    booking = book(session, details, by=by, actor=actor, at=at, run=run)
    booking.proposal = one.session
    session.flush()
    return booking


def proposal_or_refuse(session: Session, run: SessionRun, session_ref: str, *, at: datetime) -> OpenProposal:
    """Return a proposal of the newest run that nobody has accepted. Raise Refused if it is none any more."""
    newest = last_run(session, run.network_id)
    if newest is not None and newest.id == run.id:
        found = next((one for one in proposals_of(session, run, at=at) if one.session == session_ref), None)
        if found is not None:
            return found
    raise Refused(GONE, code="proposal.gone")


def _needs_of(session: Session, one: OpenProposal) -> dict[int, SessionNeed]:
    """Return, by referral, the need that a proposal answers."""
    query = select(SessionNeed).where(SessionNeed.ended_at.is_(None), SessionNeed.referral_id.in_(one.referral_ids))
    query = query.where(SessionNeed.service == one.service if one.is_group else SessionNeed.ref == one.need)
    return {need.referral_id: need for need in session.scalars(query)}


def decide(before: Sequence[Decision], made: Decision | None, session_ref: str) -> tuple[Decision, ...]:
    """Return the decisions with this one in the place of any other about the session; None: without one."""
    kept = tuple(one for one in before if one.session != session_ref)
    return kept if made is None else (*kept, made)


def _counted_on(answer: Solution, moved: int) -> Solution:
    """Return an answer as the days of another plan count it."""
    proposals = (replace(one, from_at=one.from_at + moved, until_at=one.until_at + moved) for one in answer.proposals)
    return replace(answer, proposals=tuple(proposals))


def _counted_from(decisions: Sequence[Decision], then: date, now_on: date, at: datetime) -> list[Decision]:
    """Return decisions as the days of another plan count them, without those whose time has passed."""
    moved, past = minute(now_on, beginning(then)), minute(now_on, at)
    found = [one if one.worker is None else replace(one, from_at=one.from_at + moved) for one in decisions]
    return [one for one in found if one.worker is None or one.from_at > past]
