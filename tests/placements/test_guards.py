"""The database refuses two holds for one woman, two open offers for one hold, and any change of evidence."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import delete, update
from sqlalchemy.exc import DBAPIError, IntegrityError

from refuge.beds.models import HoldEnd
from refuge.beds.service.occupy import TWO_HOLDS, take_bed
from refuge.database import new_ref
from refuge.errors import Refused
from refuge.placements.models import (
    AskedAbout,
    AskedFact,
    Asking,
    MatchRun,
    MatchRunContent,
    Offer,
    OfferAnswer,
    RuleSet,
    TurnAway,
)
from tests.beds.rows import NOON, day, hold
from tests.builders import Pilot, add_referral

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sqlalchemy.orm import Session

    from refuge.beds.models import Bed, Hold
    from refuge.database import Base, Database


@pytest.fixture
def db(database: Database) -> Iterator[Session]:
    with database.writing() as db:
        yield db


@pytest.fixture
def held(db: Session) -> Hold:
    """Room 1 of WALL, held from day 0 to day 2."""
    row = hold(db, room(db, "Room 1"), add_referral(db).id, 0, 2)
    db.add(row)
    db.flush()
    return row


def room(db: Session, name: str) -> Bed:
    return Pilot().bed(db, "WALL", name)


def worker(db: Session) -> int:
    return Pilot().person(db, "worker.wall").id


@pytest.mark.parametrize("span", [(0, 2), (-1, 1), (1, 3), (0.5, 1.5), (-1, 3)])
def test_no_two_beds_are_held_for_one_woman_at_a_time(db: Session, held: Hold, span: tuple[float, float]) -> None:
    with pytest.raises(Refused) as refusal:
        take_bed(db, hold(db, room(db, "Room 2"), held.referral_id, *span))
    assert refusal.value.code == TWO_HOLDS
    assert "Let that one go first" in refusal.value.sentence


@pytest.mark.parametrize("span", [(-1, 0), (2, 3)])
def test_a_second_bed_may_be_held_for_her_before_or_after(db: Session, held: Hold, span: tuple[float, float]) -> None:
    take_bed(db, hold(db, room(db, "Room 2"), held.referral_id, *span))


def test_a_second_bed_may_be_held_once_the_first_was_let_go(db: Session, held: Hold) -> None:
    held.ended_at, held.ended_how = day(1), HoldEnd.RELEASED
    db.flush()
    take_bed(db, hold(db, room(db, "Room 2"), held.referral_id, 1, 3))


def test_a_hold_that_is_made_longer_does_not_reach_into_another_of_hers(db: Session, held: Hold) -> None:
    take_bed(db, hold(db, room(db, "Room 2"), held.referral_id, 2, 3))
    held.until_at = day(2.5)
    with pytest.raises(IntegrityError):
        db.flush()


def offer(db: Session, held: Hold) -> Offer:
    return Offer(
        ref=new_ref(db, Offer), hold_id=held.id, made_by_id=worker(db), made_at=NOON, told_how="in_person",
        answer=OfferAnswer.OPEN,
    )  # fmt: skip


def test_one_hold_has_one_open_offer(db: Session, held: Hold) -> None:
    first = offer(db, held)
    db.add(first)
    db.flush()
    with pytest.raises(IntegrityError), db.begin_nested():
        db.add(offer(db, held))
    first.answer, first.answered_at = OfferAnswer.NO_ANSWER, NOON
    db.flush()
    db.add(offer(db, held))
    db.flush()


def test_an_override_names_a_second_person_and_says_why(db: Session, held: Hold) -> None:
    other = Pilot().person(db, "manager.wall").id
    for second, reason in ((worker(db), "He is in custody until Monday"), (other, "because")):
        row = Asking(
            ref=new_ref(db, Asking), about=AskedAbout.HOLD, referral_id=held.referral_id, bed_id=held.bed_id,
            hold_id=held.id, reason=reason, by_id=worker(db), second_id=second, at=NOON,
        )  # fmt: skip
        with pytest.raises(IntegrityError), db.begin_nested():
            db.add(row)


def test_another_reason_for_a_turn_away_says_which(db: Session, held: Hold) -> None:
    row = TurnAway(
        ref=new_ref(db, TurnAway), referral_id=held.referral_id, ended_by="service", reason="O01", contributing=[],
        barriers={}, decided_by_id=worker(db), decided_at=NOON,
    )  # fmt: skip
    with pytest.raises(IntegrityError), db.begin_nested():
        db.add(row)


def rules(db: Session) -> RuleSet:
    network = Pilot().agency(db, "Wall agency").network_id
    return RuleSet(
        network_id=network, version=1, from_at=NOON, strictness={}, days_ahead=0, round_the_clock_from={}, goals=[],
        hold_hours=24, hold_hours_longest=72,
    )  # fmt: skip


def run(db: Session) -> MatchRun:
    network = Pilot().agency(db, "Wall agency").network_id
    return MatchRun(
        ref=new_ref(db, MatchRun), network_id=network, made_by_id=worker(db), made_at=NOON, rules_version=1,
        problem_digest="0" * 64, waiting=0, placed=0, proven=True, seconds=0.0,
    )  # fmt: skip


@pytest.mark.parametrize("made", [rules, run])
def test_runs_and_versions_of_the_rules_are_kept_as_they_were(db: Session, made: Callable[[Session], Base]) -> None:
    row = made(db)
    db.add(row)
    db.flush()
    kind = type(row)
    column = "days_ahead" if kind is RuleSet else "placed"
    for attack in (update(kind).values({column: 3}), delete(kind)):
        with pytest.raises(DBAPIError, match="kept as it was"), db.begin_nested():
            db.execute(attack)


def test_what_a_run_was_about_can_be_erased_and_never_changed(db: Session) -> None:
    row = run(db)
    row.content = MatchRunContent(problem={}, answer={})
    db.add(row)
    db.flush()
    with pytest.raises(DBAPIError, match="kept as it was"), db.begin_nested():
        db.execute(update(MatchRunContent).values(problem={"a": 1}))
    db.execute(delete(MatchRunContent))


def test_what_was_asked_is_never_changed(db: Session, held: Hold) -> None:
    row = Asking(
        ref=new_ref(db, Asking), about=AskedAbout.HOLD, referral_id=held.referral_id, bed_id=held.bed_id,
        hold_id=held.id, reason="He is in custody", by_id=worker(db),
        second_id=Pilot().person(db, "manager.wall").id, at=NOON,
    )  # fmt: skip
    db.add(row)
    db.flush()
    db.add(AskedFact(asking_id=row.id, code="conflict", about="R-00001", says="Somebody"))
    db.flush()
    for attack in (update(AskedFact).values(about="R-00002"), delete(AskedFact)):
        with pytest.raises(DBAPIError, match="kept as it was"), db.begin_nested():
            db.execute(attack)


def test_one_turn_away_of_a_referral_stands_and_those_taken_back_say_who_and_why(db: Session, held: Hold) -> None:
    def away(**told: object) -> TurnAway:
        return TurnAway(
            ref=new_ref(db, TurnAway), referral_id=held.referral_id, ended_by="service", reason="C01", contributing=[],
            barriers={}, decided_by_id=worker(db), decided_at=NOON, **told,
        )  # fmt: skip

    for told in ({"taken_back_at": NOON}, {"taken_back_at": NOON, "taken_back_by_id": worker(db)}):
        with pytest.raises(IntegrityError), db.begin_nested():
            db.add(away(**told))
    db.add(away(taken_back_at=NOON, taken_back_by_id=worker(db), taken_back_why="It was another woman"))
    db.add(away())
    db.flush()
    with pytest.raises(IntegrityError), db.begin_nested():
        db.add(away())
