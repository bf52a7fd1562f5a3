"""The rules that an answer keeps beyond those of single pairs, as indicative sentences.

That a household takes at most one bed and a bed at most one household is in the shape of every matching; decisions
are taken out before anything is solved. What is left are side rules: so many places at a refuge, and apart.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from allocation.beds.problem import Strictness
from allocation.beds.standing import Context


@dataclass(frozen=True)
class Side:
    """At most `limit` of these households in these beds."""

    rule: str
    limit: int
    households: frozenset[str]
    beds: frozenset[str]


Decided = Mapping[str, str]
"""By household: the bed that a person decided on."""


def refuge_high_support_places(context: Context, decided: Decided) -> Iterator[Side]:
    """No refuge takes more women with high support needs than it has places for, its occupants counted."""
    needing = frozenset(ref for ref, household in context.households.items() if household.needs_high_support)
    for refuge, beds in _by_refuge(context).items():
        own = frozenset(ref for ref in beds if not context.follows_high(context.beds[ref]))
        yield _places("refuge_high_support_places", context.spare_high[refuge], needing, own, decided)


def refuge_funded_places(context: Context, decided: Decided) -> Iterator[Side]:
    """No refuge takes more women whose place it must fund than it has funded places, its occupants counted.

    Where the network asks instead of refusing, only refuges with places left are held: at the others each pair asks.
    """
    strictness = context.strictness("no_funded_place")
    if strictness is Strictness.OFF:
        return
    needing = frozenset(ref for ref, one in context.households.items() if one.funding.value == "funded_place")
    for refuge, beds in _by_refuge(context).items():
        if strictness is Strictness.ASK and context.spare_funded[refuge] <= 0:
            continue
        own = frozenset(ref for ref in beds if not context.follows_funded(context.beds[ref]))
        yield _places("refuge_funded_places", context.spare_funded[refuge], needing, own, decided)


def _places(rule: str, spare: int, needing: frozenset[str], beds: frozenset[str], decided: Decided) -> Side:
    used = sum(household in needing and bed in beds for household, bed in decided.items())
    return Side(rule, max(0, spare - used), needing - decided.keys(), beds)


def conflicts_between(context: Context) -> list[tuple[str, str]]:
    """Return the waiting households that must not meet, each two once."""
    pairs = {(min(pair), max(pair)) for pair in context.problem.conflicts}
    waiting = context.households
    return sorted((one, other) for one, other in pairs if one != other and one in waiting and other in waiting)


def conflicting_households_apart(context: Context, decided: Decided) -> Iterator[Side]:
    """No two households that must not meet are placed in one refuge."""
    refuges = {refuge: frozenset(beds) for refuge, beds in _by_refuge(context).items()}
    for pair in conflicts_between(context):
        fixed = {context.beds[decided[ref]].refuge for ref in pair if ref in decided}
        free = frozenset(ref for ref in pair if ref not in decided)
        for refuge, beds in refuges.items():
            taken = refuge in fixed
            if free and (taken or len(free) > 1):
                yield Side("conflicting_households_apart", 0 if taken else 1, free, beds)


RULES: dict[str, Callable[[Context, Decided], Iterator[Side]]] = {
    "refuge_high_support_places": refuge_high_support_places,
    "refuge_funded_places": refuge_funded_places,
    "conflicting_households_apart": conflicting_households_apart,
}
"""The side rules by name."""


def sides(context: Context, decided: Decided) -> list[Side]:
    """Return all side rules of a problem, what people decided already taken off."""
    return [side for rule in RULES.values() for side in rule(context, decided) if side.beds and side.households]


def _by_refuge(context: Context) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {refuge: [] for refuge in sorted(context.refuges)}
    for ref in sorted(context.beds):
        found[context.beds[ref].refuge].append(ref)
    return found
