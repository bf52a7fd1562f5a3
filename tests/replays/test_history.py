"""How the rows of a period become what is lived through again."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import event

from allocation.replay.days import replay
from allocation.replay.gains import first_check
from refuge.beds.models import Closure, Stay
from refuge.database import new_ref, now
from refuge.placements.models import BedMove
from refuge.placements.queries.rules import rules_now
from refuge.referrals.models import ConflictPair
from refuge.replays.history import history_of
from tests.builders import Pilot, add_referral
from tests.replays.years import PERIOD, noon, placed, turned_away

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from allocation.replay.history import Arrival, History
    from refuge.database import Database


def told(db: Session) -> History:
    """Return the period of the small network."""
    network = Pilot().person(db, "manager.wall").network_id
    return history_of(db, network, PERIOD, rules=rules_now(db, network, at=now()), seed=1)


def by_ref(history: History) -> dict[str, Arrival]:
    """Return household -> arrival."""
    return {one.household.ref: one for one in history.arrivals}


def test_those_for_whom_a_place_was_sought_arrive_and_nobody_else_does(database: Database) -> None:
    with database.write() as db:
        here = placed(db, date(2025, 4, 1), date(2025, 5, 1))
        away = turned_away(db, date(2025, 4, 2), date(2025, 4, 6))
        turned_away(db, date(2025, 4, 3), date(2025, 4, 4), "K05")
        turned_away(db, date(2025, 4, 3), date(2025, 4, 4), "I01")
        turned_away(db, date(2024, 4, 3), date(2024, 4, 4))
        add_referral(db, "worker.elsewhere", received_at=noon(date(2025, 4, 3)))
        waits = add_referral(db, received_at=noon(date(2025, 8, 30)))
        found = by_ref(told(db))
    assert set(found) == {here.ref, away.ref, waits.ref}
    assert (found[here.ref].placed_on, found[here.ref].stay_days) == (date(2025, 4, 1), 30)
    assert (found[away.ref].placed_on, found[away.ref].waits_until) == (None, date(2025, 4, 6))
    assert found[away.ref].stay_days == 30, "the only stay that there is to draw from"
    assert found[away.ref].counts_under == ("mental_health",)
    assert found[waits.ref].waits_until > PERIOD.until


def test_who_got_a_place_could_have_waited_as_long_as_those_turned_away_usually_did(database: Database) -> None:
    with database.write() as db:
        here = placed(db, date(2025, 4, 1), date(2025, 5, 1))
        turned_away(db, date(2025, 4, 2), date(2025, 4, 6))
        assert by_ref(told(db))[here.ref].waits_until == date(2025, 4, 5)


def test_who_lived_there_when_the_period_began_keeps_her_bed_until_she_left(database: Database) -> None:
    with database.write() as db:
        before = placed(db, date(2025, 2, 1), date(2025, 4, 1), room="Room 2")
        history = told(db)
    (living,) = history.living
    assert (living.occupant.ref, living.until) == (before.ref, date(2025, 4, 1))
    assert living.occupant.bed == next(room.bed.ref for room in history.rooms if room.bed.ref == living.occupant.bed)
    assert before.ref not in by_ref(history)


def test_a_move_between_beds_is_one_time_here(database: Database) -> None:
    with database.write() as db:
        row = placed(db, date(2025, 4, 1), date(2025, 5, 1))
        first = db.query(Stay).filter_by(referral_id=row.id).one()
        bed = Pilot().bed(db, "WALL", "Room 2")
        second = Stay(
            ref=new_ref(db, Stay), bed_id=bed.id, referral_id=row.id, started_at=noon(date(2025, 5, 1)),
            ended_at=noon(date(2025, 6, 10)),
        )  # fmt: skip
        db.add(second)
        db.flush()
        mover = Pilot().person(db, "worker.wall").id
        db.add(BedMove(from_stay_id=first.id, to_stay_id=second.id, moved_by_id=mover, at=noon(date(2025, 5, 1))))
        db.flush()
        assert by_ref(told(db))[row.ref].stay_days == 70


def test_a_bed_is_shut_for_repairs_and_not_for_the_cleaning_that_the_replay_does_itself(database: Database) -> None:
    with database.write() as db:
        worker = Pilot().person(db, "worker.wall").id
        for room, reason in (("Room 1", "repair"), ("Room 2", "cleaning")):
            bed = Pilot().bed(db, "WALL", room)
            start, end = noon(date(2025, 4, 1)), noon(date(2025, 4, 9))
            db.add(Closure(bed_id=bed.id, from_at=start, ended_at=end, reason=reason, closed_by_id=worker))
        db.flush()
        history = told(db)
    assert [(shut.from_on, shut.until) for shut in history.shut] == [(date(2025, 4, 1), date(2025, 4, 9))]


def test_who_did_not_agree_to_share_is_lived_through_with_her_own_agency_only(database: Database) -> None:
    with database.write() as db:
        row = turned_away(db, date(2025, 4, 2), date(2025, 4, 6), shared=False)
        wall = Pilot().refuge(db, "WALL").ref
        assert by_ref(told(db))[row.ref].household.only_refuges == (wall,)


def test_those_who_must_not_meet_still_must_not(database: Database) -> None:
    with database.write() as db:
        one, other = (turned_away(db, date(2025, 4, 2), date(2025, 4, 6)) for _ in range(2))
        db.add(ConflictPair(low_id=one.id, high_id=other.id, recorded_at=now(), found_by="ref"))
        db.flush()
        assert told(db).conflicts == ((one.ref, other.ref),)


def test_a_quiet_half_year_is_lived_through_as_it_was(database: Database) -> None:
    with database.write() as db:
        for month in range(3, 9):
            placed(db, date(2025, month, 2), date(2025, month, 20))
        history = told(db)
    check = first_check(history, replay(history))
    assert check.placed_really == check.placed_both == 6


def test_reading_a_period_takes_as_many_queries_however_many_women_there_are(database: Database) -> None:
    counts = []
    for more in (1, 6):
        with database.write() as db:
            for day in range(more):
                turned_away(db, date(2025, 5, 2) + timedelta(days=day), date(2025, 6, 6))
            db.flush()
            asked: list[str] = []
            event.listen(database.engine, "before_cursor_execute", lambda *told, asked=asked: asked.append(told[2]))
            told(db)
            counts.append(len(asked))
    assert counts[0] == counts[1]
