"""The calendar feed: what a strict reader finds in it over clock changes, and what it never gives away."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from icalendar import Calendar

from refuge.accounts.models import Person
from refuge.database import now
from refuge.inreach.feed import FeedEntry, calendar_of
from refuge.inreach.models import CalendarFeed
from refuge.inreach.service.feeds import end_feed, hash_of, make_feed
from refuge.rota.queries import refuge_ids_of, worker_of
from support_plans.models import Interpreter
from tests.builders import Pilot
from tests.inreach.rows import book_one, furnish, moment, stay_ref
from tests.rota.rows import DAWN, MARK
from tests.support_plans.rows import actor_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask.testing import FlaskClient

    from refuge.database import Database

CHANGES = [datetime(2026, 10, 25, 1, tzinfo=UTC), datetime(2027, 3, 28, 1, tzinfo=UTC)]
"""The instants at which London's clocks go back and forward."""


def entry(from_at: datetime, minutes: int = 50, **told: object) -> FeedEntry:
    plain = {"ref": "S-10001", "house": "WALL", "confirmed": True, "version": 3, "stamped_at": CHANGES[0]}
    return FeedEntry(from_at=from_at, until_at=from_at + timedelta(minutes=minutes), **{**plain, **told})  # type: ignore[arg-type]  # as told


@pytest.mark.parametrize("change", CHANGES)
def test_every_instant_round_a_clock_change_comes_back_as_it_was(change: datetime) -> None:
    instants = [change + timedelta(minutes=15 * step) for step in range(-120, 121)]
    text = calendar_of([entry(at, ref=f"S-{10000 + number}") for number, at in enumerate(instants)])
    read = Calendar.from_ical(text.decode())
    events = list(read.walk("VEVENT"))
    assert [event.decoded("dtstart") for event in events] == instants
    assert {event.decoded("dtend") - event.decoded("dtstart") for event in events} == {timedelta(minutes=50)}
    assert len({str(event["uid"]) for event in events}) == len(instants)


def test_a_strict_reader_finds_all_that_the_standard_asks_for() -> None:
    text = calendar_of([entry(CHANGES[0]), entry(CHANGES[1], ref="S-10002", confirmed=False)]).decode()
    assert all(len(line.encode()) <= 75 for line in text.split("\r\n"))
    assert text.endswith("END:VCALENDAR\r\n")
    assert "\n" not in text.replace("\r\n", "")
    read = Calendar.from_ical(text)
    assert read.errors == []
    assert {name: str(read[name]) for name in ("version", "method")} == {"version": "2.0", "method": "PUBLISH"}
    first, second = read.walk("VEVENT")
    assert first.errors == []
    assert (str(first["status"]), str(second["status"])) == ("CONFIRMED", "TENTATIVE")
    assert (str(first["summary"]), str(first["class"]), first["sequence"]) == ("WALL", "PRIVATE", 3)
    assert Calendar.from_ical(read.to_ical()) == read


def fetched(browser: FlaskClient, token: str) -> tuple[int, str]:
    answer = browser.get(f"/calendar/{token}.ics")
    return answer.status_code, answer.text


def test_the_address_gives_times_and_house_codes_and_nothing_about_anybody(
    database: Database, browser: FlaskClient
) -> None:
    with database.write() as db:
        house = furnish(db)
        booking = book_one(db, house, moment(10))
        tentative = book_one(db, house, moment(14), people=[], interpreter=Interpreter.NEEDED)
        her, service = stay_ref(db, house.her), booking.service
        person = Pilot().person(db, DAWN)
        token = make_feed(db, house.dawn, by=person, actor=actor_of(person), at=now())
        names = [person.name, person.email, her, house.her.ref, service]
        kept = db.query(CalendarFeed).one()
        assert token not in {kept.token_hash, str(kept.id)}
        assert kept.token_hash == hash_of(token)
    status, text = fetched(browser, token)
    assert status == 200
    assert not [name for name in names if name in text]
    events = Calendar.from_ical(text).walk("VEVENT")
    assert [(event.decoded("dtstart"), str(event["summary"]), str(event["status"])) for event in events] == [
        (moment(10), "WALL", "CONFIRMED"), (tentative.from_at, "WALL", "TENTATIVE"),
    ]  # fmt: skip


def test_an_address_that_ended_gives_nothing(database: Database, browser: FlaskClient) -> None:
    with database.write() as db:
        house = furnish(db)
        person = Pilot().person(db, DAWN)
        actor = actor_of(person)
        first = make_feed(db, house.dawn, by=person, actor=actor, at=now())
        second = make_feed(db, house.dawn, by=person, actor=actor, at=now())
    assert fetched(browser, first)[0] == 404
    assert fetched(browser, second)[0] == 200
    with database.write() as db:
        assert end_feed(db, house.dawn, actor=actor, at=now())
    assert fetched(browser, second)[0] == 404


def test_the_address_of_somebody_who_may_no_longer_sign_in_gives_nothing(
    database: Database, browser: FlaskClient
) -> None:
    with database.write() as db:
        house = furnish(db)
        person = Pilot().person(db, MARK)
        token = make_feed(db, house.mark, by=person, actor=actor_of(person), at=now())
    assert fetched(browser, token)[0] == 200
    with database.write() as db:
        db.get_one(Person, person.id).disabled_at = now()
    assert fetched(browser, token)[0] == 404


def test_the_page_shows_the_address_once(database: Database, sign_in_as: Callable[[str], FlaskClient]) -> None:
    with database.write() as db:
        furnish(db)
    dawn = sign_in_as(DAWN)
    page = dawn.post("/in-reach/feed")
    address = page.text.split('<code class="feed-address">', 1)[1].split("<", 1)[0]
    assert dawn.get(address).status_code == 200
    assert "/calendar/" not in dawn.get("/in-reach/feed").text
    assert dawn.post("/in-reach/feed/end").status_code == 302
    assert dawn.get(address).status_code == 404


def test_the_address_of_somebody_who_works_elsewhere_now_gives_nothing_and_opens_no_house(
    database: Database, browser: FlaskClient
) -> None:
    with database.write() as db:
        house = furnish(db)
        person = Pilot().person(db, DAWN)
        token = make_feed(db, house.dawn, by=person, actor=actor_of(person), at=now())
        assert refuge_ids_of(db, person, now())
    assert fetched(browser, token)[0] == 200
    with database.write() as db:
        moved, elsewhere = db.get_one(Person, person.id), Pilot().agency(db, "Therapy charity")
        moved.agency_id, moved.agency_kind = elsewhere.id, elsewhere.kind
    assert fetched(browser, token)[0] == 404
    with database.write() as db:
        moved = db.get_one(Person, person.id)
        assert refuge_ids_of(db, moved, now()) == frozenset()
        assert worker_of(db, moved) is None
