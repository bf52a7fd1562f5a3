"""Who comes to a group, an interpreter for each session, another time for what was called off, a series changed."""

from __future__ import annotations

import html
import re
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import DBAPIError

from refuge.database import now
from refuge.errors import Refused
from refuge.inreach.forms.fields import slot_value
from refuge.inreach.models import Booking, BookingKind, BookingState, Series
from refuge.inreach.queries.bookings import bookings_of_series
from refuge.inreach.service.booking import Attending, add_people, cancel, move, note_interpreter
from refuge.inreach.service.groups import add_woman, take_out
from refuge.inreach.service.interpreting import InterpreterDetails
from refuge.inreach.service.outcomes import OutcomeDetails, note_outcome
from refuge.inreach.service.series import SeriesChange, SeriesDetails, book_series, change_series, version_of
from refuge.rota.models import Pattern, SessionRoom, Worker
from support_plans.models import Interpreter
from tests.builders import Pilot
from tests.inreach.rows import MONDAY, add_room, ask, book_one, details, furnish, held, moment, stay_ref
from tests.rota.rows import DAWN, add_exception
from tests.support_plans.rows import actor_of, add_resident

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from flask.testing import FlaskClient
    from sqlalchemy.orm import Session

    from refuge.accounts.models import Person
    from refuge.database import Database
    from tests.inreach.rows import House

    SignIn = Callable[[str], FlaskClient]


@pytest.fixture
def db(database: Database) -> Iterator[Session]:
    with database.writing() as db:
        yield db


@pytest.fixture
def house(db: Session) -> House:
    return furnish(db)


@pytest.fixture
def dawn(db: Session, house: House) -> Person:
    del house
    return Pilot().person(db, DAWN)


def whole(db: Session, booking: Booking) -> Booking:
    """Read a session again as a page does."""
    db.refresh(booking, ["people", "worker", "refuge", "room", "version"])
    return booking


def a_group(db: Session, house: House, *, capacity: int = 4) -> Booking:
    """Book a group with one woman, in a room for so many people."""
    add_room(db, name="Lounge", capacity=capacity)
    group = {"kind": BookingKind.GROUP, "service": "group", "places": 2}
    return whole(db, book_one(db, house, moment(14), people=[Attending(house.her.id)], **group))


def join(db: Session, booking: Booking, referral_id: int, dawn: Person) -> None:
    add_woman(db, booking, referral_id, version=booking.version, actor=actor_of(dawn), at=now())
    whole(db, booking)


# ── Who comes to a group.


def test_a_woman_joins_a_group_for_what_her_plan_asks_and_leaves_it_again(
    db: Session, house: House, dawn: Person
) -> None:
    need = ask(db, house.other, service="group", minutes=50)
    booking = a_group(db, house)
    version = booking.version
    join(db, booking, house.other.id, dawn)
    assert [row.referral_id for row in booking.people] == [house.her.id, house.other.id]
    assert booking.people[1].need_id == need.id
    assert booking.version > version
    with pytest.raises(Refused, match="Somebody else changed"):
        take_out(db, booking, booking.people[1], version=version, actor=actor_of(dawn), at=now())
    take_out(db, booking, booking.people[1], version=booking.version, actor=actor_of(dawn), at=now())
    assert [row.referral_id for row in whole(db, booking).people] == [house.her.id]


def test_nobody_joins_a_group_whose_room_is_full_and_the_database_says_so_too(
    db: Session, house: House, dawn: Person
) -> None:
    booking = a_group(db, house, capacity=3)
    third = add_resident(db)
    join(db, booking, house.other.id, dawn)
    with pytest.raises(Refused, match="No place is left"):
        join(db, booking, third.id, dawn)
    with pytest.raises(DBAPIError, match="who_comes_fits"), db.begin_nested():
        add_people(db, booking, [Attending(third.id)])
    small = db.scalars(select(SessionRoom.id).where(SessionRoom.name == "Quiet room").limit(1)).one()
    with pytest.raises(DBAPIError, match="who_comes_fits"), db.begin_nested():
        db.execute(update(Booking).where(Booking.id == booking.id).values(room_id=small))


def test_a_group_that_grows_goes_to_a_larger_room_that_is_free(db: Session, house: House, dawn: Person) -> None:
    booking = a_group(db, house, capacity=3)
    larger = add_room(db, name="Hall", capacity=9)
    for woman in (house.other, add_resident(db)):
        join(db, booking, woman.id, dawn)
    assert (len(booking.people), booking.room_id) == (3, larger.id)


def test_the_page_of_a_worker_says_how_her_divided_hours_were_given(database: Database, sign_in_as: SignIn) -> None:
    with database.write() as db:
        house = furnish(db)
        db.execute(update(Pattern).where(Pattern.worker_id == house.dawn.id).values(weekdays=127))
        held(db, house, 2)
        held(db, house, 3, "attended")
        there = Pilot().refuge(db, "Panahghar").id
        held(db, house, 4, "attended", refuge_id=there)
        held(db, house, 40, "attended", refuge_id=there)
        path = f"/rota/workers/{house.dawn.ref}"
    page = sign_in_as(DAWN).get(path).text
    assert "WALL: 50% agreed, 67% given (2 h)" in page
    assert "Panahghar: 50% agreed, 33% given (1 h)" in page


def test_nobody_joins_who_lives_elsewhere_is_taken_then_or_is_in_it_already(
    db: Session, house: House, dawn: Person
) -> None:
    booking = a_group(db, house, capacity=9)
    book_one(db, house, moment(14), people=[Attending(house.other.id)], worker=house.mark)
    for woman, said in (
        (house.there, "does not live at that house"), (house.other, "another session at that time"),
        (house.her, "in this session already"),
    ):  # fmt: skip
        with pytest.raises(Refused, match=said):
            add_woman(db, booking, woman.id, version=booking.version, actor=actor_of(dawn), at=now())


def test_who_came_without_being_booked_is_added_and_noted_but_not_taken_out_again(
    db: Session, house: House, dawn: Person
) -> None:
    booking = whole(db, held(db, house, 1, kind=BookingKind.GROUP, service="group"))
    join(db, booking, house.other.id, dawn)
    for row in list(booking.people):
        note_outcome(
            db, booking, row, OutcomeDetails("attended"), version=booking.version, by=dawn, actor=actor_of(dawn),
            at=now(),
        )  # fmt: skip
    assert booking.state is BookingState.DONE
    with pytest.raises(Refused, match="noted already"):
        take_out(db, booking, booking.people[1], version=booking.version, actor=actor_of(dawn), at=now())


def test_one_more_woman_is_added_on_the_page_of_the_group(database: Database, sign_in_as: SignIn) -> None:
    with database.write() as db:
        house = furnish(db)
        booking = a_group(db, house)
        path, other = f"/in-reach/sessions/{booking.ref}", stay_ref(db, house.other)
    browser = sign_in_as(DAWN)
    page = browser.get(path).text
    assert "1 of 3 places" in page
    version = re.findall(r'name="version"[^>]* value="(\d+)"', page)[-1]
    assert browser.post(f"{path}/join", data={"version": version, "woman": "R-00000"}).status_code == 422
    assert browser.post(f"{path}/join", data={"version": version, "woman": other}).status_code == 302
    page = browser.get(path).text
    assert "2 of 3 places" in page
    again = browser.post(f"{path}/join", data={"version": version, "woman": other})
    assert again.status_code == 422
    row = re.findall(r'name="woman" value="(\d+)">Take out', page)[-1]
    assert browser.post(f"{path}/out", data={"version": version, "woman": row}).status_code == 409
    version = re.findall(r'name="version"[^>]* value="(\d+)"', page)[-1]
    assert browser.post(f"{path}/out", data={"version": version, "woman": row}).status_code == 302
    assert "1 of 3 places" in browser.get(path).text


# ── The interpreter.


def needs_one(db: Session, house: House) -> Booking:
    ask(
        db, house.her, interpreter=Interpreter.NEEDED, interpreter_language="fa", interpreter_same_gender=True,
        interpreter_not_from_community=True,
    )  # fmt: skip
    return whole(db, book_one(db, house, moment(10), interpreter=Interpreter.NEEDED))


CONFIRMED = InterpreterDetails(Interpreter.CONFIRMED, moment(10), moment(12), is_woman=True, not_from_community=True)


@pytest.mark.parametrize(
    ("details", "field"),
    [
        (InterpreterDetails(Interpreter.BOOKED), "there_from"),
        (InterpreterDetails(Interpreter.BOOKED, moment(10, 15), moment(12)), "there_from"),
        (InterpreterDetails(Interpreter.CONFIRMED, moment(9), moment(10, 30)), "there_from"),
        (InterpreterDetails(Interpreter.BOOKED, moment(10), moment(11), not_from_community=True), "is_woman"),
        (InterpreterDetails(Interpreter.CONFIRMED, moment(10), moment(11), is_woman=True), "not_from_community"),
    ],
)
def test_an_interpreter_is_there_throughout_and_one_whom_she_agreed_to(
    db: Session, house: House, dawn: Person, details: InterpreterDetails, field: str
) -> None:
    booking = needs_one(db, house)
    with pytest.raises(Refused) as refusal:
        note_interpreter(db, booking, details, version=booking.version, actor=actor_of(dawn), at=now())
    assert refusal.value.field == field
    assert booking.state is BookingState.UNCONFIRMED


def test_a_session_moved_out_of_the_interpreters_hours_is_not_confirmed_any_more(
    db: Session, house: House, dawn: Person
) -> None:
    booking = needs_one(db, house)
    note_interpreter(db, booking, CONFIRMED, version=booking.version, actor=actor_of(dawn), at=now())
    for to, state in ((moment(11), BookingState.BOOKED), (moment(15), BookingState.UNCONFIRMED)):
        move(db, whole(db, booking), house.dawn, to, version=booking.version, actor=actor_of(dawn), at=now())
        assert whole(db, booking).state is state
    assert (booking.interpreter, booking.interpreter_from_at) == (Interpreter.NEEDED, None)


def test_the_database_keeps_a_confirmed_interpreter_within_the_session(db: Session, house: House, dawn: Person) -> None:
    booking = needs_one(db, house)
    note_interpreter(db, booking, CONFIRMED, version=booking.version, actor=actor_of(dawn), at=now())
    with pytest.raises(DBAPIError, match="interpreter_stays"), db.begin_nested():
        db.execute(update(Booking).where(Booking.id == booking.id).values(interpreter_until_at=moment(10, 30)))


def test_whoever_books_her_an_interpreter_is_asked_for_if_her_plan_says_so(
    database: Database, sign_in_as: SignIn
) -> None:
    with database.write() as db:
        house = furnish(db)
        ask(db, house.her, interpreter=Interpreter.NEEDED, interpreter_language="fa", interpreter_same_gender=True)
        form = {
            "kind": "one_to_one", "woman": stay_ref(db, house.her), "worker": house.dawn.ref, "service": "one_to_one",
            "minutes": "50", "slot": slot_value(moment(11)), "key": "k" * 43,
        }  # fmt: skip
    browser = sign_in_as(DAWN)
    path = browser.post("/in-reach/book", data=form).location
    page = html.unescape(browser.get(path).text)
    assert "Not confirmed" in page
    assert "interpreted by a woman" in page
    told = {"version": "1", "interpreter": "confirmed", "there_from": "11:00", "there_until": "12:00"}
    refused = browser.post(f"{path}/interpreter", data=told)
    assert refused.status_code == 409
    assert "She asked for a woman to interpret" in refused.text
    assert browser.post(f"{path}/interpreter", data={**told, "is_woman": "y"}).status_code == 302
    assert "Not confirmed" not in browser.get(path).text


# ── Another time for what was called off.


def test_what_was_called_off_is_booked_again_at_a_time_that_its_page_offers(
    database: Database, sign_in_as: SignIn
) -> None:
    with database.write() as db:
        house = furnish(db)
        need = ask(db, house.her)
        booking = whole(db, book_one(db, house, moment(10), people=[Attending(house.her.id, need.id)]))
        cancel(db, booking, "by_her", version=1, actor=actor_of(Pilot().person(db, DAWN)), at=now())
        path, need_id = f"/in-reach/sessions/{booking.ref}", need.id
    browser = sign_in_as(DAWN)
    page = browser.get(path).text
    offered = re.findall(r'name="slot" value="([^"]+)"', page)
    key = re.findall(r'name="key" value="([^"]+)"', page)[0]
    assert 1 <= len(offered) <= 5
    assert slot_value(moment(10)) not in offered
    taken = browser.post(f"{path}/again", data={"slot": slot_value(moment(20)), "key": "t" * 43})
    assert taken.status_code == 409
    answers = [browser.post(f"{path}/again", data={"slot": offered[0], "key": key}) for _ in range(2)]
    assert answers[0].location == answers[1].location
    with database.reading() as db:
        rows = db.scalars(select(Booking).where(Booking.live.is_(True))).all()
        assert [slot_value(row.from_at) for row in rows] == [offered[0]]
        db.refresh(rows[0], ["people"])
        assert rows[0].people[0].need_id == need_id


# ── A series changed as a whole.


def a_series(db: Session, house: House, dawn: Person) -> tuple[Series, list[Booking]]:
    """Book four Mondays at eleven."""
    wished = SeriesDetails(details(db, house, moment(11)), 11 * 60, MONDAY, MONDAY + timedelta(weeks=3))
    series, _ = book_series(db, wished, by=dawn, actor=actor_of(dawn), at=now())
    return series, list(bookings_of_series(db, series, lock=True))


def test_a_series_is_moved_from_a_day_on_and_what_cannot_be_stays_and_is_listed(
    db: Session, house: House, dawn: Person
) -> None:
    series, bookings = a_series(db, house, dawn)
    clash = MONDAY + timedelta(weeks=2, days=1)
    book_one(db, house, moment(13, on=clash), people=[Attending(house.other.id)])
    change = SeriesChange(MONDAY + timedelta(weeks=1), house.dawn, 1, 13 * 60)
    version = version_of(bookings)
    moved, kept = change_series(db, series, bookings, change, version=version, actor=actor_of(dawn), at=now())
    assert moved == 2
    assert list(kept) == [MONDAY + timedelta(weeks=2)]
    assert "has another session from 13:00" in kept[MONDAY + timedelta(weeks=2)]
    times = [row.from_at for row in bookings_of_series(db, series)]
    tuesday = timedelta(days=1)
    assert times == [
        moment(11), moment(13, on=MONDAY + timedelta(weeks=1) + tuesday), moment(11, on=MONDAY + timedelta(weeks=2)),
        moment(13, on=MONDAY + timedelta(weeks=3) + tuesday),
    ]  # fmt: skip
    assert (series.weekday, series.minute) == (1, 780)
    again = list(bookings_of_series(db, series, lock=True))
    with pytest.raises(Refused, match="Somebody else changed"):
        change_series(db, series, again, change, version=version, actor=actor_of(dawn), at=now())


def test_a_series_is_changed_on_its_page(database: Database, sign_in_as: SignIn) -> None:
    with database.write() as db:
        house = furnish(db)
        series, _ = a_series(db, house, Pilot().person(db, DAWN))
        off = MONDAY + timedelta(weeks=3)
        add_exception(db, db.get_one(Worker, house.dawn.id), moment(0, on=off), moment(23, on=off))
        path, worker = f"/in-reach/series/{series.ref}", house.dawn.ref
    browser = sign_in_as(DAWN)
    page = browser.get(path).text
    version = re.findall(r'name="version" type="hidden" value="(\d+)"', page)[0]
    told = {"version": version, "from_on": str(MONDAY), "worker": worker, "weekday": "0", "time": "15", "room": ""}
    assert browser.post(f"{path}/change", data={**told, "time": "soon"}).status_code == 422
    assert browser.post(f"{path}/change", data={**told, "version": "1"}).status_code == 409
    done = browser.post(f"{path}/change", data=told, follow_redirects=True).text
    assert "3 sessions are changed. 1 stay as they were" in done
    assert "Not changed with the others: 1" in done
    assert "None of the" in browser.post(f"{path}/change", data={**told, "version": "7", "time": "15:00"}).text
