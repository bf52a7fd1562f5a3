"""What a network decides about plans: its own areas of need."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from refuge.database import Base, one_of
from support_plans.categories import Category


class NetworkArea(Base):
    """An area of need that a network added to the list of everybody."""

    __tablename__ = "network_area"
    __table_args__ = (UniqueConstraint("network_id", "code"), UniqueConstraint("network_id", "label"))

    network_id: Mapped[int] = mapped_column(ForeignKey("network.id"))
    code: Mapped[str] = mapped_column(String(40))
    label: Mapped[str] = mapped_column(String(80))
    category: Mapped[Category] = mapped_column(one_of(Category, "category"))
    added_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    added_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    """From when it can no longer be chosen; plans that have it keep it."""
