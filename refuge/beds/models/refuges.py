"""A refuge and what it can offer."""

from __future__ import annotations

from datetime import datetime
from enum import IntEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from refuge.accounts.models import Agency, Person
from refuge.database import Base, Referable
from refuge.sealed import Sealed


class SupportLevel(IntEnum):
    """How much support with one kind of need: what a woman needs, or what a refuge gives."""

    NONE = 0
    LOW = 1
    MEDIUM = 2
    HIGH = 3

    @property
    def label(self) -> str:
        """The level in words."""
        return self.name.capitalize()


_LEVELS = ("mental_health", "alcohol", "drugs", "self_harm")


class Refuge(Referable):
    """A house that takes women fleeing abuse, known by its code name. Its address is elsewhere (`RefugeAddress`)."""

    __tablename__ = "refuge"
    __table_args__ = (
        UniqueConstraint("network_id", "name"),
        *(CheckConstraint(f"{name}_support BETWEEN 0 AND 3", name=f"{name}_support_level") for name in _LEVELS),
        CheckConstraint("high_support_places >= 0", name="high_support_places"),
        CheckConstraint("nrpf_places >= 0", name="nrpf_places"),
        CheckConstraint("son_age_limit IS NULL OR son_age_limit BETWEEN 0 AND 18", name="son_age_limit"),
    )
    prefix = "H"

    network_id: Mapped[int] = mapped_column(ForeignKey("network.id"), index=True)
    agency_id: Mapped[int] = mapped_column(ForeignKey("agency.id"), index=True)
    """The agency that runs it; only its people change it or reveal its address."""
    name: Mapped[str] = mapped_column(String(80))
    """A code name that gives no place away."""
    specialism: Mapped[str] = mapped_column(String(40))
    """Code list `specialism`: complex_needs, by_and_for_bme or general."""
    accommodation_type: Mapped[str] = mapped_column(String(40))
    """Code list `accommodation_type` (SI 2021/991 reg 2)."""
    area: Mapped[str] = mapped_column(String(9))
    """Code list `area`: the GSS code of its district. Public; never finer than the district."""
    telephone_cover: Mapped[bool]
    """Whether staff answer the telephone outside the staffed hours."""
    mental_health_support: Mapped[int]
    """Highest level it can give, a SupportLevel."""
    alcohol_support: Mapped[int]
    """Highest level it can give, a SupportLevel."""
    drugs_support: Mapped[int]
    """Highest level it can give, a SupportLevel."""
    self_harm_support: Mapped[int]
    """Highest level it can give, a SupportLevel."""
    high_support_places: Mapped[int]
    """How many residents at a time may need support at the high level."""
    nrpf_places: Mapped[int]
    """How many places are funded for women with no recourse to public funds, at a time."""
    son_age_limit: Mapped[int | None]
    """Oldest age in years at which a son can come; None: any child under 18."""
    takes_pets: Mapped[bool]
    women_only: Mapped[bool]
    checks: Mapped[list[str]]
    """Codes of list `check` that must be done before she is admitted."""
    languages: Mapped[list[str]]
    """Codes of list `language` that its staff speak."""
    excludes: Mapped[list[str]] = mapped_column(default=list)
    """Codes of list `harm` that it cannot take the risk of: arson, violence to others."""
    turnaround_days: Mapped[int] = mapped_column(default=1)
    """How many days a bed is usually closed for cleaning after a resident has left."""
    confirmed_at: Mapped[datetime | None]
    """When somebody last confirmed that the board shows its beds as they are."""
    confirmed_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    version: Mapped[int] = mapped_column(default=1)
    """Rises with each change; a form made from an older one is not saved over a newer."""

    agency: Mapped[Agency] = relationship(lazy="joined")
    hours: Mapped[list[StaffingHours]] = relationship(
        cascade="all, delete-orphan",
        order_by="StaffingHours.weekday",
        lazy="selectin",
    )

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012  SQLAlchemy reads it from the class


class RefugeChange(Base):
    """One change of what a refuge offers: who made it, when, and from what to what. Never changed (migration 0008)."""

    __tablename__ = "refuge_change"
    __table_args__ = (UniqueConstraint("refuge_id", "version"),)

    refuge_id: Mapped[int] = mapped_column(ForeignKey("refuge.id"))
    version: Mapped[int]
    """The refuge's version from then on."""
    from_at: Mapped[datetime]
    made_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    before: Mapped[dict[str, Any]]
    """By column, what was offered before; only what changed. `hours`: by weekday, minutes after midnight."""
    after: Mapped[dict[str, Any]]
    """The same, as it is from then on."""

    made_by: Mapped[Person] = relationship(lazy="raise")


class StaffingHours(Base):
    """Between which hours staff are in the house on one weekday, London time. A day without a row is not staffed."""

    __tablename__ = "staffing_hours"
    __table_args__ = (
        UniqueConstraint("refuge_id", "weekday"),
        CheckConstraint("weekday BETWEEN 0 AND 6", name="weekday"),
        CheckConstraint("0 <= opens AND opens < closes AND closes <= 1440", name="opens_before_it_closes"),
    )

    refuge_id: Mapped[int] = mapped_column(ForeignKey("refuge.id"))
    weekday: Mapped[int]
    """0 is Monday."""
    opens: Mapped[int]
    """Minutes after midnight."""
    closes: Mapped[int]
    """Minutes after midnight; 1440 is the end of the day, so round the clock is 0 to 1440."""


class RefugeAddress(Base):
    """Where a refuge is. A leaked address can kill: read only by `reveal_address`, with a reason and an audit event."""

    __tablename__ = "refuge_address"

    refuge_id: Mapped[int] = mapped_column(ForeignKey("refuge.id"), unique=True)
    address: Mapped[str] = mapped_column(Sealed("refuge_address.address"))
    version: Mapped[int] = mapped_column(default=1)
    """Rises by one each time it is replaced; the database refuses anything else (migration 0016)."""

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012  SQLAlchemy reads it from the class


class AddressReveal(Base):
    """That somebody saw where a refuge is, and why. Kept for the managers of its agency."""

    __tablename__ = "address_reveal"
    __table_args__ = (Index("uq_address_reveal_key", "person_id", "key", unique=True),)

    refuge_id: Mapped[int] = mapped_column(ForeignKey("refuge.id"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime]
    reason: Mapped[str] = mapped_column(String(40))
    """Code list `address_reason`."""
    note: Mapped[str] = mapped_column(String(200), default="")
    """In her words; seen by managers of her agency, kept out of the audit chain and every log."""
    key: Mapped[str | None] = mapped_column(String(43))
    """Of the form that she sent: sent twice, it is one reveal."""
    version: Mapped[int | None]
    """Which version of the address she saw; None before versions were kept."""

    person: Mapped[Person] = relationship(lazy="raise")
