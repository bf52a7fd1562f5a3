"""A run of the planner of sessions: that it was made and how good it is; and, apart from it, what it was about."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from refuge.accounts.models import Person
from refuge.database import Base, Referable


class SessionRun(Referable):
    """One run: figures only. It is never changed (migration 0007)."""

    __tablename__ = "session_run"
    __table_args__ = (
        CheckConstraint("seconds >= 0", name="seconds"),
        CheckConstraint("until_on >= from_on", name="ends_after_it_begins"),
        Index(None, "network_id", "made_at"),
    )
    prefix = "SR"

    network_id: Mapped[int] = mapped_column(ForeignKey("network.id"))
    made_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    made_at: Mapped[datetime]
    from_on: Mapped[date]
    until_on: Mapped[date]
    """The last day of the horizon."""
    why: Mapped[str] = mapped_column(String(40))
    """Code list `session_run_why`: planned by a person, or mended after leave, a cancelled session, a move."""
    problem_digest: Mapped[str] = mapped_column(String(64))
    """SHA-256 of the problem: it proves what was kept."""
    asked: Mapped[int]
    """How many sessions it was asked to place."""
    placed: Mapped[int]
    proven: Mapped[bool]
    seconds: Mapped[float]

    made_by: Mapped[Person] = relationship(lazy="joined")
    content: Mapped[SessionRunContent | None] = relationship(back_populates="run", lazy="joined")
    """None: what it was about has been erased."""


class SessionRunContent(Base):
    """What a run was about and what it answered, ref by ref; apart from the run, so that it can be erased.

    It knows refs and codes, never a name or an address. Never changed (migration 0007).
    """

    __tablename__ = "session_run_content"

    run_id: Mapped[int] = mapped_column(ForeignKey("session_run.id"), unique=True)
    problem: Mapped[dict[str, Any]]
    """An `allocation.sessions` problem as JSON."""
    answer: Mapped[dict[str, Any]]
    """Its answer as JSON, judged by `broken_rules` before it was kept."""

    run: Mapped[SessionRun] = relationship(back_populates="content", lazy="raise")
