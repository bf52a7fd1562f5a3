"""What ends after its deadline: it says so, and no time before it was possible."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from allocation.sessions.check.case import Case, Held, overlap
from allocation.sessions.check.rules import PLAN_RULES, PROPOSAL_RULES
from allocation.sessions.problem import Span, Wanted
from allocation.sessions.solution import Proposal, Solution


def wrongly_late(case: Case, solution: Solution) -> Iterator[tuple[str, str, str]]:
    """Return rule, session and sentence of what is late without saying so, or late where it need not be."""
    fixed = [*case.booked(), *(case.held(one) for one in solution.proposals if one.session in case.decided)]
    for one in solution.proposals:
        wanted = case.wanted[one.session]
        late = wanted.deadline_at is not None and one.until_at > wanted.deadline_at
        if late != one.late:
            yield "late_is_said", one.session, "It does not say rightly whether it is late."
        if late and one.session not in case.decided and _could_be_in_time(case, wanted, fixed):
            yield "deadline_kept_where_it_can_be", one.session, "A time before its deadline was possible."


def _could_be_in_time(case: Case, wanted: Wanted, fixed: Sequence[Held]) -> bool:
    return any(
        all(rule(case, wanted, one) for rule in PROPOSAL_RULES)
        and not any(True for rule in PLAN_RULES for _session in rule(case, [*fixed, case.held(one)]))
        for one in _every_way(case, wanted, fixed)
        if wanted.deadline_at is not None and one.until_at <= wanted.deadline_at
    )


def _every_way(case: Case, wanted: Wanted, fixed: Sequence[Held]) -> Iterator[Proposal]:
    """Return a proposal for every worker, every beginning and every room."""
    house = case.house(wanted)
    rooms = [room.ref for room in case.problem.rooms if room.house == house] if wanted.needs_room else [None]
    end = case.problem.days[-1].until_at
    for at in range(0, end, case.problem.slot_minutes):
        until = at + wanted.minutes
        come = tuple(
            ref for ref in wanted.residents if wanted.capacity is None or _is_free(case, fixed, ref, Span(at, until))
        )[: wanted.capacity]
        for worker in case.workers:
            for room in rooms:
                yield Proposal(wanted.ref, worker, house, room, at, until, come)


def _is_free(case: Case, fixed: Sequence[Held], ref: str, span: Span) -> bool:
    cannot = any(overlap(one, span) for one in case.residents[ref].cannot)
    return not cannot and not any(ref in one.residents and overlap(one, span) for one in fixed)
