"""What can no longer be held is listed with the smallest repair: leave, another house, a time of hers."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import select

from refuge.beds.models import Bed, Stay
from refuge.database import now
from refuge.inreach.models import Booking, BookingKind, BookingPerson, BookingState
from refuge.inreach.queries.broken import broken_sessions, mends_of
from refuge.inreach.queries.proposals import proposals_of
from refuge.inreach.queries.runs import last_run
from refuge.inreach.service.booking import Attending, cancel
from refuge.inreach.service.leaving import ask_to_move_sessions
from refuge.london import london_date
from support_plans.models import Task, TimeKind
from support_plans.service.needs import Time, set_times
from tests.builders import Pilot
from tests.inreach.rows import MONDAY, add_room, ask, book_one, furnish, moment
from tests.rota.rows import DAWN, add_exception
from tests.support_plans.rows import actor_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask.testing import FlaskClient
    from sqlalchemy.orm import Session

    from refuge.database import Database
    from refuge.inreach.queries.broken import Mend
    from tests.inreach.rows import House

    SignIn = Callable[[str], FlaskClient]


def mends(db: Session, name: str = DAWN) -> list[Mend]:
    """Return what this person is told."""
    reader = Pilot().person(db, name)
    return mends_of(db, reader, broken_sessions(db, reader, at=now()), at=now())


def change_house(db: Session, house: House) -> Stay:
    """Let her live in Panahghar from now on, as the move between beds does it in the database."""
    left = db.scalars(select(Stay).where(Stay.referral_id == house.her.id)).one()
    there = Pilot().refuge(db, "Panahghar")
    taken = select(Stay.bed_id).where(Stay.ended_at.is_(None))
    bed = db.scalars(select(Bed).where(Bed.refuge_id == there.id, Bed.id.not_in(taken)).limit(1)).one()
    left.ended_at = now()
    db.flush()
    came = Stay(ref="W-99998", bed_id=bed.id, referral_id=house.her.id, started_at=now())
    db.add(came)
    db.flush()
    ask_to_move_sessions(db, left, came, actor=actor_of(Pilot().person(db, DAWN)), at=now())
    return came


def test_what_can_be_held_is_not_listed(database: Database) -> None:
    with database.writing() as db:
        book_one(db, furnish(db), moment(10))
        assert mends(db) == []


def test_after_leave_each_session_has_another_time_and_no_two_have_the_same(database: Database) -> None:
    with database.writing() as db:
        house = furnish(db)
        book_one(db, house, moment(10))
        book_one(db, house, moment(12), people=[])
        add_exception(db, house.dawn, moment(0), moment(23))
        found = mends(db)
        assert all("is not on the rota at WALL then." in mend.broken.why for mend in found)
        slots = [mend.slot for mend in found if mend.slot is not None]
        assert len(slots) == 2
        assert not slots[0].overlaps(slots[1])
        assert {mend.worker.id for mend in found} == {house.dawn.id}
        assert all(london_date(slot.from_at) != MONDAY for slot in slots)


def test_who_lives_in_another_house_is_seen_there_at_the_same_time_if_that_is_free(database: Database) -> None:
    with database.writing() as db:
        house = furnish(db)
        booking = book_one(db, house, moment(10))
        change_house(db, house)
        (mend,) = mends(db)
        assert "She lives at Panahghar now, not at WALL." in mend.broken.why
        assert mend.broken.house.name == "Panahghar"
        assert mend.slot is not None
        assert mend.slot.from_at == booking.from_at
        assert "She lives in another house now" in db.scalars(select(Task.what)).one()


def test_a_group_of_the_house_that_she_left_goes_on_without_her(database: Database) -> None:
    with database.writing() as db:
        house = furnish(db)
        add_room(db, name="Lounge", capacity=8)
        people = [Attending(house.her.id), Attending(house.other.id)]
        group = book_one(db, house, moment(10), kind=BookingKind.GROUP, people=people, service="group")
        change_house(db, house)
        left = db.scalars(select(BookingPerson.referral_id).where(BookingPerson.booking_id == group.id)).all()
        assert left == [house.other.id]
        assert group.state is BookingState.BOOKED


def test_a_time_of_hers_that_she_tells_later_is_heard(database: Database) -> None:
    with database.writing() as db:
        house = furnish(db)
        book_one(db, house, moment(10))
        by = Pilot().person(db, DAWN)
        time = Time(600, 660, TimeKind.CANNOT, "court", on_date=MONDAY)
        set_times(db, house.her, [time], by=by, actor=actor_of(by), at=now())
        (mend,) = mends(db)
        assert mend.broken.why.startswith("She cannot come from 10:00 to 11:00")
        assert mend.slot is not None
        assert london_date(mend.slot.from_at) == MONDAY


def test_the_page_moves_all_as_proposed_once(database: Database, sign_in_as: SignIn) -> None:
    with database.write() as db:
        house = furnish(db)
        booking = book_one(db, house, moment(10))
        ref = booking.ref
        change_house(db, house)
    dawn = sign_in_as(DAWN)
    text = dawn.get("/in-reach/to-mend").text
    values = re.findall(r'name="move" value="([^"]*)"', text)
    assert len(values) == 1
    assert "She lives elsewhere now: move it" in dawn.get(f"/in-reach?on={MONDAY}").text
    assert "times there" in dawn.get(f"/in-reach/sessions/{ref}/move").text
    done = dawn.post("/in-reach/to-mend", data={"move": values}, follow_redirects=True)
    assert "1 session is moved." in done.text
    assert "can be held" in done.text
    again = dawn.post("/in-reach/to-mend", data={"move": values}, follow_redirects=True)
    assert "Not moved: Somebody else changed this session" in again.text
    with database.reading() as db:
        row = db.scalars(select(Booking).where(Booking.ref == ref)).one()
        assert row.refuge_id == Pilot().refuge(db, "Panahghar").id
        assert row.from_at == moment(10)


def test_a_house_that_is_not_hers_moves_nothing(database: Database, sign_in_as: SignIn) -> None:
    with database.write() as db:
        house = furnish(db)
        ref = book_one(db, house, moment(10)).ref
        add_exception(db, house.dawn, moment(0), moment(23))
    other = sign_in_as("manager.panahghar")
    value = f"{ref} 1 {house.dawn.ref} {moment(15).isoformat()}"
    answer = other.post("/in-reach/to-mend", data={"move": value}, follow_redirects=True)
    assert "not yours to move" in answer.text


def test_a_session_that_was_called_off_is_due_again_in_the_plan(database: Database, sign_in_as: SignIn) -> None:
    with database.write() as db:
        ask(db, furnish(db).her)
    dawn = sign_in_as(DAWN)
    address = dawn.post("/in-reach/plans").location
    one = re.findall(r'name="session" value="([^"]*)"', dawn.get(address).text)[0]
    dawn.post(f"{address}/accept", data={"session": one})
    assert "called off" not in dawn.get(address).text
    with database.write() as db:
        row = db.scalars(select(Booking).where(Booking.proposal == one)).one()
        db.refresh(row, ["people"])
        cancel(db, row, "by_her", version=row.version, actor=actor_of(Pilot().person(db, DAWN)), at=now())
        was = row.from_at
    text = dawn.get(address).text
    assert "a session was called off, so it is due again." in text
    assert "Mend the plan, changing the least" in text
    dawn.post("/in-reach/plans", data={"mend": "yes"})
    with database.reading() as db:
        run = last_run(db, Pilot().person(db, DAWN).network_id)
        assert run is not None
        times = [found.from_at for found in proposals_of(db, run, at=now())]
        assert times
        assert was not in times
    assert was > now() - timedelta(days=1)
