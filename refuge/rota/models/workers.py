"""A worker: a specialist who does in-reach, with what she can do and how much of a day she gives to contacts."""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from refuge.accounts.models import Agency, AgencyKind, Person
from refuge.database import Base, Referable, one_of


class Discipline(StrEnum):
    """What kind of work she does."""

    RECOVERY_WORKER = "recovery_worker"
    MENTAL_HEALTH_PRACTITIONER = "mental_health_practitioner"
    THERAPIST = "therapist"
    SUPPORT_WORKER = "support_worker"

    @property
    def label(self) -> str:
        """The discipline in words."""
        return self.value.replace("_", " ").capitalize()


DISCIPLINES_OF: dict[AgencyKind, tuple[Discipline, ...]] = {
    AgencyKind.SUBSTANCE_MISUSE_PROVIDER: (Discipline.RECOVERY_WORKER, Discipline.SUPPORT_WORKER),
    AgencyKind.MENTAL_HEALTH_TRUST: (Discipline.MENTAL_HEALTH_PRACTITIONER, Discipline.SUPPORT_WORKER),
    AgencyKind.THERAPEUTIC_CHARITY: (Discipline.THERAPIST, Discipline.SUPPORT_WORKER),
    AgencyKind.REFUGE_PROVIDER: (Discipline.SUPPORT_WORKER,),
}
"""The disciplines that each kind of agency gives the network. Agencies of other kinds have no workers here."""


class Gender(StrEnum):
    """What she is to a resident who asked for a woman, or for a man."""

    WOMAN = "woman"
    MAN = "man"
    ANOTHER = "another"
    NOT_SAID = "not_said"

    @property
    def label(self) -> str:
        """The word for it."""
        return self.value.replace("_", " ").capitalize()


class Worker(Referable):
    """Somebody who works with residents on a rota; most of them sign in, too."""

    __tablename__ = "worker"
    __table_args__ = (
        CheckConstraint("assigned_until IS NULL OR assigned_until >= assigned_from", name="ends_after_it_begins"),
        CheckConstraint("longest_contact_minutes BETWEEN 15 AND 720", name="longest_contact_minutes"),
        CheckConstraint("break_minutes BETWEEN 0 AND 120", name="break_minutes"),
        CheckConstraint("break_after_minutes BETWEEN 60 AND 720", name="break_after_minutes"),
        CheckConstraint("gap_minutes BETWEEN 0 AND 120", name="gap_minutes"),
        CheckConstraint("free_share BETWEEN 0 AND 90", name="free_share"),
        Index(
            "uq_worker_agency_contact",
            "agency_id",
            unique=True,
            sqlite_where=text("is_agency_contact"),
            postgresql_where=text("is_agency_contact"),
        ),
    )
    prefix = "K"

    network_id: Mapped[int] = mapped_column(ForeignKey("network.id"), index=True)
    agency_id: Mapped[int] = mapped_column(ForeignKey("agency.id"), index=True)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), unique=True)
    """Her sign-in, of the same agency; None while she has none."""
    name: Mapped[str] = mapped_column(String(120))
    discipline: Mapped[Discipline] = mapped_column(one_of(Discipline, "discipline"))
    gender: Mapped[Gender] = mapped_column(one_of(Gender, "gender"), default=Gender.NOT_SAID)
    languages: Mapped[list[str]]
    """Codes of list `language`."""
    email: Mapped[str] = mapped_column(String(254), default="")
    """For advice between visits; seen by the staff of the network's refuges and agencies."""
    mobile: Mapped[str] = mapped_column(String(30), default="")
    """For advice between visits."""
    assigned_from: Mapped[date]
    """First day on which she works for this network."""
    assigned_until: Mapped[date | None]
    """Last day; None: no end is agreed."""
    review_on: Mapped[date | None]
    """When her assignment is next looked at, once a year."""
    longest_contact_minutes: Mapped[int] = mapped_column(default=300)
    """How many minutes of contact with residents a day, at most."""
    break_after_minutes: Mapped[int] = mapped_column(default=360)
    """After how many minutes of work at most she has her break (Working Time Regulations: six hours)."""
    break_minutes: Mapped[int] = mapped_column(default=30)
    """How long her break is; 0: she takes none here."""
    gap_minutes: Mapped[int] = mapped_column(default=10)
    """Between two sessions: for notes, and to breathe."""
    free_share: Mapped[int] = mapped_column(default=20)
    """Per cent of her hours that planning leaves free for advice, crises and drop-in."""
    is_agency_contact: Mapped[bool] = mapped_column(default=False)
    """Whether she is the single point of contact of her agency: one at most (partial unique index)."""
    version: Mapped[int] = mapped_column(default=1)

    agency: Mapped[Agency] = relationship(lazy="joined")
    person: Mapped[Person | None] = relationship(lazy="raise")
    skills: Mapped[list[WorkerSkill]] = relationship(
        cascade="all, delete-orphan", order_by="WorkerSkill.gained_on.desc()", lazy="selectin"
    )

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012  SQLAlchemy reads it from the class

    def is_assigned(self, on: date) -> bool:
        """Return whether she works for the network on this day."""
        return self.assigned_from <= on and (self.assigned_until is None or on <= self.assigned_until)


class WorkerSkill(Base):
    """What a worker was trained in, and when."""

    __tablename__ = "worker_skill"
    __table_args__ = (
        UniqueConstraint("worker_id", "skill", "gained_on"),
        CheckConstraint("expires_on IS NULL OR expires_on > gained_on", name="ends_after_it_begins"),
    )

    worker_id: Mapped[int] = mapped_column(ForeignKey("worker.id"))
    skill: Mapped[str] = mapped_column(String(40))
    """Code list `worker_skill`."""
    gained_on: Mapped[date]
    expires_on: Mapped[date | None]
    """First day on which it needs renewing; None: it does not run out."""
    workshop_place_id: Mapped[int | None] = mapped_column(ForeignKey("workshop_place.id"), unique=True)
    """The attendance that gave it; None: entered by hand."""
