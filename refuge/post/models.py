"""What is to go out by e-mail, and whether a person wants her daily word that something waits."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from refuge.accounts.models import Person
from refuge.database import Base, one_of
from refuge.post.words import Template


class OutgoingMail(Base):
    """One e-mail to one person of staff. Its words are those of its template, the same for everybody."""

    __tablename__ = "outgoing_mail"
    __table_args__ = (
        CheckConstraint("tries BETWEEN 0 AND 9", name="tries"),
        CheckConstraint("sent_at IS NULL OR taken_at IS NOT NULL", name="taken_before_it_is_sent"),
        Index(None, "sent_at", "made_at"),
    )

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    template: Mapped[Template] = mapped_column(one_of(Template, "template"))
    made_at: Mapped[datetime]
    taken_at: Mapped[datetime | None]
    """When a process took it to send it; one process at a time."""
    sent_at: Mapped[datetime | None]
    """When the mail server had it. Where none is set up (demonstration, development), when it was kept here instead."""
    tries: Mapped[int] = mapped_column(default=0)
    failed: Mapped[str] = mapped_column(String(60), default="")
    """What kind of error the last try ended in; never what the server said."""

    person: Mapped[Person] = relationship(lazy="raise")


class DigestSetting(Base):
    """When a person wants her daily word that something waits, or that she wants none. No row: the usual time."""

    __tablename__ = "digest_setting"
    __table_args__ = (CheckConstraint("at_minute BETWEEN 0 AND 1439", name="at_minute"),)

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), unique=True)
    wanted: Mapped[bool] = mapped_column(default=True)
    at_minute: Mapped[int]
    """Minutes after midnight in London, outside the quiet hours."""


class Digest(Base):
    """That a person's word for a day was seen to. Of many processes one writes it: that one sends."""

    __tablename__ = "digest"
    __table_args__ = (UniqueConstraint("person_id", "on_day"),)

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    on_day: Mapped[date]
    seen_to_at: Mapped[datetime]
