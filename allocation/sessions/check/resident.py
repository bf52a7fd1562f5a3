"""Rules of the residents: when they can come, who must, and who is there for them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from allocation.sessions.check.case import Case, Held, overlap, twice_at_a_time, within
from allocation.sessions.problem import Wanted
from allocation.sessions.solution import Proposal


def she_can_come(case: Case, _wanted: Wanted, one: Proposal) -> bool:
    """Nobody is asked to come when she can't."""
    return not any(overlap(span, one) for ref in one.residents for span in case.residents[ref].cannot)


def those_come_who_must(_case: Case, wanted: Wanted, one: Proposal) -> bool:
    """Everybody comes whom it is for; to a group no more than it takes and no fewer than it needs."""
    if wanted.capacity is None:
        return sorted(one.residents) == sorted(wanted.residents)
    named = len(set(one.residents)) == len(one.residents) and set(one.residents) <= set(wanted.residents)
    return named and wanted.fewest <= len(one.residents) <= wanted.capacity


def interpreter_is_there(case: Case, wanted: Wanted, one: Proposal) -> bool:
    """Where an interpreter is booked and the worker does not speak the language, she is there all the time."""
    needed = wanted.interpreter
    if needed is None or needed.language in case.workers[one.worker].languages:
        return True
    return not needed.windows or within(one, needed.windows)


def children_are_minded(case: Case, wanted: Wanted, one: Proposal) -> bool:
    """Where children must be minded and it is known when somebody does, it is then."""
    times = next(house.childcare for house in case.problem.houses if house.ref == one.house)
    return not wanted.childcare or times is None or within(one, times)


def resident_is_in_one_session(_case: Case, held: Sequence[Held]) -> Iterator[str]:
    """A resident is in one session at a time."""
    yield from twice_at_a_time(held, lambda one: one.residents)
