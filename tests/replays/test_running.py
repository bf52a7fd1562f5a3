"""Asking for a replay, running it beside the server, taking over what fell silent, and what is refused."""

from __future__ import annotations

import multiprocessing
from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from allocation.replay.changes import Kind
from refuge.audit.service import SYSTEM
from refuge.database import new_ref, now
from refuge.errors import Refused
from refuge.replays import running, service
from refuge.replays.models import ChangeCost, Replay, ReplayState
from refuge.replays.queries import costs, possible_changes
from refuge.replays.service import CostDetails
from tests.builders import Pilot
from tests.replays.askers import ask_at_once
from tests.replays.years import PERIOD, placed, turned_away

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from refuge.database import Database


def ask(db: Session, kinds: tuple[Kind, ...] = (Kind.ONE_MORE_BED,)) -> Replay:
    """Ask for a replay of the period with a change of each kind at WALL."""
    by = Pilot().person(db, "manager.wall")
    possible = possible_changes(db, by.network_id, on=date(2026, 1, 5))
    chosen = [next(one for one in possible if one.change.kind is kind and one.house == "WALL") for kind in kinds]
    return service.ask_replay(db, PERIOD, chosen, by=by, actor=SYSTEM, at=now())


def full_house(db: Session) -> None:
    """Fill every bed for the whole period, and turn one woman away."""
    for refuge in ("WALL", "Panahghar"):
        for room in ("Room 1", "Room 2", "Room 3"):
            placed(db, date(2025, 2, 1), None, refuge, room)
    turned_away(db, date(2025, 4, 2), date(2025, 4, 6))


def test_a_replay_runs_in_a_process_of_its_own_and_keeps_figures_but_no_woman(database: Database) -> None:
    with database.write() as db:
        full_house(db)
        ref = ask(db).ref
    assert running.run_replays(database) == 1
    with database.reading() as db:
        found = db.scalars(select(Replay).where(Replay.ref == ref)).one()
        assert (found.state, found.done) == (ReplayState.DONE, found.steps)
        assert found.answer is not None
        (gain,) = found.answer["gains"]
        assert (gain["avoided"], gain["helped"], gain["avoided_under"]) == (1, 1, {"mental_health": 1})
        assert "R-" not in str(found.answer)
    assert running.run_replays(database) == 0


def test_a_second_replay_waits_until_the_first_is_done(database: Database) -> None:
    with database.write() as db:
        ask(db)
    with database.write() as db, pytest.raises(Refused, match="under way"):
        ask(db)
    assert running.run_replays(database) == 1
    with database.write() as db:
        assert ask(db).state is ReplayState.WAITING


def test_the_database_itself_keeps_a_second_replay_out(database: Database) -> None:
    with database.write() as db:
        first = ask(db)
    with database.writing() as db:
        twin = Replay(
            ref=new_ref(db, Replay), network_id=first.network_id, asked_by_id=first.asked_by_id, asked_at=now(),
            first=first.first, last=first.last, changes=[], draws=0, seed=1, steps=1,
        )  # fmt: skip
        db.add(twin)
        with pytest.raises(IntegrityError):
            db.flush()


def test_of_many_who_ask_at_one_moment_one_gets_the_replay(database: Database, database_url: str) -> None:
    spawn = multiprocessing.get_context("spawn")
    start, pipes, asking = spawn.Barrier(6), [spawn.Pipe(duplex=False) for _ in range(6)], []
    for _here, there in pipes:
        asking.append(spawn.Process(target=ask_at_once, args=(database_url, start, there)))
        asking[-1].start()
    answers = [here.recv() for here, _there in pipes]
    for process in asking:
        process.join(60)
    assert sorted(answers) == ["asked", *["under_way"] * 5]
    with database.reading() as db:
        assert len(db.scalars(select(Replay)).all()) == 1


def test_what_a_dead_process_let_fall_is_begun_again_by_another(database: Database) -> None:
    with database.write() as db:
        replay_id = ask(db).id
        assert service.claim(db, replay_id, at=now())
    assert running.run_replays(database) == 0, "it is running: it said so a moment ago"
    with database.write() as db:
        db.execute(update(Replay).values(beat_at=now() - service.SILENT - timedelta(seconds=1)))
    assert running.run_replays(database) == 1


def test_a_replay_is_claimed_once(database: Database) -> None:
    with database.write() as db:
        replay_id = ask(db).id
    with database.write() as db:
        assert service.claim(db, replay_id, at=now())
        assert not service.claim(db, replay_id, at=now())


def test_a_change_to_a_bed_that_is_gone_meanwhile_is_told_in_words(database: Database) -> None:
    with database.write() as db:
        asked = ask(db)
        asked.changes = [{**asked.changes[0], "of": "B-00000"}]
    running.run_replays(database)
    with database.reading() as db:
        found = db.scalars(select(Replay)).one()
        assert found.state is ReplayState.FAILED
        assert found.failure.startswith("There is no bed B-00000 in this period. Ask for the replay again")


def test_a_fault_ends_the_replay_with_a_sentence(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    with database.write() as db:
        ask(db)

    def broken(*_told: object, **_more: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(running, "history_of", broken)
    running.run_replays(database)
    with database.reading() as db:
        assert db.scalars(select(Replay)).one().failure == running.SORRY


def test_only_what_is_done_is_published_and_once(database: Database) -> None:
    with database.write() as db:
        ask(db)
        by, found = Pilot().person(db, "manager.wall"), db.scalars(select(Replay)).one()
        with pytest.raises(Refused, match="done"):
            service.publish(db, found, by=by, actor=SYSTEM, at=now())
    running.run_replays(database)
    with database.write() as db:
        by, found = Pilot().person(db, "manager.wall"), db.scalars(select(Replay)).one()
        service.publish(db, found, by=by, actor=SYSTEM, at=now())
        with pytest.raises(Refused, match="already"):
            service.publish(db, found, by=by, actor=SYSTEM, at=now())


def test_no_two_published_replays_share_a_day_so_that_none_can_be_subtracted_from_another(database: Database) -> None:
    for _ in range(2):
        with database.write() as db:
            ask(db)
        running.run_replays(database)
    with database.write() as db:
        by = Pilot().person(db, "manager.wall")
        first, second = db.scalars(select(Replay).order_by(Replay.id)).all()
        service.publish(db, first, by=by, actor=SYSTEM, at=now())
        with pytest.raises(Refused, match=f"Replay {first.ref} of these days is published"):
            service.publish(db, second, by=by, actor=SYSTEM, at=now())
        second.first = second.last = first.last + timedelta(days=1)
        service.publish(db, second, by=by, actor=SYSTEM, at=now())
        assert second.published_at is not None, "days that none covers"


def test_what_a_worker_day_gives_is_the_networks_to_say(database: Database) -> None:
    with database.write() as db:
        by = Pilot().person(db, "manager.wall")
        details = CostDetails(Kind.HIGH_SUPPORT_PLACES, 9_000, 2, "Contract of 2025", 0)
        service.set_cost(db, details, by=by, actor=SYSTEM, at=now())
        possible = possible_changes(db, by.network_id, on=date(2026, 1, 5))
        (day,) = (one for one in possible if one.change.kind is Kind.HIGH_SUPPORT_PLACES and one.house == "WALL")
        assert day.change.by == 2
        assert "2 more residents" in day.words


def test_a_cost_is_never_overwritten_unseen(database: Database) -> None:
    with database.write() as db:
        by = Pilot().person(db, "manager.wall")
        for version, pounds in ((0, 30_000), (1, 31_000)):
            details = CostDetails(Kind.ONE_MORE_BED, pounds, 1, "Contract of 2025", version)
            service.set_cost(db, details, by=by, actor=SYSTEM, at=now())
        with pytest.raises(Refused, match="Somebody else changed"):
            service.set_cost(db, CostDetails(Kind.ONE_MORE_BED, 1, 1, "A guess", 1), by=by, actor=SYSTEM, at=now())
        assert costs(db, by.network_id)[Kind.ONE_MORE_BED].pounds == 31_000
        assert len(db.scalars(select(ChangeCost)).all()) == 2
