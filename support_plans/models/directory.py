"""The directory that the network keeps, and where each woman was sent on to."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from refuge.accounts.models import Agency, Person
from refuge.database import Referable
from support_plans.models.owned import Owned


class Service(Referable):
    """A service that women are sent on to: public facts, kept by everybody of the network."""

    __tablename__ = "directory_service"
    __table_args__ = (UniqueConstraint("network_id", "name"), CheckConstraint("name <> ''", name="has_a_name"))
    prefix = "SV"

    network_id: Mapped[int] = mapped_column(ForeignKey("network.id"))
    name: Mapped[str] = mapped_column(String(120))
    kind: Mapped[str] = mapped_column(String(40))
    """Code list `signpost_kind`."""
    what: Mapped[str] = mapped_column(Text, default="")
    contact: Mapped[str] = mapped_column(String(200), default="")
    checked_on: Mapped[date]
    """When somebody last made sure that it is so."""
    checked_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    ended_on: Mapped[date | None]
    """From when it can no longer be chosen."""
    version: Mapped[int] = mapped_column(default=1)

    checked_by: Mapped[Person] = relationship(lazy="raise")
    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012  SQLAlchemy reads it from the class


class Signpost(Owned, Referable):
    """That she was told of a service, why, and what came of it."""

    __tablename__ = "signpost"
    __table_args__ = (
        CheckConstraint("(outcome = '') = (outcome_on IS NULL)", name="says_when_it_was_learnt"),
        CheckConstraint("outcome_on IS NULL OR outcome_on >= told_on", name="learnt_after_it"),
    )
    prefix = "SP"

    service_id: Mapped[int] = mapped_column(ForeignKey("directory_service.id"), index=True)
    why: Mapped[str] = mapped_column(String(400), default="")
    told_on: Mapped[date]
    told_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    recorded_at: Mapped[datetime]
    outcome: Mapped[str] = mapped_column(String(40), default="")
    """Code list `signpost_outcome`; empty until it is known."""
    outcome_on: Mapped[date | None]
    outcome_words: Mapped[str] = mapped_column(String(400), default="")
    version: Mapped[int] = mapped_column(default=1)

    service: Mapped[Service] = relationship(lazy="raise")
    told_by: Mapped[Person] = relationship(lazy="raise")
    agency: Mapped[Agency] = relationship(lazy="raise")
    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012  SQLAlchemy reads it from the class
