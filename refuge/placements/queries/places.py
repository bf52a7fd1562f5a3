"""How many of the few high-support and funded places of each refuge are used, by who lives there or is held a bed."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import select

from allocation.beds.problem import Funding, Level
from refuge.beds.models import Refuge
from refuge.london import london_date
from refuge.permissions import Permission
from refuge.placements.problem.beds import lodgings
from refuge.placements.problem.people import needs_of, without_funds
from refuge.referrals.models import Referral

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from sqlalchemy.orm import Session

    from refuge.accounts.models import Person


class Used(NamedTuple):
    """How many places of one refuge are used; None: the reader may not know."""

    high_support: int | None
    funded: int | None


def places_used(session: Session, reader: Person, *, at: datetime) -> Mapping[int, Used]:
    """Return refuge id -> places used in the reader's network. Counts, as matching counts them; it names nobody."""
    if not reader.may(Permission.MATCH_SEE):
        return {}
    lodged = lodgings(session, reader.network_id, at).lodgings
    people = select(Referral.id).where(Referral.id.in_([one.referral_id for one in lodged]))
    needs, money = needs_of(session, people), reader.may(Permission.IMMIGRATION_SEE)
    funding = without_funds(session, people, on=london_date(at)) if money else {}
    once = {one.referral_id: one.refuge_id for one in reversed(lodged)}.items()
    high = Counter(refuge for her, refuge in once if Level.HIGH in needs.get(her, {}).values())
    funded = Counter(refuge for her, refuge in once if funding.get(her) is Funding.FUNDED_PLACE)
    houses = session.scalars(select(Refuge.id).where(Refuge.network_id == reader.network_id))
    return {house: Used(high[house], funded[house] if money else None) for house in houses}
