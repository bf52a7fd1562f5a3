"""The rota of the pilot as rows: workers, patterns, leave, promises, rooms, travel, workshops, as `rota.toml` tells."""

from __future__ import annotations

import tomllib
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from refuge.beds.models import Refuge
from refuge.london import london_date
from refuge.rota.hours import instant
from refuge.rota.models import (
    AgencyRota,
    Audience,
    CoverPromise,
    Discipline,
    ExceptionKind,
    ExceptionPlace,
    Gender,
    Pattern,
    PatternPlace,
    Place,
    Promised,
    RoomHours,
    RotaException,
    SessionRoom,
    Travel,
    Worker,
    WorkerSkill,
    Workshop,
    WorkshopPlace,
)
from refuge.rota.service.exceptions import whole_days

if TYPE_CHECKING:
    from refuge.demo.loading import Loading

ROTA = Path(__file__).parent / "rota.toml"
HALF = 13 * 60
MIDNIGHT = 24 * 60
BOOKED_BEFORE = timedelta(days=12)


def load_rota(loading: Loading) -> None:
    """Add the five workers with all that hangs on the rota."""
    loading.say("Loading the rota: workers, leave, rooms, promises of cover, workshops …")
    told: dict[str, Any] = tomllib.loads(ROTA.read_text("utf-8"))
    found = select(Refuge).where(Refuge.network_id == loading.network.id)
    refuges = {one.name: one for one in loading.db.scalars(found).unique()}
    since = loading.day(told["since"])
    for agency, works in told["bank_holidays"].items():
        loading.db.add(AgencyRota(agency_id=loading.agencies[agency].id, works_bank_holidays=works))
    workers = {given["name"]: _add_worker(loading, refuges, given, since) for given in told["worker"]}
    for given in told["exception"]:
        _add_exception(loading, refuges, workers[given["worker"]], given)
    for given in told["promise"]:
        _add_promise(loading, refuges[given["refuge"]], given, since)
    for given in told["room"]:
        _add_room(loading, refuges[given["refuge"]], given)
    for given in told["travel"]:
        low, high = sorted(refuges[name].id for name in given["between"])
        loading.db.add(Travel(low_id=low, high_id=high, minutes=given["minutes"]))
    for given in told["workshop"]:
        _add_workshop(loading, workers, given)
    loading.db.flush()


def minutes(clock: str) -> int:
    """Return a time like `09:30` as minutes after midnight."""
    hour, minute = clock.split(":")
    return int(hour) * 60 + int(minute)


def weekday_from(loading: Loading, told: list[int]) -> date:
    """Return the first such weekday that is at least so many days from the day of loading."""
    weekday, days = told
    day = loading.day(days)
    return day + timedelta(days=(weekday - day.weekday()) % 7)


def _mask(days: list[int]) -> int:
    return sum(1 << day for day in days)


def _add_worker(loading: Loading, refuges: dict[str, Refuge], told: dict[str, Any], since: date) -> Worker:
    person = loading.people.get(told.get("person", ""))
    worker = Worker(
        ref=loading.ref(Worker),
        network_id=loading.network.id,
        agency_id=loading.agencies[told["agency"]].id,
        person_id=person.id if person else None,
        name=told["name"],
        discipline=Discipline(told["discipline"]),
        gender=Gender(told["gender"]),
        languages=told["languages"],
        email=person.email if person else "",
        mobile=told["mobile"],
        assigned_from=since,
        assigned_until=loading.day(told["ends_in"]) if "ends_in" in told else None,
        review_on=loading.day(told["review_in"]) if "review_in" in told else None,
        is_agency_contact=told.get("contact", False),
        skills=[WorkerSkill(skill=skill, gained_on=loading.day(days)) for skill, days in told["skills"].items()],
    )
    loading.db.add(worker)
    loading.db.flush()
    for pattern in told["patterns"]:
        loading.db.add(
            Pattern(
                ref=loading.ref(Pattern),
                worker_id=worker.id,
                weekdays=_mask(pattern["days"]),
                from_minute=minutes(pattern["from"]),
                until_minute=minutes(pattern["until"]),
                valid_from=since,
                places=[PatternPlace(refuge_id=refuges[name].id, share=share) for name, share in pattern["at"].items()],
            )
        )
    loading.db.flush()
    return worker


def _add_exception(loading: Loading, refuges: dict[str, Refuge], worker: Worker, told: dict[str, Any]) -> None:
    first = weekday_from(loading, told["from"])
    last = weekday_from(loading, told["until"]) if "until" in told else first
    away = whole_days(loading.db, worker, first, max(first, last))
    if told.get("part") == "afternoon":
        away = instant(first, HALF), instant(first, MIDNIGHT)
    extra = None
    if "extra" in told:
        day = weekday_from(loading, told["extra"]["day"])
        span = instant(day, minutes(told["extra"]["from"])), instant(day, minutes(told["extra"]["until"]))
        places = [ExceptionPlace(refuge_id=refuges[name].id) for name in told["extra"]["at"]]
        extra = _exception(loading, worker, told, span, places)
    row = _exception(loading, worker, told, away, [])
    row.swapped_for_id = extra.id if extra else None
    loading.db.flush()


def _exception(
    loading: Loading,
    worker: Worker,
    told: dict[str, Any],
    span: tuple[datetime, datetime],
    places: list[ExceptionPlace],
) -> RotaException:
    by = worker.person_id or loading.team(loading.agencies[worker.agency.name])[0].id
    row = RotaException(
        ref=loading.ref(RotaException), worker_id=worker.id, kind=ExceptionKind(told["kind"]), works=bool(places),
        from_at=span[0], until_at=span[1], entered_by_id=by, entered_at=min(span[0], loading.at),
        note=told.get("note", ""), places=places,
    )  # fmt: skip
    loading.db.add(row)
    loading.db.flush()
    return row


def _add_promise(loading: Loading, refuge: Refuge, told: dict[str, Any], since: date) -> None:
    loading.db.add(
        CoverPromise(
            ref=loading.ref(CoverPromise),
            refuge_id=refuge.id,
            promised=Promised(told["promised"]),
            weekdays=_mask(told["days"]),
            from_minute=minutes(told["from"]),
            until_minute=minutes(told["until"]),
            days_a_week=told.get("days_a_week"),
            on_bank_holidays=told.get("on_bank_holidays", False),
            valid_from=since,
        )
    )


def _add_room(loading: Loading, refuge: Refuge, told: dict[str, Any]) -> None:
    opens, closes = (minutes(clock) for clock in told["hours"])
    loading.db.add(
        SessionRoom(
            ref=loading.ref(SessionRoom),
            refuge_id=refuge.id,
            name=told["name"],
            capacity=told["capacity"],
            hours=[RoomHours(weekday=day, opens=opens, closes=closes) for day in told["days"]],
        )
    )


def _add_workshop(loading: Loading, workers: dict[str, Worker], told: dict[str, Any]) -> None:
    on = weekday_from(loading, told["on"])
    agency = loading.agencies[told["by"]]
    workshop = Workshop(
        ref=loading.ref(Workshop),
        network_id=loading.network.id,
        held_by_id=agency.id,
        title=told["title"],
        audience=Audience(told["audience"]),
        skill=told["skill"],
        from_at=instant(on, minutes(told["from"])),
        until_at=instant(on, minutes(told["until"])),
        venue=told["venue"],
        places=told["places"],
    )
    loading.db.add(workshop)
    loading.db.flush()
    by = loading.team(agency)[0].id
    for who, rating, words in told.get("came", []):
        place = _add_place(loading, workshop, workers, who, Place.ATTENDED, by)
        place.rating, place.feedback, place.feedback_at = rating, words, workshop.until_at
        loading.db.flush()
        if place.worker_id is not None:
            loading.db.add(
                WorkerSkill(
                    worker_id=place.worker_id,
                    skill=workshop.skill,
                    gained_on=london_date(workshop.from_at),
                    workshop_place_id=place.id,
                )
            )
    for who in told.get("missed", []):
        _add_place(loading, workshop, workers, who, Place.DID_NOT_ATTEND, by)
    for who in told.get("booked", []):
        _add_place(loading, workshop, workers, who, Place.BOOKED, by)


def _add_place(
    loading: Loading, workshop: Workshop, workers: dict[str, Worker], who: str, state: Place, by: int
) -> WorkshopPlace:
    hers = {"worker_id": workers[who].id} if who in workers else {"person_id": loading.people[who].id}
    booked_at = min(workshop.from_at - BOOKED_BEFORE, loading.at)
    place = WorkshopPlace(workshop_id=workshop.id, state=state, booked_by_id=by, booked_at=booked_at, **hers)
    loading.db.add(place)
    loading.db.flush()
    return place
