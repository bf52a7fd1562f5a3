"""What an agency writes down in a form of its own: one table for all, what each asks for says `support_plans.kinds`."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from refuge.accounts.models import Agency, Person
from refuge.database import Referable
from support_plans.models.owned import Owned


class CareRecord(Owned, Referable):
    """A structured record. Never changed (migration 0009): a new version replaces it, and both are kept."""

    __tablename__ = "care_record"
    __table_args__ = (
        CheckConstraint("child IS NULL OR child BETWEEN 1 AND 20", name="child"),
        Index(None, "referral_id", "kind"),
    )
    prefix = "CR"

    kind: Mapped[str] = mapped_column(String(40))
    """Code of `kinds.KINDS`."""
    child: Mapped[int | None]
    """Which of her children it is about, counted from 1 as on the referral; None: herself."""
    told: Mapped[dict[str, Any]]
    """Name of a field -> what was written."""
    review_on: Mapped[date | None]
    written_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime]
    replaces_id: Mapped[int | None] = mapped_column(ForeignKey("care_record.id"), unique=True)
    """The version before. Two who write at once cannot both replace it."""

    written_by: Mapped[Person] = relationship(lazy="raise")
    agency: Mapped[Agency] = relationship(lazy="raise")
