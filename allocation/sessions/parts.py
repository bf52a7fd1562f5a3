"""Parts of a problem that share no worker's day, no woman, no room and no need, and so can be planned apart."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Mapping, Sequence
from itertools import combinations

from allocation.sessions.calendar import place_of
from allocation.sessions.eligibility import Choice
from allocation.sessions.problem import Wanted
from allocation.sessions.standing import Context

NEAR = 240
"""Within how many minutes sessions of two days can disturb each other, gap and travel included."""


def parts_of(context: Context, choices: Mapping[str, Sequence[Choice]]) -> list[list[Wanted]]:
    """Return the sessions that can be placed, in parts: what one part does never matters to another."""
    return _apart(context, {ref: (choices[ref], _shared(context, ref, choices[ref])) for ref in choices})


def strands_of(
    context: Context, sessions: Sequence[Wanted], choices: Mapping[str, Sequence[Choice]]
) -> list[list[Wanted]]:
    """Return the sessions of a part in strands that share no worker: only residents and rooms tie them together."""
    found = {}
    for one in sessions:
        shared = {key for key in _shared(context, one.ref, choices[one.ref]) if key[0] == "worker"}
        found[one.ref] = (choices[one.ref], shared)
    return _apart(context, found)


def _apart(
    context: Context, sharing: Mapping[str, tuple[Sequence[Choice], set[tuple[str, ...]]]]
) -> list[list[Wanted]]:
    """Return sessions in groups that share nothing of what is named for each."""
    choices = {ref: one for ref, (one, _shared) in sharing.items()}
    leader: dict[Hashable, Hashable] = {}

    def find(one: Hashable) -> Hashable:
        leader.setdefault(one, one)
        while leader[one] != one:
            leader[one] = leader[leader[one]]
            one = leader[one]
        return one

    for ref in sorted(choices):
        for shared in sorted(sharing[ref][1]):
            leader[find(shared)] = find(("session", ref))
    for one, other in _spaced(context, choices):
        leader[find(("session", one))] = find(("session", other))
    found: dict[Hashable, list[Wanted]] = defaultdict(list)
    for ref in sorted(choices):
        if choices[ref]:
            found[find(("session", ref))].append(context.wanted[ref])
    return sorted(found.values(), key=lambda part: part[0].ref)


def _shared(context: Context, ref: str, choices: Sequence[Choice]) -> set[tuple[str, ...]]:
    """Return what a session shares with others: a worker's week, a house's rooms and its residents on a day."""
    house, days = context.house_of(context.wanted[ref]), context.problem.days
    found: set[tuple[str, ...]] = set()
    for choice in choices:
        found.add(("worker", choice.worker, f"{choice.day:05}"))
        found.add(("house", house, f"{choice.day:05}"))
        first, last = choice.starts[0] - NEAR, choice.starts[-1] + context.wanted[ref].minutes + NEAR
        for place in {place_of(days, first), place_of(days, last)} - {None, choice.day}:
            found.add(("worker", choice.worker, f"{place:05}"))
            found.add(("house", house, f"{place:05}"))
    return found


def _spaced(context: Context, choices: Mapping[str, Sequence[Choice]]) -> list[tuple[str, str]]:
    """Return the pairs of one need of which one can stand in the other's way."""
    found = []
    for need, order in sorted(context.order.items()):
        placeable = [ref for ref in order if choices.get(ref)]
        first = {ref: min(choice.day for choice in choices[ref]) for ref in placeable}
        last = {ref: max(choice.day for choice in choices[ref]) for ref in placeable}
        least = max(1, context.apart[need])
        found += [(one, other) for one, other in combinations(placeable, 2) if first[other] - last[one] < least]
    return found
