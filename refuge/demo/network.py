"""The pilot network as rows: agencies, people, refuges and beds, as `pilot.toml` tells of them."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from refuge.accounts.models import Agency, AgencyKind, Person
from refuge.accounts.passwords import hash_password
from refuge.beds.models import Bed, Refuge, RefugeAddress, StaffingHours
from refuge.permissions import Role

if TYPE_CHECKING:
    from refuge.demo.loading import Loading

PASSWORD = "a safe bed tonight"  # noqa: S105  printed by `make run`; exists in the demonstration only
OPENED = date(2015, 12, 1)
FLAGS = ("self_contained", "step_free", "adapted", "ground_floor", "en_suite")


def add_people(loading: Loading, told: dict[str, Any]) -> None:
    """Add agencies and the people who sign in."""
    db, password = loading.db, hash_password(PASSWORD)
    for given in told["agency"]:
        agency = Agency(
            ref=loading.ref(Agency),
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
            ref=loading.ref(Person),
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


def add_refuge(loading: Loading, told: dict[str, Any]) -> None:
    """Add a refuge with its beds."""
    db, support = loading.db, told["support"]
    confirmed = told.get("confirmed_hours_ago")
    refuge = Refuge(
        ref=loading.ref(Refuge),
        network_id=loading.network.id,
        agency=loading.agencies[told["agency"]],
        **{name: told[name] for name in ("name", "specialism", "accommodation_type", "area", "telephone_cover")},
        **{f"{name}_support": level for name, level in support.items()},
        **{name: told[name] for name in ("high_support_places", "nrpf_places", "son_age_limit", "checks", "languages")},
        takes_pets=told.get("takes_pets", False),
        excludes=told.get("excludes", []),
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
        ref=loading.ref(Bed),
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
