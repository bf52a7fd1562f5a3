"""A referral while it is being taken: exactly what was typed, saved as she speaks."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from refuge.accounts.models import Person
from refuge.database import Referable


class ReferralDraft(Referable):
    """What was typed so far, valid or not. Only the person who takes the call sees it, until it becomes a referral."""

    __tablename__ = "referral_draft"
    prefix = "D"

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    agency_id: Mapped[int] = mapped_column(ForeignKey("agency.id"))
    """The agency for which she takes the call: it does not follow her to another."""
    typed: Mapped[dict[str, Any]]
    """Field name to list of values, as the browser sent them."""
    started_at: Mapped[datetime]
    saved_at: Mapped[datetime]
    saves: Mapped[int] = mapped_column(default=0)
    """How many times it was saved; an older save never replaces a newer one."""
    saved_from: Mapped[str] = mapped_column(String(16), default="")
    """Which opening of the page saved it last, by a token drawn for each: two tabs must not overwrite each other."""
    said: Mapped[list[str]] = mapped_column(default=list)
    """Refs of referrals that she was told may be the same woman, so that the audit holds each telling once."""
    discarded_at: Mapped[datetime | None]
    """When it was put aside on purpose; what was typed is emptied then."""

    person: Mapped[Person] = relationship(lazy="raise")
