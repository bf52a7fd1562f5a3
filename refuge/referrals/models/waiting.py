"""What is said of a referral while it waits: the day to look again, and a refuge that takes its record over."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from refuge.accounts.models import Agency, Person
from refuge.database import Base


class WaitingReview(Base):
    """The day on which somebody looks again at a referral that waits. One a referral; a new day replaces the last."""

    __tablename__ = "waiting_review"

    referral_id: Mapped[int] = mapped_column(ForeignKey("referral.id"), unique=True)
    review_on: Mapped[date]
    note: Mapped[str] = mapped_column(String(200), default="")
    set_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    set_at: Mapped[datetime]

    set_by: Mapped[Person] = relationship(lazy="raise")


class TakingOver(Base):
    """That a refuge took over the record of a referral that another agency made, and which agency that was.

    From then on the record is the refuge's; the agency that referred her reads how it stands and nothing else.
    """

    __tablename__ = "taking_over"

    referral_id: Mapped[int] = mapped_column(ForeignKey("referral.id"), unique=True)
    from_agency_id: Mapped[int] = mapped_column(ForeignKey("agency.id"), index=True)
    taken_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime]

    from_agency: Mapped[Agency] = relationship(lazy="joined")
