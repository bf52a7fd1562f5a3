"""What the tests of in-reach begin with: workers on the rota of both houses, rooms, residents, needs, sessions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from refuge.beds.models import Stay
from refuge.database import new_ref, now
from refuge.inreach.models import Booking, BookingKind, BookingPerson, BookingState
from refuge.inreach.service.booking import Attending, BookingDetails, add_people, book
from refuge.inreach.week import monday_of
from refuge.london import london_date
from refuge.rota.models import AgencyRota, RoomHours, SessionRoom, Travel
from support_plans.service.needs import NeedDetails, ask_for_sessions
from tests.builders import Pilot
from tests.rota.rows import DAWN, DISCIPLINES, MARK, add_pattern, add_worker, at
from tests.support_plans.rows import actor_of, add_resident

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from refuge.referrals.models import Referral
    from refuge.rota.models import Worker
    from support_plans.models import SessionNeed

MONDAY = monday_of(london_date(now())) + timedelta(weeks=1)
"""A Monday to come, whenever the tests run; everybody works on bank holidays here."""


def moment(hour: int, minute: int = 0, *, on: date = MONDAY) -> datetime:
    """Return an instant of that Monday by London's clock."""
    return at(on, hour, minute)


@dataclass(frozen=True)
class House:
    """Rows that the tests name."""

    dawn: Worker
    mark: Worker
    her: Referral
    """A resident of WALL."""
    other: Referral
    """Another."""
    there: Referral
    """A resident of Panahghar."""


def add_room(db: Session, refuge: str = "WALL", name: str = "Quiet room", *, capacity: int = 2) -> SessionRoom:
    """Add a room that is open from 8 to 20 every day."""
    room = SessionRoom(
        ref=new_ref(db, SessionRoom), refuge_id=Pilot().refuge(db, refuge).id, name=name, capacity=capacity,
        hours=[RoomHours(weekday=day, opens=480, closes=1200) for day in range(7)],
    )  # fmt: skip
    db.add(room)
    db.flush()
    return room


def furnish(db: Session) -> House:
    """Add two workers, one for both houses, a room in each house, the way between them, and three residents."""
    for agency in ("Health trust", "Recovery agency"):
        db.add(AgencyRota(agency_id=Pilot().agency(db, agency).id, works_bank_holidays=True))
    dawn, mark = add_worker(db, DAWN), add_worker(db, MARK)
    add_pattern(db, dawn, "WALL", "Panahghar")
    add_pattern(db, mark, "WALL")
    add_room(db)
    add_room(db, "Panahghar")
    low, high = sorted(Pilot().refuge(db, name).id for name in ("WALL", "Panahghar"))
    db.add(Travel(low_id=low, high_id=high, minutes=30))
    return House(dawn, mark, add_resident(db), add_resident(db), add_resident(db, "Panahghar"))


def details(db: Session, house: House, from_at: datetime, **told: Any) -> BookingDetails:  # noqa: ANN401  any of its fields
    """Return a 1-2-1 of Dawn with a resident of WALL, 50 minutes, unless told otherwise."""
    plain: dict[str, Any] = {
        "kind": BookingKind.ONE_TO_ONE, "service": "one_to_one", "worker": house.dawn,
        "refuge": Pilot().refuge(db, "WALL"), "minutes": 50, "people": [Attending(house.her.id)],
    }  # fmt: skip
    return BookingDetails(from_at=from_at, **{**plain, **told})


def book_one(db: Session, house: House, from_at: datetime, **told: Any) -> Booking:  # noqa: ANN401  as above
    """Book it as a practitioner would."""
    by = Pilot().person(db, DAWN)
    return book(db, details(db, house, from_at, **told), by=by, actor=actor_of(by), at=now())


def add_session(db: Session, worker: Worker, refuge: str, from_at: datetime, woman: Referral) -> Booking:
    """Add a 1-2-1 of 50 minutes that nobody has looked at, put into the database directly."""
    row = Booking(
        ref=new_ref(db, Booking), worker_id=worker.id, refuge_id=Pilot().refuge(db, refuge).id,
        kind=BookingKind.ONE_TO_ONE, service="one_to_one", from_at=from_at, until_at=from_at + timedelta(minutes=50),
        state=BookingState.BOOKED, live=True, made_by_id=woman.taken_by_id, made_at=now(),
    )  # fmt: skip
    db.add(row)
    db.flush()
    add_people(db, row, [Attending(woman.id)])
    return row


def held(db: Session, house: House, days_ago: int, outcome: str | None = None, **told: Any) -> Booking:  # noqa: ANN401  any column
    """Add a session of the past, put into the database directly: at ten o'clock so many days ago."""
    on = london_date(now()) - timedelta(days=days_ago)
    plain: dict[str, Any] = {
        "worker_id": house.dawn.id, "refuge_id": Pilot().refuge(db, "WALL").id, "kind": BookingKind.ONE_TO_ONE,
        "service": "one_to_one", "from_at": at(on, 10), "until_at": at(on, 11), "state": BookingState.BOOKED,
        "live": True, "made_by_id": Pilot().person(db, DAWN).id, "made_at": now() - timedelta(days=days_ago + 1),
    }  # fmt: skip
    row = Booking(ref=new_ref(db, Booking), **{**plain, **told})
    db.add(row)
    db.flush()
    noted = {"outcome": outcome, "outcome_at": at(on, 11), "outcome_by_id": row.made_by_id} if outcome else {}
    db.add(
        BookingPerson(
            booking_id=row.id, referral_id=house.her.id, from_at=row.from_at, until_at=row.until_at, live=row.live,
            **noted,
        ),
    )  # fmt: skip
    if outcome:
        row.state = BookingState.DONE
    db.flush()
    return row


def ask(db: Session, referral: Referral, name: str = DAWN, **told: Any) -> SessionNeed:  # noqa: ANN401  any of its details
    """Let her plan ask for a weekly 1-2-1 of 50 minutes from today, unless told otherwise."""
    by = Pilot().person(db, name)
    plain: dict[str, Any] = {
        "service": "one_to_one", "discipline": DISCIPLINES[name], "minutes": 50, "every_days": 7,
        "earliest_on": london_date(now()),
    }  # fmt: skip
    return ask_for_sessions(db, referral, NeedDetails(**{**plain, **told}), by=by, actor=actor_of(by), at=now())


def stay_ref(db: Session, referral: Referral) -> str:
    """Return the ref of her stay."""
    return db.scalars(select(Stay.called).where(Stay.referral_id == referral.id)).one()
