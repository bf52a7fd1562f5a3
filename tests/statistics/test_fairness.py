"""Who is given a place beside how many beds could have taken her, counted by hand; and what staff overrode."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from refuge.audit.service import SYSTEM
from refuge.beds.models import Hold, HoldEnd
from refuge.database import new_ref, now
from refuge.placements.models import AskedAbout, AskedFact, Asking, MatchRun, MatchRunContent, TurnAway
from refuge.placements.queries.followed import Followed, held_beds
from refuge.placements.service.matching import make_run
from refuge.statistics.dimensions import dimensions
from refuge.statistics.facts import BIT, Outcome
from refuge.statistics.fairness import fairness
from tests.builders import Pilot, add_referral
from tests.statistics.rows import AWAY, fact, referred
from tests.statistics.test_views import text_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask.testing import FlaskClient
    from sqlalchemy.orm import Session

    from refuge.beds.models import Bed
    from refuge.database import Database
    from refuge.referrals.models import Referral

ETHNICITY = dimensions({"ethnicity_group": {"A2": "Asian", "W1": "White"}})["ethnicity"]


def test_a_group_is_counted_beside_the_beds_that_could_have_taken_it_and_not_asked_is_never_no() -> None:
    mind = BIT["mental_health"]
    facts = [
        fact(Outcome.PLACED, 1, "mental_health", ethnicity="A2"),
        fact(Outcome.SERVICE, 2, "mental_health", ethnicity="A2"),
        fact(Outcome.SERVICE, 3, "mental_health", ethnicity="W1"),
        fact(Outcome.SERVICE, 4, "mental_health"),
        fact(Outcome.WOMAN, 5, ethnicity="W1"),
        fact(Outcome.PLACED, 6, unasked=mind),
        fact(Outcome.NOT_FOR_US, 7, "mental_health"),
        fact(Outcome.OPEN, 8, "mental_health"),
    ]
    groups = {group.title: {line.words: line.cells[1:] for line in group.lines}
              for group in fairness(facts, {1: 5, 2: 0, 3: 2, 5: 3, 7: 9}, ETHNICITY)}  # fmt: skip
    assert groups["All"] == {"All referrals decided": ["6", "2 of 6 (33%)", "3", "1", "1", "1", "2.5 (4 known)"]}
    assert groups["Mental health"] == {
        "Yes": ["4", "1 of 4 (25%)", "3", "1", "1", "1", "2 (3 known)"],
        "No": ["1", "0 of 1 (0%)", "0", "0", "0", "0", "3 (1 known)"],
        "Not asked": ["1", "1 of 1 (100%)", "0", "0", "0", "0", "–"],
    }
    assert groups["Ethnic group"]["Asian"][:3] == ["2", "1 of 2 (50%)", "1"]
    assert groups["Ethnic group"]["Not asked, or she prefers not to say"][0] == "2"


def _held(db: Session, referral: Referral, bed: Bed) -> Hold:
    row = Hold(
        bed_id=bed.id, referral_id=referral.id, from_at=now(), until_at=now() + timedelta(hours=4),
        held_by_id=Pilot().person(db, "worker.wall").id,
    )  # fmt: skip
    db.add(row)
    db.flush()
    return row


def test_a_held_bed_stands_beside_the_last_proposal_that_knew_of_her(database: Database) -> None:
    with database.write() as db:
        matched, later = (add_referral(db, "worker.wall") for _ in range(2))
        by = Pilot().person(db, "worker.wall")
        later.received_at = now()
        run = make_run(db, by.network_id, by=by, actor=SYSTEM, at=now() - timedelta(minutes=5))
        assert isinstance(run, MatchRun)
        content = db.query(MatchRunContent).filter_by(run_id=run.id).one()
        proposed = {one["household"]: one["bed"] for one in content.answer["placements"]}
        beds = [Pilot().bed(db, "WALL", f"Room {number}") for number in (1, 2, 3)]
        other = next(bed for bed in beds if bed.ref != proposed.get(matched.ref))
        _held(db, matched, other)
        [found] = held_beds(db, by.agency_id, now() - timedelta(days=1), now() + timedelta(days=1))
    assert found.followed is (Followed.OTHER if matched.ref in proposed else Followed.NO_BED)
    assert found.open_beds is not None
    assert found.open_beds >= (matched.ref in proposed)


def test_a_manager_reads_of_her_own_service_only_and_what_was_passed_names_nobody(
    database: Database, sign_in_as: Callable[[str], FlaskClient]
) -> None:
    with database.write() as db:
        mine = referred(db, AWAY, "C06", at=now() - timedelta(hours=2), hours=1, needs={"alcohol": "high"})
        away = db.query(TurnAway).filter_by(referral_id=mine.id).one()
        away.barriers, away.could_have = {"support_level": 4}, 0
        theirs = referred(db, AWAY, "C01", by="worker.panahghar", at=now() - timedelta(hours=2))
        for referral, second in ((mine, "manager.wall"), (theirs, "manager.panahghar")):
            bed = Pilot().bed(db, "WALL", "Room 1")
            held = _held(db, referral, bed)
            asking = Asking(
                ref=new_ref(db, Asking), about=AskedAbout.HOLD, referral_id=referral.id, bed_id=bed.id, hold_id=held.id,
                reason="Her sister lives next door", by_id=Pilot().person(db, "worker.wall").id,
                second_id=Pilot().person(db, second).id, at=now(), agrees=True, answered_at=now(),
            )  # fmt: skip
            db.add(asking)
            db.flush()
            db.add(AskedFact(asking_id=asking.id, code="support_level"))
            held.ended_at, held.ended_how = now(), HoldEnd.RELEASED
            db.flush()
    page = sign_in_as("manager.wall").get("/statistics/fairness")
    assert page.status_code == 200
    words = text_of(page.text)
    assert "All referrals decided 1 0 of 1 (0%) 1 1 0 0 0 (1 known)" in words
    assert "1 0 0" in words.partition("Barriers and checks")[2]
    assert "Her sister" not in words
    assert mine.ref not in words
    assert sign_in_as("manager.wall").get("/statistics/fairness?since=1+2+2026&until=1+1+2026").status_code == 422
    assert sign_in_as("commissioner").get("/statistics/fairness").status_code == 403
