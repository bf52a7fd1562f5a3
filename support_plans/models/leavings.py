"""Leaving: what is seen to before, the discharge by the mental health practitioner, what was open in the end."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from refuge.accounts.models import Agency, Person
from refuge.database import Base, one_of
from refuge.referrals.models import Answer
from refuge.sealed import Sealed
from support_plans.leaving import How, Step
from support_plans.models.owned import Owned


class Leaving(Owned, Base):
    """One woman's leaving. A planned one has nothing open; one that could not wait is kept with what was open."""

    __tablename__ = "leaving"
    __table_args__ = (
        UniqueConstraint("referral_id", name="uq_leaving_once"),
        CheckConstraint("(ended_at IS NULL) = (planned IS NULL)", name="says_whether_it_was_planned"),
        CheckConstraint("planned IS NULL OR NOT planned OR still_open = 0", name="planned_has_nothing_open"),
        CheckConstraint("still_open >= 0", name="still_open"),
    )

    started_at: Mapped[datetime]
    started_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    planned_on: Mapped[date | None]
    destination: Mapped[str] = mapped_column(String(40), default="")
    """Code list `move_on_destination`."""
    safe_contact: Mapped[str] = mapped_column(Sealed("leaving.safe_contact"), default="")
    """How to reach her afterwards; seen by those who may see her safety."""
    her_words: Mapped[str] = mapped_column(Text, default="")
    calls: Mapped[Answer] = mapped_column(one_of(Answer, "calls"), default=Answer.NOT_ASKED)
    """Whether she agreed to be called afterwards."""
    ended_at: Mapped[datetime | None]
    planned: Mapped[bool | None]
    """Whether she left as planned; None: she has not left."""
    still_open: Mapped[int] = mapped_column(default=0)
    """How many steps were open when she left."""
    open_steps: Mapped[list[str]]
    """Codes of those steps."""
    version: Mapped[int] = mapped_column(default=1)

    agency: Mapped[Agency] = relationship(lazy="raise")
    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012  SQLAlchemy reads it from the class


class LeavingStep(Base):
    """What somebody said about one step."""

    __tablename__ = "leaving_step"
    __table_args__ = (
        UniqueConstraint("referral_id", "step"),
        CheckConstraint("how <> 'open'", name="says_something"),
        CheckConstraint("length(note) >= 3", name="says_why"),
    )

    referral_id: Mapped[int] = mapped_column(ForeignKey("referral.id"))
    step: Mapped[Step] = mapped_column(one_of(Step, "step"))
    how: Mapped[How] = mapped_column(one_of(How, "how"))
    note: Mapped[str] = mapped_column(String(400))
    """To whom it was handed over, or why it is not needed."""
    by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)

    by: Mapped[Person] = relationship(lazy="raise")
    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012  SQLAlchemy reads it from the class


class Discharge(Owned, Base):
    """Her discharge by the mental health practitioner: agreed with her and with a senior, and handed over."""

    __tablename__ = "discharge"
    __table_args__ = (
        UniqueConstraint("referral_id", "agency_id", name="uq_discharge_once"),
        CheckConstraint("senior_id IS NULL OR senior_id <> practitioner_id", name="senior_is_somebody_else"),
        CheckConstraint("(senior_id IS NULL) = (senior_agreed_at IS NULL)", name="says_when_the_senior_agreed"),
        CheckConstraint("senior_id IS NULL OR agreed_with_her_on IS NOT NULL", name="agreed_with_her_first"),
        CheckConstraint("(accepted_on IS NULL) = (accepted_by = '')", name="says_who_accepted"),
        CheckConstraint("accepted_on IS NULL OR length(handover) >= 10", name="accepts_a_written_handover"),
        CheckConstraint("pathway <> 'none_wanted' OR accepted_on IS NULL", name="none_wanted_none_accepted"),
    )

    practitioner_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    agreed_with_her_on: Mapped[date | None]
    her_words: Mapped[str] = mapped_column(Text, default="")
    pathway: Mapped[str] = mapped_column(String(40))
    """Code list `care_pathway`: hers to choose, and none is a choice."""
    handover: Mapped[str] = mapped_column(Text, default="")
    accepted_by: Mapped[str] = mapped_column(String(120), default="")
    """Who there accepted it: a service and a post, such as `Duty worker, community team`."""
    accepted_on: Mapped[date | None]
    senior_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    senior_agreed_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)

    practitioner: Mapped[Person] = relationship(lazy="raise", foreign_keys=[practitioner_id])
    senior: Mapped[Person | None] = relationship(lazy="raise", foreign_keys=[senior_id])
    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012  SQLAlchemy reads it from the class

    @property
    def handed_over(self) -> bool:
        """Whether somebody accepted her handover, or she wants none."""
        return self.pathway == NONE_WANTED or self.accepted_on is not None

    @property
    def complete(self) -> bool:
        """Whether she and the senior practitioner agreed, and the handover is accepted where there is one."""
        return self.senior_agreed_at is not None and self.handed_over


NONE_WANTED = "none_wanted"
"""Of code list `care_pathway`."""
