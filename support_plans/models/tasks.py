"""Tasks: what one named person does by a day, and what came of it."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from refuge.accounts.models import Person
from refuge.database import Referable, one_of
from refuge.referrals.models import Referral
from support_plans.categories import Category


class TaskKind(StrEnum):
    """Why there is a task."""

    ASKED = "asked"
    """Somebody wrote it down."""
    ALARM = "alarm"
    """An answer on a questionnaire that a person must look at on the same day."""
    INCIDENT = "incident"
    """An incident, a concern or a complaint whose clock has run out."""
    FOLLOW_UP = "follow_up"
    """A call after she left, which she agreed to."""


class Task(Referable):
    """One thing to do. The database keeps it (migration 0009): it is done, or it is there."""

    __tablename__ = "care_task"
    __table_args__ = (
        CheckConstraint("what <> ''", name="says_what"),
        CheckConstraint("(done_at IS NULL) = (done_by_id IS NULL)", name="says_who_did_it"),
        CheckConstraint("kind <> 'alarm' OR (assessment_id IS NOT NULL AND referral_id IS NOT NULL)", name="alarm_of"),
        CheckConstraint("kind <> 'alarm' OR done_at IS NULL OR length(outcome) >= 3", name="alarm_says_what_was_done"),
        Index(None, "owner_id", "done_at", "due_on"),
        Index(None, "agency_id", "done_at", "due_on"),
    )
    prefix = "TK"

    network_id: Mapped[int] = mapped_column(ForeignKey("network.id"))
    agency_id: Mapped[int] = mapped_column(ForeignKey("agency.id"))
    """The agency whose person owns it; nobody else sees it."""
    referral_id: Mapped[int | None] = mapped_column(ForeignKey("referral.id"), index=True)
    """Whom it is about; None: nobody in particular."""
    category: Mapped[Category] = mapped_column(one_of(Category, "category"), default=Category.GENERAL)
    owner_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    kind: Mapped[TaskKind] = mapped_column(one_of(TaskKind, "kind"))
    what: Mapped[str] = mapped_column(String(200))
    """No names: it is read out in the huddle."""
    due_on: Mapped[date]
    """Of an alarm, the day on which it was raised: it cannot be put off."""
    assessment_id: Mapped[int | None] = mapped_column(ForeignKey("assessment.id"), unique=True)
    made_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    """None: the clock made it."""
    made_at: Mapped[datetime]
    done_at: Mapped[datetime | None]
    done_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    outcome: Mapped[str] = mapped_column(String(400), default="")
    version: Mapped[int] = mapped_column(default=1)

    owner: Mapped[Person] = relationship(lazy="raise", foreign_keys=[owner_id])
    done_by: Mapped[Person | None] = relationship(lazy="raise", foreign_keys=[done_by_id])
    referral: Mapped[Referral | None] = relationship(lazy="raise")

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012  SQLAlchemy reads it from the class
