"""A calendar feed: a secret address from which one worker's own calendar reads her times and house codes."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from refuge.database import Base
from refuge.rota.models import Worker


class CalendarFeed(Base):
    """One address. Only the hash of its token is kept; a worker has one at a time (migration 0007)."""

    __tablename__ = "calendar_feed"

    worker_id: Mapped[int] = mapped_column(ForeignKey("worker.id"), index=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    """SHA-256 of the 256-bit token, in hexadecimal."""
    made_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    made_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    """From when it gives nothing."""

    worker: Mapped[Worker] = relationship(lazy="joined")
