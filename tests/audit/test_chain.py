"""The audit chain: written with the act or not at all, by many at once without a gap, and any touch of it is found."""

from __future__ import annotations

import multiprocessing
import random
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import delete, select, text
from sqlalchemy.exc import DatabaseError

from refuge.accounts.models import Network
from refuge.audit.anchors import UnreadableAnchorError, line_of, parse_anchors
from refuge.audit.chain import CHAINED, FIRST, mac_of
from refuge.audit.models import AuditEvent
from refuge.audit.queries import Head, events_in_order, head, verify
from refuge.audit.service import SYSTEM, Actor, record
from refuge.database import AUDIT_KEY, new_ref, now
from tests.builders import ADDRESS
from tests.databases import open_database

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask.testing import FlaskClient

    from refuge.database import Database

KEY = b"a key that the attacker lacks..."
AT = datetime(2026, 11, 21, 12, tzinfo=UTC)
ATTACKS = 200
LENGTH = 60
Event = dict[str, Any]


def chain_of(count: int, key: bytes = KEY) -> list[Event]:
    """Return a good chain of so many events."""
    events: list[Event] = []
    mac = FIRST
    for sequence in range(1, count + 1):
        event: Event = {
            "sequence": sequence, "at": AT + timedelta(seconds=sequence), "actor_ref": f"P-{sequence:05}",
            "agency_ref": "A-10000", "role": "refuge_worker", "action": "referral.seen",
            "subject_ref": f"R-{sequence:05}",
            "facts": "{}", "request_id": f"{sequence:016x}", "source": "192.0.2.1", "previous_mac": mac,
        }  # fmt: skip
        mac = event["mac"] = mac_of(key, event, mac)
        events.append(event)
    return events


def edit(events: list[Event], chance: random.Random) -> None:
    """Change one field of one event, any of them."""
    event, field = chance.choice(events), chance.choice([*CHAINED, "previous_mac", "mac"])
    match event[field]:
        case int():
            event[field] += chance.choice([-1, 1])
        case datetime():
            event[field] += timedelta(microseconds=chance.choice([-1, 1]))
        case str() as was:
            place = chance.randrange(len(was))
            event[field] = was[:place] + ("1" if was[place] != "1" else "2") + was[place + 1 :]


def remove(events: list[Event], chance: random.Random) -> None:
    """Take one event out, but not the last."""
    del events[chance.randrange(len(events) - 1)]


def remove_and_close_the_gap(events: list[Event], chance: random.Random) -> None:
    """Take one event out, number the later ones anew and link them up."""
    place = chance.randrange(len(events) - 1)
    events[place + 1]["previous_mac"] = events[place]["previous_mac"]
    del events[place]
    for sequence, event in enumerate(events, start=1):
        event["sequence"] = sequence


def swap(events: list[Event], chance: random.Random) -> None:
    """Let two events change places, with or without their numbers."""
    one, other = chance.sample(range(len(events)), 2)
    events[one], events[other] = events[other], events[one]
    if chance.random() < 0.5:
        events[one]["sequence"], events[other]["sequence"] = events[other]["sequence"], events[one]["sequence"]


def put_in(events: list[Event], chance: random.Random) -> None:
    """Put in a copy of an event, or one made with another key."""
    made = chain_of(LENGTH, key=b"the attacker's own key")
    event = dict(chance.choice([*events, *made]))
    place = chance.randrange(len(events))
    event["sequence"] = place + 1
    event["previous_mac"] = events[place]["previous_mac"]
    events.insert(place, event)
    for later in events[place + 1 :]:
        later["sequence"] += 1


@pytest.mark.parametrize("attack", [edit, remove, remove_and_close_the_gap, swap, put_in])
def test_each_of_two_hundred_attacks_is_found(attack: Callable[[list[Event], random.Random], None]) -> None:
    missed = []
    for seed in range(ATTACKS):
        events = chain_of(LENGTH)
        attack(events, random.Random(seed))  # noqa: S311  an attack that can be repeated, not a secret
        if verify(events, KEY).sound:
            missed.append(seed)
    assert missed == []


def test_a_good_chain_is_sound_and_the_first_bad_event_is_named() -> None:
    events = chain_of(LENGTH)
    assert verify(events, KEY).sound
    events[6]["facts"] = '{"refs":["R-66666"]}'
    events[20]["actor_ref"] = "P-66666"
    verdict = verify(events, KEY)
    assert (verdict.events, verdict.fault) == (6, "Event 7 is not as it was written.")
    assert not verify(chain_of(LENGTH), b"another key").sound


def test_a_cut_off_end_is_found_by_an_anchor_each_time_and_never_without() -> None:
    anchored = chain_of(LENGTH)
    anchors = {LENGTH: str(anchored[-1]["mac"])}
    for left in range(LENGTH):
        assert verify(chain_of(LENGTH)[:left], KEY).sound
        assert not verify(chain_of(LENGTH)[:left], KEY, anchors).sound


def test_a_chain_written_anew_by_somebody_who_has_the_key_is_found_by_an_anchor() -> None:
    anchors = {30: str(chain_of(LENGTH)[29]["mac"])}
    events = chain_of(LENGTH)
    mac = FIRST
    events[4]["actor_ref"] = "P-66666"
    for event in events:
        event["previous_mac"], event["mac"] = mac, mac_of(KEY, event, mac)
        mac = event["mac"]
    assert verify(events, KEY).sound
    verdict = verify(events, KEY, anchors)
    assert verdict.fault == "Event 30 is not the one that was anchored: the chain was written anew."


def test_anchors_are_read_as_they_were_written() -> None:
    line = line_of(Head(7, "a" * 64), AT)
    assert line == f"7 {'a' * 64} 2026-11-21T12:00:00Z"
    assert parse_anchors([line, "", line]) == {7: "a" * 64}
    with pytest.raises(UnreadableAnchorError, match="Line 2"):
        parse_anchors([line, f"7 {'b' * 64} 2026-11-21T12:00:00Z"])


def write(database: Database, count: int) -> None:
    """Write so many events, each in its own transaction."""
    for number in range(count):
        with database.write() as db:
            record(db, "test.done", f"R-{number:05}", by=SYSTEM, at=now(), number=number)


def checked(database: Database) -> tuple[int, str | None]:
    """Return how many events are sound and what is wrong first."""
    with database.reading() as db:
        verdict = verify(events_in_order(db), db.info[AUDIT_KEY])
    return verdict.events, verdict.fault


def test_what_is_written_can_be_verified_and_its_head_is_the_last_event(database: Database) -> None:
    write(database, 12)
    assert checked(database) == (12, None)
    with database.reading() as db:
        last = db.scalars(select(AuditEvent).order_by(AuditEvent.sequence.desc()).limit(1)).one()
        assert head(db) == (12, last.mac)


@pytest.mark.parametrize(
    "attack",
    [
        "UPDATE audit_event SET facts = '{}'",
        "DELETE FROM audit_event",
        "UPDATE audit_event SET id = id + 100",
        "TRUNCATE audit_event",
    ],
)
def test_the_database_refuses_to_change_or_delete_an_event(database: Database, attack: str) -> None:
    if attack.startswith("TRUNCATE") and database.is_sqlite:
        attack = "DELETE FROM audit_event WHERE 1"  # how SQLite empties a table
    write(database, 3)
    with pytest.raises(DatabaseError), database.write() as db:
        db.execute(text(attack))
    assert checked(database) == (3, None)


def test_an_act_that_is_undone_leaves_no_event(database: Database) -> None:
    with database.writing() as db:
        db.add(Network(ref=new_ref(db, Network), name="Undone"))
        record(db, "network.added", by=SYSTEM, at=now())
        db.flush()
        db.rollback()
        db.commit()
    with database.reading() as db:
        assert db.scalars(select(AuditEvent)).all() == []


def test_an_event_that_cannot_be_written_undoes_the_act(database: Database) -> None:
    make_unwritable(database)
    with database.writing() as db:
        db.add(Network(ref=new_ref(db, Network), name="Unaudited"))
        record(db, "network.added", by=SYSTEM, at=now())
        with pytest.raises(DatabaseError):
            db.commit()
    with database.reading() as db:
        assert db.scalar(select(Network).where(Network.name == "Unaudited")) is None


def make_unwritable(database: Database) -> None:
    """Let the database refuse every new event."""
    with database.write() as db:
        if database.is_sqlite:
            db.execute(
                text("CREATE TRIGGER full BEFORE INSERT ON audit_event BEGIN SELECT RAISE(ABORT, 'full'); END"),
            )
        else:
            db.execute(text("ALTER TABLE audit_event ADD CONSTRAINT is_full CHECK (id < 0) NOT VALID"))


def test_a_page_whose_read_cannot_be_audited_is_not_answered(
    sign_in_as: Callable[[str], FlaskClient], database: Database
) -> None:
    browser = sign_in_as("administrator")
    assert "Worker Panahghar" in browser.get("/people").text
    make_unwritable(database)
    answer = browser.get("/people")
    assert answer.status_code == 500
    assert "Worker Panahghar" not in answer.text
    assert "Sorry, something went wrong" in answer.text
    assert ADDRESS not in answer.text


def test_a_read_leaves_one_event_with_refs_and_no_names(
    sign_in_as: Callable[[str], FlaskClient], database: Database
) -> None:
    browser = sign_in_as("administrator")
    with database.reading() as db:
        ref = db.execute(text("SELECT ref FROM person WHERE email = 'worker.wall@example.org'")).scalar_one()
    browser.get(f"/people/{ref}")
    with database.reading() as db:
        event = db.scalars(select(AuditEvent)).one()
    assert (event.action, event.subject_ref, event.role) == ("person.seen", ref, "system_administrator")
    assert event.source == "127.0.0.1"
    assert "Wall" not in event.facts


def test_a_refusal_leaves_an_event(sign_in_as: Callable[[str], FlaskClient], database: Database) -> None:
    assert sign_in_as("commissioner").get("/people").status_code == 403
    with database.reading() as db:
        event = db.scalars(select(AuditEvent)).one()
    assert (event.action, event.role, event.facts) == (
        "access.refused", "commissioner", '{"endpoint":"accounts.people","label":"person:manage"}',
    )  # fmt: skip


def _write_many(url: str, count: int) -> None:
    database = open_database(url)
    write(database, count)
    database.engine.dispose()


def test_eight_processes_write_one_chain_without_fork_or_gap(database_url: str, database: Database) -> None:
    context = multiprocessing.get_context("spawn")
    processes = [context.Process(target=_write_many, args=(database_url, 25)) for _ in range(8)]
    for process in processes:
        process.start()
    for process in processes:
        process.join(120)
    assert [process.exitcode for process in processes] == [0] * 8
    assert checked(database) == (200, None)


def test_an_attack_inside_the_database_is_found(database: Database) -> None:
    write(database, 10)
    with database.write() as db:
        if database.is_sqlite:
            db.execute(text("DROP TRIGGER audit_is_append_only_update"))
            db.execute(text("DROP TRIGGER audit_is_append_only_delete"))
        else:
            db.execute(text("ALTER TABLE audit_event DISABLE TRIGGER USER"))
        db.execute(text("UPDATE audit_event SET subject_ref = 'R-66666' WHERE sequence = 4"))
    assert checked(database) == (3, "Event 4 is not as it was written.")
    with database.write() as db:
        db.execute(delete(AuditEvent).where(AuditEvent.sequence == 2))
    assert checked(database) == (1, "Event 2 is missing: event 3 stands in its place.")


def test_an_instant_in_another_zone_verifies_after_it_was_stored(database: Database) -> None:
    london = datetime.fromisoformat("2026-07-01T12:00:00.123456+01:00")
    with database.write() as db:
        record(db, "test.done", by=Actor("P-10000", "A-10000", "refuge_worker"), at=london)
    assert checked(database) == (1, None)
