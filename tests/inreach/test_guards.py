"""The database refuses two sessions at one time for a worker, a room or a woman, and what mixes networks or houses."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import delete, select, update
from sqlalchemy.exc import DBAPIError, IntegrityError

from refuge.database import new_ref, now
from refuge.inreach.models import (
    Booking,
    BookingKind,
    BookingPerson,
    BookingState,
    CalendarFeed,
    SessionRun,
    SessionRunContent,
)
from refuge.inreach.service.booking import Attending, add_people, cancel
from refuge.rota.models import SessionRoom
from support_plans.models import Interpreter
from tests.builders import Pilot
from tests.inreach.rows import add_room, book_one, furnish, moment
from tests.rota.rows import DAWN, MARK
from tests.support_plans.rows import actor_of, add_resident

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy.orm import Session

    from refuge.database import Base, Database
    from tests.inreach.rows import House

SPANS = [(10, 11), (9.5, 10.5), (10.5, 11.5), (10.25, 10.75), (9, 12)]
"""Hours that overlap ten to eleven."""


@pytest.fixture
def db(database: Database) -> Iterator[Session]:
    with database.writing() as db:
        yield db


@pytest.fixture
def house(db: Session) -> House:
    return furnish(db)


def row(db: Session, house: House, begins: float, ends: float, **told: object) -> Booking:
    """Return a session that no service has looked at: Mark at WALL in no room."""
    plain = {
        "worker_id": house.mark.id, "refuge_id": Pilot().refuge(db, "WALL").id, "kind": BookingKind.ONE_TO_ONE,
        "service": "one_to_one", "from_at": moment(0) + timedelta(hours=begins),
        "until_at": moment(0) + timedelta(hours=ends), "state": BookingState.BOOKED, "live": True,
        "made_by_id": Pilot().person(db, DAWN).id, "made_at": now(),
    }  # fmt: skip
    return Booking(ref=new_ref(db, Booking), **{**plain, **told})


def refuses(db: Session, row: Base, says: str = "") -> None:
    """Let the database refuse a row; `says`: with these words."""
    savepoint = db.begin_nested()
    db.add(row)
    with pytest.raises(DBAPIError) as refusal:
        db.flush()
    savepoint.rollback()
    assert says in str(refusal.value)


@pytest.mark.parametrize("span", SPANS)
def test_a_worker_is_in_one_session_at_a_time(db: Session, house: House, span: tuple[float, float]) -> None:
    db.add(row(db, house, 10, 11))
    db.flush()
    refuses(db, row(db, house, *span), says="ex_session_booking_worker")


@pytest.mark.parametrize("span", SPANS)
def test_a_room_holds_one_session_at_a_time(db: Session, house: House, span: tuple[float, float]) -> None:
    room = db.scalars(select(SessionRoom.id).where(SessionRoom.refuge_id == Pilot().refuge(db, "WALL").id)).one()
    db.add(row(db, house, 10, 11, room_id=room))
    db.flush()
    refuses(db, row(db, house, *span, worker_id=house.dawn.id, room_id=room), says="ex_session_booking_room")


@pytest.mark.parametrize("span", SPANS)
def test_a_woman_is_in_one_session_at_a_time(db: Session, house: House, span: tuple[float, float]) -> None:
    first, second = row(db, house, 10, 11), row(db, house, *span, worker_id=house.dawn.id)
    db.add_all([first, second])
    db.flush()
    add_people(db, first, [Attending(house.her.id)])
    with pytest.raises(DBAPIError, match="ex_session_booking_person"), db.begin_nested():
        add_people(db, second, [Attending(house.other.id), Attending(house.her.id)])


def test_sessions_one_after_the_other_are_no_clash(db: Session, house: House) -> None:
    for begins in (9, 10, 11):
        one = row(db, house, begins, begins + 1)
        db.add(one)
        db.flush()
        add_people(db, one, [Attending(house.her.id)])


def test_a_session_is_not_moved_onto_another_of_worker_room_or_woman(db: Session, house: House) -> None:
    first, second = row(db, house, 10, 11), row(db, house, 12, 13, worker_id=house.dawn.id)
    db.add_all([first, second])
    db.flush()
    for one in (first, second):
        add_people(db, one, [Attending(house.her.id)])
    for attack in (
        update(Booking).where(Booking.id == second.id).values(worker_id=house.mark.id, from_at=first.from_at),
        update(Booking).where(Booking.id == second.id).values(from_at=first.from_at),
    ):
        with pytest.raises(DBAPIError, match="ex_session_booking"), db.begin_nested():
            db.execute(attack)


def test_who_comes_has_the_times_of_the_session_whatever_anybody_writes(db: Session, house: House) -> None:
    one = row(db, house, 10, 11)
    db.add(one)
    db.flush()
    add_people(db, one, [Attending(house.her.id)])
    one.from_at, one.until_at = one.from_at + timedelta(hours=3), one.until_at + timedelta(hours=3)
    db.flush()
    times = select(BookingPerson.from_at, BookingPerson.until_at)
    assert tuple(db.execute(times).one()) == (one.from_at, one.until_at)
    with pytest.raises(IntegrityError), db.begin_nested():
        db.execute(update(BookingPerson).values(from_at=one.from_at - timedelta(hours=1)))


def test_a_cancelled_session_takes_nobodys_time_and_does_not_come_back_onto_another(db: Session, house: House) -> None:
    by = Pilot().person(db, DAWN)
    first = book_one(db, house, moment(10))
    db.refresh(first, ["people"])
    cancel(db, first, "by_her", version=first.version, actor=actor_of(by), at=now())
    book_one(db, house, moment(10))
    with pytest.raises(DBAPIError, match="ex_session_booking"), db.begin_nested():
        db.execute(update(Booking).where(Booking.id == first.id).values(state="booked", live=True, cancelled_why=None))


def test_a_session_is_live_until_it_is_cancelled_and_says_why(db: Session, house: House) -> None:
    refuses(db, row(db, house, 10, 11, live=False))
    refuses(db, row(db, house, 10, 11, state=BookingState.CANCELLED, live=True, cancelled_why="by_her"))
    refuses(db, row(db, house, 10, 11, state=BookingState.CANCELLED, live=False))


@pytest.mark.parametrize("interpreter", [Interpreter.NEEDED, Interpreter.BOOKED])
def test_a_session_is_not_confirmed_while_an_interpreter_is_missing(
    db: Session, house: House, interpreter: Interpreter
) -> None:
    refuses(db, row(db, house, 10, 11, interpreter=interpreter), says="confirmed_with_interpreter")
    db.add(row(db, house, 10, 11, interpreter=interpreter, state=BookingState.UNCONFIRMED))
    db.flush()


def test_a_session_joins_one_network_and_a_room_of_its_house(db: Session, house: House) -> None:
    elsewhere, stranger = Pilot().refuge(db, "Elsewhere"), add_resident(db, "Elsewhere")
    refuses(db, row(db, house, 10, 11, refuge_id=elsewhere.id), says="in_one_network")
    refuses(db, row(db, house, 10, 11, room_id=add_room(db, "Panahghar", "Office").id), says="room_of_its_house")
    one = row(db, house, 10, 11)
    db.add(one)
    db.flush()
    with pytest.raises(DBAPIError, match="in_one_network"), db.begin_nested():
        add_people(db, one, [Attending(stranger.id)])


def test_a_worker_has_one_live_feed(db: Session, house: House) -> None:
    by = Pilot().person(db, MARK).id
    told = {"worker_id": house.mark.id, "made_by_id": by, "made_at": now()}
    db.add(CalendarFeed(token_hash="a" * 64, **told))
    db.flush()
    refuses(db, CalendarFeed(token_hash="b" * 64, **told))
    db.add(CalendarFeed(token_hash="c" * 64, ended_at=now(), **told))
    db.flush()


def test_a_run_is_kept_as_it_was_and_what_it_was_about_can_only_be_erased(db: Session) -> None:
    person = Pilot().person(db, DAWN)
    db.add(
        SessionRun(
            ref=new_ref(db, SessionRun), network_id=person.network_id, made_by_id=person.id, made_at=now(),
            from_on=moment(0).date(), until_on=moment(0).date(), why="planned", problem_digest="0" * 64, asked=0,
            placed=0, proven=True, seconds=0.0, content=SessionRunContent(problem={}, answer={}),
        ),
    )  # fmt: skip
    db.flush()
    for attack in (
        update(SessionRun).values(placed=3),
        update(SessionRunContent).values(answer={"a": 1}),
    ):
        with pytest.raises(DBAPIError, match="kept as it was"), db.begin_nested():
            db.execute(attack)
    db.execute(delete(SessionRunContent))
    with pytest.raises(DBAPIError, match="kept as it was"), db.begin_nested():
        db.execute(delete(SessionRun))
