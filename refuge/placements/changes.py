"""What has changed since a run was made: whether its answer still holds, and if not, why, in words. Pure."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeVar

from allocation.documents import write

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from allocation.beds.problem import Bed, Household, Occupant, Problem, Refuge

Thing = TypeVar("Thing", "Bed", "Household", "Refuge")


@dataclass(frozen=True)
class Changed:
    """One thing that has changed, with refs where names will stand."""

    sentence: str
    household: str | None = None
    """Whom it is about; None: nobody."""


def digest_of(problem: Problem) -> str:
    """Return the SHA-256 of what a problem is about: what was proposed before and decided since does not change it."""
    households = tuple(replace(household, last_proposed=None) for household in problem.households)
    told = write(replace(problem, households=households, decisions=()))
    return hashlib.sha256(json.dumps(told, sort_keys=True, ensure_ascii=True).encode()).hexdigest()


def what_changed(then: Problem, now: Problem) -> list[Changed]:
    """Return what differs between the problem of a run and the same problem today; nothing: its answer still holds."""
    return [
        *_new_day(then, now),
        *_households(then, now),
        *_beds(then, now),
        *_refuges(then, now),
        *_people(then, now),
        *_rules(then, now),
    ]


def _new_day(then: Problem, now: Problem) -> Iterable[Changed]:
    if then.on != now.on:
        yield Changed("It is another day: everybody has waited longer, and beds have come nearer.")


def _households(then: Problem, now: Problem) -> Iterable[Changed]:
    before, after = _by_ref(then.households), _by_ref(now.households)
    for ref in sorted(after.keys() - before.keys()):
        yield Changed(f"{ref} waits now.", ref)
    for ref in sorted(before.keys() - after.keys()):
        yield Changed(f"{ref} no longer waits.", ref)
    for ref in sorted(before.keys() & after.keys()):
        if _facts(before[ref]) != _facts(after[ref]):
            yield Changed(f"What is known of {ref} has changed.", ref)


def _facts(household: Household) -> Household:
    return replace(household, last_proposed=None, waiting_days=0)


def _beds(then: Problem, now: Problem) -> Iterable[Changed]:
    before, after = _by_ref(then.beds), _by_ref(now.beds)
    for ref in sorted(after.keys() - before.keys()):
        yield Changed(f"{ref} is a new bed.")
    for ref in sorted(before.keys() - after.keys()):
        yield Changed(f"{ref} is no longer in use.")
    for ref in sorted(before.keys() & after.keys()):
        was, is_now = _free(before[ref], then.on), _free(after[ref], now.on)
        if was != is_now:
            yield Changed(f"{ref}: {is_now}; it was {was}.")
        if replace(before[ref], free_on=None) != replace(after[ref], free_on=None):
            yield Changed(f"What {ref} is like has changed.")


def _free(bed: Bed, on: date) -> str:
    if bed.free_on is None:
        return "not free"
    return "free now" if bed.free_on <= on else f"free from {bed.free_on:%-d %B}"


def _refuges(then: Problem, now: Problem) -> Iterable[Changed]:
    before, after = _by_ref(then.refuges), _by_ref(now.refuges)
    for ref in sorted(after):
        if before.get(ref) != after[ref]:
            yield Changed(f"What {ref} offers has changed." if ref in before else f"{ref} is a new refuge.")


def _people(then: Problem, now: Problem) -> Iterable[Changed]:
    """Say where who lives there changed, but for beds that say so themselves; never who."""
    was = {bed.ref: _free(bed, then.on) for bed in then.beds}
    told = {bed.ref for bed in now.beds if was.get(bed.ref) != _free(bed, now.on)}
    before, after = _lodgers(then.occupants, told), _lodgers(now.occupants, told)
    for refuge in sorted({occupant.refuge for occupant in before ^ after}):
        yield Changed(f"Who has a place in {refuge} has changed.")
    if set(then.conflicts) != set(now.conflicts):
        yield Changed("Who must not live in one house has changed.")


def _lodgers(occupants: Iterable[Occupant], told: set[str]) -> set[Occupant]:
    return {occupant for occupant in occupants if occupant.bed not in told}


def _rules(then: Problem, now: Problem) -> Iterable[Changed]:
    if (then.rules, then.goals) != (now.rules, now.goals):
        yield Changed(f"The rules are version {now.rules.version} now; the run followed version {then.rules.version}.")


def _by_ref(things: Iterable[Thing]) -> dict[str, Thing]:
    return {thing.ref: thing for thing in things}
