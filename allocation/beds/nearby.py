"""A few refuges of a large network as a small problem of its own, so that one question about one bed can be tried.

Side rules are each about one refuge, so that a few whole refuges, with everybody who is proposed for them, can be
solved again by themselves. All else stays as it is: what comes out is possible for the whole network, and a way through
other refuges might cost less. So it tells what a change costs at most.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace

from allocation.beds.core import Core
from allocation.beds.goals import GOALS, weigh
from allocation.beds.small import Plan, plan

BESIDE = 3
"""How many refuges are solved again beside that of the bed: those with most free beds for whoever has it now."""


@dataclass(frozen=True)
class Nearby:
    """A small part of a large problem, solved, and what the present answer reaches in it of each goal."""

    plan: Plan
    before: tuple[int, ...]


def around(core: Core, placed: Mapping[str, str], household: str, bed: str) -> Nearby:
    """Return the part of a problem about one household and one bed, the present answer being `placed`."""
    context, problem = core.context, core.context.problem
    refuges = _refuges(core, placed, bed)
    beds = tuple(one for one in problem.beds if one.refuge in refuges)
    refs = {one.ref for one in beds}
    inside = {one for one, had in placed.items() if had in refs} | {household}
    households = tuple(context.households[ref] for ref in sorted(inside))
    occupants = tuple(one for one in problem.occupants if one.refuge in refuges)
    people = inside | {one.ref for one in occupants}
    part = replace(
        problem,
        refuges=tuple(context.refuges[ref] for ref in sorted(refuges)),
        beds=beds,
        households=households,
        occupants=occupants,
        conflicts=tuple(pair for pair in problem.conflicts if people.issuperset(pair)),
        decisions=tuple(one for one in problem.decisions if one.household in inside and one.bed in refs),
    )
    small = Core.of(part)
    present = {ref: had for ref, had in placed.items() if ref in inside and ref not in small.decided}
    return Nearby(plan(small), _totals(small, present))


def _refuges(core: Core, placed: Mapping[str, str], bed: str) -> frozenset[str]:
    """Return the refuge of a bed, and those with most free beds for whoever has it."""
    context, taken = core.context, set(placed.values())
    holder = next((one for one, had in placed.items() if had == bed), None)
    if holder is None:
        return frozenset({context.beds[bed].refuge})
    open_ = core.table.asks[core.table.rows[holder]] >= 0
    free = [one.refuge for one, may in zip(core.table.beds, open_, strict=True) if may and one.ref not in taken]
    most = sorted(Counter(free).items(), key=lambda entry: (-entry[1], entry[0]))
    return frozenset({context.beds[bed].refuge, *(refuge for refuge, _free in most[:BESIDE])})


def _totals(core: Core, placed: Mapping[str, str]) -> tuple[int, ...]:
    """Return what an answer reaches of each goal, more being better."""
    context = core.context
    pairs = [(context.households[one], context.beds[bed]) for one, bed in sorted(placed.items())]
    return tuple(int(GOALS[name].sense) * sum(weigh(name, core.table, *pair) for pair in pairs) for name in core.goals)
