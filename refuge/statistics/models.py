"""What was published of the figures, frozen; beside them a network's targets, and judgements by a person."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from refuge.accounts.models import Person
from refuge.database import Base, Referable, one_of


class Edition(Referable):
    """The figures of a closed period as they were published. Never changed: a correction is a new edition.

    Commissioners read it through a role of the database that sees this table and `edition_table` only, so nothing
    here or there says more than what is published.
    """

    __tablename__ = "edition"
    __table_args__ = (
        UniqueConstraint("network_id", "since", "until", "number"),
        CheckConstraint("since <= until", name="ends_no_earlier_than_it_begins"),
        CheckConstraint("number >= 1", name="number"),
        CheckConstraint("number = 1 OR length(change_note) >= 10", name="says_what_was_corrected"),
    )
    prefix = "SE"

    network_id: Mapped[int] = mapped_column(ForeignKey("network.id"))
    since: Mapped[date]
    until: Mapped[date]
    """The last day, included."""
    number: Mapped[int]
    """1 for the first of a period; a correction is one more."""
    made_at: Mapped[datetime]
    made_by: Mapped[str] = mapped_column(String(120))
    """The name of the member of staff who made it, or `The job that closes a period`."""
    code_version: Mapped[str] = mapped_column(String(64))
    """Version of this program, and a digest of the code that counted."""
    definitions_version: Mapped[str] = mapped_column(String(40))
    change_note: Mapped[str] = mapped_column(Text, default="")
    """What was corrected and why; empty for a first edition."""


class EditionTable(Base):
    """One table of an edition as one profile shows it: no hidden count is in it."""

    __tablename__ = "edition_table"
    __table_args__ = (UniqueConstraint("edition_id", "profile", "table_key"),)

    edition_id: Mapped[int] = mapped_column(ForeignKey("edition.id"))
    profile: Mapped[str] = mapped_column(String(20))
    """`contract` or `public`."""
    table_key: Mapped[str] = mapped_column(String(40))
    position: Mapped[int]
    content: Mapped[dict[str, Any]]
    """A `published.Shown` as JSON: title, unit, columns, rows, cells; a hidden cell is null."""


class EditionWorking(Base):
    """The exact counts behind an edition, and what each profile hid: kept so that later editions give nothing away."""

    __tablename__ = "edition_working"

    edition_id: Mapped[int] = mapped_column(ForeignKey("edition.id"), unique=True)
    content: Mapped[dict[str, Any]]


class KpiTarget(Base):
    """What a network holds a figure against from a day on: its local contract value. Never changed; added to."""

    __tablename__ = "kpi_target"
    __table_args__ = (
        UniqueConstraint("network_id", "code", "from_on"),
        CheckConstraint("amber >= 0", name="amber"),
        CheckConstraint("length(why) >= 3", name="says_why"),
    )

    network_id: Mapped[int] = mapped_column(ForeignKey("network.id"))
    code: Mapped[str] = mapped_column(String(40))
    """Of the catalogue, `K10`."""
    from_on: Mapped[date]
    target: Mapped[float]
    amber: Mapped[float]
    """How far from the target is still amber."""
    why: Mapped[str] = mapped_column(String(200))
    set_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    set_at: Mapped[datetime]

    set_by: Mapped[Person] = relationship(lazy="raise")


class Judged(StrEnum):
    """What a person can say instead of what was computed."""

    GREEN = "green"
    AMBER = "amber"
    RED = "red"

    @property
    def label(self) -> str:
        """The word for it."""
        return self.value.capitalize()


class KpiJudgement(Base):
    """That a person judged a figure of a period otherwise than it was computed. The last one holds."""

    __tablename__ = "kpi_judgement"
    __table_args__ = (
        Index(None, "network_id", "code", "since"),
        CheckConstraint("length(reason) >= 10", name="says_why"),
        CheckConstraint("since <= until", name="ends_no_earlier_than_it_begins"),
    )

    network_id: Mapped[int] = mapped_column(ForeignKey("network.id"))
    code: Mapped[str] = mapped_column(String(40))
    since: Mapped[date]
    until: Mapped[date]
    judged: Mapped[Judged] = mapped_column(one_of(Judged, "judged"))
    reason: Mapped[str] = mapped_column(Text)
    judged_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    judged_at: Mapped[datetime]

    judged_by: Mapped[Person] = relationship(lazy="raise")
