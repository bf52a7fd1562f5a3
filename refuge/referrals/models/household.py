"""What is known about the household: children, needs, unsafe areas, checks."""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from refuge.database import Base, one_of


class Answer(StrEnum):
    """Yes, no, or nobody asked: never the same thing."""

    NOT_ASKED = "not_asked"
    NO = "no"
    YES = "yes"

    @property
    def label(self) -> str:
        """The answer in words."""
        return self.value.replace("_", " ").capitalize()


class NeedLevel(StrEnum):
    """How much support she needs with one thing. "Not asked" is never "no"."""

    NOT_ASKED = "not_asked"
    NO = "no"
    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"

    @property
    def label(self) -> str:
        """The level in words."""
        return self.value.replace("_", " ").capitalize()


class ChildSex(StrEnum):
    """A child's sex, which house rules on sons ask for."""

    GIRL = "girl"
    BOY = "boy"
    NOT_ASKED = "not_asked"

    @property
    def label(self) -> str:
        """The word for it."""
        return self.value.replace("_", " ").capitalize()


class Child(Base):
    """A child who comes with her."""

    __tablename__ = "referral_child"
    __table_args__ = (CheckConstraint("age BETWEEN 0 AND 17", name="age"),)

    referral_id: Mapped[int] = mapped_column(ForeignKey("referral.id"), index=True)
    position: Mapped[int]
    age: Mapped[int]
    """In years; 0 is a baby under one."""
    sex: Mapped[ChildSex] = mapped_column(one_of(ChildSex, "sex"))


class Need(Base):
    """How much support she needs with one thing."""

    __tablename__ = "referral_need"
    __table_args__ = (UniqueConstraint("referral_id", "need"),)

    referral_id: Mapped[int] = mapped_column(ForeignKey("referral.id"))
    need: Mapped[str] = mapped_column(String(40))
    """Code list `need`."""
    level: Mapped[NeedLevel] = mapped_column(one_of(NeedLevel, "level"))


class UnsafeArea(Base):
    """An area where she would not be safe. Seen by those who may see the referral, and by the solver as a code."""

    __tablename__ = "referral_unsafe_area"
    __table_args__ = (UniqueConstraint("referral_id", "area"),)

    referral_id: Mapped[int] = mapped_column(ForeignKey("referral.id"))
    area: Mapped[str] = mapped_column(String(9))
    """Code list `area`."""


class CheckState(StrEnum):
    """How far a check before admission has come."""

    NOT_STARTED = "not_started"
    ASKED = "asked"
    DONE = "done"
    CONCERN = "concern"
    """Done, and a manager must read it before she is admitted."""

    @property
    def label(self) -> str:
        """The state in words."""
        return self.value.replace("_", " ").capitalize()


class AdmissionCheck(Base):
    """One check that a refuge asks for before it admits her."""

    __tablename__ = "referral_check"
    __table_args__ = (UniqueConstraint("referral_id", "check_code"),)

    referral_id: Mapped[int] = mapped_column(ForeignKey("referral.id"))
    check: Mapped[str] = mapped_column("check_code", String(40))
    """Code list `check`."""
    state: Mapped[CheckState] = mapped_column(one_of(CheckState, "state"))
    done_on: Mapped[date | None]
