"""Notes, and the records that are kept apart from everything else."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from refuge.accounts.models import Agency, Person
from refuge.database import Base, Referable
from refuge.sealed import Sealed
from support_plans.models.owned import Owned


class Note(Owned, Referable):
    """What a worker wrote down. It belongs to her agency and is never changed: a correction is a further note."""

    __tablename__ = "plan_note"
    __table_args__ = (Index(None, "referral_id", "at"),)
    prefix = "NO"

    written_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime]
    words: Mapped[str] = mapped_column(Text)
    sealed: Mapped[bool] = mapped_column(default=False)
    """She asked that only the worker who wrote it sees it. For others it is not there; trying raises an alert."""

    written_by: Mapped[Person] = relationship(lazy="raise")
    agency: Mapped[Agency] = relationship(lazy="raise")


class ApartRecord(Owned, Base):
    """Immigration status, the person who harms her, or criminal offences: one record each, with its own permission.

    It stands in no list, no copy of the plan and no export, and is read one at a time.
    """

    __tablename__ = "apart_record"
    __table_args__ = (UniqueConstraint("referral_id", "agency_id", "category"),)

    words: Mapped[str] = mapped_column(Sealed("apart_record.words"))
    changed_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    changed_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)

    agency: Mapped[Agency] = relationship(lazy="raise")
    changed_by: Mapped[Person] = relationship(lazy="raise")
    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012  SQLAlchemy reads it from the class
