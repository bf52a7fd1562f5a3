"""Days off: whether an agency works on bank holidays, and closure days added by hand."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from sqlalchemy import select

from refuge.accounts.models import Agency
from refuge.audit.service import record
from refuge.database import new_ref
from refuge.errors import Refused
from refuge.london import london_date
from refuge.rota.models import AgencyRota, ClosureDay
from refuge.rota.service.judged import judged_by_database
from refuge.seen import refuse_if_other

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

    from refuge.accounts.models import Person
    from refuge.audit.service import Actor


def set_bank_holidays(session: Session, *, works: bool, seen: str, by: Person, actor: Actor, at: datetime) -> None:
    """Say whether one's own agency works on bank holidays.

    Raise Refused if somebody said otherwise since the page was opened: `seen` is the mark of what it showed.
    """
    session.execute(select(Agency.id).where(Agency.id == by.agency_id).with_for_update())
    row = session.scalar(select(AgencyRota).where(AgencyRota.agency_id == by.agency_id))
    kept = None if row is None else row.works_bank_holidays
    if kept is works:
        return
    refuse_if_other(
        seen, (kept,), f"Somebody has just said {'yes' if kept else 'no'}. Nothing of yours is saved.", field="works"
    )
    if row is None:
        row = AgencyRota(agency_id=by.agency_id)
        session.add(row)
    row.works_bank_holidays = works
    session.flush()
    record(session, "agency.bank_holidays_set", by.agency.ref, by=actor, at=at, works=works)


def add_closure_day(
    session: Session, on: date, name: str, *, for_everybody: bool, by: Person, actor: Actor, at: datetime
) -> ClosureDay:
    """Add a day on which one's own agency does not work, or an extra bank holiday for the network."""
    if on < london_date(at):
        raise Refused("Enter a day that is not over", code="past", field="on")
    agency_id = None if for_everybody else by.agency_id
    row = ClosureDay(ref=new_ref(session, ClosureDay), network_id=by.network_id, agency_id=agency_id, on=on, name=name)
    with judged_by_database(session):
        session.add(row)
        session.flush()
    record(session, "closure_day.added", row.ref, by=actor, at=at, for_everybody=for_everybody)
    return row


def remove_closure_day(session: Session, row: ClosureDay, *, actor: Actor, at: datetime) -> None:
    """Take away a day that is not over."""
    if row.on < london_date(at):
        raise Refused("This day is over, so it stays: it is what happened.", code="over")
    record(session, "closure_day.removed", row.ref, by=actor, at=at)
    session.delete(row)
    session.flush()
