"""What a worker should do because of what happened with sessions: never a sanction, always a next step."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from refuge.database import Referable, one_of


class TaskKind(StrEnum):
    """What the task is about."""

    MISSED_TWICE = "missed_twice"
    DISCHARGE = "discharge"
    HANDOVER = "handover"

    @property
    def label(self) -> str:
        """The task in words."""
        return {
            "missed_twice": "She could not come twice in a row. Ask her, gently, what time or place would suit her",
            "discharge": "She has moved on. Write the discharge from your sessions",
            "handover": "She has moved on. Hand over, with her consent, to whoever goes on working with her",
        }[self.value]


class InreachTask(Referable):
    """One thing for one worker to do about one woman."""

    __tablename__ = "inreach_task"
    __table_args__ = (
        CheckConstraint("(done_at IS NULL) = (done_by_id IS NULL)", name="says_who_did_it"),
        Index(None, "worker_id", "done_at"),
    )
    prefix = "ST"

    kind: Mapped[TaskKind] = mapped_column(one_of(TaskKind, "kind"))
    worker_id: Mapped[int] = mapped_column(ForeignKey("worker.id"))
    referral_id: Mapped[int] = mapped_column(ForeignKey("referral.id"), index=True)
    made_at: Mapped[datetime]
    done_at: Mapped[datetime | None]
    done_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
