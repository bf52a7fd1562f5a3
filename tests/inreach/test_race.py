"""Sixteen people book one time at one moment, each for another woman: one has it, the others read a sentence."""

from __future__ import annotations

import multiprocessing
from collections import Counter
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from refuge.accounts.sessions import ServerSessions, start_session
from refuge.app import create_app
from refuge.audit.queries import events_in_order, verify
from refuge.database import AUDIT_KEY, now
from refuge.inreach.forms.fields import slot_value
from refuge.inreach.models import Booking, BookingPerson
from tests.builders import Pilot
from tests.databases import make_config, open_database
from tests.inreach.rows import MONDAY, add_room, furnish, moment, stay_ref
from tests.placements.racers import PATIENCE, Outcome, Race, race
from tests.placements.served import served
from tests.placements.test_last_bed import served_url
from tests.support_plans.rows import add_resident

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

    from tests.inreach.rows import House

__all__ = ["served_url"]
RACERS = 16
ROUNDS = 1
SEE_OTHER = 302
REFUSED = 409


def one_race(worker: str, woman: str, at: datetime, *, room: bool) -> Race:
    """Return what one browser does: opens the page and books this time."""
    asked = f"woman={woman}&worker={worker}&service=one_to_one&minutes=50&from={at:%Y-%m-%d}"
    fields = {
        "woman": woman, "worker": worker, "service": "one_to_one", "minutes": "50", "kind": "one_to_one",
        "slot": slot_value(at), "room": "" if room else "none",
    }  # fmt: skip
    return Race("/in-reach/book", f"/in-reach/book?{asked}", fields)


def prepare(db: Session, house: House, what: str) -> list[list[Race]]:
    """Return the races: for the worker's time, for the room's, or for the woman's."""
    times = [moment(10, on=MONDAY + timedelta(days=day)) for day in range(ROUNDS)]
    women = [stay_ref(db, add_resident(db)) for _ in range(RACERS)]
    workers = [house.dawn.ref] * RACERS
    if what != "worker":
        workers = [house.dawn.ref, house.mark.ref] * (RACERS // 2)
    if what == "woman":
        women = women[:1] * RACERS
        add_room(db, name="Garden room")
    return [
        [one_race(worker, woman, at, room=what != "worker") for at in times]
        for worker, woman in zip(workers, women, strict=True)
    ]


def run(port: int, cookies: list[str], races: list[list[Race]]) -> list[list[Outcome]]:
    """Let every racer run in a process of its own; return for each round how all were answered."""
    context = multiprocessing.get_context("spawn")
    start = context.Barrier(RACERS)
    pipes = [context.Pipe(duplex=False) for _ in cookies]
    racers = [
        context.Process(target=race, args=(port, cookie, hers, start, told))
        for cookie, hers, (_, told) in zip(cookies, races, pipes, strict=True)
    ]
    for racer in racers:
        racer.start()
    outcomes = [heard.recv() if heard.poll(2 * PATIENCE) else [] for heard, _ in pipes]
    for racer in racers:
        racer.join(PATIENCE)
        assert racer.exitcode == 0
    return [list(of_round) for of_round in zip(*outcomes, strict=True)]


@pytest.mark.parametrize("what", ["worker", "room", "woman"])
def test_of_sixteen_who_book_one_time_one_has_it_and_nobody_sees_a_fault(served_url: str, what: str) -> None:
    app = create_app(make_config(served_url))
    name = ServerSessions.token_cookie(app)
    app.extensions["database"].engine.dispose()
    database = open_database(served_url)
    with database.write() as db:
        house = furnish(db)
        races = prepare(db, house, what)
        people = [Pilot().person(db, who) for who in ("worker.wall", "manager.wall")]
        cookies = [f"{name}={start_session(db, people[number % 2], at=now())}" for number in range(RACERS)]
    with served(served_url) as port:
        rounds = run(port, cookies, races)
    for answers in rounds:
        assert Counter(answer.status for answer in answers) == {SEE_OTHER: 1, REFUSED: RACERS - 1}
        said = [answer.said for answer in answers if answer.status == REFUSED]
        assert all("session" in words and "Error:" in words for words in said)
    with database.reading() as db:
        assert len(db.scalars(select(Booking.id)).all()) == ROUNDS
        assert len(db.scalars(select(BookingPerson.id)).all()) == ROUNDS
        assert verify(events_in_order(db), db.info[AUDIT_KEY], {}).sound
    database.engine.dispose()
