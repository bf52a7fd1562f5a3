"""What a network agreed matching should do: rules, limits, goals and how long a bed is held. One row per version."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from refuge.accounts.models import Person
from refuge.database import Base


class RuleSet(Base):
    """The rules of a network from a moment on. Never changed: a change is a new version."""

    __tablename__ = "rule_set"
    __table_args__ = (
        UniqueConstraint("network_id", "version"),
        CheckConstraint("version >= 1", name="version"),
        CheckConstraint("days_ahead BETWEEN 0 AND 28", name="days_ahead"),
        CheckConstraint("hold_hours >= 1 AND hold_hours <= hold_hours_longest", name="hold_hours"),
        CheckConstraint("hold_hours_longest <= 168", name="hold_hours_longest"),
    )

    network_id: Mapped[int] = mapped_column(ForeignKey("network.id"))
    version: Mapped[int]
    """1 for the first; each change is one more."""
    from_at: Mapped[datetime]
    """From when it holds, until the next version does."""
    made_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    """None: the defaults that the system came with."""
    why: Mapped[str] = mapped_column(String(200), default="")
    strictness: Mapped[dict[str, Any]]
    """Code of a barrier -> `no`, `ask` or `off`, as `allocation.beds.problem.Strictness`."""
    days_ahead: Mapped[int]
    """How many days after she needs it a bed may become free and still be proposed."""
    round_the_clock_from: Mapped[dict[str, Any]]
    """Need -> level (1 to 3) from which staff must be there round the clock."""
    goals: Mapped[list[str]]
    """Names of goals, the most important first."""
    hold_hours: Mapped[int]
    """How long a bed is held unless somebody says otherwise."""
    hold_hours_longest: Mapped[int]
    """How long it can be held at most; a renewal adds no more than this once."""

    made_by: Mapped[Person | None] = relationship(lazy="joined")
