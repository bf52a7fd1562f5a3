"""What planning answers: who is proposed to see whom and when, how good that is, and why the others find no place."""

from __future__ import annotations

from dataclasses import dataclass, field

from allocation.sessions.problem import MINUTE


@dataclass(frozen=True)
class Reason:
    """Something that speaks for a proposal, or that must be asked or done before it can be booked."""

    code: str
    sentence: str


@dataclass(frozen=True)
class Proposal:
    """A time proposed for a session."""

    session: str
    worker: str
    house: str
    room: str | None
    """None where the session needs no room."""
    from_at: int = field(metadata=MINUTE)
    until_at: int = field(metadata=MINUTE)
    residents: tuple[str, ...]
    """Who comes: everybody it is for, but for those who cannot come to a group."""
    late: bool = False
    """Whether its deadline passes before it ends. That is so only where no time before it was possible at all."""
    reasons: tuple[Reason, ...] = ()
    asks: tuple[Reason, ...] = ()
    """What must be asked or done before it can be booked: `interpreter`, `childcare`."""
    decided: bool = False
    """Whether a person chose this before the plan."""


@dataclass(frozen=True)
class GoalResult:
    """What was reached of one goal, and the best that can be while the goals before it keep theirs."""

    goal: str
    value: int
    bound: int
    proven: bool
    """Whether value and bound are the same."""


@dataclass(frozen=True)
class Barrier:
    """Why a session has no time."""

    code: str
    """One of `reasons.BARRIERS`, for counting."""
    sentence: str


@dataclass(frozen=True)
class Change:
    """A smallest change that would give a session a time, found by solving again with it."""

    code: str
    sentence: str
    """`if K-1 worked Tuesday 1 December`, with refs in the place of names."""
    from_at: int | None = field(default=None, metadata=MINUTE)
    """When the session would begin then."""
    worker: str | None = None
    """Who would give it then."""


@dataclass(frozen=True)
class Unplaced:
    """A session without a proposal: what is in the way, and what would help."""

    session: str
    barriers: tuple[Barrier, ...] = ()
    changes: tuple[Change, ...] = ()
    decided: bool = False


@dataclass(frozen=True)
class Solution:
    """The answer of one run."""

    proposals: tuple[Proposal, ...]
    unplaced: tuple[Unplaced, ...]
    goals: tuple[GoalResult, ...]
    proven: bool
    """Whether every goal is proven best."""
    parts: int
    """Into how many parts the problem falls by itself, no worker, woman or room being shared between two."""
    seconds: float
    """How long it took, explanations included. The only part that differs between two runs of one problem."""
    rules_version: str
    goals_version: str
    notes: tuple[str, ...] = ()
    """What staff should know of the run: that time was up, for instance."""


@dataclass(frozen=True)
class Touched:
    """A session whose proposal did not stay as it was."""

    session: str
    was: Proposal | None
    """None: it had no time before."""
    now: Proposal | None
    """None: it has no time any more."""
    sentence: str


@dataclass(frozen=True)
class Repair:
    """The smallest change of a plan after something happened."""

    solution: Solution
    touched: tuple[Touched, ...]
    """Everything that is not as it was. What was booked is never in here."""
