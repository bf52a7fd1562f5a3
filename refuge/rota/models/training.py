"""Workshops for the staff of the network: who booked, who came, and what they said."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from refuge.accounts.models import Agency, Person
from refuge.database import Base, Referable, one_of
from refuge.rota.models.workers import Worker


class Audience(StrEnum):
    """For whom a workshop is."""

    FRONTLINE = "frontline"
    LEADERSHIP = "leadership"

    @property
    def label(self) -> str:
        """Whom it is for, in words."""
        return f"{self.value.capitalize()} staff"


class Place(StrEnum):
    """What became of a place at a workshop."""

    BOOKED = "booked"
    ATTENDED = "attended"
    DID_NOT_ATTEND = "did_not_attend"
    CANCELLED = "cancelled"

    @property
    def label(self) -> str:
        """It in words."""
        return self.value.replace("_", " ").capitalize()


class Workshop(Referable):
    """A workshop with its day, its venue and its number of places."""

    __tablename__ = "workshop"
    __table_args__ = (
        CheckConstraint("until_at > from_at", name="ends_after_it_begins"),
        CheckConstraint("places BETWEEN 1 AND 500", name="places"),
    )
    prefix = "KW"

    network_id: Mapped[int] = mapped_column(ForeignKey("network.id"), index=True)
    held_by_id: Mapped[int] = mapped_column(ForeignKey("agency.id"))
    """The agency that holds it and keeps its list."""
    title: Mapped[str] = mapped_column(String(120))
    audience: Mapped[Audience] = mapped_column(one_of(Audience, "audience"))
    skill: Mapped[str] = mapped_column(String(40), default="")
    """Code list `worker_skill`: what attendance gives; empty: nothing."""
    from_at: Mapped[datetime]
    until_at: Mapped[datetime]
    venue: Mapped[str] = mapped_column(String(120))
    """Never the address of a refuge."""
    places: Mapped[int]
    """How many people can come. Never overbooked (migration 0005)."""
    cancelled_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)

    held_by: Mapped[Agency] = relationship(lazy="joined")

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012  SQLAlchemy reads it from the class


class WorkshopPlace(Base):
    """Somebody's place at a workshop: a worker of the rota, or another person who signs in."""

    __tablename__ = "workshop_place"
    __table_args__ = (
        UniqueConstraint("workshop_id", "worker_id"),
        UniqueConstraint("workshop_id", "person_id"),
        CheckConstraint("(worker_id IS NULL) <> (person_id IS NULL)", name="is_for_one"),
        CheckConstraint("rating IS NULL OR rating BETWEEN 1 AND 5", name="rating"),
        CheckConstraint("rating IS NULL OR state = 'attended'", name="feedback_of_who_came"),
    )

    workshop_id: Mapped[int] = mapped_column(ForeignKey("workshop.id"))
    worker_id: Mapped[int | None] = mapped_column(ForeignKey("worker.id"), index=True)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    """Refuge staff and others who are not on the rota."""
    state: Mapped[Place] = mapped_column(one_of(Place, "state"), default=Place.BOOKED)
    booked_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    booked_at: Mapped[datetime]
    rating: Mapped[int | None]
    """How useful it was to her, 1 to 5."""
    feedback: Mapped[str] = mapped_column(Text, default="")
    """In her words; shown without her name."""
    feedback_at: Mapped[datetime | None]

    worker: Mapped[Worker | None] = relationship(lazy="raise")
    person: Mapped[Person | None] = relationship(lazy="raise", foreign_keys=[person_id])
