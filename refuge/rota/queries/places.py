"""Reading houses as the rota sees them: rooms for sessions, promises, and the way to other houses."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from sqlalchemy import Select, or_, select

from refuge.beds.models import Refuge
from refuge.beds.queries.refuges import visible_to
from refuge.rota.models import CoverPromise, SessionRoom, Travel

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy.orm import Session

    from refuge.accounts.models import Person


def rooms(session: Session, refuge_ids: Sequence[int], *, on: date) -> Sequence[SessionRoom]:
    """Return the rooms for sessions of these houses that are in use on a day."""
    return session.scalars(
        select(SessionRoom)
        .where(
            SessionRoom.refuge_id.in_(refuge_ids), or_(SessionRoom.retired_on.is_(None), SessionRoom.retired_on > on)
        )
        .order_by(SessionRoom.refuge_id, SessionRoom.name)
    ).all()


def own_room(session: Session, reader: Person, ref: str) -> SessionRoom | None:
    """Return the room with this ref, if it is in a house of the reader's own agency."""
    return session.scalar(select(SessionRoom).where(SessionRoom.ref == ref, SessionRoom.refuge_id.in_(_own(reader))))


def own_promise(session: Session, reader: Person, ref: str) -> CoverPromise | None:
    """Return the promise with this ref, if it is of a house of the reader's own agency."""
    return session.scalar(select(CoverPromise).where(CoverPromise.ref == ref, CoverPromise.refuge_id.in_(_own(reader))))


def travel_from(session: Session, reader: Person, refuge: Refuge) -> list[tuple[Refuge, int | None]]:
    """Return each other house of the network with the minutes to it; None: nobody has entered them."""
    others = session.scalars(visible_to(reader).where(Refuge.id != refuge.id).order_by(Refuge.name)).all()
    pairs = session.execute(
        select(Travel.low_id, Travel.high_id, Travel.minutes).where(
            or_(Travel.low_id == refuge.id, Travel.high_id == refuge.id)
        )
    )
    entered = {low + high - refuge.id: minutes for low, high, minutes in pairs}
    return [(one, entered.get(one.id)) for one in others]


def _own(reader: Person) -> Select[int]:
    return visible_to(reader).where(Refuge.agency_id == reader.agency_id).with_only_columns(Refuge.id)
