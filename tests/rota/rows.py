"""Rows that the tests of the rota put into the database directly."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from refuge.database import new_ref
from refuge.london import LONDON
from refuge.rota.models import (
    Audience,
    CoverPromise,
    Discipline,
    ExceptionKind,
    ExceptionPlace,
    Pattern,
    PatternPlace,
    Promised,
    RoomHours,
    RotaException,
    SessionRoom,
    Worker,
    Workshop,
)
from tests.builders import LONG_AGO, Pilot

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

MONDAY = date(2026, 6, 8)
"""In summer, so that London and UTC differ."""
DAWN, MARK, NIA = "practitioner", "recovery", "counsellor"
DISCIPLINES = {
    DAWN: Discipline.MENTAL_HEALTH_PRACTITIONER, MARK: Discipline.RECOVERY_WORKER, NIA: Discipline.THERAPIST,
}  # fmt: skip
WORKWEEK = 0b0011111


def at(day: date, hour: int, minute: int = 0) -> datetime:
    """Return an instant by London's clock."""
    return datetime.combine(day, time(hour, minute), LONDON).astimezone(UTC)


def add_worker(db: Session, who: str = DAWN, **told: Any) -> Worker:  # noqa: ANN401  any column
    """Add a worker for the person with this e-mail name, assigned since 2020, unless told otherwise."""
    person = Pilot().person(db, who)
    plain: dict[str, Any] = {
        "network_id": person.network_id, "agency_id": person.agency_id, "person_id": person.id, "name": person.name,
        "discipline": DISCIPLINES.get(who, Discipline.SUPPORT_WORKER), "languages": ["en"],
        "assigned_from": date(2020, 1, 1),
    }  # fmt: skip
    worker = Worker(ref=new_ref(db, Worker), skills=[], **{**plain, **told})
    db.add(worker)
    db.flush()
    return worker


def add_pattern(db: Session, worker: Worker, *houses: str, **told: Any) -> Pattern:  # noqa: ANN401  any column
    """Add a pattern: Monday to Friday 09:00 to 17:00 at WALL since 2020, unless told otherwise."""
    plain: dict[str, Any] = {
        "weekdays": WORKWEEK, "from_minute": 540, "until_minute": 1020, "valid_from": date(2020, 1, 1),
    }  # fmt: skip
    places = [PatternPlace(refuge_id=Pilot().refuge(db, house).id, share=50) for house in houses or ("WALL",)]
    pattern = Pattern(ref=new_ref(db, Pattern), worker_id=worker.id, places=places, **{**plain, **told})
    db.add(pattern)
    db.flush()
    return pattern


def add_exception(
    db: Session,
    worker: Worker,
    from_at: datetime,
    until_at: datetime,
    *houses: str,
    **told: Any,  # noqa: ANN401  any column
) -> RotaException:
    """Add leave, or added hours at these houses, unless told otherwise."""
    plain: dict[str, Any] = {
        "kind": ExceptionKind.EXTRA if houses else ExceptionKind.LEAVE, "works": bool(houses),
        "entered_by_id": Pilot().person(db, DAWN).id, "entered_at": LONG_AGO,
    }  # fmt: skip
    row = RotaException(
        ref=new_ref(db, RotaException), worker_id=worker.id, from_at=from_at, until_at=until_at,
        places=[ExceptionPlace(refuge_id=Pilot().refuge(db, house).id) for house in houses], **{**plain, **told},
    )  # fmt: skip
    db.add(row)
    db.flush()
    return row


def add_workshop(db: Session, **told: Any) -> Workshop:  # noqa: ANN401  any column
    """Add a workshop of the therapy charity with two places, unless told otherwise."""
    charity = Pilot().agency(db, "Therapy charity")
    plain: dict[str, Any] = {
        "network_id": charity.network_id, "held_by_id": charity.id, "title": "Trauma-informed practice",
        "audience": Audience.FRONTLINE, "skill": "trauma_informed", "from_at": at(MONDAY, 10),
        "until_at": at(MONDAY, 13), "venue": "The library", "places": 2,
    }  # fmt: skip
    workshop = Workshop(ref=new_ref(db, Workshop), **{**plain, **told})
    db.add(workshop)
    db.flush()
    return workshop


def add_room(db: Session, house: str = "WALL", **told: Any) -> SessionRoom:  # noqa: ANN401  any column
    """Add a room for sessions of four people, Monday to Friday 09:00 to 17:00, unless told otherwise."""
    plain: dict[str, Any] = {"refuge_id": Pilot().refuge(db, house).id, "name": "Quiet room", "capacity": 4}
    hours = [RoomHours(weekday=day, opens=540, closes=1020) for day in range(5)]
    room = SessionRoom(ref=new_ref(db, SessionRoom), hours=hours, **{**plain, **told})
    db.add(room)
    db.flush()
    return room


def add_promise(db: Session, house: str = "WALL", **told: Any) -> CoverPromise:  # noqa: ANN401  any column
    """Promise a mental health practitioner on weekdays 09:00 to 17:00, not on bank holidays, unless told otherwise."""
    plain: dict[str, Any] = {
        "refuge_id": Pilot().refuge(db, house).id, "promised": Promised.MENTAL_HEALTH_PRACTITIONER,
        "weekdays": WORKWEEK, "from_minute": 540, "until_minute": 1020, "days_a_week": None, "at_least": 1,
        "on_bank_holidays": False, "valid_from": date(2020, 1, 1), "valid_until": None,
    }  # fmt: skip
    row = CoverPromise(ref=new_ref(db, CoverPromise), **{**plain, **told})
    db.add(row)
    db.flush()
    return row


def days(count: int) -> timedelta:
    """Return so many days."""
    return timedelta(days=count)
