"""Risk as it was judged on a day, MARAC, and the warnings that staff see first."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from refuge.accounts.models import Agency, Person
from refuge.database import Referable, one_of
from support_plans.marac import RepeatDefinition
from support_plans.models.owned import Owned


class Judgement(StrEnum):
    """What the worker judged. It may raise what the count says and never lowers it (`refuge.referrals.risk`)."""

    STANDARD = "standard"
    MEDIUM = "medium"
    HIGH = "high"

    @property
    def label(self) -> str:
        """The judgement in words."""
        return self.value.capitalize()


class RiskAssessment(Owned, Referable):
    """One result of a risk tool, with the worker's judgement and why. Never changed: the next one stands beside it."""

    __tablename__ = "risk_assessment"
    __table_args__ = (
        CheckConstraint("yes_count IS NULL OR yes_count BETWEEN 0 AND 60", name="yes_count"),
        CheckConstraint("length(reason) >= 10", name="says_why"),
        CheckConstraint("review_on >= taken_on", name="reviewed_after_it"),
    )
    prefix = "RA"

    tool: Mapped[str] = mapped_column(String(40))
    """Code list `risk_tool`."""
    tool_version: Mapped[str] = mapped_column(String(40))
    taken_on: Mapped[date]
    yes_count: Mapped[int | None]
    judgement: Mapped[Judgement] = mapped_column(one_of(Judgement, "judgement"))
    reason: Mapped[str] = mapped_column(Text)
    review_on: Mapped[date]
    taken_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    recorded_at: Mapped[datetime]

    taken_by: Mapped[Person] = relationship(lazy="raise")
    agency: Mapped[Agency] = relationship(lazy="raise")


class MaracReferral(Owned, Referable):
    """That she was referred to MARAC, why, and whether it counted as a repeat by the definition of that day."""

    __tablename__ = "marac_referral"
    __table_args__ = (
        CheckConstraint("length(reason) >= 10", name="says_why"),
        CheckConstraint("incident_on <= referred_on", name="incident_before"),
    )
    prefix = "MR"

    referred_on: Mapped[date]
    incident_on: Mapped[date]
    """The day of the incident that led to it."""
    incident_criminal: Mapped[bool]
    """Whether it would be a criminal act: the earlier definition asks for it."""
    criteria: Mapped[list[str]]
    """Codes of list `marac_criterion`."""
    definition: Mapped[RepeatDefinition] = mapped_column(one_of(RepeatDefinition, "definition"))
    repeat: Mapped[bool]
    """Whether it was a repeat by that definition, worked out when it was recorded."""
    reason: Mapped[str] = mapped_column(Text)
    referred_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    recorded_at: Mapped[datetime]

    referred_by: Mapped[Person] = relationship(lazy="raise")
    agency: Mapped[Agency] = relationship(lazy="raise")


class Caution(Owned, Referable):
    """What staff must see first on her page, until somebody takes it away and says why."""

    __tablename__ = "care_warning"
    __table_args__ = (
        CheckConstraint("words <> ''", name="says_what"),
        CheckConstraint("(ended_at IS NULL) = (ended_by_id IS NULL)", name="says_who_ended_it"),
        CheckConstraint("ended_at IS NULL OR length(ended_why) >= 3", name="says_why_it_ended"),
    )
    prefix = "WA"

    kind: Mapped[str] = mapped_column(String(40))
    """Code list `warning_kind`."""
    words: Mapped[str] = mapped_column(String(200))
    made_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    made_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    ended_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    ended_why: Mapped[str] = mapped_column(String(200), default="")

    made_by: Mapped[Person] = relationship(lazy="raise", foreign_keys=[made_by_id])
    agency: Mapped[Agency] = relationship(lazy="raise")
