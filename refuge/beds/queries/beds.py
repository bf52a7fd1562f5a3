"""Reading beds: what the network's beds are like, and the closures of one's own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import or_, select
from sqlalchemy.orm import joinedload

from refuge.beds.models import Bed, Closure, Refuge
from refuge.beds.queries.refuges import visible_to

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from sqlalchemy import Select
    from sqlalchemy.orm import Session

    from refuge.accounts.models import Person


def visible_beds(reader: Person) -> Select[Bed]:
    """Return the beds of the refuges that the reader may know of."""
    return select(Bed).where(Bed.refuge_id.in_(visible_to(reader).with_only_columns(Refuge.id)))


def beds_in_use(reader: Person, *, on: date) -> Select[Bed]:
    """Return those of them that count as beds on this day, in the order of the board."""
    return (
        visible_beds(reader)
        .where(Bed.opened_on <= on, or_(Bed.retired_on.is_(None), Bed.retired_on > on))
        .order_by(Bed.position, Bed.id)
    )


def beds_of(session: Session, reader: Person, refuge: Refuge, *, on: date) -> Sequence[Bed]:
    """Return the beds of a refuge that count on this day or will later."""
    return session.scalars(
        visible_beds(reader)
        .where(Bed.refuge_id == refuge.id, or_(Bed.retired_on.is_(None), Bed.retired_on > on))
        .order_by(Bed.position, Bed.id),
    ).all()


def retired_beds_of(session: Session, reader: Person, refuge: Refuge, *, on: date) -> Sequence[Bed]:
    """Return the beds of a refuge of the reader's own agency that are out of service, latest first."""
    return session.scalars(
        visible_beds(reader)
        .join(Bed.refuge)
        .where(Bed.refuge_id == refuge.id, Refuge.agency_id == reader.agency_id, Bed.retired_on <= on)
        .order_by(Bed.retired_on.desc(), Bed.position, Bed.id),
    ).all()


def find_bed(session: Session, reader: Person, ref: str) -> Bed | None:
    """Return the bed with this ref, or None if there is none that she may know of."""
    return session.scalar(visible_beds(reader).where(Bed.ref == ref))


def own_bed(session: Session, reader: Person, ref: str) -> Bed | None:
    """Return the bed with this ref if the reader's agency runs its refuge."""
    return session.scalar(
        visible_beds(reader).join(Bed.refuge).where(Bed.ref == ref, Refuge.agency_id == reader.agency_id),
    )


def closures_of(session: Session, reader: Person, bed: Bed) -> Sequence[Closure]:
    """Return the closures of a bed of the reader's own agency, latest first."""
    own = visible_beds(reader).join(Bed.refuge).where(Bed.id == bed.id, Refuge.agency_id == reader.agency_id)
    return session.scalars(
        select(Closure)
        .where(Closure.bed_id.in_(own.with_only_columns(Bed.id)))
        .options(joinedload(Closure.closed_by))
        .order_by(Closure.from_at.desc(), Closure.id.desc()),
    ).all()
