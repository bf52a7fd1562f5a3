"""Asking another agency for a worker for one woman, and what that agency answered."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from refuge.accounts.models import Agency
from refuge.database import Referable, one_of
from refuge.referrals.models import Referral
from refuge.rota.models import Discipline, Worker
from support_plans.models.allocations import Allocation

OPEN = "answered_at IS NULL AND taken_back_at IS NULL"


class WorkerAsking(Referable):
    """That an agency was asked for a worker for a resident: open, accepted, declined or taken back.

    It opens nothing by itself. When the agency accepts, it names who will see her and from which day: the allocation
    opens her plan to that worker then, and what she agreed that the agency may read is shared from that instant on.
    """

    __tablename__ = "worker_asking"
    __table_args__ = (
        CheckConstraint("from_agency_id <> to_agency_id", name="asks_another"),
        CheckConstraint("length(words) >= 3", name="says_what_for"),
        CheckConstraint("how_given <> ''", name="says_how_she_agreed"),
        CheckConstraint("(answered_at IS NULL) = (answered_by_id IS NULL)", name="says_who_answered"),
        CheckConstraint("(taken_back_at IS NULL) = (taken_back_by_id IS NULL)", name="says_who_took_it_back"),
        CheckConstraint("answered_at IS NULL OR taken_back_at IS NULL", name="answered_or_taken_back"),
        CheckConstraint(
            "(answered_at IS NOT NULL AND allocation_id IS NOT NULL AND declined = '')"
            " OR (answered_at IS NOT NULL AND allocation_id IS NULL AND declined <> '')"
            " OR (answered_at IS NULL AND allocation_id IS NULL AND declined = '')",
            name="accepted_or_declined",
        ),
        Index(
            "uq_worker_asking_open", "referral_id", "to_agency_id", "discipline", unique=True,
            sqlite_where=text(OPEN), postgresql_where=text(OPEN),
        ),
    )  # fmt: skip
    prefix = "AW"

    referral_id: Mapped[int] = mapped_column(ForeignKey("referral.id"), index=True)
    from_agency_id: Mapped[int] = mapped_column(ForeignKey("agency.id"), index=True)
    to_agency_id: Mapped[int] = mapped_column(ForeignKey("agency.id"), index=True)
    """Whose contact answers it, and who reads it: before it is accepted, this row is all that the agency learns."""
    discipline: Mapped[Discipline] = mapped_column(one_of(Discipline, "discipline"))
    """What kind of worker is asked for."""
    words: Mapped[str] = mapped_column(Text)
    """What for. No names."""
    how_given: Mapped[str] = mapped_column(String(40))
    """How she agreed that this agency is asked. Code list `consent_how`."""
    categories: Mapped[list[str]]
    """What she agreed that it may read once it has accepted; none: only what it writes itself."""
    share_until_at: Mapped[datetime | None]
    """When what she agreed to ends."""
    asked_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    asked_at: Mapped[datetime]
    answered_at: Mapped[datetime | None]
    answered_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    allocation_id: Mapped[int | None] = mapped_column(ForeignKey("worker_allocation.id"))
    """Who will see her, from which day on, if it accepted."""
    declined: Mapped[str] = mapped_column(String(40), default="")
    """Why not, if it declined. Code list `asking_declined`."""
    answer_words: Mapped[str] = mapped_column(String(400), default="")
    taken_back_at: Mapped[datetime | None]
    taken_back_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))

    referral: Mapped[Referral] = relationship(lazy="raise")
    from_agency: Mapped[Agency] = relationship(lazy="raise", foreign_keys=[from_agency_id])
    to_agency: Mapped[Agency] = relationship(lazy="raise", foreign_keys=[to_agency_id])
    allocation: Mapped[Allocation | None] = relationship(lazy="raise")

    @property
    def worker(self) -> Worker | None:
        """Whom the agency named."""
        return None if self.allocation is None else self.allocation.worker

    @property
    def is_open(self) -> bool:
        """Whether it waits for an answer."""
        return self.answered_at is None and self.taken_back_at is None
