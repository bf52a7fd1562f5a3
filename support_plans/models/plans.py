"""The plan: her words, areas of need, goals, actions, progress, reviews, and every version of them."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from refuge.accounts.models import Agency, Person
from refuge.database import Base, Referable, one_of
from support_plans.models.owned import Owned


class Plan(Base):
    """One support plan for one resident. When it was agreed and is reviewed next, her stay says (decision 22)."""

    __tablename__ = "support_plan"

    referral_id: Mapped[int] = mapped_column(ForeignKey("referral.id"), unique=True)
    agency_id: Mapped[int] = mapped_column(ForeignKey("agency.id"))
    """The refuge's agency, which keeps it."""
    opened_at: Mapped[datetime]
    opened_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    """None: it was opened when plans began, for a stay that was there already."""
    her_words: Mapped[str] = mapped_column(Text, default="")
    """What she wants from her time here, in her own words. First on every page."""
    good_day: Mapped[str] = mapped_column(Text, default="")
    """What helps her, and what makes it worse."""
    copy_names_agencies: Mapped[bool] = mapped_column(default=False)
    """Whether she wants the names of agencies on the copy that she carries."""
    words_version: Mapped[int] = mapped_column(default=1)
    """One more with each change of her words, so that nobody overwrites them unread."""
    version: Mapped[int] = mapped_column(default=1)
    """One more with each change of any part."""


class PlanChange(Owned, Base):
    """One change of one part of a plan: what, by whom, when, from what to what. Never changed, never deleted."""

    __tablename__ = "plan_change"
    __table_args__ = (UniqueConstraint("referral_id", "number"),)

    number: Mapped[int]
    """The version of the plan that this change made."""
    at: Mapped[datetime]
    by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    part: Mapped[str] = mapped_column(String(40))
    """What was changed: `her_words`, `area`, `goal`, `action`, `progress`, `review`, `agreement` ..."""
    about: Mapped[str] = mapped_column(String(40), default="")
    """The area that it belongs to: code of list `plan_area`, or of the network's own."""
    before: Mapped[str] = mapped_column(Text, default="")
    after: Mapped[str] = mapped_column(Text, default="")

    by: Mapped[Person] = relationship(lazy="raise")


class PlanAgreement(Base):
    """That she agreed to the plan as it was at a version: her signature, in effect. Never changed."""

    __tablename__ = "plan_agreement"
    __table_args__ = (Index(None, "referral_id", "number"),)

    referral_id: Mapped[int] = mapped_column(ForeignKey("referral.id"))
    number: Mapped[int]
    """The version of the plan that she agreed to."""
    agreed_on: Mapped[date]
    how: Mapped[str] = mapped_column(String(40))
    """Code list `agreed_how`."""
    her_words: Mapped[str] = mapped_column(Text, default="")
    """What she said of it."""
    by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime]

    by: Mapped[Person] = relationship(lazy="raise")


class PlanArea(Owned, Base):
    """One area of need as one agency works on it with her; known outside by her ref and its code."""

    __tablename__ = "plan_area"
    __table_args__ = (UniqueConstraint("referral_id", "agency_id", "area"),)

    area: Mapped[str] = mapped_column(String(40))
    """Code list `plan_area`, or a code of the network's own."""
    now_words: Mapped[str] = mapped_column(Text, default="")
    """Where she is now."""
    wanted_words: Mapped[str] = mapped_column(Text, default="")
    """Where she wants to be."""
    review_on: Mapped[date | None]
    opened_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)

    agency: Mapped[Agency] = relationship(lazy="raise")
    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012  SQLAlchemy reads it from the class


class GoalState(StrEnum):
    """Where a goal has come to."""

    OPEN = "open"
    REACHED = "reached"
    CHANGED = "changed"

    @property
    def label(self) -> str:
        """The state in words, without blame."""
        return {"open": "Working on it", "reached": "Reached", "changed": "No longer her goal"}[self.value]


class Goal(Owned, Referable):
    """What she wants to reach, in her words."""

    __tablename__ = "plan_goal"
    prefix = "GO"

    area_id: Mapped[int] = mapped_column(ForeignKey("plan_area.id"), index=True)
    words: Mapped[str] = mapped_column(Text)
    state: Mapped[GoalState] = mapped_column(one_of(GoalState, "state"), default=GoalState.OPEN)
    made_at: Mapped[datetime]
    made_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    version: Mapped[int] = mapped_column(default=1)

    agency: Mapped[Agency] = relationship(lazy="raise")
    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012  SQLAlchemy reads it from the class


class ActionOwner(StrEnum):
    """Who does it."""

    HERSELF = "herself"
    PERSON = "person"
    AGENCY = "agency"


class Action(Owned, Referable):
    """One step towards a goal: who does it, by when."""

    __tablename__ = "plan_action"
    __table_args__ = (
        CheckConstraint("(owner_kind = 'person') = (owner_person_id IS NOT NULL)", name="names_its_person"),
        CheckConstraint("(owner_kind = 'agency') = (owner_agency_id IS NOT NULL)", name="names_its_agency"),
        CheckConstraint("(done_at IS NULL) = (done_by_id IS NULL)", name="says_who_noted_it_done"),
        Index(None, "owner_person_id", "done_at"),
    )
    prefix = "AC"

    goal_id: Mapped[int] = mapped_column(ForeignKey("plan_goal.id"), index=True)
    what: Mapped[str] = mapped_column(String(300))
    owner_kind: Mapped[ActionOwner] = mapped_column(one_of(ActionOwner, "owner_kind"))
    owner_person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    owner_agency_id: Mapped[int | None] = mapped_column(ForeignKey("agency.id"))
    due_on: Mapped[date | None]
    done_at: Mapped[datetime | None]
    done_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    made_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)

    owner_person: Mapped[Person | None] = relationship(lazy="raise", foreign_keys=[owner_person_id])
    owner_agency: Mapped[Agency | None] = relationship(lazy="raise", foreign_keys=[owner_agency_id])
    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012  SQLAlchemy reads it from the class


class Progress(Owned, Base):
    """What has moved towards a goal. Added, never changed."""

    __tablename__ = "plan_progress"

    goal_id: Mapped[int] = mapped_column(ForeignKey("plan_goal.id"), index=True)
    words: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime]
    by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))

    by: Mapped[Person] = relationship(lazy="raise")


class PlanReview(Owned, Base):
    """That the plan was gone through with her, and when it is next. Added, never changed."""

    __tablename__ = "plan_review"

    reviewed_on: Mapped[date]
    with_her: Mapped[bool]
    """Whether she took part."""
    words: Mapped[str] = mapped_column(Text, default="")
    at: Mapped[datetime]
    by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))

    by: Mapped[Person] = relationship(lazy="raise")
