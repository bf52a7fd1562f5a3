"""That somebody was asked to decide with whoever acts: past a barrier, or past a check that is not done."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from refuge.accounts.models import Person
from refuge.beds.models import Bed
from refuge.database import Base, Referable, one_of


class AskedAbout(StrEnum):
    """What a second person is asked about."""

    HOLD = "hold"
    """That a bed is held although something stands in the way."""
    MOVE = "move"
    """That a resident moves to a bed that something stands against."""
    CHECKS = "checks"
    """That she is admitted although a check is not done, or raised a concern: a manager decides."""


class Asking(Referable):
    """A question to one named person, and what she answered herself. What it was about stands in `AskedFact`."""

    __tablename__ = "asking"
    __table_args__ = (
        CheckConstraint("length(reason) >= 10", name="says_why"),
        CheckConstraint("second_id <> by_id OR about = 'checks'", name="second_is_somebody_else"),
        CheckConstraint("(answered_at IS NULL) = (agrees IS NULL)", name="says_when_it_was_answered"),
        CheckConstraint("(about = 'hold') = (hold_id IS NOT NULL)", name="a_hold_is_of_a_hold"),
        CheckConstraint("(about = 'move') = (stay_id IS NOT NULL)", name="a_move_is_of_a_stay"),
    )
    prefix = "AQ"

    about: Mapped[AskedAbout] = mapped_column(one_of(AskedAbout, "about"))
    referral_id: Mapped[int] = mapped_column(ForeignKey("referral.id"), index=True)
    bed_id: Mapped[int] = mapped_column(ForeignKey("bed.id"))
    """The bed that she is to have."""
    hold_id: Mapped[int | None] = mapped_column(ForeignKey("hold.id"), unique=True)
    stay_id: Mapped[int | None] = mapped_column(ForeignKey("stay.id"), index=True)
    """The stay that she would move from."""
    reason: Mapped[str] = mapped_column(Text)
    """Why it is right all the same."""
    by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    second_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    """Who decides with her. A manager who admits somebody past a check is her own second."""
    at: Mapped[datetime]
    agrees: Mapped[bool | None]
    """What the second person said herself; None: she has not yet."""
    answered_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    """When it was done, or somebody else was asked instead; None: it still matters."""

    bed: Mapped[Bed] = relationship(lazy="raise")
    by: Mapped[Person] = relationship(lazy="raise", foreign_keys=[by_id])
    second: Mapped[Person] = relationship(lazy="raise", foreign_keys=[second_id])


class AskedFact(Base):
    """One fact that the two decided to pass: no more than this is covered by what they said.

    Read to be compared with what stands today, and by the refuge of the bed. `about` names another woman: it is on no
    page, in no log and in no audit event.
    """

    __tablename__ = "asked_fact"
    __table_args__ = (UniqueConstraint("asking_id", "code", "about", "says"),)

    asking_id: Mapped[int] = mapped_column(ForeignKey("asking.id"))
    code: Mapped[str] = mapped_column(String(40))
    """Of the barrier, or of the check (code list `check`)."""
    about: Mapped[str] = mapped_column(String(12), default="")
    """The ref of whom she must not meet; how many places are used beyond those there are."""
    says: Mapped[str] = mapped_column(String(400), default="")
    """The sentence of the barrier, which names nobody; how the check stood."""
