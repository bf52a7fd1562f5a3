"""Two referrals that concern each other: the same woman perhaps, or two people who must not meet."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from refuge.database import Base


class MustNotMeet(Base):
    """Somebody whom she must not meet, as she told it. Confidential: its own permission."""

    __tablename__ = "referral_must_not_meet"

    referral_id: Mapped[int] = mapped_column(ForeignKey("referral.id"), index=True)
    who: Mapped[str] = mapped_column(String(120))
    """A name, or the ref of a referral or resident whom the worker may see."""
    who_key: Mapped[str] = mapped_column(String(120), index=True)
    """The name folded for comparison, so that whoever comes later under it is found."""
    why: Mapped[str] = mapped_column(Text, default="")


class ConflictPair(Base):
    """Two referrals whose households must not be placed in one refuge. Read by matching; shown to nobody else."""

    __tablename__ = "conflict_pair"
    __table_args__ = (
        UniqueConstraint("low_id", "high_id"),
        CheckConstraint("low_id < high_id", name="each_pair_once"),
    )

    low_id: Mapped[int] = mapped_column(ForeignKey("referral.id"))
    high_id: Mapped[int] = mapped_column(ForeignKey("referral.id"), index=True)
    recorded_at: Mapped[datetime]
    found_by: Mapped[str] = mapped_column(String(20))
    """`ref` when a worker named the referral, `name` when the name that she gave was found."""


class MatchKey(Base):
    """A short key that referrals of one woman share: how a name sounds, a birth date, a number."""

    __tablename__ = "referral_match_key"
    __table_args__ = (UniqueConstraint("referral_id", "key"), Index(None, "key"))

    referral_id: Mapped[int] = mapped_column(ForeignKey("referral.id"))
    key: Mapped[str] = mapped_column(String(40))


class PossibleSame(Base):
    """Two referrals that may be the same woman. Said only to those who may see both."""

    __tablename__ = "possible_same"
    __table_args__ = (
        UniqueConstraint("low_id", "high_id"),
        CheckConstraint("low_id < high_id", name="each_pair_once"),
        CheckConstraint("score BETWEEN 0 AND 100", name="score"),
    )

    low_id: Mapped[int] = mapped_column(ForeignKey("referral.id"))
    high_id: Mapped[int] = mapped_column(ForeignKey("referral.id"), index=True)
    score: Mapped[int]
    """How alike, 0 to 100."""
    grounds: Mapped[list[str]]
    """What is alike, as words for staff: "same safe number", "name sounds alike"."""
    same: Mapped[bool | None]
    """What a worker who may see both decided; None: nobody has yet."""
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    decided_at: Mapped[datetime | None]
