"""Questionnaires that were filled in: the answers, and what they added up to on that day."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from refuge.accounts.models import Agency, Person
from refuge.database import Referable, one_of
from support_plans.models.owned import Owned


class Occasion(StrEnum):
    """When in her time here it was filled in."""

    START = "start"
    REVIEW = "review"
    END = "end"

    @property
    def label(self) -> str:
        """The occasion in words."""
        return {"start": "At the start", "review": "At a review", "end": "Before she leaves"}[self.value]


class Assessment(Owned, Referable):
    """One filled-in questionnaire. Never changed (migration 0009): a correction replaces it, and both are kept."""

    __tablename__ = "assessment"
    __table_args__ = (
        CheckConstraint("complete OR (total IS NULL AND band = '')", name="incomplete_has_no_band"),
        CheckConstraint("band = '' OR total IS NOT NULL", name="band_of_a_total"),
        CheckConstraint("total IS NULL OR total BETWEEN 0 AND 200", name="total"),
        Index(None, "referral_id", "taken_on"),
    )
    prefix = "AS"

    tool: Mapped[str] = mapped_column(String(20))
    """Code of `scoring.TOOLS`."""
    tool_version: Mapped[str] = mapped_column(String(40))
    occasion: Mapped[Occasion] = mapped_column(one_of(Occasion, "occasion"))
    taken_on: Mapped[date]
    answers: Mapped[dict[str, Any]]
    """Key of an item -> points. An item that was not answered is not there."""
    complete: Mapped[bool]
    total: Mapped[int | None]
    band: Mapped[str] = mapped_column(String(40), default="")
    """Code of the band that the total fell into; empty where there is none. Never a recommendation."""
    note: Mapped[str] = mapped_column(Text, default="")
    taken_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    recorded_at: Mapped[datetime]
    replaces_id: Mapped[int | None] = mapped_column(ForeignKey("assessment.id"), unique=True)
    """The one that this corrects."""

    taken_by: Mapped[Person] = relationship(lazy="raise")
    agency: Mapped[Agency] = relationship(lazy="raise")
