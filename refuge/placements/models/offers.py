"""Offering a held bed, and what the woman answers."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from refuge.accounts.models import Person
from refuge.beds.models import Hold
from refuge.database import Referable, one_of


class OfferAnswer(StrEnum):
    """What the woman answered."""

    OPEN = "open"
    """She has not answered yet."""
    ACCEPTED = "accepted"
    DECLINED = "declined"
    NO_ANSWER = "no_answer"
    """She could not be reached safely."""
    WITHDRAWN = "withdrawn"
    """The refuge took the offer back, or the hold ended before she answered."""

    @property
    def label(self) -> str:
        """The answer in words."""
        return self.value.replace("_", " ").capitalize()


class Offer(Referable):
    """A person's decision to offer a held bed, and the woman's answer. One open offer a hold (migration 0003)."""

    __tablename__ = "offer"
    __table_args__ = (
        CheckConstraint("(answer = 'open') = (answered_at IS NULL)", name="says_when_it_was_answered"),
        CheckConstraint("answer <> 'declined' OR decline_reason <> ''", name="says_why_it_was_declined"),
    )
    prefix = "O"

    hold_id: Mapped[int] = mapped_column(ForeignKey("hold.id"), index=True)
    made_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    made_at: Mapped[datetime]
    told_how: Mapped[str] = mapped_column(String(40))
    """Code list `told_how`: by her safe number, in person, through the referrer."""
    answer: Mapped[OfferAnswer] = mapped_column(one_of(OfferAnswer, "answer"), default=OfferAnswer.OPEN)
    answered_at: Mapped[datetime | None]
    answered_to_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    decline_reason: Mapped[str] = mapped_column(String(40), default="")
    """Code list `decline_reason`."""
    her_words: Mapped[str] = mapped_column(Text, default="")

    hold: Mapped[Hold] = relationship(lazy="raise")
    made_by: Mapped[Person] = relationship(lazy="raise", foreign_keys=[made_by_id])
