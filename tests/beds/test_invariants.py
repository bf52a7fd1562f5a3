"""The database refuses a bed that is taken twice, whoever asks and however: rows go in directly, past every service."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import TYPE_CHECKING, TypeVar

import pytest
from sqlalchemy import insert, select, update
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.orm import Session

from refuge.accounts.models import Agency
from refuge.beds.models import Bed, Closure, Hold, HoldEnd, Refuge, Stay
from refuge.beds.service.occupy import TAKEN, TWO_BEDS, take_bed
from refuge.database import Base
from refuge.errors import Refused
from refuge.referrals.models import ConflictPair, PossibleSame, Referral
from tests.beds.rows import closure, day, hold, stay
from tests.builders import Pilot, add_referral

if TYPE_CHECKING:
    from collections.abc import Iterator

    from refuge.database import Database

HERS, ANOTHERS = 0, 1
# What stands from day 0 to day 10, what is tried, and whether the two meet.
SPANS = [(-2, 2), (8, 12), (-2, 12), (2, 8), (0, 10), (0, 1), (9, 10)]
TOUCHING = [(-5, 0), (10, 15)]
Row = Stay | Hold | Closure
Added = TypeVar("Added", bound=Base)


@pytest.fixture
def db(database: Database) -> Iterator[Session]:
    with database.writing() as db:
        yield db


@pytest.fixture
def referrals(db: Session) -> list[int]:
    return [add_referral(db).id for _ in range(2)]


def room(db: Session, name: str = "Room 1") -> Bed:
    return Pilot().bed(db, "WALL", name)


def stands(db: Session, row: Added) -> Added:
    db.add(row)
    db.flush()
    return row


def refused(db: Session, row: Row) -> Refused:
    """Return how the database refuses this row."""
    with pytest.raises(Refused) as refusal:
        take_bed(db, row)
    return refusal.value


def built(kind: str, db: Session, bed: Bed, referral: int, span: tuple[float, float]) -> Row:
    if kind == "stay":
        return stay(db, bed, referral, *span)
    return hold(db, bed, referral, *span) if kind == "hold" else closure(db, bed, *span)


@pytest.mark.parametrize("first", ["stay", "hold", "closure"])
@pytest.mark.parametrize("second", ["stay", "hold", "closure"])
def test_what_takes_a_bed_never_meets_what_takes_it_already(
    db: Session, referrals: list[int], first: str, second: str
) -> None:
    stands(db, built(first, db, room(db), referrals[HERS], (0, 10)))
    for span in SPANS:
        refusal = refused(db, built(second, db, room(db), referrals[ANOTHERS], span))
        assert refusal.code == TAKEN, span
    for span in TOUCHING:
        take_bed(db, built(second, db, room(db), referrals[ANOTHERS], span))
    take_bed(db, built(second, db, room(db, "Room 2"), referrals[ANOTHERS], (2, 8)))


@pytest.mark.parametrize("kind", ["stay", "hold", "closure"])
def test_a_row_that_is_moved_onto_another_is_refused_too(db: Session, referrals: list[int], kind: str) -> None:
    stands(db, built(kind, db, room(db), referrals[HERS], (0, 10)))
    row = stands(db, built(kind, db, room(db, "Room 2"), referrals[ANOTHERS], (0, 10)))
    row.bed_id = room(db).id
    with pytest.raises(IntegrityError):
        db.flush()


def test_a_stay_that_is_not_over_takes_the_bed_for_good(db: Session, referrals: list[int]) -> None:
    stands(db, stay(db, room(db), referrals[HERS], 0))
    assert "just been taken" in refused(db, stay(db, room(db), referrals[ANOTHERS], 500)).sentence
    assert refused(db, hold(db, room(db), referrals[ANOTHERS], 500, 501)).code == TAKEN
    assert refused(db, closure(db, room(db), 500)).code == TAKEN
    take_bed(db, stay(db, room(db), referrals[ANOTHERS], -5, 0))


def test_a_bed_can_be_held_from_the_day_on_which_she_is_expected_to_leave(db: Session, referrals: list[int]) -> None:
    stands(db, stay(db, room(db), referrals[HERS], 0, expected_move_on=day(5).date()))
    assert refused(db, hold(db, room(db), referrals[ANOTHERS], 4, 6)).code == TAKEN
    take_bed(db, hold(db, room(db), referrals[ANOTHERS], 5, 6))
    assert refused(db, stay(db, room(db), referrals[ANOTHERS], 5)).code == TAKEN


def test_a_bed_can_be_held_from_the_day_on_which_it_is_expected_back(db: Session, referrals: list[int]) -> None:
    stands(db, closure(db, room(db), 0, expected_ready=day(5).date()))
    assert refused(db, hold(db, room(db), referrals[HERS], 4, 6)).code == TAKEN
    take_bed(db, hold(db, room(db), referrals[HERS], 5, 6))


def test_nobody_moves_into_a_bed_that_was_to_be_ready_and_is_not(db: Session, referrals: list[int]) -> None:
    shut = stands(db, closure(db, room(db), 0, expected_ready=day(2).date()))
    assert "closed" in refused(db, stay(db, room(db), referrals[HERS], 4)).sentence
    assert isinstance(shut, Closure)
    shut.ended_at = day(3)
    db.flush()
    take_bed(db, stay(db, room(db), referrals[HERS], 4))


def test_she_moves_into_the_bed_that_is_held_for_her(db: Session, referrals: list[int]) -> None:
    stands(db, hold(db, room(db), referrals[HERS], 0, 1))
    assert "held for somebody else" in refused(db, stay(db, room(db), referrals[ANOTHERS], 0.5)).sentence
    take_bed(db, stay(db, room(db), referrals[HERS], 0.5))


def test_a_hold_that_was_let_go_frees_the_bed_at_once(db: Session, referrals: list[int]) -> None:
    kept = stands(db, hold(db, room(db), referrals[HERS], 0, 10))
    assert isinstance(kept, Hold)
    kept.ended_at, kept.ended_how = day(1), HoldEnd.RELEASED
    db.flush()
    take_bed(db, stay(db, room(db), referrals[ANOTHERS], 1))


def test_no_woman_lives_in_two_beds(db: Session, referrals: list[int]) -> None:
    stands(db, stay(db, room(db), referrals[HERS], 0, 10))
    for span in [*SPANS, (5, None)]:
        assert refused(db, stay(db, room(db, "Room 2"), referrals[HERS], *span)).code == TWO_BEDS, span
    take_bed(db, stay(db, room(db, "Room 2"), referrals[HERS], 10))
    assert refused(db, stay(db, room(db, "Room 3"), referrals[HERS], 30)).code == TWO_BEDS


def test_nobody_moves_into_a_retired_bed_and_no_bed_is_retired_upon_her(db: Session, referrals: list[int]) -> None:
    lived_in, gone = room(db), room(db, "Room 2")
    gone.retired_on = day(0).date()
    db.flush()
    assert "no longer in use" in refused(db, stay(db, gone, referrals[HERS], 1)).sentence
    assert refused(db, hold(db, gone, referrals[HERS], 1, 2)).code == TAKEN
    assert refused(db, closure(db, gone, 1)).code == TAKEN
    stands(db, closure(db, gone, -2, -1))
    stands(db, stay(db, lived_in, referrals[HERS], 0))
    lived_in.retired_on = day(1).date()
    with pytest.raises(IntegrityError):
        db.flush()


def test_what_was_refused_leaves_the_rest_of_the_transaction_standing(db: Session, referrals: list[int]) -> None:
    other = room(db, "Room 2")
    other.notes = "Kept"
    stands(db, stay(db, room(db), referrals[HERS], 0))
    refused(db, stay(db, room(db), referrals[ANOTHERS], 1))
    db.commit()
    db.refresh(other)
    assert other.notes == "Kept"


MIXED: dict[str, Callable[[Session, Bed, int, int], Base]] = {
    "a stay": lambda db, bed, _own, other: stay(db, bed, other, 0),
    "a hold": lambda db, bed, _own, other: hold(db, bed, other, 0, 1),
    "two who must not meet": lambda _db, _bed, own, other: ConflictPair(
        low_id=own, high_id=other, recorded_at=day(0), found_by="ref"
    ),
    "perhaps the same woman": lambda _db, _bed, own, other: PossibleSame(
        low_id=own, high_id=other, score=90, grounds=[]
    ),
}


@pytest.mark.parametrize("what", MIXED)
def test_two_networks_are_never_joined(db: Session, referrals: list[int], what: str) -> None:
    other = add_referral(db, "worker.elsewhere").id
    stands(db, stay(db, Pilot().bed(db, "Elsewhere", "Room 1"), other, 0, 1))
    with pytest.raises(IntegrityError, match="two networks"), db.begin_nested():
        stands(db, MIXED[what](db, room(db), referrals[HERS], other))
    row = stands(db, MIXED[what](db, room(db), referrals[HERS], referrals[ANOTHERS]))
    setattr(row, "high_id" if hasattr(row, "high_id") else "referral_id", other)
    with pytest.raises(IntegrityError, match="two networks"):
        db.flush()


@pytest.mark.parametrize("kind", [Refuge, Referral])
def test_a_refuge_and_a_referral_are_of_the_network_of_their_agency(db: Session, kind: type[Refuge | Referral]) -> None:
    add_referral(db)
    row = db.scalars(select(kind).where(kind.agency_id == Pilot().agency(db, "Wall agency").id)).first()
    assert row is not None
    elsewhere = Pilot().agency(db, "Elsewhere agency")
    with pytest.raises(IntegrityError, match="two networks"), db.begin_nested():
        db.execute(update(kind).where(kind.id == row.id).values(agency_id=elsewhere.id))
    values = {column.name: getattr(row, column.name) for column in row.__table__.columns if column.name != "id"}
    with pytest.raises(IntegrityError, match="two networks"):
        db.execute(insert(kind).values({**values, "ref": "X-1", "name": "New", "network_id": elsewhere.network_id}))


@pytest.mark.parametrize("kind", [Agency, Refuge, Referral])
def test_nothing_moves_to_another_network(db: Session, kind: type[Agency | Refuge | Referral]) -> None:
    add_referral(db)
    elsewhere = Pilot().agency(db, "Elsewhere agency").network_id
    with pytest.raises(IntegrityError, match="never changes"):
        db.execute(update(kind).values(network_id=elsewhere))


def test_a_bed_stays_in_its_refuge(db: Session) -> None:
    room(db).refuge_id = Pilot().refuge(db, "Elsewhere").id
    with pytest.raises(IntegrityError, match="never changes"):
        db.flush()


def test_a_fault_is_not_taken_for_a_lost_race(db: Session) -> None:
    with pytest.raises(IntegrityError):
        take_bed(db, stay(db, room(db), 999_999, 0))


IMPOSSIBLE: dict[str, Callable[[Session, Bed, int], Row]] = {
    "a stay ends before it starts": lambda db, bed, ref: stay(db, bed, ref, 5, 4),
    "a hold ends before it begins": lambda db, bed, ref: hold(db, bed, ref, 5, 4),
    "a hold has no length": lambda db, bed, ref: hold(db, bed, ref, 5, 5),
    "a hold was let go before it began": lambda db, bed, ref: hold(
        db, bed, ref, 5, 9, ended_at=day(4), ended_how=HoldEnd.USED
    ),
    "a hold ended and nobody knows how": lambda db, bed, ref: hold(db, bed, ref, 5, 9, ended_at=day(6)),
    "a hold did not end and yet was used": lambda db, bed, ref: hold(db, bed, ref, 5, 9, ended_how=HoldEnd.USED),
    "a closure ends before it begins": lambda db, bed, _ref: closure(db, bed, 5, 4),
}


@pytest.mark.parametrize("what", IMPOSSIBLE)
def test_impossible_times_are_refused(db: Session, referrals: list[int], what: str) -> None:
    db.add(IMPOSSIBLE[what](db, room(db), referrals[HERS]))
    with pytest.raises(DBAPIError):
        db.flush()


BEDS = {"adults": 0, "children": -1, "cots": 5, "retired_on": date(2019, 1, 1)}
REFUGES = {"mental_health_support": 4, "high_support_places": -1, "nrpf_places": -1, "son_age_limit": 19}


@pytest.mark.parametrize(("column", "value"), [*BEDS.items(), *REFUGES.items()])
def test_impossible_beds_and_refuges_are_refused(db: Session, column: str, value: object) -> None:
    bed = room(db)
    setattr(bed if column in BEDS else bed.refuge, column, value)
    with pytest.raises(IntegrityError):
        db.flush()
