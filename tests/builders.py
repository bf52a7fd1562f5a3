"""A small network for tests: every kind of agency, every role, and another network that must stay unseen."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from refuge.accounts.models import Agency, AgencyKind, Network, Person
from refuge.beds.models import Bed, Hold, Refuge, RefugeAddress, StaffingHours
from refuge.database import new_ref, now
from refuge.permissions import Role
from refuge.referrals.models import Referral, ReferralState

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

LONG_AGO = datetime(2026, 1, 5, 9, tzinfo=UTC)
ADDRESS = "1 Nowhere Street, Testville, ZZ1 1ZZ"

PEOPLE: dict[str, tuple[str, AgencyKind, Role]] = {
    "worker.wall": ("Wall agency", AgencyKind.REFUGE_PROVIDER, Role.REFUGE_WORKER),
    "manager.wall": ("Wall agency", AgencyKind.REFUGE_PROVIDER, Role.REFUGE_MANAGER),
    "worker.panahghar": ("Panahghar agency", AgencyKind.REFUGE_PROVIDER, Role.REFUGE_WORKER),
    "manager.panahghar": ("Panahghar agency", AgencyKind.REFUGE_PROVIDER, Role.REFUGE_MANAGER),
    "recovery": ("Recovery agency", AgencyKind.SUBSTANCE_MISUSE_PROVIDER, Role.PRACTITIONER),
    "practitioner": ("Health trust", AgencyKind.MENTAL_HEALTH_TRUST, Role.PRACTITIONER),
    "counsellor": ("Therapy charity", AgencyKind.THERAPEUTIC_CHARITY, Role.PRACTITIONER),
    "commissioner": ("Council", AgencyKind.COUNCIL_COMMISSIONER, Role.COMMISSIONER),
    "referrer": ("Police", AgencyKind.REFERRER, Role.REFERRER),
    "other.referrer": ("Housing office", AgencyKind.REFERRER, Role.REFERRER),
    "administrator": ("System", AgencyKind.SYSTEM, Role.SYSTEM_ADMINISTRATOR),
}
"""E-mail name -> agency, its kind, role. All are in the network `Pilot`."""
ELSEWHERE = {
    "worker.elsewhere": ("Elsewhere agency", AgencyKind.REFUGE_PROVIDER, Role.REFUGE_WORKER),
    "manager.elsewhere": ("Elsewhere agency", AgencyKind.REFUGE_PROVIDER, Role.REFUGE_MANAGER),
    "referrer.elsewhere": ("Elsewhere police", AgencyKind.REFERRER, Role.REFERRER),
}
"""The same for another network."""


@dataclass(frozen=True)
class Pilot:
    """Finds rows of the small network by the names that tests use."""

    def person(self, db: Session, name: str) -> Person:
        """Return the person with this e-mail name."""
        return db.scalars(select(Person).where(Person.email == f"{name}@example.org")).one()

    def agency(self, db: Session, name: str) -> Agency:
        """Return the agency with this name."""
        return db.scalars(select(Agency).where(Agency.name == name)).one()

    def refuge(self, db: Session, name: str) -> Refuge:
        """Return the refuge with this code name: WALL, Panahghar or Elsewhere."""
        return db.scalars(select(Refuge).where(Refuge.name == name)).one()

    def bed(self, db: Session, refuge: str, name: str) -> Bed:
        """Return a bed: Room 1 to Room 3 of WALL and Panahghar, Room 1 of Elsewhere."""
        return db.scalars(select(Bed).join(Refuge).where(Refuge.name == refuge, Bed.name == name)).one()


def build_pilot(db: Session) -> None:
    """Add the small network and the other one."""
    network = _network(db, "Pilot", PEOPLE)
    other = _network(db, "Elsewhere", ELSEWHERE)
    _refuge(db, network, "Wall agency", "WALL", rooms=3)
    _refuge(db, network, "Panahghar agency", "Panahghar", rooms=3)
    _refuge(db, other, "Elsewhere agency", "Elsewhere", rooms=1)


def _network(db: Session, name: str, people: dict[str, tuple[str, AgencyKind, Role]]) -> Network:
    network = Network(ref=new_ref(db, Network), name=name)
    db.add(network)
    agencies: dict[str, Agency] = {}
    for email, (agency_name, kind, role) in people.items():
        agency = agencies.get(agency_name)
        if agency is None:
            agency = Agency(ref=new_ref(db, Agency), name=agency_name, kind=kind, network=network)
            agencies[agency_name] = agency
            db.add(agency)
            db.flush()
        db.add(
            Person(
                ref=new_ref(db, Person), agency_id=agency.id, agency_kind=kind, name=email.replace(".", " ").title(),
                email=f"{email}@example.org", role=role, created_at=LONG_AGO,
            ),
        )  # fmt: skip
    db.flush()
    return network


def _refuge(db: Session, network: Network, agency: str, name: str, *, rooms: int) -> None:
    owner = db.scalars(select(Agency).where(Agency.name == agency)).one()
    refuge = Refuge(
        ref=new_ref(db, Refuge), network_id=network.id, agency_id=owner.id, name=name, specialism="complex_needs",
        accommodation_type="REFUGE", area="E06000016", telephone_cover=True, mental_health_support=3, alcohol_support=3,
        drugs_support=3, self_harm_support=3, high_support_places=2, nrpf_places=1, son_age_limit=14, takes_pets=False,
        women_only=True, checks=["background"], languages=["en"],
        hours=[StaffingHours(weekday=day, opens=0, closes=1440) for day in range(7)],
    )  # fmt: skip
    db.add(refuge)
    db.flush()
    db.add(RefugeAddress(refuge_id=refuge.id, address=ADDRESS))
    for number in range(1, rooms + 1):
        add_bed(db, refuge, f"Room {number}", position=number)


def add_bed(db: Session, refuge: Refuge, name: str, **told: Any) -> Bed:  # noqa: ANN401  any column
    """Add a bed: one adult and two children, shared, unless told otherwise."""
    plain: dict[str, Any] = {
        "adults": 1, "children": 2, "cots": 1, "self_contained": False, "step_free": False, "adapted": False,
        "ground_floor": False, "en_suite": False, "opened_on": date(2020, 1, 1), "position": 1,
    }  # fmt: skip
    bed = Bed(ref=new_ref(db, Bed), refuge_id=refuge.id, name=name, **{**plain, **told})
    db.add(bed)
    db.flush()
    return bed


def add_referral(db: Session, taken_by: str = "worker.wall", **told: Any) -> Referral:  # noqa: ANN401  any column
    """Add a referral that waits, shared with the network, unless told otherwise."""
    person = Pilot().person(db, taken_by)
    plain: dict[str, Any] = {
        "shared": True, "received_at": LONG_AGO, "source": "SELF", "abuse": [], "preferred_areas": [], "access": [],
    }  # fmt: skip
    referral = Referral(
        ref=new_ref(db, Referral), network_id=person.network_id, agency_id=person.agency_id, taken_by_id=person.id,
        **{**plain, **told},
    )  # fmt: skip
    db.add(referral)
    db.flush()
    return referral


def add_hold(db: Session, referral: Referral, refuge: str = "WALL", room: str = "Room 1") -> Hold:
    """Hold a bed for a referral since an hour and for five more."""
    at = now()
    hold = Hold(
        bed_id=Pilot().bed(db, refuge, room).id, referral_id=referral.id, held_by_id=referral.taken_by_id,
        from_at=at - timedelta(hours=1), until_at=at + timedelta(hours=5),
    )  # fmt: skip
    db.add(hold)
    referral.state = ReferralState.HELD
    db.flush()
    return hold
