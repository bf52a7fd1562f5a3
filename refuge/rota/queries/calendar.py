"""Reading the calendar: bank holidays, closure days, and which agencies work on them."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import or_, select

from refuge.accounts.models import Agency
from refuge.beds.working_days import BANK_HOLIDAYS
from refuge.rota.models import DISCIPLINES_OF, AgencyRota, ClosureDay

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy.orm import Session

    from refuge.accounts.models import Person


class BankHoliday(NamedTuple):
    """A bank holiday of England."""

    on: date
    name: str


def bank_holidays(from_on: date, until_on: date) -> list[BankHoliday]:
    """Return the bank holidays of England between two days, both included."""
    days = (from_on + timedelta(days=count) for count in range((until_on - from_on).days + 1))
    return [BankHoliday(on, BANK_HOLIDAYS[on]) for on in days if on in BANK_HOLIDAYS]


def network_bank_holidays(session: Session, network_id: int, from_on: date, until_on: date) -> frozenset[date]:
    """Return the days that are bank holidays for a network: England's, and those that it added for everybody."""
    added = session.scalars(
        select(ClosureDay.on).where(
            ClosureDay.network_id == network_id,
            ClosureDay.agency_id.is_(None),
            ClosureDay.on.between(from_on, until_on),
        )
    )
    return frozenset({one.on for one in bank_holidays(from_on, until_on)} | set(added))


def closure_days(session: Session, reader: Person, *, since: date) -> Sequence[ClosureDay]:
    """Return the days that were added by hand in the reader's network, from a day on."""
    return session.scalars(
        select(ClosureDay)
        .where(ClosureDay.network_id == reader.network_id, ClosureDay.on >= since)
        .order_by(ClosureDay.on, ClosureDay.id)
    ).all()


def changeable_day(session: Session, reader: Person, ref: str, *, may_for_everybody: bool) -> ClosureDay | None:
    """Return the day with this ref, if the reader may take it away: her own agency's, or everybody's if she may."""
    hers = ClosureDay.agency_id == reader.agency_id
    everybody = ClosureDay.agency_id.is_(None)
    return session.scalar(
        select(ClosureDay).where(
            ClosureDay.network_id == reader.network_id,
            ClosureDay.ref == ref,
            or_(hers, everybody) if may_for_everybody else hers,
        )
    )


def agencies_on_bank_holidays(session: Session, reader: Person) -> list[tuple[Agency, bool | None]]:
    """Return the agencies of the network that have workers here, each with whether it works then; None: not said."""
    rows = session.execute(
        select(Agency, AgencyRota.works_bank_holidays)
        .outerjoin(AgencyRota, AgencyRota.agency_id == Agency.id)
        .where(Agency.network_id == reader.network_id, Agency.kind.in_(DISCIPLINES_OF))
        .order_by(Agency.name)
    )
    return [(agency, works) for agency, works in rows]
