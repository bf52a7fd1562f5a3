"""Whose resident's record a reader may open, and which parts of it. The one place that says so: everything asks here.

Two gates, both conditions of the query, never a check in a view:

1. **Relationship.** A refuge: the women who live in its beds. A practitioner: a woman who lives in the network now,
   while the practitioner is allocated to her or on the rota of that refuge. It ends with her stay. The refuge that she
   left the network from, and whoever is allocated, have two weeks more to write the handover; that refuge also until
   the last call that she agreed to. Or the glass was broken, for an hour.
2. **Basis.** What an agency wrote it reads itself. What another wrote it reads while a basis stands for it: she agreed,
   or it had to be shared without. Sealed notes: their writer only. Records kept apart: a permission of their own, too.

Nothing is remembered from one query to the next, so that what has ended is closed in every process at that instant.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, false, or_, select
from sqlalchemy.orm import aliased

from refuge.accounts.models import AgencyKind
from refuge.beds.models import Bed, Refuge, Stay
from refuge.errors import Refused
from refuge.london import london_date
from refuge.permissions import Permission
from refuge.referrals.models import Referral
from refuge.rota.models import Worker
from refuge.rota.queries import refuge_ids_of
from support_plans.categories import ORDINARY, Category, open_to
from support_plans.models import Allocation, BrokenGlass, Note, SharedCategory, Sharing, Task, TaskKind

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from sqlalchemy import ColumnElement, Select
    from sqlalchemy.orm import Session

    from refuge.accounts.models import Person
    from support_plans.models import Owned

FOR_AN_HOUR = (
    "You opened this for an hour to read it. You can write a note; to change anything else, ask who works with her."
)
AFTER_LEAVING = timedelta(days=14)
"""For how long the refuge that she left, and who was allocated to her, may still write her handover."""


def residents_visible_to(session: Session, reader: Person, *, at: datetime) -> Select[int]:
    """Return the ids of the referrals of the women whose record she may open at this instant, as a query."""
    if not reader.may(Permission.PLAN_SEE):
        return select(Referral.id).where(false())
    related = or_(_related(session, reader, at), Referral.id.in_(_glass_of(reader, at)))
    return select(Referral.id).where(Referral.network_id == reader.network_id, related)


def _related(session: Session, reader: Person, at: datetime) -> ColumnElement[bool]:
    if reader.agency_kind is AgencyKind.REFUGE_PROVIDER:
        return or_(_of_own_beds(reader, at), _to_be_called(reader, at))
    return or_(_on_rota(session, reader, at), _allocated(reader, at))


def is_related(session: Session, reader: Person, referral: Referral, *, at: datetime) -> bool:
    """Return whether she works with this woman by right, and not for an hour by breaking the glass."""
    return _is_related(session, reader, referral.id, at)


def _is_related(session: Session, reader: Person, referral_id: int, at: datetime) -> bool:
    query = select(Referral.id).where(Referral.id == referral_id, Referral.network_id == reader.network_id)
    found = session.scalar(query.where(_related(session, reader, at)))
    return reader.may(Permission.PLAN_SEE) and found is not None


def refuse_glass(session: Session, reader: Person, referral: Referral, *, at: datetime) -> None:
    """Raise Refused where only broken glass lets her in: it is to read for an hour, not to change anything."""
    if not is_related(session, reader, referral, at=at):
        raise Refused(FOR_AN_HOUR, code="glass.for_an_hour")


def _of_own_beds(reader: Person, at: datetime) -> ColumnElement[bool]:
    """Return who lives in a bed of her agency, or has just left it and lives nowhere in the network since."""
    later = aliased(Stay)
    since = select(later.id).where(later.referral_id == Stay.referral_id, later.started_at > Stay.started_at)
    stays = (
        _in_beds_of(reader)
        .where(or_(_goes_on(at), and_(_over_lately(at), ~since.correlate(Stay).exists())))
        .correlate(None)
    )
    return Referral.id.in_(stays)


def _in_beds_of(reader: Person) -> Select[int]:
    return (
        select(Stay.referral_id)
        .join(Bed, Bed.id == Stay.bed_id)
        .join(Refuge, Refuge.id == Bed.refuge_id)
        .where(Refuge.agency_id == reader.agency_id)
    )


def _to_be_called(reader: Person, at: datetime) -> ColumnElement[bool]:
    """Return whom her agency still calls, as the woman agreed: whoever calls reads first how to reach her safely."""
    calls = (
        select(Task.referral_id)
        .where(Task.agency_id == reader.agency_id, Task.kind == TaskKind.FOLLOW_UP, Task.done_at.is_(None))
        .where(Task.due_on > london_date(at - AFTER_LEAVING))
        .correlate(None)
    )
    return and_(Referral.id.in_(calls), Referral.id.in_(_in_beds_of(reader).correlate(None)))


def lived_in_beds_of(reader: Person) -> ColumnElement[bool]:
    """Return the condition that a woman lives or ever lived in a bed of the reader's agency."""
    return Referral.id.in_(_in_beds_of(reader).correlate(None))


def _on_rota(session: Session, reader: Person, at: datetime) -> ColumnElement[bool]:
    houses = list(refuge_ids_of(session, reader, at))
    stays = select(Stay.referral_id).join(Bed, Bed.id == Stay.bed_id).where(Bed.refuge_id.in_(houses), _goes_on(at))
    return Referral.id.in_(stays.correlate(None)) if houses else false()


def _allocated(reader: Person, at: datetime) -> ColumnElement[bool]:
    today = london_date(at)
    hers = (
        select(Allocation.referral_id)
        .join(Worker, Worker.id == Allocation.worker_id)
        .where(Worker.person_id == reader.id, Worker.agency_id == reader.agency_id)
        .where(Allocation.from_on <= today, or_(Allocation.until_on.is_(None), Allocation.until_on > today))
        .correlate(None)
    )
    lately = or_(_goes_on(at), _over_lately(at))
    return and_(Referral.id.in_(hers), Referral.id.in_(select(Stay.referral_id).where(lately).correlate(None)))


def _over_lately(at: datetime) -> ColumnElement[bool]:
    return and_(Stay.started_at <= at, Stay.ended_at > at - AFTER_LEAVING)


def _goes_on(at: datetime) -> ColumnElement[bool]:
    return and_(Stay.started_at <= at, or_(Stay.ended_at.is_(None), Stay.ended_at > at))


def _glass_of(reader: Person, at: datetime) -> Select[int]:
    return (
        select(BrokenGlass.referral_id)
        .where(BrokenGlass.person_id == reader.id, BrokenGlass.agency_id == reader.agency_id)
        .where(BrokenGlass.at <= at, BrokenGlass.until_at > at)
        .correlate(None)
    )


def may_change(session: Session, reader: Person, referral: Referral, *, at: datetime) -> bool:
    """Return whether a page offers her to change something: where only broken glass lets her in, it offers nothing."""
    if not reader.may(Permission.PLAN_WRITE):
        return False
    glass = session.scalar(_glass_of(reader, at).where(BrokenGlass.referral_id == referral.id).limit(1))
    return glass is None or is_related(session, reader, referral, at=at)


def stands(at: datetime) -> ColumnElement[bool]:
    """Return the condition that a basis stands at this instant: begun, not over, not withdrawn."""
    withdrawn = and_(Sharing.withdrawn_at.is_not(None), Sharing.withdrawn_at <= at)
    return and_(Sharing.from_at <= at, Sharing.until_at > at, ~withdrawn)


def readable(session: Session, reader: Person, kind: type[Owned], *, at: datetime) -> ColumnElement[bool]:
    """Return the condition under which she may read a record of this kind (any table that is `Owned`)."""
    row: Any = kind
    basis = (
        select(Sharing.id)
        .join(SharedCategory, SharedCategory.sharing_id == Sharing.id)
        .where(Sharing.referral_id == row.referral_id, SharedCategory.category == row.category)
        .where(Sharing.to_agency_id == reader.agency_id, stands(at))
        .correlate(row)
        .exists()
    )
    here = row.referral_id.in_(select(Stay.referral_id).where(_goes_on(at)).correlate(None))
    glass = and_(row.category.in_(ORDINARY), here, row.referral_id.in_(_glass_of(reader, at)))
    gates = [
        row.referral_id.in_(residents_visible_to(session, reader, at=at)),
        row.category.in_(open_to(reader.role)),
        or_(row.agency_id == reader.agency_id, basis, glass),
    ]
    if kind is Note:
        gates.append(or_(~Note.sealed, Note.written_by_id == reader.id))
    return and_(*gates)


@dataclass(frozen=True)
class Reach:
    """How far one reader reaches into the record of one resident at one instant, read once for a page."""

    reader: Person
    referral_id: int
    at: datetime
    until: Mapping[Category, datetime]
    """What others wrote and she may read, each with the instant at which that ends."""
    glass_until: datetime | None
    """Until when the broken glass lets her in; None: she needs no glass, or has broken none."""
    lives_here: bool = True
    """Whether the woman lives in the network. Once she has left, glass opens only what the reader's agency wrote."""
    related: bool = True
    """Whether the reader works with her by right, and so may change something."""

    def may_read(self, category: Category, *, written_by: int | None = None) -> bool:
        """Return whether she may read this category; `written_by`: the id of the agency that wrote it."""
        if category not in open_to(self.reader.role):
            return False
        if written_by == self.reader.agency_id:
            return True
        return category in self.until or (self.glass_until is not None and self.lives_here and category in ORDINARY)


def reach_of(session: Session, reader: Person, referral_id: int, *, at: datetime) -> Reach | None:
    """Return how far she reaches into this resident's record, or None if it is closed to her. At most six queries."""
    ids = residents_visible_to(session, reader, at=at).where(Referral.id == referral_id)
    if session.scalar(ids) is None:
        return None
    rows = session.execute(
        select(SharedCategory.category, Sharing.until_at)
        .join(Sharing, Sharing.id == SharedCategory.sharing_id)
        .where(Sharing.referral_id == referral_id, Sharing.to_agency_id == reader.agency_id, stands(at)),
    )
    until: dict[Category, datetime] = {}
    for category, ends in rows:
        until[category] = max(ends, until.get(category, ends))
    glass = select(BrokenGlass.until_at).where(
        BrokenGlass.referral_id == referral_id, BrokenGlass.person_id == reader.id,
        BrokenGlass.agency_id == reader.agency_id, BrokenGlass.at <= at, BrokenGlass.until_at > at,
    )  # fmt: skip
    glass_until = session.scalar(glass.order_by(BrokenGlass.until_at.desc()).limit(1))
    if glass_until is None:
        return Reach(reader, referral_id, at, until, None)
    here = session.scalar(select(Stay.id).where(Stay.referral_id == referral_id, _goes_on(at)).limit(1))
    related = _is_related(session, reader, referral_id, at)
    return Reach(reader, referral_id, at, until, glass_until, lives_here=here is not None, related=related)


def may_read(session: Session, reader: Person, referral_id: int, category: Category, *, at: datetime) -> bool:
    """Return whether she may read what other agencies wrote of this category about this resident."""
    found = reach_of(session, reader, referral_id, at=at)
    return found is not None and found.may_read(category)


def resident(session: Session, reader: Person, ref: str, *, at: datetime, lock: bool = False) -> Referral | None:
    """Return the referral with this ref if she may open that woman's record; not there and not hers are the same."""
    query = select(Referral).where(
        Referral.ref == ref,
        Referral.id.in_(residents_visible_to(session, reader, at=at).with_only_columns(Referral.id)),
    )
    if lock:
        query = query.with_for_update(of=Referral).execution_options(populate_existing=True)
    return session.scalars(query).unique().one_or_none()
