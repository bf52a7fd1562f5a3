"""What matching answers: who could have which bed and why, how good that is, and why the others have none."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum


class Verdict(StrEnum):
    """Whether a household could have a bed, before anything is solved."""

    YES = "yes"
    NO = "no"
    ASK = "ask"
    """Nothing known stands in the way, but something must be asked or decided first."""


@dataclass(frozen=True)
class Barrier:
    """Why a household and a bed cannot be paired, or what must be asked first."""

    code: str
    """One of `eligibility.BARRIERS`, for counting."""
    verdict: Verdict
    """`no` or `ask`."""
    sentence: str
    """For staff: `Sleeps 1 child and no cot; she comes with 3 children.`"""
    change: str
    """The smallest change that would lift it: `if it slept 2 more children`. Empty where nothing would."""
    from_on: date | None = None
    """The day from which it no longer stands, where that is known."""


@dataclass(frozen=True)
class Pair:
    """One household and one bed."""

    household: str
    bed: str
    verdict: Verdict
    barriers: tuple[Barrier, ...] = ()


@dataclass(frozen=True)
class Reason:
    """Something that speaks for a match."""

    code: str
    sentence: str


@dataclass(frozen=True)
class Placement:
    """A bed proposed for a household, with what speaks for it and what must be asked first."""

    household: str
    bed: str
    reasons: tuple[Reason, ...] = ()
    asks: tuple[Barrier, ...] = ()
    decided: bool = False
    """Whether a person chose this before the run."""


@dataclass(frozen=True)
class GoalResult:
    """What was reached of one goal, and the best that can be while the goals before it keep theirs."""

    goal: str
    value: int
    bound: int | None
    """None: nothing is known of how far it could go."""
    proven: bool
    """Whether value and bound are the same."""


@dataclass(frozen=True)
class Worse:
    """Which goal would worsen, and by how much."""

    goal: str
    by: int


@dataclass(frozen=True)
class Missed:
    """A bed that an unplaced household could have had: who has it, and what would be lost if she had it instead."""

    bed: str
    has_it: str | None
    """The household that is proposed for it; None: nobody, a place or a conflict elsewhere stands in the way."""
    worse: Worse | None
    """The first goal that would worsen, found by solving again with her in that bed; None: none would, all is equal."""
    would_lose: tuple[str, ...]
    """Who would have no place then and has one now."""
    sentence: str


@dataclass(frozen=True)
class Change:
    """A smallest change that would give her a place."""

    bed: str | None
    codes: tuple[str, ...]
    """The barriers that it lifts; empty where another bed would have to be found."""
    sentence: str
    """`if Room 8 had a ramp`, with the ref of the bed in the place of its name."""
    from_on: date | None = None


@dataclass(frozen=True)
class Unplaced:
    """A household without a proposal: each bed with what blocks it, what would help, and the reason this implies."""

    household: str
    blocked: tuple[Pair, ...]
    """Each bed that she cannot have, fewest barriers first."""
    missed: tuple[Missed, ...]
    """Each bed that she could have had."""
    changes: tuple[Change, ...]
    turnaway_reason: str
    """The code of list `turnaway_reason` that the barriers imply: proposed, never decided."""
    contributing: tuple[str, ...] = ()
    """Further codes of that list."""
    decided: bool = False


@dataclass(frozen=True)
class Solution:
    """The answer of one run."""

    placements: tuple[Placement, ...]
    unplaced: tuple[Unplaced, ...]
    goals: tuple[GoalResult, ...]
    proven: bool
    """Whether every goal is proven best."""
    seconds: float
    """How long it took, explanations included. The only part that differs between two runs of one problem."""
    rules_version: str
    goals_version: str
    notes: tuple[str, ...] = field(default=())
    """What staff should know of the run: that time was up, for instance."""
