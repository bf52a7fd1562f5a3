"""Code lists: the words that can be chosen, each with dates and a source."""

from __future__ import annotations

from datetime import date

from sqlalchemy import CheckConstraint, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from refuge.database import Base


class Code(Base):
    """One word of one list between two dates. A changed label is a new row, so old records keep their meaning."""

    __tablename__ = "code"
    __table_args__ = (
        UniqueConstraint("list_name", "code", "valid_from"),
        CheckConstraint("valid_until IS NULL OR valid_until > valid_from", name="ends_after_it_begins"),
    )

    list_name: Mapped[str] = mapped_column(String(40))
    code: Mapped[str] = mapped_column(String(40))
    label: Mapped[str] = mapped_column(String(200))
    hint: Mapped[str] = mapped_column(String(300), default="")
    position: Mapped[int]
    """Where it stands in the list on a form."""
    group: Mapped[str] = mapped_column("group_name", String(80), default="")
    source: Mapped[str] = mapped_column(String(200))
    """Where the list comes from, with the grade of `domain.md`: A official, B secondary, C unverified, D ours."""
    valid_from: Mapped[date]
    valid_until: Mapped[date | None]
    """The first day on which it can no longer be chosen."""
