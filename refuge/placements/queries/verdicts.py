"""What every bed of the network says to one household, before anything is solved: yes, ask or no, with reasons."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from allocation.beds.eligibility import Context, pair
from allocation.beds.solution import Barrier, Pair, Verdict
from allocation.beds.turnaway import imply_reason
from refuge.placements.narrowing import THEIRS, for_reasons
from refuge.placements.problem.border import build_problem
from refuge.placements.queries.rules import rules_now

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

    from allocation.beds.problem import Problem
    from refuge.placements.shown.names import Names
    from refuge.referrals.models import Referral


@dataclass(frozen=True)
class Verdicts:
    """One household against every bed in use, nobody else waiting."""

    problem: Problem
    household: str
    pairs: tuple[Pair, ...]
    """Every bed, in the order of the board."""
    rules_version: int
    turnaway_reason: str
    """The code of list `turnaway_reason` that the barriers imply; empty where a bed could be hers."""
    contributing: tuple[str, ...]
    """Further codes of that list."""

    def of_bed(self, ref: str) -> Pair:
        """Return what this bed says; KeyError if it is not a bed in use of her network."""
        found = next((pair for pair in self.pairs if pair.bed == ref), None)
        if found is None:
            raise KeyError(ref)
        return found

    def against(self, ref: str) -> tuple[Barrier, ...]:
        """Return the barriers that say no to this bed: what a person who holds it anyway overrides."""
        return tuple(barrier for barrier in self.of_bed(ref).barriers if barrier.verdict is Verdict.NO)

    @property
    def could_have(self) -> tuple[Pair, ...]:
        """The beds that say yes or ask."""
        return tuple(pair for pair in self.pairs if pair.verdict is not Verdict.NO)

    @property
    def blocked_by(self) -> dict[str, int]:
        """Code of a barrier -> how many beds it blocks, or only their refuges can tell."""
        every = (barrier for pair in self.pairs for barrier in pair.barriers)
        return dict(Counter(one.code for one in every if one.verdict is Verdict.NO or one.code == THEIRS))


def verdicts(session: Session, referral: Referral, at: datetime) -> Verdicts:
    """Return what every bed says to this referral's household, whatever state it is in.

    A bed that is held for her counts as free for her. The caller has made sure that the reader may see the referral,
    and shows of other people in the reasons no more than the reader may see.
    """
    rules = rules_now(session, referral.network_id, at=at)
    problem = build_problem(session, referral.network_id, at=at, rules=rules, also=(referral.id,))
    context = Context(problem)
    household = context.households[referral.ref]
    pairs = tuple(pair(context, household, bed) for bed in problem.beds)
    blocked = [found for found in pairs if found.verdict is Verdict.NO]
    if len(blocked) < len(pairs):
        return Verdicts(problem, referral.ref, pairs, rules.version, "", ())
    reason, contributing = imply_reason(context, referral.ref, blocked, ())
    return Verdicts(problem, referral.ref, pairs, rules.version, reason, contributing)


def told_to(found: Verdicts, names: Names) -> Verdicts:
    """Return what every bed says as somebody may know it whose names these are; no reason says more either."""
    pairs = tuple(names.narrow(pair) for pair in found.pairs)
    if pairs == found.pairs:
        return found
    told = replace(found, pairs=pairs)
    if not found.turnaway_reason:
        return told
    general = [for_reasons(pair, own=names.owns(pair.bed)) for pair in found.pairs]
    reason, contributing = imply_reason(Context(found.problem), found.household, general, ())
    return replace(told, turnaway_reason=reason, contributing=contributing)
