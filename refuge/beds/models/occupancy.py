"""What takes a bed for a time: a stay, a hold, a closure. Occupancy is computed from these and stored nowhere.

The database refuses (migrations 0002, 0004; both engines): two stays in one bed at a time, two holds, two closures; a
stay that begins while the bed is closed or held for another referral; a hold or a closure that begins while somebody
lives there and is not expected to have left; two stays, or two holds, of one woman at a time.
"""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, String, column, select, table
from sqlalchemy.orm import Mapped, column_property, mapped_column, relationship

from refuge.accounts.models import Person
from refuge.beds.models.beds import Bed
from refuge.database import Base, Referable, one_of

REFERRALS = table("referral", column("id"), column("ref"))
"""The room of referrals is above this one: from here a referral has a ref and nothing else."""


class Stay(Referable):
    """A woman's time in one bed, from moving in to moving on."""

    __tablename__ = "stay"
    __table_args__ = (CheckConstraint("ended_at IS NULL OR ended_at > started_at", name="ends_after_it_starts"),)
    prefix = "W"

    bed_id: Mapped[int] = mapped_column(ForeignKey("bed.id"), index=True)
    referral_id: Mapped[int] = mapped_column(ForeignKey("referral.id"), index=True)
    """The referral that brought her. A number only: the referral's own room decides who may read it."""
    started_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    """When she actually left; None while she lives there."""
    expected_move_on: Mapped[date | None]
    """The day on which she is expected to leave: a plan, never a release of the bed."""
    plan_agreed_on: Mapped[date | None]
    """When her support plan was agreed with her; until then the board shows by when it is due."""
    review_due_on: Mapped[date | None]
    version: Mapped[int] = mapped_column(default=1)

    called: Mapped[str] = column_property(
        select(REFERRALS.c.ref).where(REFERRALS.c.id == referral_id).correlate_except(REFERRALS).scalar_subquery(),
    )
    """What everybody calls her on screens: the ref of her referral, the same from the first call to the last bed."""
    bed: Mapped[Bed] = relationship(lazy="raise")

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012  SQLAlchemy reads it from the class


class HoldEnd(StrEnum):
    """How a hold came to an end before its hour."""

    USED = "used"
    """She moved in."""
    RELEASED = "released"
    """Somebody let it go."""


class Hold(Base):
    """A bed kept for a referral until a stated time. It lapses by itself at that time."""

    __tablename__ = "hold"
    __table_args__ = (
        CheckConstraint("until_at > from_at", name="ends_after_it_begins"),
        CheckConstraint("ended_at IS NULL OR ended_at >= from_at", name="ended_after_it_began"),
        CheckConstraint("(ended_at IS NULL) = (ended_how IS NULL)", name="says_how_it_ended"),
    )

    bed_id: Mapped[int] = mapped_column(ForeignKey("bed.id"), index=True)
    referral_id: Mapped[int] = mapped_column(ForeignKey("referral.id"), index=True)
    from_at: Mapped[datetime]
    until_at: Mapped[datetime]
    held_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    ended_at: Mapped[datetime | None]
    """When it was used or released, if before `until_at`."""
    ended_how: Mapped[HoldEnd | None] = mapped_column(one_of(HoldEnd, "ended_how"))
    release_reason: Mapped[str] = mapped_column(String(40), default="")
    """Why it was let go: code list `release_reason`. Empty: it was not, or before this was kept."""
    reason: Mapped[str] = mapped_column(String(200), default="")
    """Why it is held: `Arrives by train at 18:00`."""
    renewed_at: Mapped[datetime | None]
    """When its one renewal was made."""
    lapsed_at: Mapped[datetime | None]
    """When a job noticed that its hour had passed unused and put the referral back to waiting; by one process only."""

    bed: Mapped[Bed] = relationship(lazy="raise")
    held_by: Mapped[Person] = relationship(lazy="raise")


class Closure(Base):
    """A bed out of use, with the reason and when it is expected back."""

    __tablename__ = "closure"
    __table_args__ = (CheckConstraint("ended_at IS NULL OR ended_at >= from_at", name="ends_after_it_begins"),)

    bed_id: Mapped[int] = mapped_column(ForeignKey("bed.id"), index=True)
    from_at: Mapped[datetime]
    reason: Mapped[str] = mapped_column(String(40))
    """Code list `closure_reason`."""
    note: Mapped[str] = mapped_column(String(200), default="")
    expected_ready: Mapped[date | None]
    """The day on which it is expected back: a plan, never an opening."""
    closed_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    ended_at: Mapped[datetime | None]
    """When it was actually opened again."""

    bed: Mapped[Bed] = relationship(lazy="raise")
    closed_by: Mapped[Person] = relationship(lazy="raise")
