"""What a house gives the rota and is given by it: rooms for sessions, promises of cover, the way to other houses."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import or_, select

from refuge.audit.service import record
from refuge.beds.models import Refuge
from refuge.database import new_ref
from refuge.errors import Refused
from refuge.london import london_date
from refuge.rota.models import CoverPromise, RoomHours, SessionRoom, Travel
from refuge.rota.service.judged import judged_by_database
from refuge.rota.service.versions import refuse_if_stale, set_columns
from refuge.seen import refuse_if_other

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from sqlalchemy import ColumnElement
    from sqlalchemy.orm import Session

    from refuge.audit.service import Actor
    from refuge.rota.models import Promised

Hours = tuple[tuple[int, int, int], ...]
"""Weekday, opens, closes."""


@dataclass(frozen=True)
class RoomDetails:
    """A room for sessions as it was typed."""

    name: str
    capacity: int
    hours: Hours
    retired_on: date | None = None


@dataclass(frozen=True)
class PromiseDetails:
    """What a house is promised, as it was typed."""

    promised: Promised
    weekdays: tuple[int, ...]
    from_minute: int
    until_minute: int
    days_a_week: int | None
    at_least: int
    on_bank_holidays: bool
    valid_from: date


def add_room(session: Session, refuge: Refuge, details: RoomDetails, *, actor: Actor, at: datetime) -> SessionRoom:
    """Add a room for sessions."""
    row = SessionRoom(
        ref=new_ref(session, SessionRoom), refuge_id=refuge.id, name=details.name, capacity=details.capacity,
        retired_on=details.retired_on, hours=_hours(details.hours),
    )  # fmt: skip
    with judged_by_database(session):
        session.add(row)
        session.flush()
    record(session, "room.added", row.ref, by=actor, at=at, refuge=refuge.ref)
    return row


def change_room(
    session: Session, room: SessionRoom, details: RoomDetails, *, version: int, actor: Actor, at: datetime
) -> None:
    """Change a room, its hours, or from when it is no longer used. Raise Refused if somebody changed it since."""
    session.refresh(room, with_for_update={"of": SessionRoom})
    refuse_if_stale(room.version, version)
    with judged_by_database(session):
        columns = {"name": details.name, "capacity": details.capacity, "retired_on": details.retired_on}
        changed = set_columns(room, columns)
        if details.hours != tuple((one.weekday, one.opens, one.closes) for one in room.hours):
            room.hours.clear()
            session.flush()
            room.hours.extend(_hours(details.hours))
            changed.append("hours")
        session.flush()
    record(session, "room.changed", room.ref, by=actor, at=at, fields=changed)


def _hours(told: Hours) -> list[RoomHours]:
    return [RoomHours(weekday=day, opens=opens, closes=closes) for day, opens, closes in told]


def add_promise(
    session: Session, refuge: Refuge, details: PromiseDetails, *, actor: Actor, at: datetime
) -> CoverPromise:
    """Keep what a house is promised from a day on."""
    row = CoverPromise(
        ref=new_ref(session, CoverPromise),
        refuge_id=refuge.id,
        promised=details.promised,
        weekdays=sum(1 << day for day in details.weekdays),
        from_minute=details.from_minute,
        until_minute=details.until_minute,
        days_a_week=details.days_a_week,
        at_least=details.at_least,
        on_bank_holidays=details.on_bank_holidays,
        valid_from=details.valid_from,
    )
    session.add(row)
    session.flush()
    record(session, "promise.added", row.ref, by=actor, at=at, refuge=refuge.ref)
    return row


def end_promise(
    session: Session, row: CoverPromise, last_on: date, *, version: int, actor: Actor, at: datetime
) -> None:
    """Let a promise end after a day; what was promised before stays."""
    session.refresh(row, with_for_update={"of": CoverPromise})
    refuse_if_stale(row.version, version)
    if last_on < max(row.valid_from, london_date(at) - timedelta(days=1)):
        raise Refused("Enter today or a later day, not before it begins", code="too_early", field="last_on")
    row.valid_until = last_on
    session.flush()
    record(session, "promise.ended", row.ref, by=actor, at=at)


TRAVEL_CHANGED = "Somebody else has entered a time since you opened this page, and nothing of yours is saved."


def travel_shown(minutes: Mapping[int, int | None]) -> tuple[tuple[int, int | None], ...]:
    """Return what a page shows of the ways from a house, by the ids of the others."""
    return tuple(sorted(minutes.items()))


def _of(refuge_id: int) -> ColumnElement[bool]:
    return or_(Travel.low_id == refuge_id, Travel.high_id == refuge_id)


def set_travel(
    session: Session, refuge: Refuge, minutes: Mapping[int, int | None], *, seen: str, actor: Actor, at: datetime
) -> None:
    """Keep how long the way to other houses takes, by their ids; None: nobody knows.

    Raise Refused if somebody has entered another time since the page was opened: `seen` is the mark of what it showed.
    """
    session.execute(select(Refuge.id).where(Refuge.id.in_([refuge.id, *minutes])).order_by(Refuge.id).with_for_update())
    rows = session.execute(select(Travel.low_id, Travel.high_id, Travel.minutes).where(_of(refuge.id)))
    kept = {low + high - refuge.id: told for low, high, told in rows}
    refuse_if_other(seen, travel_shown({other_id: kept.get(other_id) for other_id in minutes}), TRAVEL_CHANGED)
    for other_id, told in minutes.items():
        low, high = min(refuge.id, other_id), max(refuge.id, other_id)
        row = session.scalar(select(Travel).where(Travel.low_id == low, Travel.high_id == high))
        if told is None:
            if row is not None:
                session.delete(row)
        elif row is None:
            session.add(Travel(low_id=low, high_id=high, minutes=told))
        else:
            row.minutes = told
    session.flush()
    record(session, "travel.set", refuge.ref, by=actor, at=at)
