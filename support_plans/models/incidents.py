"""Incidents, concerns and complaints, each with an owner and a clock; and what residents and partners say of us."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from refuge.accounts.models import Person
from refuge.database import Base, Referable, one_of
from refuge.referrals.models import Referral
from support_plans.incidents import IncidentKind


class Incident(Referable):
    """One thing that happened or may happen. Never deleted; once it is closed nothing of it changes."""

    __tablename__ = "incident"
    __table_args__ = (
        CheckConstraint("length(words) >= 10", name="says_what_happened"),
        CheckConstraint("answer_by > logged_at", name="has_a_clock"),
        CheckConstraint("kind <> 'not_back' OR referral_id IS NOT NULL", name="not_back_is_about_somebody"),
        CheckConstraint("(closed_at IS NULL) = (closed_by_id IS NULL)", name="says_who_closed_it"),
        CheckConstraint("closed_at IS NULL OR length(outcome) >= 10", name="says_what_came_of_it"),
        CheckConstraint("(escalated_at IS NULL) = (escalated_to_id IS NULL)", name="says_to_whom_it_went"),
        Index(None, "agency_id", "closed_at"),
    )
    prefix = "IN"

    network_id: Mapped[int] = mapped_column(ForeignKey("network.id"))
    agency_id: Mapped[int] = mapped_column(ForeignKey("agency.id"))
    """The agency that logged it; nobody else sees it."""
    referral_id: Mapped[int | None] = mapped_column(ForeignKey("referral.id"), index=True)
    kind: Mapped[IncidentKind] = mapped_column(one_of(IncidentKind, "kind"))
    words: Mapped[str] = mapped_column(Text)
    happened_at: Mapped[datetime]
    logged_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    logged_at: Mapped[datetime]
    owner_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    answer_by: Mapped[datetime]
    escalated_at: Mapped[datetime | None]
    """When its clock ran out, and a second person was given it."""
    escalated_to_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    closed_at: Mapped[datetime | None]
    closed_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    outcome: Mapped[str] = mapped_column(Text, default="")
    version: Mapped[int] = mapped_column(default=1)

    owner: Mapped[Person] = relationship(lazy="raise", foreign_keys=[owner_id])
    logged_by: Mapped[Person] = relationship(lazy="raise", foreign_keys=[logged_by_id])
    escalated_to: Mapped[Person | None] = relationship(lazy="raise", foreign_keys=[escalated_to_id])
    referral: Mapped[Referral | None] = relationship(lazy="raise")
    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012  SQLAlchemy reads it from the class


class Escalation(Base):
    """Whom an incident went on to when nobody closed it after the second person was told. Never changed."""

    __tablename__ = "incident_escalation"
    __table_args__ = (
        UniqueConstraint("incident_id", "level"),
        CheckConstraint("level BETWEEN 2 AND 3", name="level"),
    )

    incident_id: Mapped[int] = mapped_column(ForeignKey("incident.id"))
    level: Mapped[int]
    """2: a third person; 3: a fourth, the last. The second person stands on the incident itself."""
    to_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime]

    to: Mapped[Person] = relationship(lazy="raise")


class IncidentStep(Base):
    """What was done about it, and when. Never changed."""

    __tablename__ = "incident_step"
    __table_args__ = (
        CheckConstraint("step <> 'note' OR words <> ''", name="note_says_something"),
        Index(
            "uq_incident_step_once", "incident_id", "step", unique=True,
            sqlite_where=text("step <> 'note'"), postgresql_where=text("step <> 'note'"),
        ),
    )  # fmt: skip

    incident_id: Mapped[int] = mapped_column(ForeignKey("incident.id"), index=True)
    step: Mapped[str] = mapped_column(String(40))
    """Code of `incidents.NOT_BACK`, or `note`."""
    words: Mapped[str] = mapped_column(String(400), default="")
    by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime]

    by: Mapped[Person] = relationship(lazy="raise")


class Giver(StrEnum):
    """Who says it."""

    RESIDENT = "resident"
    PARTNER = "partner"

    @property
    def label(self) -> str:
        """The word for it."""
        return {"resident": "A woman who lives or lived here", "partner": "A partner"}[self.value]


class Feedback(Base):
    """What somebody said of us, without her name: it stands for itself and is never changed."""

    __tablename__ = "feedback"
    __table_args__ = (
        CheckConstraint("rating IS NULL OR rating BETWEEN 1 AND 5", name="rating"),
        CheckConstraint("words <> '' OR rating IS NOT NULL", name="says_something"),
        Index(None, "agency_id", "on_day"),
    )

    network_id: Mapped[int] = mapped_column(ForeignKey("network.id"))
    agency_id: Mapped[int] = mapped_column(ForeignKey("agency.id"))
    """The agency that it is about and that keeps it."""
    giver: Mapped[Giver] = mapped_column(one_of(Giver, "giver"))
    on_day: Mapped[date]
    rating: Mapped[int | None]
    """1 (poor) to 5 (good); None: she gave none."""
    words: Mapped[str] = mapped_column(Text, default="")
    themes: Mapped[list[str]]
    """Codes of list `feedback_theme`."""
    kept_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    """Who typed it in; of what was said by a link, who handed out the link."""
    kept_at: Mapped[datetime]


class FeedbackLink(Base):
    """A form that somebody fills in without signing in, once. Whose answer it led to is kept nowhere."""

    __tablename__ = "feedback_link"
    __table_args__ = (
        CheckConstraint("expires_at > made_at", name="ends_after_it_begins"),
        CheckConstraint("used_at IS NULL OR (used_at >= made_at AND used_at < expires_at)", name="used_in_time"),
    )

    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    """SHA-256 of the token, which is shown once and kept nowhere."""
    network_id: Mapped[int] = mapped_column(ForeignKey("network.id"))
    agency_id: Mapped[int] = mapped_column(ForeignKey("agency.id"), index=True)
    """About which agency it asks."""
    giver: Mapped[Giver] = mapped_column(one_of(Giver, "giver"))
    made_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    made_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
