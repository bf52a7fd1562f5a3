"""A booked session: one worker, one house and room, a time, and the women who come.

What the solver proposes is no booking: it stays in its run until a person accepts it (decision 10).

The database refuses (migration 0007; both engines): two sessions at one time of one worker, in one room, or of one
woman; a session that joins two networks, or a room of another house; and (0017) more women than the room holds beside
the worker. A cancelled session takes nobody's time.
"""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    String,
    Text,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from refuge.beds.models import Refuge
from refuge.database import Base, Referable, one_of
from refuge.rota.models import SessionRoom, Worker
from support_plans.models import Interpreter


class BookingKind(StrEnum):
    """Who comes to a session."""

    ONE_TO_ONE = "one_to_one"
    GROUP = "group"
    DROP_IN = "drop_in"
    """Whoever comes: nobody is booked, and afterwards only how many came is kept."""

    @property
    def label(self) -> str:
        """The kind in words."""
        return {"one_to_one": "1-2-1", "group": "Group", "drop_in": "Drop-in"}[self.value]


class BookingState(StrEnum):
    """How far a session has come."""

    UNCONFIRMED = "unconfirmed"
    """The time is kept, and something is still missing: an interpreter."""
    BOOKED = "booked"
    DONE = "done"
    """Its outcome is noted."""
    CANCELLED = "cancelled"


class Series(Referable):
    """A session every week or every few: what was wished. Its bookings are moved and ended singly."""

    __tablename__ = "session_series"
    __table_args__ = (
        CheckConstraint("weekday BETWEEN 0 AND 6", name="weekday"),
        CheckConstraint("minute BETWEEN 0 AND 1439", name="minute"),
        CheckConstraint("minutes BETWEEN 5 AND 480", name="minutes"),
        CheckConstraint("every_weeks BETWEEN 1 AND 8", name="every_weeks"),
        CheckConstraint("until_on >= from_on", name="ends_after_it_begins"),
    )
    prefix = "SE"

    network_id: Mapped[int] = mapped_column(ForeignKey("network.id"))
    weekday: Mapped[int]
    """0 is Monday."""
    minute: Mapped[int]
    """When it begins, in minutes after midnight, London time."""
    minutes: Mapped[int]
    every_weeks: Mapped[int]
    from_on: Mapped[date]
    until_on: Mapped[date]
    skipped: Mapped[dict[str, Any]]
    """The days that were left out, and why in words."""
    made_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    made_at: Mapped[datetime]


class Booking(Referable):
    """One session."""

    __tablename__ = "session_booking"
    __table_args__ = (
        CheckConstraint("until_at > from_at", name="ends_after_it_begins"),
        CheckConstraint("live = (state <> 'cancelled')", name="live_until_cancelled"),
        CheckConstraint(
            "state <> 'booked' OR interpreter IN ('not_needed', 'confirmed')", name="confirmed_with_interpreter"
        ),
        CheckConstraint(
            "(interpreter_from_at IS NULL) = (interpreter_until_at IS NULL) AND (interpreter_from_at IS NULL OR "
            "interpreter <> 'confirmed' OR (interpreter_from_at <= from_at AND until_at <= interpreter_until_at))",
            name="interpreter_stays",
        ),
        CheckConstraint("(cancelled_why IS NOT NULL) = (state = 'cancelled')", name="says_why_cancelled"),
        CheckConstraint("came IS NULL OR came >= 0", name="came"),
        UniqueConstraint("id", "from_at", "until_at", "live"),
        Index(None, "worker_id", "from_at"),
        Index(None, "refuge_id", "from_at"),
    )
    prefix = "S"

    worker_id: Mapped[int] = mapped_column(ForeignKey("worker.id"))
    refuge_id: Mapped[int] = mapped_column(ForeignKey("refuge.id"))
    room_id: Mapped[int | None] = mapped_column(ForeignKey("session_room.id"), index=True)
    """None: a session that needs no room, such as one by telephone."""
    kind: Mapped[BookingKind] = mapped_column(one_of(BookingKind, "kind"))
    service: Mapped[str] = mapped_column(String(40))
    """Code list `session_service`."""
    from_at: Mapped[datetime]
    until_at: Mapped[datetime]
    state: Mapped[BookingState] = mapped_column(one_of(BookingState, "state"))
    live: Mapped[bool] = mapped_column(Boolean, default=True)
    """Whether it takes time: kept equal to `state` by the database, so that who comes can be compared by it."""
    interpreter: Mapped[Interpreter] = mapped_column(one_of(Interpreter, "interpreter"), default=Interpreter.NOT_NEEDED)
    interpreter_from_at: Mapped[datetime | None]
    """From when the interpreter is booked; with `interpreter_until_at`, for the whole session once it is confirmed."""
    interpreter_until_at: Mapped[datetime | None]
    series_id: Mapped[int | None] = mapped_column(ForeignKey("session_series.id"), index=True)
    run_id: Mapped[int | None] = mapped_column(ForeignKey("session_run.id"))
    """The run that proposed it, if one did."""
    proposal: Mapped[str | None] = mapped_column(String(60))
    """Which session of that run it accepted."""
    cancelled_why: Mapped[str | None] = mapped_column(String(40))
    """Code list `session_cancelled`."""
    cancelled_at: Mapped[datetime | None]
    came: Mapped[int | None]
    """How many came to a drop-in. Nobody is named."""
    made_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    made_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)

    worker: Mapped[Worker] = relationship(lazy="raise")
    refuge: Mapped[Refuge] = relationship(lazy="raise")
    room: Mapped[SessionRoom | None] = relationship(lazy="raise")
    people: Mapped[list[BookingPerson]] = relationship(
        primaryjoin="Booking.id == BookingPerson.booking_id", foreign_keys="BookingPerson.booking_id",
        cascade="all, delete-orphan", order_by="BookingPerson.id", lazy="raise",
    )  # fmt: skip

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012  SQLAlchemy reads it from the class


class BookingPerson(Base):
    """That a woman comes to a session, and what came of it for her.

    The times are the session's own, kept equal by the foreign key, so that the database can see that nobody is in two
    sessions at once.
    """

    __tablename__ = "session_booking_person"
    __table_args__ = (
        ForeignKeyConstraint(
            ["booking_id", "from_at", "until_at", "live"],
            ["session_booking.id", "session_booking.from_at", "session_booking.until_at", "session_booking.live"],
            onupdate="CASCADE",
            name="fk_session_booking_person_booking",
        ),
        UniqueConstraint("booking_id", "referral_id"),
        CheckConstraint("(outcome IS NULL) = (outcome_at IS NULL)", name="outcome_has_its_time"),
        CheckConstraint("minutes IS NULL OR minutes BETWEEN 0 AND 480", name="minutes"),
        Index(None, "referral_id", "from_at"),
    )

    booking_id: Mapped[int] = mapped_column(BigInteger().with_variant(Integer, "sqlite"))
    referral_id: Mapped[int] = mapped_column(ForeignKey("referral.id"))
    from_at: Mapped[datetime]
    until_at: Mapped[datetime]
    live: Mapped[bool] = mapped_column(Boolean)
    need_id: Mapped[int | None] = mapped_column(ForeignKey("session_need.id"), index=True)
    """What asked for it; None: booked without one."""
    outcome: Mapped[str | None] = mapped_column(String(40))
    """Code list `session_outcome`; None until it is noted."""
    outcome_at: Mapped[datetime | None]
    outcome_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    minutes: Mapped[int | None]
    """How long the contact really was."""
    next_step: Mapped[str] = mapped_column(Text, default="")
    """In the worker's words, for herself and for whoever may read her sessions."""
