"""Where a refuge is. A leaked address can kill, so this module alone reads and writes it.

`_read` and `_write` are the only two places that touch the column: field encryption belongs inside them. Asking for a
second factor again belongs before `reveal_address`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from refuge.audit.service import Actor, record
from refuge.beds.models import AddressReveal, Refuge, RefugeAddress
from refuge.beds.service.refuges import lock_refuge
from refuge.errors import Refused

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

    from refuge.accounts.models import Person

NONE_KEPT = "address.none"


def reveal_address(
    session: Session, refuge: Refuge, *, reason: str, note: str, by: Person, actor: Actor, at: datetime
) -> str:
    """Return where a refuge of her own agency is, and keep who asked, when and why. Raise Refused if none is kept."""
    _refuse_others(refuge, by)
    address = _read(session, refuge)
    if address is None:
        raise Refused("No address is kept for this refuge. A manager of it can add one.", code=NONE_KEPT)
    session.add(AddressReveal(refuge_id=refuge.id, person_id=by.id, at=at, reason=reason, note=note))
    record(session, "address.revealed", refuge.ref, by=actor, at=at, reason=reason)
    return address


def set_address(session: Session, refuge: Refuge, address: str, *, by: Person, actor: Actor, at: datetime) -> None:
    """Keep, or replace, where a refuge of her own agency is. What was kept before is not shown."""
    _refuse_others(refuge, by)
    lock_refuge(session, refuge.id)
    _write(session, refuge, address)
    record(session, "address.changed", refuge.ref, by=actor, at=at, fields=["address"])


def has_address(session: Session, refuge: Refuge) -> bool:
    """Return whether an address is kept."""
    return session.scalar(select(RefugeAddress.id).where(RefugeAddress.refuge_id == refuge.id)) is not None


def _refuse_others(refuge: Refuge, by: Person) -> None:
    """Stop here what a view should have stopped: an address never leaves its own agency."""
    if refuge.agency_id != by.agency_id:
        raise Refused("Only the agency that runs this refuge may see its address.", code="address.not_yours")


def _read(session: Session, refuge: Refuge) -> str | None:
    return session.scalar(select(RefugeAddress.address).where(RefugeAddress.refuge_id == refuge.id))


def _write(session: Session, refuge: Refuge, address: str) -> None:
    row = session.scalar(select(RefugeAddress).where(RefugeAddress.refuge_id == refuge.id))
    if row is None:
        session.add(RefugeAddress(refuge_id=refuge.id, address=address))
    else:
        row.address = address
    session.flush()
