"""Sixteen people reach for the last bed at one moment, each for another woman: one has it, the others read why not."""

from __future__ import annotations

import multiprocessing
from collections import Counter
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from refuge.accounts.sessions import ServerSessions, start_session
from refuge.app import create_app
from refuge.audit.queries import events_in_order, verify
from refuge.beds.models import Hold, Stay
from refuge.database import AUDIT_KEY, now
from refuge.referrals.models import Referral, ReferralState
from tests.builders import Pilot, add_bed
from tests.databases import make_config, open_database
from tests.placements.deciding import add_clear
from tests.placements.racers import PATIENCE, Outcome, Race, race
from tests.placements.served import served, where_served

if TYPE_CHECKING:
    from collections.abc import Iterator

    from refuge.database import Database

RACERS = 16
ROUNDS = 3
SEE_OTHER = 302
REFUSED = 409


@pytest.fixture
def served_url(database_url: str) -> str:
    """The test's database where the served application looks for it."""
    return where_served(database_url)


@contextmanager
def opened(url: str) -> Iterator[Database]:
    database = open_database(url)
    yield database
    database.engine.dispose()


def prepare(url: str, act: str) -> tuple[list[str], list[list[Race]]]:
    """Make a bed for each round, and for each racer a session and a woman for each round; return cookies and races."""
    app = create_app(make_config(url))
    name = ServerSessions.token_cookie(app)
    app.extensions["database"].engine.dispose()
    with opened(url) as database, database.write() as db:
        refuge = Pilot().refuge(db, "WALL")
        beds = [add_bed(db, refuge, f"Last {number}").ref for number in range(ROUNDS)]
        people = [Pilot().person(db, who) for who in ("worker.wall", "manager.wall")]
        cookies = [f"{name}={start_session(db, people[number % 2], at=now())}" for number in range(RACERS)]
        women = [[add_clear(db).ref for _ in beds] for _ in cookies]
    races = [[one_race(act, ref, bed) for ref, bed in zip(hers, beds, strict=True)] for hers in women]
    return cookies, races


def one_race(act: str, ref: str, bed: str) -> Race:
    path = f"/referrals/{ref}/{act}"
    more = {"hold": {"do": "quick"}, "admit": {"when": "now"}}[act]
    return Race(path, f"{path}?bed={bed}", {"bed": bed, **more})


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


@pytest.mark.parametrize(
    ("act", "state", "said"),
    [
        ("hold", ReferralState.HELD, "has just been held for somebody else"),
        ("admit", ReferralState.PLACED, "Somebody lives in"),
    ],
)
def test_of_sixteen_who_reach_for_the_last_bed_one_has_it_and_nobody_sees_a_fault(
    served_url: str, act: str, state: ReferralState, said: str
) -> None:
    cookies, races = prepare(served_url, act)
    with served(served_url) as port:
        rounds = run(port, cookies, races)
    for answers in rounds:
        assert Counter(answer.status for answer in answers) == {SEE_OTHER: 1, REFUSED: RACERS - 1}
        assert all(said in answer.said for answer in answers if answer.status == REFUSED)
    with opened(served_url) as database, database.reading() as db:
        taken = list(db.scalars(select((Hold if act == "hold" else Stay).bed_id)))
        placed = list(db.scalars(select(Referral.id).where(Referral.state == state)))
        assert len(taken) == len(set(taken)) == len(placed) == ROUNDS
        assert verify(events_in_order(db), db.info[AUDIT_KEY], {}).sound
