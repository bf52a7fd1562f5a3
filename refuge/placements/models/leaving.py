"""How a stay or a referral ends: moving between beds, moving on, asked to leave, turned away."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import Boolean, CheckConstraint, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from refuge.accounts.models import Person
from refuge.beds.models import Stay
from refuge.database import Base, Referable, one_of
from refuge.referrals.models import Answer


class BedMove(Base):
    """That a resident moved to another bed: one stay ended and the next began, and for her it is one time here."""

    __tablename__ = "bed_move"
    __table_args__ = (
        CheckConstraint("from_stay_id <> to_stay_id", name="two_stays"),
        CheckConstraint("second_id IS NULL OR second_id <> moved_by_id", name="second_is_somebody_else"),
    )

    from_stay_id: Mapped[int] = mapped_column(ForeignKey("stay.id"), unique=True)
    to_stay_id: Mapped[int] = mapped_column(ForeignKey("stay.id"), unique=True)
    reason: Mapped[str] = mapped_column(String(200), default="")
    moved_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    second_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    """Who else decided it, where something stood in the way; None: nothing did."""
    at: Mapped[datetime]


class MoveOn(Base):
    """Where a resident went and why. Her stay's `ended_at` says when she had really left."""

    __tablename__ = "move_on"

    stay_id: Mapped[int] = mapped_column(ForeignKey("stay.id"), unique=True)
    destination: Mapped[str] = mapped_column(String(40))
    """Code list `move_on_destination`."""
    planned: Mapped[bool] = mapped_column(Boolean)
    reason: Mapped[str] = mapped_column(String(40))
    """Code list `move_on_reason`."""
    note: Mapped[str] = mapped_column(Text, default="")
    recorded_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    recorded_at: Mapped[datetime]

    stay: Mapped[Stay] = relationship(lazy="raise")
    recorded_by: Mapped[Person] = relationship(lazy="raise")


class Exclusion(Base):
    """That a woman was asked to leave a refuge and cannot come back before a day. Matching reads it."""

    __tablename__ = "exclusion"
    __table_args__ = (Index(None, "refuge_id", "referral_id"),)

    refuge_id: Mapped[int] = mapped_column(ForeignKey("refuge.id"))
    referral_id: Mapped[int] = mapped_column(ForeignKey("referral.id"), index=True)
    until: Mapped[date]
    """The first day on which she can come back."""
    why: Mapped[str] = mapped_column(String(200))
    made_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    made_at: Mapped[datetime]


class TurnAway(Referable):
    """That no safe place could be offered: who ended it and why (two axes), and what happened next."""

    __tablename__ = "turn_away"
    __table_args__ = (
        CheckConstraint("reason <> 'O01' OR note <> ''", name="other_says_what"),
        CheckConstraint(
            "(taken_back_at IS NULL) = (taken_back_by_id IS NULL) "
            "AND (taken_back_at IS NULL OR length(taken_back_why) >= 10)",
            name="says_who_took_it_back",
        ),
    )
    prefix = "T"

    referral_id: Mapped[int] = mapped_column(ForeignKey("referral.id"), index=True)
    """One that stands at a time (migration 0008); those taken back stay beside it."""
    ended_by: Mapped[str] = mapped_column(String(40), index=True)
    """Code list `ended_by`: the service, the woman, whoever referred her."""
    reason: Mapped[str] = mapped_column(String(40), index=True)
    """Code list `turnaway_reason`: the primary one."""
    contributing: Mapped[list[str]]
    """Further codes of that list."""
    proposed: Mapped[str] = mapped_column(String(40), default="")
    """The reason that the barriers implied; empty where nothing was worked out. Kept beside what a person chose."""
    barriers: Mapped[dict[str, Any]]
    """Code of a barrier -> how many beds of the network it blocked when she was turned away."""
    could_have: Mapped[int] = mapped_column(default=0)
    """How many beds could have taken her at that moment, nobody else waiting."""
    note: Mapped[str] = mapped_column(Text, default="")
    decided_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    decided_at: Mapped[datetime]
    outcome: Mapped[str] = mapped_column(String(40), default="UNKNOWN")
    """Code list `outcome`: what happened next. Learnt later, often never."""
    found_elsewhere: Mapped[Answer] = mapped_column(one_of(Answer, "found_elsewhere"), default=Answer.NOT_ASKED)
    """Whether a place was found outside this network. It never erases the turn-away."""
    taken_back_at: Mapped[datetime | None]
    """When it was found to be a mistake: then it stays to be read, and is counted nowhere."""
    taken_back_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    taken_back_why: Mapped[str] = mapped_column(String(400), default="")
    version: Mapped[int] = mapped_column(default=1)

    decided_by: Mapped[Person] = relationship(lazy="raise", foreign_keys=[decided_by_id])
    taken_back_by: Mapped[Person | None] = relationship(lazy="raise", foreign_keys=[taken_back_by_id])

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012  SQLAlchemy reads it from the class
