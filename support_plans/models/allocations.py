"""Who works with her: the keyworker and the practitioners."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from refuge.database import Base, one_of
from refuge.rota.models import Worker


class Part(StrEnum):
    """What a worker is to her."""

    KEYWORKER = "keyworker"
    PRACTITIONER = "practitioner"

    @property
    def label(self) -> str:
        """The part in words."""
        return self.value.capitalize()


class Allocation(Base):
    """That a worker works with a resident between two days. While it holds, the worker may open her plan.

    It is also how an agency accepts a referral to it: by naming who will see her.
    """

    __tablename__ = "worker_allocation"
    __table_args__ = (
        CheckConstraint("until_on IS NULL OR until_on >= from_on", name="ends_after_it_begins"),
        Index(
            "uq_worker_allocation_open", "worker_id", "referral_id", unique=True,
            sqlite_where=text("until_on IS NULL"), postgresql_where=text("until_on IS NULL"),
        ),
        Index(
            "uq_worker_allocation_keyworker", "referral_id", unique=True,
            sqlite_where=text("until_on IS NULL AND part = 'keyworker'"),
            postgresql_where=text("until_on IS NULL AND part = 'keyworker'"),
        ),
    )  # fmt: skip

    worker_id: Mapped[int] = mapped_column(ForeignKey("worker.id"), index=True)
    referral_id: Mapped[int] = mapped_column(ForeignKey("referral.id"), index=True)
    part: Mapped[Part] = mapped_column(one_of(Part, "part"))
    from_on: Mapped[date]
    until_on: Mapped[date | None]
    """The first day on which it no longer holds; None while it goes on."""
    made_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    made_at: Mapped[datetime]

    worker: Mapped[Worker] = relationship(lazy="raise")
