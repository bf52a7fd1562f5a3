"""The database refuses what the verbs would never do: changed evidence, endless consent, two networks in one record."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import delete, update
from sqlalchemy.exc import DBAPIError, IntegrityError

from refuge.database import new_ref, now
from refuge.london import london_date
from support_plans.categories import Category
from support_plans.models import (
    Allocation,
    Basis,
    BrokenGlass,
    GlassReview,
    Note,
    Part,
    Plan,
    PlanAgreement,
    PlanArea,
    PlanChange,
    PlanReview,
    SharedCategory,
    Sharing,
)
from support_plans.service.sharing import withdraw
from tests.builders import Pilot
from tests.support_plans.rows import actor_of, add_note, add_resident, agree, worker_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy.orm import Session

    from refuge.database import Base, Database
    from refuge.referrals.models import Referral


@pytest.fixture
def db(database: Database) -> Iterator[Session]:
    with database.writing() as db:
        yield db


@pytest.fixture
def referral(db: Session) -> Referral:
    return add_resident(db)


def keep(db: Session, row: Base) -> Base:
    db.add(row)
    db.flush()
    return row


def evidence(db: Session, referral: Referral) -> list[tuple[Base, str, Any]]:
    """Return a row of each table of evidence, with a column that somebody could like to change."""
    by = Pilot().person(db, "worker.wall")
    owned: dict[str, Any] = {"referral_id": referral.id, "agency_id": by.agency_id, "category": Category.GENERAL}
    change = PlanChange(**owned, number=1, at=now(), by_id=by.id, part="goal", about="", before="", after="x")
    agreement = PlanAgreement(
        referral_id=referral.id,
        number=1,
        agreed_on=london_date(now()),
        how="spoken",
        her_words="",
        by_id=by.id,
        at=now(),
    )
    review = PlanReview(**owned, reviewed_on=london_date(now()), with_her=True, words="", at=now(), by_id=by.id)
    return [
        (keep(db, change), "after", "y"),
        (keep(db, agreement), "how", "written"),
        (keep(db, review), "words", "y"),
        (add_note(db, referral, "worker.wall"), "sealed", True),
        (agree(db, referral, "Health trust", [Category.SAFETY]).categories[0], "category", Category.CHILDREN),
    ]


def test_evidence_is_kept_as_it_was(db: Session, referral: Referral) -> None:
    for row, column, value in evidence(db, referral):
        kind = type(row)
        for attack in (update(kind).values({column: value}), delete(kind)):
            with pytest.raises(DBAPIError, match="kept as it was"), db.begin_nested():
                db.execute(attack)


def test_a_basis_can_be_withdrawn_once_and_nothing_else_changed(db: Session, referral: Referral) -> None:
    row = agree(db, referral, "Health trust", [Category.SAFETY])
    by = Pilot().person(db, "worker.wall")
    longer = update(Sharing).values(until_at=row.until_at + timedelta(days=1))
    for attack in (longer, update(Sharing).values(to_agency_id=by.agency_id), delete(Sharing)):
        with pytest.raises(DBAPIError, match="kept as it was"), db.begin_nested():
            db.execute(attack)
    withdraw(db, referral, row, by=by, actor=actor_of(by), at=now())
    with pytest.raises(DBAPIError, match="kept as it was"), db.begin_nested():
        db.execute(update(Sharing).values(withdrawn_at=None, withdrawn_by_id=None))


def a_basis(db: Session, referral: Referral, **told: Any) -> Sharing:  # noqa: ANN401  any column
    plain: dict[str, Any] = {
        "referral_id": referral.id, "to_agency_id": Pilot().agency(db, "Health trust").id, "basis": Basis.CONSENT,
        "purpose": "Her care", "from_at": now(), "until_at": now() + timedelta(days=3), "how_given": "spoken",
        "recorded_by_id": Pilot().person(db, "worker.wall").id, "recorded_at": now(),
    }  # fmt: skip
    return Sharing(ref=new_ref(db, Sharing), **{**plain, **told}, categories=[SharedCategory(category=Category.SAFETY)])


@pytest.mark.parametrize(
    "told",
    [
        {"until_at": now() + timedelta(days=367)},
        {"until_at": now() - timedelta(days=1)},
        {"purpose": ""},
        {"how_given": ""},
        {"basis": Basis.MARAC, "how_given": ""},
        {"basis": Basis.MARAC, "how_given": "", "why_necessary": "x" * 10, "why_proportionate": "x" * 10},
    ],
)
def test_no_basis_without_an_end_a_purpose_and_a_reason(db: Session, referral: Referral, told: dict[str, Any]) -> None:
    db.add(a_basis(db, referral, **told))
    with pytest.raises(IntegrityError):
        db.flush()


def test_nothing_is_shared_with_another_network(db: Session, referral: Referral) -> None:
    db.add(a_basis(db, referral, to_agency_id=Pilot().agency(db, "Elsewhere agency").id))
    with pytest.raises(IntegrityError, match="of two networks"):
        db.flush()


def test_no_record_of_a_plan_is_of_an_agency_of_another_network(db: Session, referral: Referral) -> None:
    by = Pilot().person(db, "worker.elsewhere")
    owned: dict[str, Any] = {"referral_id": referral.id, "agency_id": by.agency_id, "category": Category.SAFETY}
    rows: list[Base] = [
        Note(ref=new_ref(db, Note), **owned, written_by_id=by.id, at=now(), words="x"),
        PlanArea(**owned, area="safety", opened_at=now()),
        Plan(referral_id=referral.id, agency_id=by.agency_id, opened_at=now()),
    ]
    for row in rows:
        with pytest.raises(IntegrityError, match="of two networks"), db.begin_nested():
            db.add(row)


def test_one_keyworker_and_no_worker_twice_at_a_time(db: Session, referral: Referral) -> None:
    by = Pilot().person(db, "worker.wall").id

    def allocation(name: str, part: Part) -> Allocation:
        return Allocation(
            worker_id=worker_of(db, name).id, referral_id=referral.id, part=part, from_on=london_date(now()),
            made_by_id=by, made_at=now(),
        )  # fmt: skip

    keep(db, allocation("worker.wall", Part.KEYWORKER))
    for row in (allocation("manager.wall", Part.KEYWORKER), allocation("worker.wall", Part.PRACTITIONER)):
        with pytest.raises(IntegrityError), db.begin_nested():
            db.add(row)


def test_a_broken_glass_is_reviewed_once_and_by_somebody_else(db: Session, referral: Referral) -> None:
    by, other = (Pilot().person(db, name) for name in ("worker.wall", "manager.wall"))
    row = BrokenGlass(
        ref=new_ref(db, BrokenGlass), referral_id=referral.id, person_id=by.id, agency_id=by.agency_id,
        reason="risk_to_life", words="She is in danger", at=now(), until_at=now() + timedelta(hours=1),
    )  # fmt: skip
    keep(db, row)
    said = {"reviewed_at": now(), "found": GlassReview.JUSTIFIED}
    with pytest.raises(IntegrityError), db.begin_nested():
        db.execute(update(BrokenGlass).values(reviewed_by_id=by.id, **said))
    with pytest.raises(DBAPIError, match="kept as it was"), db.begin_nested():
        db.execute(update(BrokenGlass).values(until_at=now() + timedelta(hours=9)))
    db.execute(update(BrokenGlass).values(reviewed_by_id=other.id, **said))
    with pytest.raises(DBAPIError, match="kept as it was"), db.begin_nested():
        db.execute(update(BrokenGlass).values(found=GlassReview.NOT_JUSTIFIED))


def test_there_is_one_plan_for_one_resident(db: Session, referral: Referral) -> None:
    home = Pilot().agency(db, "Wall agency").id
    keep(db, Plan(referral_id=referral.id, agency_id=home, opened_at=now()))
    with pytest.raises(IntegrityError), db.begin_nested():
        db.add(Plan(referral_id=referral.id, agency_id=home, opened_at=now()))
