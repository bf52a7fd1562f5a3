"""When a worker works: patterns that come back every week, and exceptions from them."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from refuge.accounts.models import Person
from refuge.beds.models import Refuge
from refuge.database import Base, Referable, one_of
from refuge.rota.hours import Weeks
from refuge.rota.models.workers import Worker

WEEK = range(7)


def weekdays_of(mask: int) -> tuple[int, ...]:
    """Return the weekdays of a mask, 0 for Monday."""
    return tuple(day for day in WEEK if mask >> day & 1)


class Pattern(Referable):
    """The same hours on the same weekdays, at one house or split between houses, from a day on.

    Two patterns of one worker never overlap on a day on which both hold (migrations 0005 and 0017): a change ends one
    and begins another, so that what was true in the past stays true.
    """

    __tablename__ = "pattern"
    __table_args__ = (
        CheckConstraint("weekdays BETWEEN 1 AND 127", name="weekdays"),
        CheckConstraint("from_minute BETWEEN 0 AND 1439", name="from_minute"),
        CheckConstraint(
            "until_minute > from_minute AND until_minute <= from_minute + 1440", name="ends_after_it_begins"
        ),
        CheckConstraint("valid_until IS NULL OR valid_until >= valid_from", name="valid_until"),
    )
    prefix = "KP"

    worker_id: Mapped[int] = mapped_column(ForeignKey("worker.id"), index=True)
    weekdays: Mapped[int]
    """One bit for each weekday on which a shift begins: Monday is 1, Sunday is 64."""
    from_minute: Mapped[int]
    """London minutes after midnight."""
    until_minute: Mapped[int]
    """London minutes after the midnight that the shift's day began with; a night ends beyond 1440."""
    valid_from: Mapped[date]
    """First day on which a shift can begin."""
    valid_until: Mapped[date | None]
    """Last such day; None: until further notice."""
    weeks: Mapped[Weeks] = mapped_column(one_of(Weeks, "weeks"), default=Weeks.EVERY, server_default="every")
    """In every week, or in every other: weeks A or weeks B."""
    version: Mapped[int] = mapped_column(default=1)

    worker: Mapped[Worker] = relationship(lazy="raise")
    places: Mapped[list[PatternPlace]] = relationship(
        cascade="all, delete-orphan", order_by="PatternPlace.share.desc(), PatternPlace.refuge_id", lazy="selectin"
    )

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012  SQLAlchemy reads it from the class


class PatternPlace(Base):
    """A house of a pattern, and how much of the time is for it."""

    __tablename__ = "pattern_place"
    __table_args__ = (
        UniqueConstraint("pattern_id", "refuge_id"),
        CheckConstraint("share BETWEEN 1 AND 100", name="share"),
    )

    pattern_id: Mapped[int] = mapped_column(ForeignKey("pattern.id"))
    refuge_id: Mapped[int] = mapped_column(ForeignKey("refuge.id"), index=True)
    share: Mapped[int] = mapped_column(default=100)
    """Parts of the time, against the sum of the pattern's shares: 60 and 40, or 1 and 1."""

    refuge: Mapped[Refuge] = relationship(lazy="joined")


class ExceptionKind(StrEnum):
    """Why a day is not like the pattern."""

    LEAVE = "leave"
    SICKNESS = "sickness"
    TRAINING = "training"
    OTHER_WORK = "other_work"
    """Her agency needed her elsewhere: hours lost to in-reach, which the network wants to count."""
    EXTRA = "extra"
    SWAP = "swap"

    @property
    def label(self) -> str:
        """The kind in words."""
        return {"extra": "Extra day", "other_work": "Other work for her agency"}.get(
            self.value, self.value.capitalize()
        )


AWAY = (ExceptionKind.LEAVE, ExceptionKind.SICKNESS, ExceptionKind.TRAINING, ExceptionKind.OTHER_WORK)
"""The kinds that only take hours away. A swap takes some and gives others: two rows."""


class RotaException(Referable):
    """Hours that a worker does not work although her pattern says so, or works although it does not.

    Two that stand never overlap for one worker (migration 0005). One entered by mistake is withdrawn, not deleted.
    """

    __tablename__ = "rota_exception"
    __table_args__ = (
        CheckConstraint("until_at > from_at", name="ends_after_it_begins"),
        CheckConstraint(
            "(kind IN ('leave', 'sickness', 'training', 'other_work') AND NOT works) OR (kind = 'extra' AND works) "
            "OR kind = 'swap'",
            name="works_fits_its_kind",
        ),
        CheckConstraint("(withdrawn_at IS NULL) = (withdrawn_by_id IS NULL)", name="says_who_withdrew_it"),
    )
    prefix = "KX"

    worker_id: Mapped[int] = mapped_column(ForeignKey("worker.id"), index=True)
    kind: Mapped[ExceptionKind] = mapped_column(one_of(ExceptionKind, "kind"))
    """Why; seen by her own agency only. Others see that she is away."""
    works: Mapped[bool]
    """Whether these hours are added to her pattern; else they are taken from it."""
    from_at: Mapped[datetime]
    until_at: Mapped[datetime]
    swapped_for_id: Mapped[int | None] = mapped_column(ForeignKey("rota_exception.id"), unique=True)
    """For the hours that a swap takes away: the hours that it gives."""
    entered_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    entered_at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]
    withdrawn_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    note: Mapped[str] = mapped_column(String(200), default="")
    """Nothing about health; seen by her own agency only."""
    version: Mapped[int] = mapped_column(default=1)

    worker: Mapped[Worker] = relationship(lazy="raise")
    entered_by: Mapped[Person] = relationship(lazy="raise", foreign_keys=[entered_by_id])
    places: Mapped[list[ExceptionPlace]] = relationship(
        cascade="all, delete-orphan", order_by="ExceptionPlace.refuge_id", lazy="selectin"
    )

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012  SQLAlchemy reads it from the class


class ExceptionPlace(Base):
    """A house where the added hours of an exception are worked."""

    __tablename__ = "exception_place"
    __table_args__ = (UniqueConstraint("exception_id", "refuge_id"),)

    exception_id: Mapped[int] = mapped_column(ForeignKey("rota_exception.id"))
    refuge_id: Mapped[int] = mapped_column(ForeignKey("refuge.id"), index=True)

    refuge: Mapped[Refuge] = relationship(lazy="joined")
