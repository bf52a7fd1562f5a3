"""Adding a refuge, changing what it offers, and confirming that the board shows its beds as they are."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

from sqlalchemy import select, update
from sqlalchemy.orm.attributes import flag_modified

from refuge.audit.service import Actor, record
from refuge.beds.models import Refuge, RefugeChange, StaffingHours
from refuge.beds.service.versions import is_in_use, refuse_if_stale, set_columns
from refuge.database import lock_for_writing, new_ref
from refuge.errors import Refused

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

    from refuge.accounts.models import Person


@dataclass(frozen=True)
class Hours:
    """When staff are in the house on one weekday: minutes after midnight, 0 is Monday."""

    weekday: int
    opens: int
    closes: int


@dataclass(frozen=True)
class RefugeDetails:
    """What a refuge offers. Its address is not among it."""

    name: str
    specialism: str
    accommodation_type: str
    area: str
    telephone_cover: bool
    mental_health_support: int
    alcohol_support: int
    drugs_support: int
    self_harm_support: int
    high_support_places: int
    nrpf_places: int
    son_age_limit: int | None
    takes_pets: bool
    women_only: bool
    checks: list[str]
    excludes: list[str]
    turnaround_days: int
    languages: list[str]
    hours: tuple[Hours, ...]

    def columns(self) -> dict[str, Any]:
        """Return the columns of the refuge itself."""
        return {one.name: getattr(self, one.name) for one in fields(self) if one.name != "hours"}


def lock_refuge(session: Session, refuge_id: int) -> None:
    """Let one transaction at a time decide about this refuge and what is in it, until it ends."""
    session.execute(select(Refuge.id).where(Refuge.id == refuge_id).with_for_update())


def add_refuge(session: Session, details: RefugeDetails, *, by: Person, actor: Actor, at: datetime) -> Refuge:
    """Add a refuge that her agency runs. Raise Refused if the network has one of that name."""
    _lock_names(session, by.network_id)
    _refuse_name_in_use(session, by.network_id, details.name)
    refuge = Refuge(
        ref=new_ref(session, Refuge),
        network_id=by.network_id,
        agency_id=by.agency_id,
        hours=[StaffingHours(weekday=day.weekday, opens=day.opens, closes=day.closes) for day in details.hours],
        **details.columns(),
    )
    session.add(refuge)
    session.flush()
    record(session, "refuge.added", refuge.ref, by=actor, at=at)
    return refuge


def change_refuge(
    session: Session, refuge: Refuge, details: RefugeDetails, *, version: int, by: Person, actor: Actor, at: datetime
) -> None:
    """Change what a refuge offers, and keep who did, when, and from what to what.

    Raise Refused if somebody changed it since, or has taken the name.
    """
    _lock_names(session, refuge.network_id)
    session.refresh(refuge, with_for_update={"of": Refuge})
    refuse_if_stale(refuge, version, details.columns())
    _refuse_name_in_use(session, refuge.network_id, details.name, except_for=refuge.id)
    before = _offered(refuge)
    changed = set_columns(refuge, details.columns())
    if _set_hours(refuge, details.hours):
        changed.append("hours")
        flag_modified(refuge, "name")  # hours are rows of their own: this raises the version of the refuge with them
    session.flush()
    if changed:
        after = _offered(refuge)
        session.add(
            RefugeChange(
                refuge_id=refuge.id, version=refuge.version, from_at=at, made_by_id=by.id,
                before={name: before[name] for name in changed}, after={name: after[name] for name in changed},
            ),
        )  # fmt: skip
        session.flush()
        record(session, "refuge.changed", refuge.ref, by=actor, at=at, fields=changed)


def _offered(refuge: Refuge) -> dict[str, Any]:
    """Return all that a refuge offers, as its history keeps it."""
    columns = {one.name: getattr(refuge, one.name) for one in fields(RefugeDetails) if one.name != "hours"}
    return {**columns, "hours": sorted([row.weekday, row.opens, row.closes] for row in refuge.hours)}


def confirm_beds(session: Session, refuge: Refuge, *, by: Person, actor: Actor, at: datetime) -> None:
    """Note that the board shows the beds of this refuge as they are. Not a change that an open form could overwrite.

    What she saw is compared before, by the view that showed it (`as_seen`).
    """
    session.execute(update(Refuge).where(Refuge.id == refuge.id).values(confirmed_at=at, confirmed_by_id=by.id))
    record(session, "beds.confirmed", refuge.ref, by=actor, at=at)


def _lock_names(session: Session, network_id: int) -> None:
    lock_for_writing(session, f"refuges of network {network_id}")


def _refuse_name_in_use(session: Session, network_id: int, name: str, *, except_for: int | None = None) -> None:
    if is_in_use(session, name, select(Refuge.id, Refuge.name).where(Refuge.network_id == network_id), except_for):
        raise Refused("Another refuge of the network has this name. Choose a different code name.", field="name")


def _set_hours(refuge: Refuge, hours: tuple[Hours, ...]) -> bool:
    """Bring the weekdays up to date, each row kept where it can be; return whether anything changed."""
    wanted = {day.weekday: day for day in hours}
    before = {(row.weekday, row.opens, row.closes) for row in refuge.hours}
    if before == {(day.weekday, day.opens, day.closes) for day in hours}:
        return False
    for row in list(refuge.hours):
        day = wanted.pop(row.weekday, None)
        if day is None:
            refuge.hours.remove(row)
        else:
            row.opens, row.closes = day.opens, day.closes
    refuge.hours += [StaffingHours(weekday=day.weekday, opens=day.opens, closes=day.closes) for day in wanted.values()]
    return True
