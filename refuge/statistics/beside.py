"""What partners and managers keep beside the figures: scores of harm, returns, a compared mapping, a public page."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from refuge.accounts.models import Agency, Person
from refuge.database import Base
from refuge.statistics.models import Edition


class HarmScore(Base):
    """How much harm a partner sees in one theme of unmet need, for a round. About a theme, never about a woman.

    Never changed: another score of the same agency, theme and round is one more, and the last one holds.
    """

    __tablename__ = "harm_score"
    __table_args__ = (
        UniqueConstraint("agency_id", "theme", "round_on", "number"),
        CheckConstraint("score BETWEEN 0 AND 18", name="score"),
        CheckConstraint("number >= 1", name="number"),
        CheckConstraint("theme IN ('mental_health', 'substance', 'nrpf', 'children', 'access')", name="theme"),
    )

    network_id: Mapped[int] = mapped_column(ForeignKey("network.id"), index=True)
    agency_id: Mapped[int] = mapped_column(ForeignKey("agency.id"))
    theme: Mapped[str] = mapped_column(String(40))
    """Key of `facts.NEEDS`."""
    round_on: Mapped[date]
    """The first day of the quarter that is scored."""
    number: Mapped[int]
    """1 for the agency's first score of this theme and round."""
    score: Mapped[int]
    """0 (none) to 18 (the most)."""
    why: Mapped[str] = mapped_column(Text, default="")
    """What it rests on, in general words."""
    scored_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    scored_at: Mapped[datetime]

    agency: Mapped[Agency] = relationship(lazy="raise")
    scored_by: Mapped[Person] = relationship(lazy="raise")


class ReturnSetting(Base):
    """When a return is due in a network and whose it is, from a day on. Never changed: the last one holds."""

    __tablename__ = "return_setting"
    __table_args__ = (
        UniqueConstraint("network_id", "kind", "number"),
        CheckConstraint("days BETWEEN 1 AND 200", name="days"),
        CheckConstraint("number >= 1", name="number"),
    )

    network_id: Mapped[int] = mapped_column(ForeignKey("network.id"))
    kind: Mapped[str] = mapped_column(String(40))
    """Key of `data/returns.toml`."""
    number: Mapped[int]
    days: Mapped[int]
    """Days after the end of its period."""
    owner_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    """Who is reminded."""
    set_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    set_at: Mapped[datetime]

    owner: Mapped[Person] = relationship(lazy="raise", foreign_keys=[owner_id])


class ReturnSent(Base):
    """That a return of a period was sent: by whom, when, which edition. Never changed; sent again is one more."""

    __tablename__ = "return_sent"
    __table_args__ = (
        UniqueConstraint("network_id", "kind", "since", "number"),
        CheckConstraint("since <= until", name="ends_no_earlier_than_it_begins"),
        CheckConstraint("number >= 1", name="number"),
        CheckConstraint("length(sent_to) >= 3", name="says_to_whom"),
    )

    network_id: Mapped[int] = mapped_column(ForeignKey("network.id"))
    kind: Mapped[str] = mapped_column(String(40))
    since: Mapped[date]
    until: Mapped[date]
    number: Mapped[int]
    sent_on: Mapped[date]
    sent_to: Mapped[str] = mapped_column(String(200))
    """Which office had it, and how; no private person."""
    edition_id: Mapped[int | None] = mapped_column(ForeignKey("edition.id"))
    """The edition that its figures are from."""
    sent_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    recorded_at: Mapped[datetime]

    sent_by: Mapped[Person] = relationship(lazy="raise")
    edition: Mapped[Edition | None] = relationship(lazy="raise")


class MappingCheck(Base):
    """That a person compared a version of the annual return's mapping with the form of a year. Never changed.

    Another version of the mapping has none: it is to be compared again.
    """

    __tablename__ = "mapping_check"
    __table_args__ = (
        UniqueConstraint("network_id", "version", "year_on"),
        CheckConstraint("length(version) >= 1", name="version"),
    )

    network_id: Mapped[int] = mapped_column(ForeignKey("network.id"))
    version: Mapped[str] = mapped_column(String(40))
    """Of `data/crosswalk.toml`."""
    year_on: Mapped[date]
    """The first day of the financial year that the form is for."""
    checked_on: Mapped[date]
    checked_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    recorded_at: Mapped[datetime]

    checked_by: Mapped[Person] = relationship(lazy="raise")


class PublicPage(Base):
    """Whether everybody can read what a network published last. Never changed: the last one holds; none: nobody can."""

    __tablename__ = "public_page"
    __table_args__ = (UniqueConstraint("network_id", "number"), CheckConstraint("number >= 1", name="number"))

    network_id: Mapped[int] = mapped_column(ForeignKey("network.id"))
    number: Mapped[int]
    shown: Mapped[bool]
    set_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    set_at: Mapped[datetime]

    set_by: Mapped[Person] = relationship(lazy="raise")
