"""What exactly stands in the way: a barrier is a kind of thing, a fact is the thing itself. Pure.

An override passes facts. When another fact of the same kind comes up (somebody else whom she must not meet moves in),
it is not among them, and has to be decided anew.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from allocation.beds.solution import Verdict

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from allocation.beds.eligibility import Context
    from allocation.beds.problem import Bed, Household
    from allocation.beds.solution import Barrier

MEETS = "conflict"
LONGEST = 400
"""Of a sentence, as `AskedFact.says` keeps it."""


class Fact(NamedTuple):
    """One thing that says no."""

    code: str
    about: str
    """Whom or how much it is about, where the sentence does not say it."""
    says: str


def facts_against(context: Context, household: Household, bed: Bed, barriers: Iterable[Barrier]) -> frozenset[Fact]:
    """Return the facts behind those of these barriers that say no."""
    noes = (barrier for barrier in barriers if barrier.verdict is Verdict.NO)
    return frozenset(fact for barrier in noes for fact in _facts(context, household, bed, barrier))


def _facts(context: Context, household: Household, bed: Bed, barrier: Barrier) -> Iterator[Fact]:
    said = barrier.sentence[:LONGEST]
    if barrier.code == MEETS:
        yield from (Fact(barrier.code, other.ref, said) for other in context.met_at(household, bed))
    elif barrier.code == "high_support_full":
        yield Fact(barrier.code, str(-context.spare_high[bed.refuge]), said)
    elif barrier.code == "no_funded_place":
        yield Fact(barrier.code, str(-context.spare_funded[bed.refuge]), said)
    else:
        yield Fact(barrier.code, "", said)
