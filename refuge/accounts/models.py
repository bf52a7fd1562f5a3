"""Networks, agencies, people, and what keeps a person signed in."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from refuge.database import Base, Referable, one_of
from refuge.permissions import Permission, Role, may


class AgencyKind(StrEnum):
    """What an agency is in the network."""

    REFUGE_PROVIDER = "refuge_provider"
    SUBSTANCE_MISUSE_PROVIDER = "substance_misuse_provider"
    MENTAL_HEALTH_TRUST = "mental_health_trust"
    THERAPEUTIC_CHARITY = "therapeutic_charity"
    COUNCIL_COMMISSIONER = "council_commissioner"
    REFERRER = "referrer"
    SYSTEM = "system"
    """Those who run this system: they see no client data."""

    @property
    def label(self) -> str:
        """The kind in words."""
        return self.value.replace("_", " ").capitalize()


ROLES_OF: dict[AgencyKind, tuple[Role, ...]] = {
    AgencyKind.REFUGE_PROVIDER: (Role.REFUGE_WORKER, Role.REFUGE_MANAGER),
    AgencyKind.SUBSTANCE_MISUSE_PROVIDER: (Role.PRACTITIONER,),
    AgencyKind.MENTAL_HEALTH_TRUST: (Role.PRACTITIONER,),
    AgencyKind.THERAPEUTIC_CHARITY: (Role.PRACTITIONER,),
    AgencyKind.COUNCIL_COMMISSIONER: (Role.COMMISSIONER,),
    AgencyKind.REFERRER: (Role.REFERRER,),
    AgencyKind.SYSTEM: (Role.SYSTEM_ADMINISTRATOR,),
}
"""The roles that each kind of agency can give its people; a check constraint holds it."""

_ROLE_FITS_AGENCY = " OR ".join(
    f"(agency_kind = '{kind}' AND role IN ({', '.join(repr(role.value) for role in roles)}))"
    for kind, roles in ROLES_OF.items()
)


class Network(Referable):
    """The partnership of refuges, agencies and commissioners that share a system."""

    __tablename__ = "network"
    __table_args__ = (CheckConstraint("plan_due_days BETWEEN 1 AND 30", name="plan_due_days"),)
    prefix = "N"

    name: Mapped[str] = mapped_column(String(120), unique=True)
    plan_due_days: Mapped[int] = mapped_column(default=5)
    """Within how many working days of moving in a support plan is agreed."""


class Agency(Referable):
    """An organisation in a network. A record belongs to the agency that made it."""

    __tablename__ = "agency"
    __table_args__ = (UniqueConstraint("id", "kind"), UniqueConstraint("network_id", "name"))
    prefix = "A"

    network_id: Mapped[int] = mapped_column(ForeignKey("network.id"))
    name: Mapped[str] = mapped_column(String(120))
    kind: Mapped[AgencyKind] = mapped_column(one_of(AgencyKind, "kind"))

    network: Mapped[Network] = relationship(lazy="joined")


class Person(Referable):
    """Somebody who signs in."""

    __tablename__ = "person"
    __table_args__ = (
        ForeignKeyConstraint(["agency_id", "agency_kind"], ["agency.id", "agency.kind"]),
        CheckConstraint(_ROLE_FITS_AGENCY, name="role_fits_agency"),
        CheckConstraint("email = lower(email)", name="email_is_lower_case"),
    )
    prefix = "P"

    agency_id: Mapped[int]
    agency_kind: Mapped[AgencyKind] = mapped_column(one_of(AgencyKind, "agency_kind"))
    """The kind of her agency, kept equal by the foreign key, so that the database can check her role against it."""
    name: Mapped[str] = mapped_column(String(120))
    email: Mapped[str] = mapped_column(String(254), unique=True)
    role: Mapped[Role] = mapped_column(one_of(Role, "role"))
    password_hash: Mapped[str | None] = mapped_column(String(200))
    """argon2id; empty until she has chosen a password by her one-time link."""
    created_at: Mapped[datetime]
    disabled_at: Mapped[datetime | None]
    """From when she may no longer sign in. People are never deleted: the audit chain names them."""

    agency: Mapped[Agency] = relationship(lazy="joined", overlaps="agency")

    # What Flask-Login asks of a signed-in user.
    is_authenticated: ClassVar[bool] = True
    is_anonymous: ClassVar[bool] = False

    @property
    def is_active(self) -> bool:
        """Whether she may sign in."""
        return self.disabled_at is None

    def get_id(self) -> str:
        """Return what Flask-Login knows her by."""
        return self.ref

    def may(self, permission: Permission) -> bool:
        """Return whether the policy gives this permission to her role."""
        return may(self.role, permission)

    @property
    def network_id(self) -> int:
        """The network of her agency."""
        return self.agency.network_id


class WebSession(Base):
    """A person signed in on one browser. Only the hash of the browser's token is kept."""

    __tablename__ = "web_session"

    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    """SHA-256 of the 256-bit token, in hexadecimal."""
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    started_at: Mapped[datetime]
    last_seen_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[str | None] = mapped_column(String(20))
    """What ended it: signed_out, left, idle, replaced, by_herself, disabled, role_changed, agency_changed,
    password_changed, link_made, administrator."""
    held: Mapped[dict[str, Any]]
    """What the page keeps between requests: the token against forged forms, notices. Nothing about a client."""

    person: Mapped[Person] = relationship(lazy="joined")

    @property
    def handle(self) -> str:
        """What her own account page knows this session by: a part of the hash, which opens nothing."""
        return self.token_hash[:16]


class OneTimeLink(Base):
    """A link that lets a person choose her password, once. Only the hash of its token is kept."""

    __tablename__ = "one_time_link"

    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]

    person: Mapped[Person] = relationship(lazy="joined")


class SignInAttempt(Base):
    """One guess at a password, counted against the account and against where it came from."""

    __tablename__ = "sign_in_attempt"
    __table_args__ = (Index(None, "counted_against", "at"),)

    counted_against: Mapped[str] = mapped_column(String(64))
    """Keyed hash of the e-mail address or of the network address: neither is kept in clear."""
    at: Mapped[datetime]
