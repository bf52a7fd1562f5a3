"""Reading refuges: the network's for what they offer, one's own for the rest."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import Select, false, select
from sqlalchemy.orm import joinedload

from refuge.beds.models import AddressReveal, Refuge, RefugeChange
from refuge.permissions import Permission

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy.orm import Session

    from refuge.accounts.models import Person


def visible_to(reader: Person) -> Select[Refuge]:
    """Return the refuges that the reader may know of: her network's, if her role has to do with refuges at all."""
    if not reader.may(Permission.REFUGE_SEE):
        return select(Refuge).where(false())
    return select(Refuge).where(Refuge.network_id == reader.network_id)


def runs(reader: Person, refuge: Refuge) -> bool:
    """Return whether this is a refuge of the reader's own agency."""
    return refuge.agency_id == reader.agency_id and refuge.network_id == reader.network_id


def refuges(session: Session, reader: Person) -> Sequence[Refuge]:
    """Return the refuges that the reader may know of; her own agency's first, then by name."""
    found = session.scalars(visible_to(reader).order_by(Refuge.name)).all()
    return sorted(found, key=lambda refuge: not runs(reader, refuge))


def find_refuge(session: Session, reader: Person, ref: str) -> Refuge | None:
    """Return the refuge with this ref, or None if there is none that she may know of."""
    return session.scalar(visible_to(reader).where(Refuge.ref == ref))


def own_refuge(session: Session, reader: Person, ref: str) -> Refuge | None:
    """Return the refuge with this ref if the reader's agency runs it."""
    return session.scalar(visible_to(reader).where(Refuge.ref == ref, Refuge.agency_id == reader.agency_id))


def changes_of(session: Session, reader: Person, refuge: Refuge, *, most: int = 50) -> Sequence[RefugeChange]:
    """Return how what a refuge offers has changed, latest first: to those who match by it."""
    if not reader.may(Permission.MATCH_SEE):
        return []
    seen = visible_to(reader).where(Refuge.id == refuge.id).with_only_columns(Refuge.id)
    return session.scalars(
        select(RefugeChange)
        .where(RefugeChange.refuge_id.in_(seen))
        .options(joinedload(RefugeChange.made_by))
        .order_by(RefugeChange.version.desc())
        .limit(most),
    ).all()


def reveals_of(session: Session, reader: Person, refuge: Refuge, *, most: int = 50) -> Sequence[AddressReveal]:
    """Return who has seen the address of a refuge of the reader's own agency, latest first."""
    own = visible_to(reader).where(Refuge.agency_id == reader.agency_id, Refuge.id == refuge.id)
    return session.scalars(
        select(AddressReveal)
        .where(AddressReveal.refuge_id.in_(own.with_only_columns(Refuge.id)))
        .options(joinedload(AddressReveal.person))
        .order_by(AddressReveal.at.desc(), AddressReveal.id.desc())
        .limit(most),
    ).all()
