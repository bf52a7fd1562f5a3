"""Houses as the rota sees them: rooms for sessions, the way between them, and the cover each is promised."""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from refuge.beds.models import Refuge
from refuge.database import Base, Referable, one_of


class SessionRoom(Referable):
    """A room of a house where sessions are held."""

    __tablename__ = "session_room"
    __table_args__ = (
        UniqueConstraint("refuge_id", "name"),
        CheckConstraint("capacity BETWEEN 1 AND 60", name="capacity"),
    )
    prefix = "KR"

    refuge_id: Mapped[int] = mapped_column(ForeignKey("refuge.id"))
    name: Mapped[str] = mapped_column(String(60))
    capacity: Mapped[int]
    """How many people fit, the worker among them."""
    retired_on: Mapped[date | None]
    """First day on which it is no longer used."""
    version: Mapped[int] = mapped_column(default=1)

    refuge: Mapped[Refuge] = relationship(lazy="joined")
    hours: Mapped[list[RoomHours]] = relationship(
        cascade="all, delete-orphan", order_by="RoomHours.weekday", lazy="selectin"
    )

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012  SQLAlchemy reads it from the class


class RoomHours(Base):
    """Between which hours a room can be used on one weekday, London time. A day without a row is a day without it."""

    __tablename__ = "room_hours"
    __table_args__ = (
        UniqueConstraint("room_id", "weekday"),
        CheckConstraint("weekday BETWEEN 0 AND 6", name="weekday"),
        CheckConstraint("0 <= opens AND opens < closes AND closes <= 1440", name="opens_before_it_closes"),
    )

    room_id: Mapped[int] = mapped_column(ForeignKey("session_room.id"))
    weekday: Mapped[int]
    """0 is Monday."""
    opens: Mapped[int]
    """Minutes after midnight."""
    closes: Mapped[int]
    """Minutes after midnight; 1440 is the end of the day."""


class Travel(Base):
    """How long it takes from one house to another, door to door, either way."""

    __tablename__ = "travel"
    __table_args__ = (
        UniqueConstraint("low_id", "high_id"),
        CheckConstraint("low_id < high_id", name="low_before_high"),
        CheckConstraint("minutes BETWEEN 0 AND 480", name="minutes"),
    )

    low_id: Mapped[int] = mapped_column(ForeignKey("refuge.id"))
    high_id: Mapped[int] = mapped_column(ForeignKey("refuge.id"), index=True)
    minutes: Mapped[int]


class Promised(StrEnum):
    """What a house is promised."""

    STAFF = "staff"
    """Its own staff in the house: given by its staffed hours."""
    TELEPHONE = "telephone"
    """Somebody answers the telephone while no staff are there."""
    RECOVERY_WORKER = "recovery_worker"
    MENTAL_HEALTH_PRACTITIONER = "mental_health_practitioner"
    THERAPIST = "therapist"
    SUPPORT_WORKER = "support_worker"

    @property
    def label(self) -> str:
        """What is promised, in words."""
        return {"staff": "Staff in the house", "telephone": "Telephone when no staff are in"}.get(
            self.value, self.value.replace("_", " ").capitalize()
        )


class CoverPromise(Referable):
    """What a house is promised: hours on weekdays, or on a number of days each week whichever they are."""

    __tablename__ = "cover_promise"
    __table_args__ = (
        CheckConstraint("weekdays BETWEEN 1 AND 127", name="weekdays"),
        CheckConstraint("from_minute BETWEEN 0 AND 1439", name="from_minute"),
        CheckConstraint(
            "until_minute > from_minute AND until_minute <= from_minute + 1440", name="ends_after_it_begins"
        ),
        CheckConstraint("at_least BETWEEN 1 AND 20", name="at_least"),
        CheckConstraint("days_a_week IS NULL OR days_a_week BETWEEN 1 AND 7", name="days_a_week"),
        CheckConstraint("valid_until IS NULL OR valid_until >= valid_from", name="valid_until"),
    )
    prefix = "KC"

    refuge_id: Mapped[int] = mapped_column(ForeignKey("refuge.id"), index=True)
    promised: Mapped[Promised] = mapped_column(one_of(Promised, "promised"))
    weekdays: Mapped[int]
    """One bit for each weekday, as in a pattern."""
    from_minute: Mapped[int]
    until_minute: Mapped[int]
    days_a_week: Mapped[int | None]
    """Where only their number is promised: on how many of these weekdays. None: on each of them."""
    at_least: Mapped[int] = mapped_column(default=1)
    """How many people at a time."""
    on_bank_holidays: Mapped[bool]
    """Whether it is promised on bank holidays too."""
    valid_from: Mapped[date]
    valid_until: Mapped[date | None]
    """Last day on which it is promised."""
    version: Mapped[int] = mapped_column(default=1)

    refuge: Mapped[Refuge] = relationship(lazy="joined")

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012  SQLAlchemy reads it from the class
