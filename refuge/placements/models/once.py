"""So that a form sent twice does its work once."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from refuge.database import Base


class Once(Base):
    """The key that a creating form carried, and where its first sending led."""

    __tablename__ = "once"
    __table_args__ = (UniqueConstraint("person_id", "key"),)

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    key: Mapped[str] = mapped_column(String(43))
    """Drawn when the form was opened: 256 bits, URL-safe."""
    at: Mapped[datetime] = mapped_column(index=True)
    led_to: Mapped[str] = mapped_column(String(200))
    """The address that the first sending was redirected to: refs only."""
