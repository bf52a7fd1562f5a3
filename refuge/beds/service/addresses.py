"""Where a refuge is. A leaked address can kill, so this module alone reads and writes it.

`_read` and `_write` are the only two places that touch the column, which is kept sealed (`refuge/sealed.py`). Asking
for a second factor again belongs before `reveal_address`.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import select

from refuge import once
from refuge.audit.service import Actor, record
from refuge.beds.models import AddressReveal, Refuge, RefugeAddress
from refuge.beds.service.refuges import lock_refuge
from refuge.beds.service.versions import STALE
from refuge.database import lock_for_writing
from refuge.errors import Refused

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

    from refuge.accounts.models import Person

NONE_KEPT = "address.none"
SHOWN = "address.shown"
TO_CHECK = "check"
"""Of code list `address_reason`: why the kept address is shown beside one that was typed meanwhile."""
ONE_PRESS = timedelta(minutes=1)
"""For how long a form that is sent again, by a second press or on a slow line, is still the same act."""


class Kept(NamedTuple):
    """Where a refuge is, and which version of that."""

    address: str
    version: int


def reveal_address(
    session: Session, refuge: Refuge, *, reason: str, note: str, key: str, by: Person, actor: Actor, at: datetime
) -> Kept:
    """Return where a refuge of her own agency is, and keep who asked, when and why, once for each form that is sent.

    Raise Refused if none is kept, or if the form has shown an address before and is not merely sent twice.
    """
    _refuse_others(refuge, by)
    lock_for_writing(session, f"reveals of person {by.id}")
    kept = _read(session, refuge)
    if kept is None:
        raise Refused("No address is kept for this refuge. A manager of it can add one.", code=NONE_KEPT)
    if not _is_sent_twice(session, refuge, kept, key, by=by, at=at):
        shown = AddressReveal(refuge_id=refuge.id, person_id=by.id, at=at, reason=reason, note=note)
        shown.version, shown.key = kept.version, key if once.KEY.fullmatch(key) else None
        session.add(shown)
        record(session, "address.revealed", refuge.ref, by=actor, at=at, reason=reason)
    return kept


def set_address(
    session: Session, refuge: Refuge, address: str, *, version: int, by: Person, actor: Actor, at: datetime
) -> None:
    """Keep, or replace, where a refuge of her own agency is. What was kept before is not shown.

    Raise Refused if the form was not opened on what is kept now: an address is never written over unseen.
    """
    _refuse_others(refuge, by)
    lock_refuge(session, refuge.id)
    if version != version_kept(session, refuge):
        raise Refused(
            "Somebody else has changed this address since you opened this page, so yours is not kept, and nothing was "
            "written over. What you typed is still below.",
            code=STALE, field="address",
        )  # fmt: skip
    _write(session, refuge, address)
    record(session, "address.changed", refuge.ref, by=actor, at=at, fields=["address"])


def version_kept(session: Session, refuge: Refuge) -> int:
    """Return how many addresses have been kept for this refuge, one after the other; 0 while there is none."""
    return session.scalar(select(RefugeAddress.version).where(RefugeAddress.refuge_id == refuge.id)) or 0


def _is_sent_twice(session: Session, refuge: Refuge, kept: Kept, key: str, *, by: Person, at: datetime) -> bool:
    """Return whether this very form has shown this very address a moment ago. Any other second use of it is refused."""
    if not once.KEY.fullmatch(key):
        return False
    before = session.scalar(select(AddressReveal).where(AddressReveal.person_id == by.id, AddressReveal.key == key))
    if before is None:
        return False
    if (before.refuge_id, before.version) == (refuge.id, kept.version) and at - before.at <= ONE_PRESS:
        return True
    raise Refused("An address is shown once for each time you ask. Say again why you need it.", code=SHOWN)


def _refuse_others(refuge: Refuge, by: Person) -> None:
    """Stop here what a view should have stopped: an address never leaves its own agency."""
    if refuge.agency_id != by.agency_id:
        raise Refused("Only the agency that runs this refuge may see its address.", code="address.not_yours")


def _read(session: Session, refuge: Refuge) -> Kept | None:
    columns = select(RefugeAddress.address, RefugeAddress.version)
    row = session.execute(columns.where(RefugeAddress.refuge_id == refuge.id)).one_or_none()
    return None if row is None else Kept(*row)


def _write(session: Session, refuge: Refuge, address: str) -> None:
    row = session.scalar(select(RefugeAddress).where(RefugeAddress.refuge_id == refuge.id))
    if row is None:
        session.add(RefugeAddress(refuge_id=refuge.id, address=address))
    else:
        row.address = address
    session.flush()
