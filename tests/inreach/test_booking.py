"""Booking, moving, calling off, outcomes, series, and what follows when she leaves."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from refuge.beds.models import Stay
from refuge.database import now
from refuge.errors import Refused
from refuge.inreach.models import Booking, BookingKind, BookingPerson, BookingState
from refuge.inreach.queries.bookings import WHOLE, bookings_of_series
from refuge.inreach.service import leaving  # noqa: F401  it follows every move-on from when it is loaded
from refuge.inreach.service.booking import Attending, cancel, move, note_interpreter
from refuge.inreach.service.interpreting import InterpreterDetails
from refuge.inreach.service.outcomes import OutcomeDetails, note_how_many_came, note_outcome
from refuge.inreach.service.series import SeriesDetails, book_series, end_series
from refuge.inreach.service.tasks import Follows
from refuge.london import london_date
from refuge.placements.service.moving import LeavingDetails, move_on
from refuge.rota.models import AgencyRota, ClosureDay
from support_plans.models import Interpreter, SessionNeed, Task, TimeKind
from support_plans.service.needs import Time, set_times
from tests.builders import Pilot
from tests.inreach.rows import MONDAY, add_room, ask, book_one, details, furnish, held, moment
from tests.rota.rows import DAWN, add_exception
from tests.support_plans.rows import actor_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy.orm import Session

    from refuge.accounts.models import Person
    from refuge.database import Database
    from tests.inreach.rows import House


@pytest.fixture
def db(database: Database) -> Iterator[Session]:
    with database.writing() as db:
        yield db


@pytest.fixture
def house(db: Session) -> House:
    return furnish(db)


@pytest.fixture
def dawn(db: Session) -> Person:
    return Pilot().person(db, DAWN)


def whole(db: Session, booking: Booking) -> Booking:
    """Return a session as a page reads it."""
    query = select(Booking).where(Booking.id == booking.id).options(*WHOLE).execution_options(populate_existing=True)
    return db.scalars(query).unique().one()


def refused(db: Session, house: House, hour: int, minute: int = 0, **told: object) -> str:
    """Return the sentence with which a booking is refused."""
    with pytest.raises(Refused) as refusal:
        book_one(db, house, moment(hour, minute), **told)
    return refusal.value.sentence


def test_a_session_takes_the_free_room_and_is_booked(db: Session, house: House) -> None:
    booking = book_one(db, house, moment(10))
    assert booking.state is BookingState.BOOKED
    assert booking.room_id is not None
    assert booking.until_at - booking.from_at == timedelta(minutes=50)


def test_what_stands_against_a_time_is_said_when_it_is_saved(db: Session, house: House, dawn: Person) -> None:
    book_one(db, house, moment(10))
    assert "another session from 10:00" in refused(db, house, 10, 30)
    assert "needs 10 minutes" in refused(db, house, 10, 50)
    assert "needs 40 minutes" in refused(
        db, house, 11, 15, refuge=Pilot().refuge(db, "Panahghar"), people=[Attending(house.there.id)]
    )
    assert "not on the rota" in refused(db, house, 17)
    assert "room" in refused(db, house, 10, 30, worker=house.mark, people=[Attending(house.other.id)])
    add_room(db, name="Garden room")
    assert "She has another session" in refused(db, house, 10, 30, worker=house.mark)
    time = Time(12 * 60, 13 * 60, TimeKind.CANNOT, "court", weekday=MONDAY.weekday())
    set_times(db, house.her, [time], by=dawn, actor=actor_of(dawn), at=now())
    assert "She cannot come from 12:00 to 13:00 (Court)" in refused(db, house, 12, 30)
    add_exception(db, house.dawn, moment(13), moment(17))
    assert "not on the rota" in refused(db, house, 14)


def test_a_woman_is_booked_only_where_she_lives(db: Session, house: House) -> None:
    assert "does not live at that house" in refused(db, house, 10, people=[Attending(house.there.id)])


def test_a_past_time_is_not_booked(db: Session, house: House) -> None:
    with pytest.raises(Refused, match="passed"):
        book_one(db, house, moment(10, on=london_date(now()) - timedelta(days=1)))


def test_a_session_is_moved_to_a_free_time_and_its_women_with_it(db: Session, house: House, dawn: Person) -> None:
    booking = whole(db, book_one(db, house, moment(10)))
    book_one(db, house, moment(14), people=[Attending(house.other.id)])
    version, actor = booking.version, actor_of(dawn)
    with pytest.raises(Refused, match="another session from 14:00"):
        move(db, booking, house.dawn, moment(14, 15), version=version, actor=actor, at=now())
    assert move(db, booking, house.dawn, moment(10, 15), version=version, actor=actor, at=now())
    row = db.scalars(select(BookingPerson).where(BookingPerson.booking_id == booking.id)).one()
    assert (row.from_at, row.until_at) == (moment(10, 15), moment(11, 5))
    booking = whole(db, booking)
    with pytest.raises(Refused, match="Somebody else changed this"):
        move(db, booking, house.dawn, moment(11), version=version, actor=actor, at=now())
    assert not move(db, booking, house.dawn, moment(10, 15), version=booking.version, actor=actor, at=now())


def test_a_session_is_called_off_and_its_time_is_free_again(db: Session, house: House, dawn: Person) -> None:
    booking = whole(db, book_one(db, house, moment(10)))
    cancel(db, booking, "by_her", version=booking.version, actor=actor_of(dawn), at=now())
    assert booking.state is BookingState.CANCELLED
    book_one(db, house, moment(10))
    with pytest.raises(Refused, match="called off already"):
        cancel(db, booking, "by_her", version=booking.version, actor=actor_of(dawn), at=now())


def test_a_session_is_confirmed_once_the_interpreter_is(db: Session, house: House, dawn: Person) -> None:
    booking = whole(db, book_one(db, house, moment(10), interpreter=Interpreter.NEEDED))
    states = []
    for step in (Interpreter.BOOKED, Interpreter.CONFIRMED, Interpreter.NEEDED):
        told = InterpreterDetails(step, moment(10), moment(11))
        note_interpreter(db, booking, told, version=booking.version, actor=actor_of(dawn), at=now())
        states.append(booking.state)
    assert states == [BookingState.UNCONFIRMED, BookingState.BOOKED, BookingState.UNCONFIRMED]


def note(db: Session, booking: Booking, outcome: str, dawn: Person, minutes: int | None = None) -> None:
    booking = whole(db, booking)
    told = OutcomeDetails(outcome, minutes, "Ring on Thursday")
    note_outcome(db, booking, booking.people[0], told, version=booking.version, by=dawn, actor=actor_of(dawn), at=now())


def test_an_outcome_is_noted_and_can_be_corrected(db: Session, house: House, dawn: Person) -> None:
    booking = held(db, house, 2)
    version = booking.version
    note(db, booking, "attended", dawn)
    kept = whole(db, booking)
    assert (kept.state, kept.people[0].minutes, kept.version) == (BookingState.DONE, 60, version + 1)
    note(db, booking, "unwell", dawn)
    kept = whole(db, booking)
    assert (kept.people[0].outcome, kept.people[0].minutes) == ("unwell", 0)


def test_a_session_that_has_not_begun_has_no_outcome(db: Session, house: House, dawn: Person) -> None:
    with pytest.raises(Refused, match="not begun"):
        note(db, book_one(db, house, moment(10)), "attended", dawn)


def tasks(db: Session, owner: Person) -> list[str]:
    """Return what she has to do."""
    return list(db.scalars(select(Task.what).where(Task.owner_id == owner.id).order_by(Task.id)))


def test_missed_twice_in_a_row_gives_the_worker_one_task_and_never_a_sanction(
    db: Session, house: House, dawn: Person
) -> None:
    note(db, held(db, house, 21), "did_not_attend", dawn)
    note(db, held(db, house, 14), "attended", dawn)
    note(db, held(db, house, 7), "did_not_attend", dawn)
    assert tasks(db, dawn) == []
    note(db, held(db, house, 3), "did_not_attend", dawn)
    assert tasks(db, dawn) == [Follows.MISSED_TWICE.words]
    note(db, held(db, house, 1), "did_not_attend", dawn)
    assert tasks(db, dawn) == [Follows.MISSED_TWICE.words]
    assert book_one(db, house, moment(10)).state is BookingState.BOOKED


def test_a_group_is_done_when_all_its_women_have_an_outcome(db: Session, house: House, dawn: Person) -> None:
    add_room(db, name="Lounge", capacity=8)
    people = [Attending(house.her.id), Attending(house.other.id)]
    booking = book_one(db, house, moment(10), kind=BookingKind.GROUP, service="group", people=people)
    booking = whole(db, booking)
    assert booking.room is not None
    assert booking.room.name == "Lounge"
    later = moment(12)
    for number, outcome in enumerate(("attended", "declined")):
        assert booking.state is BookingState.BOOKED
        note_outcome(
            db, booking, booking.people[number], OutcomeDetails(outcome), version=booking.version, by=dawn,
            actor=actor_of(dawn), at=later,
        )  # fmt: skip
    assert booking.state is BookingState.DONE


def test_a_group_that_no_room_holds_is_refused(db: Session, house: House) -> None:
    people = [Attending(house.her.id), Attending(house.other.id)]
    assert "holds 2 women" in refused(db, house, 10, kind=BookingKind.GROUP, people=people)


def test_a_drop_in_keeps_how_many_came_and_names_nobody(db: Session, house: House, dawn: Person) -> None:
    told = {"kind": BookingKind.DROP_IN, "people": [], "minutes": 120}
    booking = whole(db, book_one(db, house, moment(10), **told))
    note_how_many_came(db, booking, 4, version=booking.version, actor=actor_of(dawn), at=moment(13))
    assert (booking.state, booking.came) == (BookingState.DONE, 4)


def series_of(db: Session, house: House, dawn: Person, weeks: int) -> tuple[dict[str, str], int]:
    told = SeriesDetails(details(db, house, moment(10)), 600, MONDAY, MONDAY + timedelta(weeks=weeks - 1))
    series, booked = book_series(db, told, by=dawn, actor=actor_of(dawn), at=now())
    assert all(booking.series_id == series.id for booking in booked)
    return series.skipped, len(booked)


def test_a_series_leaves_out_bank_holidays_leave_and_single_clashes_and_says_so(
    db: Session, house: House, dawn: Person
) -> None:
    rota = db.scalars(select(AgencyRota).where(AgencyRota.agency_id == house.dawn.agency_id)).one()
    days = [MONDAY + timedelta(weeks=number) for number in range(6)]
    add_exception(db, house.dawn, moment(0, on=days[1]), moment(23, on=days[1]))
    book_one(db, house, moment(10, 30, on=days[2]), people=[Attending(house.other.id)])
    rota.works_bank_holidays = False
    db.add(ClosureDay(ref="J-10001", network_id=dawn.network_id, agency_id=None, on=days[3], name="Jubilee"))
    db.flush()
    skipped, booked = series_of(db, house, dawn, 6)
    told = {days[number].isoformat(): skipped.pop(days[number].isoformat()) for number in (1, 2, 3)}
    assert told[days[1].isoformat()] == "Away"
    assert "another session from 10:30" in told[days[2].isoformat()]
    assert told[days[3].isoformat()] == "Bank holiday"
    assert set(skipped.values()) <= {"Bank holiday"}
    assert booked == 3 - len(skipped)


def test_a_series_of_which_nothing_can_be_is_refused(db: Session, house: House, dawn: Person) -> None:
    add_exception(db, house.dawn, moment(0), moment(0) + timedelta(weeks=4))
    with pytest.raises(Refused, match="None of the 2 sessions can be"):
        series_of(db, house, dawn, 2)


def test_when_she_has_moved_on_her_sessions_end_and_her_worker_is_asked_to_hand_over(
    db: Session, house: House, dawn: Person
) -> None:
    add_room(db, name="Lounge", capacity=8)
    past, need = held(db, house, 2, "attended"), ask(db, house.her)
    alone = book_one(db, house, moment(10))
    people = [Attending(house.her.id), Attending(house.other.id)]
    group = book_one(db, house, moment(14), kind=BookingKind.GROUP, service="group", people=people)
    stay = db.scalars(select(Stay).where(Stay.referral_id == house.her.id)).one()
    worker = Pilot().person(db, "worker.wall")
    at = now()
    gone = LeavingDetails(at, "SOC_TENANCY", planned=False, reason="ready")
    db.refresh(stay, ["bed"])
    move_on(db, stay, gone, version=stay.version, by=worker, actor=actor_of(worker), at=at)
    assert (whole(db, alone).state, whole(db, alone).cancelled_why) == (BookingState.CANCELLED, "moved_on")
    assert [row.referral_id for row in whole(db, group).people] == [house.other.id]
    assert whole(db, past).state is BookingState.DONE
    assert db.get_one(SessionNeed, need.id).ended_at is not None
    assert tasks(db, dawn) == [Follows.HANDOVER.words, Follows.DISCHARGE.words]


def test_a_series_ends_from_a_day_on_and_what_was_before_stays(db: Session, house: House, dawn: Person) -> None:
    told = SeriesDetails(details(db, house, moment(10)), 600, MONDAY, MONDAY + timedelta(weeks=3))
    series, booked = book_series(db, told, by=dawn, actor=actor_of(dawn), at=now())
    rows = bookings_of_series(db, series, lock=True)
    third = MONDAY + timedelta(weeks=2)
    ended = end_series(db, series, rows, "by_her", from_on=third, actor=actor_of(dawn), at=now())
    assert ended == 2
    assert [row.state for row in booked] == [BookingState.BOOKED] * 2 + [BookingState.CANCELLED] * 2
    with pytest.raises(Refused, match="No session of this series is to come"):
        end_series(db, series, rows, "by_her", from_on=third, actor=actor_of(dawn), at=now())
