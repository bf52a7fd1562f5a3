"""What a change of rules, or of what a refuge offers, would do to those who wait: worked out, and nothing saved."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from allocation.beds.table import eligibility
from refuge.placements.problem.border import build_problem, rules_of
from refuge.placements.queries.rules import rules_now

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

    from allocation.beds.problem import Problem
    from refuge.placements.models import RuleSet
    from refuge.placements.problem.beds import House


@dataclass(frozen=True)
class Impact:
    """The same waiting list before and after a change, with the refs of everybody: whoever shows it narrows it.

    Of a change of one refuge, `ruled_out` and `let_in` are about the beds of that refuge; else of the whole network.
    """

    waiting: int
    ruled_out: tuple[str, ...]
    """Households that could have had some bed, and could have none."""
    nowhere: tuple[str, ...]
    """Of those, the households that could then have no bed of the network at all."""
    let_in: tuple[str, ...]
    """Households that could have had no bed, and could have one."""
    placed: int
    would_place: int
    other_bed: tuple[str, ...]
    """Households that would be proposed another bed."""


def impact(session: Session, now: RuleSet, then: RuleSet, *, at: datetime) -> Impact:
    """Return what would change for those who wait in the network if the rules were `then` instead of `now`."""
    problem = build_problem(session, now.network_id, at=at, rules=now)
    changed = replace(problem, rules=rules_of(then), goals=tuple(then.goals), goals_version=str(then.version))
    return compare(problem, changed)


def limits_impact(session: Session, network_id: int, changed: tuple[int, House], *, at: datetime) -> Impact:
    """Return what would change for those who wait in the network if this refuge (its id) were as this house."""
    refuge_id, house = changed
    rules = rules_now(session, network_id, at=at)
    problem = build_problem(session, network_id, at=at, rules=rules)
    then = build_problem(session, network_id, at=at, rules=rules, changed={refuge_id: house})
    return compare(problem, then, refuge=house.given.ref)


def compare(now: Problem, then: Problem, *, refuge: str | None = None) -> Impact:
    """Return what differs for the same households between two problems; `refuge`: the one that was changed."""
    from allocation.beds.solver import solve  # noqa: PLC0415  OR-Tools is loaded by whoever solves

    before, after = _possible(now, refuge), _possible(then, refuge)
    proposed = solve(now, explain_all=False)
    would_propose = proposed if then == now else solve(then, explain_all=False)
    placed, would_place = ({made.household: made.bed for made in one.placements} for one in (proposed, would_propose))
    return Impact(
        waiting=len(now.households),
        ruled_out=tuple(sorted(before - after)),
        nowhere=tuple(sorted(before - after - _possible(then))),
        let_in=tuple(sorted(after - before)),
        placed=len(placed),
        would_place=len(would_place),
        other_bed=tuple(
            sorted(ref for ref, bed in would_place.items() if placed.get(ref, bed) != bed),
        ),
    )


def _possible(problem: Problem, refuge: str | None = None) -> set[str]:
    """Return the households for which some bed, of one refuge if it is named, says yes or ask."""
    table = eligibility(problem)
    beds = [refuge in {None, bed.refuge} for bed in table.beds]
    possible = table.asks[:, beds] >= 0
    return {household.ref for household, row in zip(table.households, possible, strict=True) if row.any()}
