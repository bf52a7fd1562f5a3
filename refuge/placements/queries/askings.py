"""Questions to a second person: which stand, which the reader must answer, and what exactly each was about."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import aliased, contains_eager, joinedload

from refuge.accounts.models import Person
from refuge.beds.models import Bed, Hold, Refuge, Stay
from refuge.permissions import Permission, Role
from refuge.placements.facts import Fact
from refuge.placements.models import AskedAbout, AskedFact, Asking
from refuge.referrals.models import Referral
from refuge.referrals.queries import in_states, visible_to
from refuge.referrals.queries.referrals import OPEN
from refuge.referrals.queries.standing import stands

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy import ColumnElement, Select
    from sqlalchemy.orm import Mapped, Session


class Asked(NamedTuple):
    """A question that stands, as Today lists it."""

    ref: str
    about: AskedAbout
    referral_ref: str
    stay_ref: str | None
    """The stay that she would move from."""
    bed: str
    """With its refuge."""
    other: str
    """The name of the other of the two: who asked, or who was asked."""


def seconds(session: Session, reader: Person, bed: Bed) -> Sequence[Person]:
    """Return whom the reader can name as second person about a bed: its agency's people, not herself."""
    return session.scalars(_people_of(bed.refuge.agency_id).where(Person.id != reader.id)).all()


def managers(session: Session, reader: Person) -> Sequence[Person]:
    """Return the managers of the reader's agency, who decide about checks that are not done."""
    return session.scalars(_people_of(reader.agency_id).where(Person.role == Role.REFUGE_MANAGER)).all()


def _people_of(agency_id: int) -> Select[Person]:
    return (
        select(Person)
        .where(Person.agency_id == agency_id, Person.disabled_at.is_(None))
        .order_by(Person.name, Person.id)
    )


def asking_of_hold(session: Session, hold: Hold) -> Asking | None:
    """Return what was asked when a bed was held against what stands in the way, with both people."""
    return session.scalar(_with_people().where(Asking.hold_id == hold.id))


def standing_move(session: Session, stay: Stay) -> Asking | None:
    """Return the question about moving her from this bed that still matters, with both people."""
    return _newest(session, Asking.about == AskedAbout.MOVE, Asking.stay_id == stay.id)


def standing_checks(session: Session, referral: Referral) -> Asking | None:
    """Return the question about admitting her past a check that still matters, with both people."""
    return _newest(session, Asking.about == AskedAbout.CHECKS, Asking.referral_id == referral.id)


def _newest(session: Session, *which: ColumnElement[bool]) -> Asking | None:
    return session.scalar(
        _with_people().where(Asking.closed_at.is_(None), *which).order_by(Asking.at.desc(), Asking.id.desc()).limit(1)
    )


def _with_people() -> Select[Asking]:
    return select(Asking).options(
        joinedload(Asking.by), joinedload(Asking.second), joinedload(Asking.bed).joinedload(Bed.refuge)
    )


def facts_of(session: Session, asking: Asking) -> frozenset[Fact]:
    """Return what exactly the two decided to pass. Whom it is about is never shown: it is compared."""
    rows = session.execute(
        select(AskedFact.code, AskedFact.about, AskedFact.says).where(AskedFact.asking_id == asking.id)
    )
    return frozenset(Fact(*row) for row in rows)


def asked_of(session: Session, reader: Person, ref: str, *, at: datetime, lock: bool = False) -> Asking | None:
    """Return a question that the reader was asked and that still matters; `lock` reads it to be answered."""
    if not reader.may(Permission.BED_HOLD):
        return None
    query = (
        select(Asking)
        .join(Asking.bed)
        .join(Bed.refuge)
        .join(Referral, Referral.id == Asking.referral_id)
        .outerjoin(Hold, Hold.id == Asking.hold_id)
        .outerjoin(Stay, Stay.id == Asking.stay_id)
        .where(visible_to(reader), Asking.ref == ref, Asking.second_id == reader.id, _matters(at))
        .options(contains_eager(Asking.bed).contains_eager(Bed.refuge), joinedload(Asking.by))
    )
    if lock:
        query = query.with_for_update(of=Asking).execution_options(populate_existing=True)
    return session.scalar(query)


def to_answer(session: Session, reader: Person, *, at: datetime) -> list[Asked]:
    """Return the questions that the reader was asked and has not answered."""
    return _asked(session, reader, at, Asking.second_id, Asking.by_id, Asking.agrees.is_(None))


def said_no(session: Session, reader: Person, *, at: datetime) -> list[Asked]:
    """Return the questions of the reader's to which the second person said no."""
    return _asked(session, reader, at, Asking.by_id, Asking.second_id, Asking.agrees.is_(False))


def said_yes(session: Session, reader: Person, *, at: datetime) -> list[Asked]:
    """Return the questions of the reader's to which the second person said yes, and what was asked is not done yet."""
    return _asked(session, reader, at, Asking.by_id, Asking.second_id, Asking.agrees.is_(True))


def _asked(
    session: Session,
    reader: Person,
    at: datetime,
    hers: Mapped[int],
    others: Mapped[int],
    answered: ColumnElement[bool],
) -> list[Asked]:
    other = aliased(Person)
    rows = session.execute(
        select(Asking.ref, Asking.about, Referral.ref, Stay.ref, Refuge.name, Bed.name, other.name)
        .join(Bed, Bed.id == Asking.bed_id)
        .join(Refuge, Refuge.id == Bed.refuge_id)
        .join(Referral, Referral.id == Asking.referral_id)
        .join(other, other.id == others)
        .outerjoin(Hold, Hold.id == Asking.hold_id)
        .outerjoin(Stay, Stay.id == Asking.stay_id)
        .where(visible_to(reader), hers == reader.id, answered, _matters(at))
        .order_by(Asking.at, Asking.id)
    )
    return [
        Asked(ref, about, referral, stay, f"{refuge} {bed}", name)
        for ref, about, referral, stay, refuge, bed, name in rows
    ]


def _matters(at: datetime) -> ColumnElement[bool]:
    """Return the condition under which a question still matters: what it is about has not ended."""
    return and_(
        Asking.closed_at.is_(None),
        or_(
            and_(Asking.about == AskedAbout.HOLD, stands(at)),
            and_(Asking.about == AskedAbout.MOVE, Stay.ended_at.is_(None)),
            and_(Asking.about == AskedAbout.CHECKS, in_states(OPEN, at=at)),
        ),
    )
