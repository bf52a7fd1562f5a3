"""Four people in processes of their own save one page at one moment: one is kept, the others overwrite nothing."""

from __future__ import annotations

import multiprocessing
from collections import Counter
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from refuge.accounts.sessions import ServerSessions, start_session
from refuge.app import create_app
from refuge.audit.models import AuditEvent
from refuge.audit.queries import events_in_order, verify
from refuge.beds.models import AddressReveal, Bed, RefugeAddress
from refuge.database import AUDIT_KEY, now
from tests.beds.test_refuges import STREET
from tests.builders import Pilot
from tests.databases import make_config, open_database
from tests.placements.racers import PATIENCE, Outcome, Race, race
from tests.placements.served import served, where_served

if TYPE_CHECKING:
    from refuge.database import Database

RACERS = 4
ROUNDS = 3


def sessions(url: str, database: Database) -> list[str]:
    """Sign the manager of WALL in on each racer's browser; return the cookies."""
    app = create_app(make_config(url))
    name = ServerSessions.token_cookie(app)
    app.extensions["database"].engine.dispose()
    with database.write() as db:
        person = Pilot().person(db, "manager.wall")
        return [f"{name}={start_session(db, person, at=now())}" for _ in range(RACERS)]


def run(port: int, cookies: list[str], races: list[list[Race]]) -> list[list[Outcome]]:
    """Let every racer run in a process of its own; return for each round how all were answered."""
    context = multiprocessing.get_context("spawn")
    start = context.Barrier(RACERS)
    pipes = [context.Pipe(duplex=False) for _ in cookies]
    racers = [
        context.Process(target=race, args=(port, cookie, theirs, start, told))
        for cookie, theirs, (_, told) in zip(cookies, races, pipes, strict=True)
    ]
    for racer in racers:
        racer.start()
    outcomes = [heard.recv() if heard.poll(2 * PATIENCE) else [] for heard, _ in pipes]
    for racer in racers:
        racer.join(PATIENCE)
        assert racer.exitcode == 0
    return [list(of_round) for of_round in zip(*outcomes, strict=True)]


def raced(database_url: str, races: list[list[Race]]) -> tuple[list[list[Outcome]], Database]:
    """Run these races on the application as it is served; return how each round went, and the database after."""
    url = where_served(database_url)
    database = open_database(url)
    cookies = sessions(url, database)
    with served(url) as port:
        return run(port, cookies, races), database


def one_was_kept(rounds: list[list[Outcome]], said: str) -> None:
    for answers in rounds:
        assert Counter(answer.status for answer in answers) == {302: 1, 409: RACERS - 1}
        assert all(said in answer.said for answer in answers if answer.status == 409)


def test_an_address_is_never_written_over_by_somebody_who_has_not_seen_the_newest(
    database: Database, database_url: str
) -> None:
    with database.reading() as db:
        path = f"/refuges/{Pilot().refuge(db, 'WALL').ref}/address/change"
    database.engine.dispose()
    races = [
        [Race(path, path, {"address": f"{racer} Canary Row, {number}"}) for number in range(ROUNDS)]
        for racer in range(RACERS)
    ]
    rounds, after = raced(database_url, races)
    one_was_kept(rounds, "Somebody else has changed this address")
    winner = next(racer for racer, answer in enumerate(rounds[-1]) if answer.status == 302)
    for answers in rounds:
        assert not any(STREET in answer.said for answer in answers)
        for racer, answer in enumerate(answers):
            assert not any(f"{other} Canary" in answer.said for other in range(RACERS) if other != racer)
    with after.reading() as db:
        wall = Pilot().refuge(db, "WALL").id
        kept = db.execute(
            select(RefugeAddress.address, RefugeAddress.version).where(RefugeAddress.refuge_id == wall)
        ).one()
        assert tuple(kept) == (f"{winner} Canary Row, {ROUNDS - 1}", 1 + ROUNDS)
        changes = select(func.count()).where(AuditEvent.action == "address.changed")
        assert db.scalar(changes) == ROUNDS
        assert db.scalar(select(func.count()).select_from(AddressReveal)) == 0
        assert verify(events_in_order(db), db.info[AUDIT_KEY], {}).sound
    after.engine.dispose()


def test_a_bed_leaves_service_once_and_comes_back_once(database: Database, database_url: str) -> None:
    with database.reading() as db:
        ref = Pilot().bed(db, "WALL", "Room 1").ref
    database.engine.dispose()
    acts = [Race(f"/beds/{ref}/{act}", f"/beds/{ref}/{act}", {}) for act in ("retire", "restore")]
    rounds, after = raced(database_url, [acts] * RACERS)
    one_was_kept(rounds[:1], "is out of service already")
    one_was_kept(rounds[1:], "is in service already")
    with after.reading() as db:
        assert db.scalars(select(Bed.retired_on).where(Bed.ref == ref)).one() is None
        told = db.scalars(select(AuditEvent.action).where(AuditEvent.subject_ref == ref).order_by(AuditEvent.sequence))
        assert [action for action in told if action != "bed.seen"] == ["bed.retired", "bed.restored"]
    after.engine.dispose()
