"""Loads the pilot network and its invented households."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from sqlalchemy import select

from refuge.accounts.models import Agency, AgencyKind, Network, Person
from refuge.accounts.passwords import hash_password
from refuge.audit.service import SYSTEM, record
from refuge.beds.models import Bed, Closure, Hold, Refuge, RefugeAddress, StaffingHours, Stay
from refuge.codes.service import load_codes
from refuge.database import new_ref
from refuge.demo.households import add_referral
from refuge.permissions import Role
from refuge.referrals.models import ReferralState

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

PILOT = Path(__file__).parent / "pilot.toml"
PASSWORD = "a safe bed tonight"  # noqa: S105  printed by `make run`; exists in the demonstration only
LONDON = ZoneInfo("Europe/London")
OPENED = date(2015, 12, 1)
FLAGS = ("self_contained", "step_free", "adapted", "ground_floor", "en_suite")


@dataclass
class Loading:
    """What has been made so far, by the names that the file uses."""

    db: Session
    at: datetime
    network: Network
    agencies: dict[str, Agency] = field(default_factory=dict)
    people: dict[str, Person] = field(default_factory=dict)
    beds: dict[str, Bed] = field(default_factory=dict)

    def day(self, days: float) -> date:
        """Return the London date so many days from now."""
        return (self.at.astimezone(LONDON) + timedelta(days=days)).date()

    def moment(self, days: float) -> datetime:
        """Return an instant so many days from now, in the working day unless it is within the last one."""
        if days > -1:
            return self.at + timedelta(days=days)
        return datetime.combine(self.day(days), time(11, 30), LONDON).astimezone(UTC)


def load_demo(db: Session, *, at: datetime) -> bool:
    """Load the pilot network as it stands at this instant; return whether it was loaded now and not before."""
    load_codes(db, on=at.astimezone(LONDON).date())
    db.flush()
    told = tomllib.loads(PILOT.read_text("utf-8"))
    if db.scalar(select(Network).where(Network.name == told["network"])) is not None:
        return False
    loading = Loading(db, at, Network(ref=new_ref(db, Network), name=told["network"]))
    db.add(loading.network)
    _add_people(loading, told)
    for refuge in told["refuge"]:
        _add_refuge(loading, refuge)
    for stay in told["stays"]:
        _add_stay(loading, stay)
    for closure in told["closures"]:
        _add_closure(loading, closure)
    for referral in told["referral"]:
        _add_waiting(loading, referral)
    record(db, "demo.loaded", loading.network.ref, by=SYSTEM, at=at)
    return True


def _add_people(loading: Loading, told: dict[str, Any]) -> None:
    db, password = loading.db, hash_password(PASSWORD)
    for given in told["agency"]:
        agency = Agency(
            ref=new_ref(db, Agency),
            name=given["name"],
            kind=AgencyKind(given["kind"]),
            network=loading.network,
        )
        db.add(agency)
        loading.agencies[agency.name] = agency
    db.flush()
    for given in told["person"]:
        agency = loading.agencies[given["agency"]]
        person = Person(
            ref=new_ref(db, Person),
            agency=agency,
            name=given["name"],
            email=given["email"],
            role=Role(given["role"]),
            password_hash=password,
            created_at=loading.at,
        )
        db.add(person)
        loading.people[person.email] = person
    db.flush()


def _add_refuge(loading: Loading, told: dict[str, Any]) -> None:
    db, support = loading.db, told["support"]
    confirmed = told.get("confirmed_hours_ago")
    refuge = Refuge(
        ref=new_ref(db, Refuge),
        network_id=loading.network.id,
        agency=loading.agencies[told["agency"]],
        **{name: told[name] for name in ("name", "specialism", "accommodation_type", "area", "telephone_cover")},
        **{f"{name}_support": level for name, level in support.items()},
        **{name: told[name] for name in ("high_support_places", "nrpf_places", "son_age_limit", "checks", "languages")},
        takes_pets=told.get("takes_pets", False),
        women_only=True,
        confirmed_at=None if confirmed is None else loading.at - timedelta(hours=confirmed),
        confirmed_by_id=None if confirmed is None else loading.people[told["confirmed_by"]].id,
        hours=_hours(told["hours"]),
    )
    db.add(refuge)
    db.flush()
    db.add(RefugeAddress(refuge_id=refuge.id, address=told["address"]))
    for position, bed in enumerate(told["beds"], start=1):
        _add_bed(loading, refuge, bed, position)
    db.flush()


def _hours(told: dict[str, list[int]]) -> list[StaffingHours]:
    days, (opens, closes) = (range(7), told["every"]) if "every" in told else (range(5), told["weekdays"])
    return [StaffingHours(weekday=day, opens=opens, closes=closes) for day in days]


def _add_bed(loading: Loading, refuge: Refuge, told: dict[str, Any], position: int) -> None:
    bed = Bed(
        ref=new_ref(loading.db, Bed),
        refuge=refuge,
        name=told["name"],
        position=position,
        adults=told.get("adults", 1),
        children=told["children"],
        cots=told.get("cots", 0),
        **{flag: told.get(flag, False) for flag in FLAGS},
        opened_on=OPENED,
    )
    loading.db.add(bed)
    loading.beds[f"{refuge.name}/{bed.name}"] = bed


def _add_stay(loading: Loading, told: dict[str, Any]) -> None:
    db, bed = loading.db, loading.beds[told["bed"]]
    home = bed.refuge.agency
    worker = next(person for person in loading.people.values() if person.agency is home)
    needs = {need: told[need] for need in ("mental_health", "alcohol", "drugs") if need in told}
    children = [[age, "girl"] for age in told.get("children", [])]
    known: dict[str, Any] = {name: told[name] for name in ("name", "born_on") if name in told}
    referral = add_referral(
        db,
        worker,
        received_at=loading.moment(told["from"] - 2),
        told={"source": "OTHER", "judgement": "high", "needs": needs, "children": children, **known},
        state=ReferralState.PLACED,
    )
    until = told.get("until")
    db.add(
        Stay(
            ref=new_ref(db, Stay),
            bed_id=bed.id,
            referral_id=referral.id,
            started_at=loading.moment(told["from"]),
            ended_at=None if until is None else loading.moment(until),
            expected_move_on=loading.day(told["move_on"]) if "move_on" in told else None,
            plan_agreed_on=loading.day(told["plan"]) if "plan" in told else None,
            review_due_on=loading.day(told["review"]) if "review" in told else None,
        ),
    )
    db.flush()


def _add_closure(loading: Loading, told: dict[str, Any]) -> None:
    loading.db.add(
        Closure(
            bed_id=loading.beds[told["bed"]].id,
            from_at=loading.moment(told["from"]) + timedelta(hours=1),
            reason=told["reason"],
            note=told["note"],
            expected_ready=loading.day(told["ready"]),
            closed_by_id=loading.people[told["by"]].id,
        ),
    )
    loading.db.flush()


def _add_waiting(loading: Loading, told: dict[str, Any]) -> None:
    db, hold = loading.db, told.get("hold")
    referral = add_referral(
        db,
        loading.people[told["taken_by"]],
        received_at=loading.at - timedelta(hours=told["hours_ago"]),
        told=told,
        state=ReferralState.HELD if hold else ReferralState.WAITING,
    )
    if hold:
        db.add(
            Hold(
                bed_id=loading.beds[hold["bed"]].id,
                referral_id=referral.id,
                from_at=loading.at - timedelta(minutes=30),
                until_at=loading.at + timedelta(hours=hold["hours"]),
                held_by_id=loading.people[hold["by"]].id,
            ),
        )
        db.flush()
