"""What the planning of sessions reads of a plan: which sessions she needs, and when she cannot come."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from refuge.database import Base, Referable, one_of
from refuge.rota.models import Discipline
from support_plans.models.owned import Owned


class Urgency(StrEnum):
    """How soon a session must be found."""

    ROUTINE = "routine"
    SOON = "soon"
    URGENT = "urgent"

    @property
    def label(self) -> str:
        """The urgency in words."""
        return {"routine": "Routine", "soon": "Soon: within a week", "urgent": "Urgent: the next free time"}[self.value]


class Interpreter(StrEnum):
    """How far an interpreter has been found."""

    NOT_NEEDED = "not_needed"
    NEEDED = "needed"
    BOOKED = "booked"
    CONFIRMED = "confirmed"

    @property
    def label(self) -> str:
        """The state in words."""
        return self.value.replace("_", " ").capitalize()


class SessionNeed(Owned, Referable):
    """Sessions that the plan asks for: which, how long, how often, until when. A booking answers it."""

    __tablename__ = "session_need"
    __table_args__ = (
        CheckConstraint("minutes BETWEEN 15 AND 240", name="minutes"),
        CheckConstraint("every_days IS NULL OR every_days BETWEEN 1 AND 90", name="every_days"),
        CheckConstraint("how_many IS NULL OR how_many BETWEEN 1 AND 200", name="how_many"),
        CheckConstraint("every_days IS NOT NULL OR how_many IS NOT NULL", name="says_how_often"),
        CheckConstraint("latest_on IS NULL OR latest_on >= earliest_on", name="latest_after_earliest"),
        CheckConstraint("until_on IS NULL OR until_on >= earliest_on", name="until_after_earliest"),
        CheckConstraint(
            "preferred_worker_id IS NULL OR excluded_worker_id IS NULL OR preferred_worker_id <> excluded_worker_id",
            name="prefers_nobody_excluded",
        ),
        CheckConstraint("interpreter = 'not_needed' OR interpreter_language <> ''", name="interpreter_for_a_language"),
        Index(None, "ended_at", "discipline"),
    )
    prefix = "Q"

    service: Mapped[str] = mapped_column(String(40))
    """Code list `session_service`: 1-2-1, assessment, pre-therapy, group ..."""
    discipline: Mapped[Discipline] = mapped_column(one_of(Discipline, "discipline"))
    """Whose work it is."""
    minutes: Mapped[int]
    every_days: Mapped[int | None]
    """Days from one session to the next; None: no rhythm, `how_many` in all."""
    how_many: Mapped[int | None]
    """How many sessions in all; None: as long as the need goes on."""
    earliest_on: Mapped[date]
    """The first day on which the first session can be."""
    latest_on: Mapped[date | None]
    """The last day on which the first session should be."""
    until_on: Mapped[date | None]
    """The last day of a rhythm; None: until somebody ends it or she leaves."""
    urgency: Mapped[Urgency] = mapped_column(one_of(Urgency, "urgency"), default=Urgency.ROUTINE)
    preferred_worker_id: Mapped[int | None] = mapped_column(ForeignKey("worker.id"))
    excluded_worker_id: Mapped[int | None] = mapped_column(ForeignKey("worker.id"))
    """Whom she does not want to see."""
    interpreter: Mapped[Interpreter] = mapped_column(one_of(Interpreter, "interpreter"), default=Interpreter.NOT_NEEDED)
    """While it is `needed`, a session is proposed and never confirmed."""
    interpreter_language: Mapped[str] = mapped_column(String(40), default="")
    """Code list `language`."""
    interpreter_same_gender: Mapped[bool] = mapped_column(default=False)
    interpreter_not_from_community: Mapped[bool] = mapped_column(default=False)
    childcare: Mapped[bool] = mapped_column(default=False)
    """Somebody must mind her children meanwhile."""
    asked_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    asked_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    ended_why: Mapped[str] = mapped_column(String(200), default="")
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012  SQLAlchemy reads it from the class


class TimeKind(StrEnum):
    """How firm a time of hers is."""

    CANNOT = "cannot"
    PREFERS = "prefers"

    @property
    def label(self) -> str:
        """The kind in words."""
        return {"cannot": "She cannot come", "prefers": "She would rather come"}[self.value]


class TimeOfHers(Base):
    """A time of the week, or of one day, at which she cannot come to a session or would rather."""

    __tablename__ = "time_of_hers"
    __table_args__ = (
        CheckConstraint("(weekday IS NULL) <> (on_date IS NULL)", name="of_a_week_or_of_a_day"),
        CheckConstraint("weekday IS NULL OR weekday BETWEEN 0 AND 6", name="weekday"),
        CheckConstraint("from_minute >= 0 AND from_minute < until_minute AND until_minute <= 1440", name="minutes"),
    )

    referral_id: Mapped[int] = mapped_column(ForeignKey("referral.id"), index=True)
    weekday: Mapped[int | None]
    """0 for Monday; None: one day only."""
    on_date: Mapped[date | None]
    from_minute: Mapped[int]
    """Minutes after midnight in London."""
    until_minute: Mapped[int]
    kind: Mapped[TimeKind] = mapped_column(one_of(TimeKind, "kind"))
    why: Mapped[str] = mapped_column(String(40))
    """Code list `time_of_hers`: school run, court, worship ... Never more than that: planning needs no more."""
    set_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    set_at: Mapped[datetime]
