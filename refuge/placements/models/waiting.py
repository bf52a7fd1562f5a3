"""What is done for her outside the network while she waits: a search."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from refuge.accounts.models import Person
from refuge.database import Base


class Search(Base):
    """That somebody asked outside the network whether a place is free for her."""

    __tablename__ = "search"

    referral_id: Mapped[int] = mapped_column(ForeignKey("referral.id"), index=True)
    asked: Mapped[str] = mapped_column(String(120))
    """Whom: a service or a list, never a person's name."""
    area: Mapped[str] = mapped_column(String(9), default="")
    """Code list `area`."""
    result: Mapped[str] = mapped_column(String(40))
    """Code list `search_result`."""
    note: Mapped[str] = mapped_column(Text, default="")
    searched_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime]

    searched_by: Mapped[Person] = relationship(lazy="raise")
