"""A run of matching, kept whole: what was asked, what was answered, how good that is."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from refuge.accounts.models import Person
from refuge.database import Referable


class MatchRun(Referable):
    """One run. It knows refs and codes, never a name or an address; it is never changed (migration 0003)."""

    __tablename__ = "match_run"
    __table_args__ = (CheckConstraint("seconds >= 0", name="seconds"), Index(None, "network_id", "made_at"))
    prefix = "M"

    network_id: Mapped[int] = mapped_column(ForeignKey("network.id"))
    made_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    made_at: Mapped[datetime]
    rules_version: Mapped[int]
    """Which `RuleSet` of the network it followed."""
    problem: Mapped[dict[str, Any]]
    """An `allocation.beds.Problem` as JSON."""
    problem_digest: Mapped[str] = mapped_column(String(64))
    """SHA-256 of the problem: while a new problem has the same, the answer still holds."""
    answer: Mapped[dict[str, Any]]
    """An `allocation.beds.Solution` as JSON, judged by `broken_rules` before it was kept."""
    waiting: Mapped[int]
    placed: Mapped[int]
    proven: Mapped[bool]
    seconds: Mapped[float]

    made_by: Mapped[Person] = relationship(lazy="joined")
