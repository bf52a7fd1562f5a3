"""On what basis an agency reads what another wrote: she agreed, it had to be shared, or the glass was broken."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from refuge.accounts.models import Agency, Person
from refuge.database import Base, Referable, one_of
from support_plans.categories import Category

REVIEWED_WITHIN = timedelta(hours=72)
"""Within what time somebody else reviews what was opened without the usual right."""


class Basis(StrEnum):
    """Why an agency may read what another wrote."""

    CONSENT = "consent"
    SAFEGUARDING = "safeguarding"
    MARAC = "marac"
    VITAL_INTERESTS = "vital_interests"

    @property
    def label(self) -> str:
        """The basis in words."""
        return {
            "consent": "She agreed",
            "safeguarding": "Safeguarding of a child or an adult",
            "marac": "MARAC: risk of serious harm",
            "vital_interests": "To save a life",
        }[self.value]


class Sharing(Referable):
    """One basis for one agency, between two instants. Never changed but to withdraw it: a change is a new one."""

    __tablename__ = "sharing"
    __table_args__ = (
        CheckConstraint("until_at > from_at", name="ends_after_it_begins"),
        CheckConstraint("withdrawn_at IS NULL OR withdrawn_at >= from_at", name="withdrawn_after_it_began"),
        CheckConstraint("(withdrawn_at IS NULL) = (withdrawn_by_id IS NULL)", name="says_who_noted_the_withdrawal"),
        CheckConstraint("purpose <> ''", name="has_a_purpose"),
        CheckConstraint("(basis = 'consent') = (how_given <> '')", name="consent_says_how"),
        CheckConstraint(
            "basis = 'consent' OR (length(why_necessary) >= 10 AND length(why_proportionate) >= 10"
            " AND decided_by_id IS NOT NULL)",
            name="without_consent_says_why_and_who_decided",
        ),
        Index(None, "referral_id", "to_agency_id"),
    )
    prefix = "SH"

    referral_id: Mapped[int] = mapped_column(ForeignKey("referral.id"))
    to_agency_id: Mapped[int] = mapped_column(ForeignKey("agency.id"))
    """Who may read."""
    basis: Mapped[Basis] = mapped_column(one_of(Basis, "basis"))
    purpose: Mapped[str] = mapped_column(String(200))
    from_at: Mapped[datetime]
    until_at: Mapped[datetime]
    """Consent is never for ever. From this instant on the gate is closed, in every process."""
    how_given: Mapped[str] = mapped_column(String(40), default="")
    """Code list `consent_how`."""
    why_necessary: Mapped[str] = mapped_column(Text, default="")
    why_proportionate: Mapped[str] = mapped_column(Text, default="")
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    told_her: Mapped[bool] = mapped_column(default=True)
    """Whether she was told. Where telling her is not safe, it is not done."""
    recorded_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    recorded_at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]
    withdrawn_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    """Who noted that it was withdrawn."""

    categories: Mapped[list[SharedCategory]] = relationship(lazy="selectin", order_by="SharedCategory.id")
    to_agency: Mapped[Agency] = relationship(lazy="raise")
    decided_by: Mapped[Person | None] = relationship(lazy="raise", foreign_keys=[decided_by_id])
    recorded_by: Mapped[Person] = relationship(lazy="raise", foreign_keys=[recorded_by_id])


class SharedCategory(Base):
    """One thing that a basis opens."""

    __tablename__ = "shared_category"
    __table_args__ = (UniqueConstraint("sharing_id", "category"),)

    sharing_id: Mapped[int] = mapped_column(ForeignKey("sharing.id"))
    category: Mapped[Category] = mapped_column(one_of(Category, "category"))


class GlassReview(StrEnum):
    """What the review of a broken glass found."""

    JUSTIFIED = "justified"
    NOT_JUSTIFIED = "not_justified"

    @property
    def label(self) -> str:
        """The finding in words."""
        return {"justified": "It was justified", "not_justified": "It was not justified"}[self.value]


class BrokenGlass(Referable):
    """That a person opened one plan without the usual right, for one hour, and what somebody else found about it."""

    __tablename__ = "broken_glass"
    __table_args__ = (
        CheckConstraint("until_at > at", name="ends_after_it_begins"),
        CheckConstraint("length(words) >= 10", name="says_why"),
        CheckConstraint("reviewed_by_id IS NULL OR reviewed_by_id <> person_id", name="reviewed_by_somebody_else"),
        CheckConstraint(
            "(reviewed_by_id IS NULL) = (reviewed_at IS NULL) AND (reviewed_by_id IS NULL) = (found IS NULL)",
            name="says_what_the_review_found",
        ),
        Index(None, "person_id", "until_at"),
    )
    prefix = "GL"

    referral_id: Mapped[int] = mapped_column(ForeignKey("referral.id"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    agency_id: Mapped[int] = mapped_column(ForeignKey("agency.id"), index=True)
    """Her agency at that moment, whose privacy officer reviews it."""
    reason: Mapped[str] = mapped_column(String(40))
    """Code list `glass_reason`."""
    words: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime]
    until_at: Mapped[datetime]
    reviewed_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    reviewed_at: Mapped[datetime | None]
    found: Mapped[GlassReview | None] = mapped_column(one_of(GlassReview, "found"))
    review_words: Mapped[str] = mapped_column(Text, default="")

    person: Mapped[Person] = relationship(lazy="raise", foreign_keys=[person_id])
    reviewed_by: Mapped[Person | None] = relationship(lazy="raise", foreign_keys=[reviewed_by_id])


class PrivacyOfficer(Base):
    """Whom an agency named to look at what was opened without the usual right."""

    __tablename__ = "privacy_officer"

    agency_id: Mapped[int] = mapped_column(ForeignKey("agency.id"), unique=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    named_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    named_at: Mapped[datetime]

    person: Mapped[Person] = relationship(lazy="raise", foreign_keys=[person_id])


class PrivacySample(Base):
    """That an officer looked through a week of her agency's reads. Never changed (migration 0014)."""

    __tablename__ = "privacy_sample"
    __table_args__ = (
        UniqueConstraint("agency_id", "week_on"),
        CheckConstraint("NOT asked OR length(words) >= 10", name="says_what_was_asked"),
    )

    agency_id: Mapped[int] = mapped_column(ForeignKey("agency.id"))
    week_on: Mapped[date]
    """Its Monday."""
    looked_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    looked_at: Mapped[datetime]
    asked: Mapped[bool]
    """Whether she had to ask somebody why."""
    words: Mapped[str] = mapped_column(Text, default="")


class AlertKind(StrEnum):
    """What a privacy officer is alerted to."""

    BROKEN_GLASS = "broken_glass"
    SEALED_NOTE = "sealed_note"


class PrivacyAlert(Base):
    """One alert for the privacy officer of an agency. It names nobody: a kind, a ref and an instant."""

    __tablename__ = "privacy_alert"

    agency_id: Mapped[int] = mapped_column(ForeignKey("agency.id"), index=True)
    kind: Mapped[AlertKind] = mapped_column(one_of(AlertKind, "kind"))
    about_ref: Mapped[str] = mapped_column(String(12))
    """The broken glass, or the note that somebody tried to open."""
    at: Mapped[datetime]
    seen_at: Mapped[datetime | None]
    """When the officer put it away; a broken glass by its review."""
