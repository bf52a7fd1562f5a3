"""Replays that were asked for, and what a change is taken to cost."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from allocation.replay.changes import Kind
from refuge.accounts.models import Person
from refuge.database import Base, Referable, one_of


class ReplayState(StrEnum):
    """How far a replay has come."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


UNDER_WAY = (ReplayState.WAITING, ReplayState.RUNNING)


class Replay(Referable):
    """A period to be lived again with changes, and then what each would have given. One at a time in a network."""

    __tablename__ = "replay"
    __table_args__ = (
        CheckConstraint("first <= last", name="ends_after_it_begins"),
        CheckConstraint("draws BETWEEN 0 AND 50", name="draws"),
        CheckConstraint("done BETWEEN 0 AND steps", name="done"),
        CheckConstraint("(state = 'done') = (ended_at IS NOT NULL AND failure = '')", name="says_when_it_was_done"),
        CheckConstraint("(state = 'failed') = (failure <> '')", name="says_why_it_failed"),
        CheckConstraint("published_at IS NULL OR state = 'done'", name="only_what_is_done_is_published"),
        CheckConstraint("(published_at IS NULL) = (published_by_id IS NULL)", name="says_who_published_it"),
        Index(
            "uq_replay_under_way", "network_id", unique=True,
            sqlite_where=text("state IN ('waiting', 'running')"),
            postgresql_where=text("state IN ('waiting', 'running')"),
        ),
    )  # fmt: skip
    prefix = "Y"

    network_id: Mapped[int] = mapped_column(ForeignKey("network.id"), index=True)
    asked_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    asked_at: Mapped[datetime]
    first: Mapped[date]
    last: Mapped[date]
    """Both days are lived through."""
    changes: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    """Each an `allocation.replay.changes.Change`: kind, of (a ref), by; beside it `words`, as it was asked for."""
    draws: Mapped[int]
    """How many other years are drawn for the ranges."""
    seed: Mapped[int]
    state: Mapped[ReplayState] = mapped_column(one_of(ReplayState, "state"), default=ReplayState.WAITING)
    steps: Mapped[int]
    """How many replays it takes."""
    done: Mapped[int] = mapped_column(default=0)
    """How many of them are done."""
    beat_at: Mapped[datetime | None]
    """When the process that runs it last said so. Silent for long, it is taken over by another."""
    ended_at: Mapped[datetime | None]
    failure: Mapped[str] = mapped_column(String(300), default="")
    """Why it could not be done, in words."""
    answer: Mapped[dict[str, Any] | None]
    """An `allocation.replay.gains.Gains` as JSON; no ref of a household."""
    rules_version: Mapped[int] = mapped_column(default=0)
    """Which rules of matching it followed."""
    published_at: Mapped[datetime | None]
    """From when commissioners of the network can read it, small numbers hidden."""
    published_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))

    asked_by: Mapped[Person] = relationship(lazy="joined", foreign_keys=[asked_by_id])


class ChangeCost(Base):
    """What one change is taken to cost, from a day on. Never changed: a new figure is a new version."""

    __tablename__ = "change_cost"
    __table_args__ = (
        UniqueConstraint("network_id", "kind", "version"),
        CheckConstraint("pounds BETWEEN 0 AND 10000000", name="pounds"),
        CheckConstraint("gives BETWEEN 1 AND 20", name="gives"),
        CheckConstraint("length(source) >= 5", name="says_where_it_is_from"),
    )

    network_id: Mapped[int] = mapped_column(ForeignKey("network.id"))
    kind: Mapped[Kind] = mapped_column(one_of(Kind, "kind"))
    version: Mapped[int]
    pounds: Mapped[int]
    """A year. What is paid once, such as building a ramp, is entered as its share of one year."""
    gives: Mapped[int] = mapped_column(default=1)
    """How many places it is taken to give: a worker-day more may support two more residents with high needs."""
    source: Mapped[str] = mapped_column(String(200))
    """Where the figure is from."""
    set_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    set_at: Mapped[datetime]
