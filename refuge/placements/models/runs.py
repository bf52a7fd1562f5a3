"""A run of matching: that it was made and how good it is; and, apart from it, what was asked and answered."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from refuge.accounts.models import Person
from refuge.database import Base, Referable


class MatchRun(Referable):
    """One run: figures only. It is never changed (migration 0004)."""

    __tablename__ = "match_run"
    __table_args__ = (CheckConstraint("seconds >= 0", name="seconds"), Index(None, "network_id", "made_at"))
    prefix = "M"

    network_id: Mapped[int] = mapped_column(ForeignKey("network.id"))
    made_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    made_at: Mapped[datetime]
    rules_version: Mapped[int]
    """Which `RuleSet` of the network it followed."""
    problem_digest: Mapped[str] = mapped_column(String(64))
    """SHA-256 of the problem: while a new problem has the same, the answer still holds; it proves what was kept."""
    waiting: Mapped[int]
    placed: Mapped[int]
    proven: Mapped[bool]
    seconds: Mapped[float]

    made_by: Mapped[Person] = relationship(lazy="joined")
    content: Mapped[MatchRunContent | None] = relationship(back_populates="run", lazy="joined")
    """None: what it was about has been erased."""


class MatchRunContent(Base):
    """What a run was about and what it answered, ref by ref: needs, ways of paying, who must not meet.

    Apart from the run, so that it can be erased (`service.matching.erase_runs`) while how many waited, how many were
    proposed a bed and how good that was stay. Never changed (migration 0008).
    """

    __tablename__ = "match_run_content"

    run_id: Mapped[int] = mapped_column(ForeignKey("match_run.id"), unique=True)
    problem: Mapped[dict[str, Any]]
    """An `allocation.beds.Problem` as JSON."""
    answer: Mapped[dict[str, Any]]
    """An `allocation.beds.Solution` as JSON, judged by `broken_rules` before it was kept."""

    run: Mapped[MatchRun] = relationship(back_populates="content", lazy="raise")
