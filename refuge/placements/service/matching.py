"""Letting the solver propose: the answer is worked out, judged by somebody who never saw the solver, then kept.

Working it out and keeping it are two steps, because only the second writes: a writer of SQLite is alone, and nobody
should wait to hold a bed while the solver thinks.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import structlog
from sqlalchemy import delete, select

from allocation.beds.check import broken_rules
from allocation.beds.problem import Decision, Problem
from allocation.documents import read, write
from refuge.audit.service import record
from refuge.database import new_ref
from refuge.errors import Refused
from refuge.placements.changes import digest_of
from refuge.placements.models import MatchRun, MatchRunContent
from refuge.placements.problem.border import build_problem
from refuge.placements.queries.rules import rules_now
from refuge.placements.queries.runs import last_run

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy.orm import Session

    from allocation.beds.solution import Solution
    from refuge.accounts.models import Person
    from refuge.audit.service import Actor

log = structlog.get_logger()
BROKEN = (
    "The proposal failed its own check, so it is not shown. Decide by hand for now with “Can we take her?” on each "
    "referral, and tell the people who look after this system."
)


@dataclass(frozen=True)
class Proposal:
    """An answer that passed its check and is not kept yet."""

    network_id: int
    problem: Problem
    solution: Solution
    rules_version: int


def propose(session: Session, network_id: int, *, at: datetime, decisions: Sequence[Decision] = ()) -> Proposal:
    """Return the answer for everybody who waits now. Writes nothing; raises Refused if the answer fails its check."""
    from allocation.beds.solver import solve  # noqa: PLC0415  OR-Tools is loaded by whoever solves, not by signing in

    rules = rules_now(session, network_id, at=at)
    last = last_run(session, network_id)
    problem = build_problem(session, network_id, at=at, rules=rules, decisions=decisions, last_run=last)
    solution = solve(problem)
    if broken := broken_rules(problem, solution):
        log.error("proposal broke rules", rules=[str(rule) for rule in broken], digest=digest_of(problem))
        raise Refused(BROKEN, code="broken_rules")
    return Proposal(network_id, problem, solution, rules.version)


def keep_run(session: Session, proposal: Proposal, *, by: Person, actor: Actor, at: datetime) -> MatchRun:
    """Add a run whole: what was asked, what was answered. It places nobody; a person holds a bed, or does not."""
    answer = proposal.solution
    run = MatchRun(
        ref=new_ref(session, MatchRun), network_id=proposal.network_id, made_by_id=by.id, made_at=at,
        rules_version=proposal.rules_version, problem_digest=digest_of(proposal.problem),
        waiting=len(proposal.problem.households), placed=len(answer.placements), proven=answer.proven,
        seconds=answer.seconds, content=MatchRunContent(problem=write(proposal.problem), answer=write(answer)),
    )  # fmt: skip
    session.add(run)
    session.flush()
    record(
        session, "match.made", run.ref, by=actor, at=at, waiting=run.waiting, placed=run.placed, proven=run.proven,
        rules=run.rules_version, decisions=len(proposal.problem.decisions),
    )  # fmt: skip
    return run


def make_run(
    session: Session,
    network_id: int,
    *,
    by: Person,
    actor: Actor,
    at: datetime,
    decisions: Sequence[Decision] = (),
) -> MatchRun:
    """Work out an answer and keep it in one transaction: for commands, where nobody waits for the database."""
    return keep_run(session, propose(session, network_id, at=at, decisions=decisions), by=by, actor=actor, at=at)


def problem_in(run: MatchRun) -> Problem:
    """Return the problem of a run as it was kept. Raise Refused once that is erased."""
    problem: Problem = read(Problem, _content(run).problem)
    return problem


def solution_in(run: MatchRun) -> Solution:
    """Return the answer of a run as it was kept. Raise Refused once that is erased."""
    from allocation.beds.solution import Solution as Kept  # noqa: PLC0415  only the type is needed otherwise

    solution: Solution = read(Kept, _content(run).answer)
    return solution


def _content(run: MatchRun) -> MatchRunContent:
    if run.content is None:
        raise Refused("What this proposal was about has been erased. Match again.", code="erased")
    return run.content


def erase_runs(session: Session, *, before: datetime, actor: Actor, at: datetime) -> int:
    """Erase what runs made before an instant were about and answered; return how many. Their figures stay."""
    rows = session.execute(
        select(MatchRunContent.id, MatchRun.ref)
        .join(MatchRun, MatchRun.id == MatchRunContent.run_id)
        .where(MatchRun.made_at < before)
        .order_by(MatchRun.id),
    ).all()
    for content_id, ref in rows:
        session.execute(delete(MatchRunContent).where(MatchRunContent.id == content_id))
        record(session, "match.erased", ref, by=actor, at=at)
    return len(rows)


def decide(before: Sequence[Decision], household: str, bed: str | None, *, undo: bool = False) -> tuple[Decision, ...]:
    """Return the decisions with this one in the place of any other about the household or the bed; `undo`: without."""
    kept = [made for made in before if made.household != household and (bed is None or made.bed != bed)]
    return tuple(kept) if undo else (*kept, Decision(household, bed))
