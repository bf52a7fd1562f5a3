"""Who may open whose record, and which parts of it: both gates, one by one."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from refuge.database import now
from refuge.errors import Refused
from support_plans import access
from support_plans.categories import Category
from support_plans.models import ApartRecord, Basis, Note, Part
from support_plans.service.allocating import allocate, end_allocation
from support_plans.service.glass import break_glass
from support_plans.service.sharing import SharingDetails, share, withdraw
from tests.builders import Pilot
from tests.support_plans.rows import actor_of, add_note, add_resident, agree, worker_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from sqlalchemy.orm import Session

    from refuge.accounts.models import Person
    from refuge.database import Database
    from refuge.referrals.models import Referral


@pytest.fixture
def db(database: Database) -> Iterator[Session]:
    with database.writing() as db:
        yield db


@pytest.fixture
def house_of(monkeypatch: pytest.MonkeyPatch) -> dict[str, set[int]]:
    """Say on whose rota which house is: name of a person -> ids of refuges."""
    houses: dict[str, set[int]] = {}
    monkeypatch.setattr(access, "refuge_ids_of", lambda _db, reader, _at: houses.get(reader.email.split("@")[0], set()))
    return houses


def opens(db: Session, name: str, referral: Referral, *, at: datetime | None = None) -> bool:
    person = Pilot().person(db, name)
    return access.resident(db, person, referral.ref, at=at or now()) is not None


def notes_of(db: Session, name: str, referral: Referral, *, at: datetime | None = None) -> set[str]:
    reader = Pilot().person(db, name)
    query = select(Note.ref).where(Note.referral_id == referral.id, access.readable(db, reader, Note, at=at or now()))
    return set(db.scalars(query))


def person(db: Session, name: str) -> Person:
    return Pilot().person(db, name)


@pytest.mark.usefixtures("house_of")
def test_a_refuge_opens_the_records_of_its_own_residents_and_of_nobody_else(db: Session) -> None:
    ours, theirs, elsewhere = (add_resident(db, house) for house in ("WALL", "Panahghar", "Elsewhere"))
    assert [opens(db, "worker.wall", one) for one in (ours, theirs, elsewhere)] == [True, False, False]
    assert [opens(db, "manager.panahghar", one) for one in (ours, theirs, elsewhere)] == [False, True, False]
    assert not any(opens(db, name, ours) for name in ("commissioner", "referrer", "administrator", "recovery"))


def test_a_practitioner_opens_the_records_of_the_house_on_whose_rota_she_is(
    db: Session, house_of: dict[str, set[int]]
) -> None:
    ours, theirs = add_resident(db, "WALL"), add_resident(db, "Panahghar")
    house_of["recovery"] = {Pilot().refuge(db, "WALL").id}
    assert opens(db, "recovery", ours)
    assert not opens(db, "recovery", theirs)
    assert not opens(db, "practitioner", ours)
    house_of["recovery"] = set()
    assert not opens(db, "recovery", ours)


def test_the_rota_opens_nothing_once_she_has_left(db: Session, house_of: dict[str, set[int]]) -> None:
    gone = add_resident(db, left=now() - timedelta(minutes=1))
    house_of["recovery"] = {Pilot().refuge(db, "WALL").id}
    assert not opens(db, "recovery", gone)
    assert opens(db, "worker.wall", gone)


@pytest.mark.usefixtures("house_of")
def test_an_allocation_opens_her_record_until_it_ends_and_two_weeks_beyond_her_stay(db: Session) -> None:
    referral, by = add_resident(db), person(db, "recovery")
    worker = worker_of(db, "recovery")
    allocate(db, referral, worker, Part.PRACTITIONER, by=by, actor=actor_of(by), at=now())
    assert opens(db, "recovery", referral)
    end_allocation(db, referral, worker, by=by, actor=actor_of(by), at=now())
    assert not opens(db, "recovery", referral)
    gone = add_resident(db, left=now() - timedelta(days=1))
    allocate(db, gone, worker, Part.PRACTITIONER, by=by, actor=actor_of(by), at=now())
    assert opens(db, "recovery", gone)
    assert not opens(db, "recovery", gone, at=now() + timedelta(days=13, minutes=1))


@pytest.mark.usefixtures("house_of")
def test_a_second_keyworker_takes_over_from_the_first(db: Session) -> None:
    referral, by = add_resident(db), person(db, "manager.wall")
    first, second = worker_of(db, "worker.wall"), worker_of(db, "manager.wall")
    for worker in (first, second):
        allocate(db, referral, worker, Part.KEYWORKER, by=by, actor=actor_of(by), at=now())
    with pytest.raises(Refused, match="already"):
        allocate(db, referral, second, Part.KEYWORKER, by=by, actor=actor_of(by), at=now())
    with pytest.raises(Refused, match="any more"):
        end_allocation(db, referral, first, by=by, actor=actor_of(by), at=now())


def test_a_note_is_read_by_the_agency_that_wrote_it_until_she_agrees_to_more(
    db: Session, house_of: dict[str, set[int]]
) -> None:
    referral = add_resident(db)
    house_of["recovery"] = house_of["practitioner"] = {Pilot().refuge(db, "WALL").id}
    note = add_note(db, referral, "practitioner")
    readers = ("practitioner", "recovery", "worker.wall", "counsellor")
    assert [note.ref in notes_of(db, name, referral) for name in readers] == [True, False, False, False]
    agree(db, referral, "Recovery agency", [Category.MENTAL_HEALTH])
    agree(db, referral, "Therapy charity", [Category.MENTAL_HEALTH])
    assert [note.ref in notes_of(db, name, referral) for name in readers] == [True, True, False, False]


def test_what_she_agreed_to_opens_that_and_no_more_and_ends_at_its_second(
    db: Session, house_of: dict[str, set[int]]
) -> None:
    referral, at = add_resident(db), now()
    house_of["recovery"] = {Pilot().refuge(db, "WALL").id}
    note = add_note(db, referral, "practitioner")
    add_note(db, referral, "practitioner", Category.CHILDREN)
    until = at + timedelta(hours=1)
    agree(db, referral, "Recovery agency", [Category.MENTAL_HEALTH], at=at, until=until)
    assert notes_of(db, "recovery", referral, at=until - timedelta(microseconds=1)) == {note.ref}
    assert notes_of(db, "recovery", referral, at=until) == set()
    assert notes_of(db, "recovery", referral, at=at - timedelta(seconds=1)) == set()


def test_withdrawing_closes_it_unless_another_basis_stands(db: Session, house_of: dict[str, set[int]]) -> None:
    referral, by = add_resident(db), person(db, "manager.wall")
    house_of["recovery"] = {Pilot().refuge(db, "WALL").id}
    note = add_note(db, referral, "worker.wall", Category.SAFETY)
    hers = agree(db, referral, "Recovery agency", [Category.SAFETY])
    must = SharingDetails(
        Pilot().agency(db, "Recovery agency").id, (Category.SAFETY,), "MARAC on Thursday", now() + timedelta(days=7),
        basis=Basis.MARAC, why_necessary="He has threatened to kill her", why_proportionate="Only her safety plan",
        decided_by_id=by.id, told_her=True,
    )  # fmt: skip
    forced = share(db, referral, must, by=by, actor=actor_of(by), at=now())
    withdraw(db, referral, hers, by=by, actor=actor_of(by), at=now())
    assert notes_of(db, "recovery", referral) == {note.ref}
    withdraw(db, referral, forced, by=by, actor=actor_of(by), at=now())
    assert notes_of(db, "recovery", referral) == set()
    with pytest.raises(Refused, match="already"):
        withdraw(db, referral, forced, by=by, actor=actor_of(by), at=now())


def test_a_sealed_note_is_there_for_its_writer_only(db: Session, house_of: dict[str, set[int]]) -> None:
    referral = add_resident(db)
    house_of["recovery"] = {Pilot().refuge(db, "WALL").id}
    note = add_note(db, referral, "worker.wall", sealed=True)
    agree(db, referral, "Recovery agency", [Category.MENTAL_HEALTH])
    assert notes_of(db, "worker.wall", referral) == {note.ref}
    assert notes_of(db, "manager.wall", referral) == set()
    assert notes_of(db, "recovery", referral) == set()


@pytest.mark.usefixtures("house_of")
def test_broken_glass_opens_one_record_for_an_hour_but_nothing_sealed_or_kept_apart(db: Session) -> None:
    referral, other, at = add_resident(db, "Panahghar"), add_resident(db, "Panahghar"), now()
    plain = add_note(db, referral, "worker.panahghar")
    add_note(db, referral, "worker.panahghar", sealed=True)
    add_note(db, referral, "worker.panahghar", Category.PERPETRATOR)
    by = person(db, "worker.wall")
    break_glass(db, referral, "risk_to_life", "She rang us and is in danger", by=by, actor=actor_of(by), at=at)
    assert notes_of(db, "worker.wall", referral, at=at) == {plain.ref}
    assert notes_of(db, "worker.wall", referral, at=at + timedelta(minutes=59, seconds=59)) == {plain.ref}
    assert notes_of(db, "worker.wall", referral, at=at + timedelta(minutes=60)) == set()
    assert not opens(db, "worker.wall", referral, at=at + timedelta(minutes=60))
    assert not opens(db, "worker.wall", other)
    assert not opens(db, "manager.wall", referral)


def test_what_is_kept_apart_needs_its_own_permission_even_where_she_agreed(
    db: Session, house_of: dict[str, set[int]]
) -> None:
    referral = add_resident(db)
    house_of["recovery"] = {Pilot().refuge(db, "WALL").id}
    home = person(db, "worker.wall")
    for category in (Category.IMMIGRATION, Category.PERPETRATOR, Category.OFFENCE):
        db.add(
            ApartRecord(
                referral_id=referral.id, agency_id=home.agency_id, category=category, words="x",
                changed_by_id=home.id, changed_at=now(),
            ),
        )  # fmt: skip
    db.flush()
    agree(db, referral, "Recovery agency", [Category.IMMIGRATION, Category.PERPETRATOR, Category.OFFENCE])
    reads = access.readable(db, person(db, "recovery"), ApartRecord, at=now())
    assert list(db.scalars(select(ApartRecord.category).where(reads))) == [Category.PERPETRATOR]


@pytest.mark.parametrize(
    ("told", "words"),
    [
        ({"categories": ()}, "at least one"),
        ({"purpose": ""}, "what it is for"),
        ({"until_at": now() - timedelta(days=1)}, "in the future"),
        ({"until_at": now() + timedelta(days=400)}, "within the next year"),
        ({"how_given": ""}, "how she agreed"),
        ({"basis": Basis.MARAC}, "not be|hers to record"),
    ],
)
def test_no_basis_without_purpose_end_and_how(db: Session, told: dict[str, object], words: str) -> None:
    referral, by = add_resident(db), person(db, "worker.wall")
    plain: dict[str, object] = {
        "to_agency_id": Pilot().agency(db, "Health trust").id, "categories": (Category.SAFETY,), "purpose": "Her care",
        "until_at": now() + timedelta(days=9), "how_given": "spoken",
    }  # fmt: skip
    with pytest.raises(Refused, match=words):
        share(db, referral, SharingDetails(**{**plain, **told}), by=by, actor=actor_of(by), at=now())  # type: ignore[arg-type]  # a table of cases


def test_sharing_without_consent_says_why_and_who_decided(db: Session) -> None:
    referral, by = add_resident(db), person(db, "manager.wall")
    told = {"why_necessary": "He has her keys", "why_proportionate": "Only what keeps her safe", "decided_by_id": by.id}
    for missing in told:
        left = {name: value for name, value in told.items() if name != missing}
        details = SharingDetails(
            Pilot().agency(db, "Health trust").id, (Category.SAFETY,), "MARAC", now() + timedelta(days=9),
            basis=Basis.SAFEGUARDING, **left,  # type: ignore[arg-type]  # a table of cases
        )  # fmt: skip
        with pytest.raises(Refused):
            share(db, referral, details, by=by, actor=actor_of(by), at=now())
