"""What a network decides about plans: by when one is agreed, and areas of need of its own."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from refuge.accounts.models import Network
from refuge.audit.service import record
from refuge.errors import Refused
from refuge.seen import refuse_if_other
from support_plans.categories import Category
from support_plans.models import NetworkArea

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from sqlalchemy.orm import Session

    from refuge.accounts.models import Person
    from refuge.audit.service import Actor
    from support_plans.areas import Area


def set_due_days(session: Session, by: Person, days: int, *, seen: str, actor: Actor, at: datetime) -> bool:
    """Set within how many working days of moving in a plan is agreed; return whether that changed anything.

    Raise Refused if somebody set it since the page was opened: `seen` is the mark of what it showed.
    """
    network = session.scalars(
        select(Network).where(Network.id == by.network_id).with_for_update(),
        execution_options={"populate_existing": True},
    ).one()
    session.refresh(network)
    if network.plan_due_days == days:
        return False
    refuse_if_other(
        seen, (network.plan_due_days,),
        f"Somebody else has just set it to {network.plan_due_days}. Nothing of yours is saved; save again to keep it",
        field="due_days",
    )  # fmt: skip
    network.plan_due_days = days
    session.flush()
    record(session, "plans.due_days_set", network.ref, by=actor, at=at, days=days)
    return True


def add_area(
    session: Session, by: Person, label: str, category: str, *, areas: Iterable[Area], actor: Actor, at: datetime
) -> NetworkArea:
    """Add an area of need for the reader's network. Raise Refused if it is there already."""
    if any(area.label.casefold() == label.casefold() for area in areas):
        raise Refused("This area is there already", field="area")
    slug = re.sub(r"[^a-z0-9]+", "_", label.lower()).strip("_")[:30] or "area"
    row = NetworkArea(
        network_id=by.network_id, code=f"own_{slug}", label=label, category=Category(category), added_by_id=by.id,
        added_at=at,
    )  # fmt: skip
    try:
        with session.begin_nested():
            session.add(row)
    except IntegrityError as error:
        raise Refused("This area is there already, or there is one with nearly the same words", field="area") from error
    record(session, "plans.area_added", "-", by=actor, at=at, area=row.code, category=category)
    return row
