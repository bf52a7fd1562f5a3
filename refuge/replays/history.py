"""The border post: the rows of a network's period become an `allocation.replay.History`. Refs and codes, no name.

What is taken for granted here stands in words on every page that shows a replay (`templates/replays/assumptions.html`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from random import Random
from statistics import median
from typing import TYPE_CHECKING

from sqlalchemy import and_, exists, or_, select

from allocation.beds.problem import Bed as BedGiven
from allocation.beds.problem import Funding, Level, Occupant
from allocation.replay.history import Arrival, History, Living, Room, Shut
from refuge.beds.models import Bed, Closure, Refuge, Stay
from refuge.london import day_begins, london_date
from refuge.placements.problem.beds import refuges_of
from refuge.placements.problem.border import conflicts_among, rules_of
from refuge.placements.problem.households import households_of
from refuge.placements.problem.people import needs_of, without_funds
from refuge.referrals.models import Referral, ReferralState
from refuge.statistics.dimensions import needs_in
from refuge.statistics.facts import Fact, Outcome
from refuge.statistics.queries.facts import facts

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date, datetime

    from sqlalchemy import Select
    from sqlalchemy.orm import Session

    from allocation.beds.problem import Household
    from refuge.placements.models import RuleSet
    from refuge.placements.problem.beds import House
    from refuge.statistics.periods import Period

SOUGHT = frozenset({Outcome.PLACED, Outcome.SERVICE, Outcome.OPEN})
"""Those for whom a place was sought and would have been taken."""
CLEANING = "cleaning"
"""Of list `closure_reason`: the replay cleans beds itself."""
USUAL_STAY = 133
"""Days: the mean stay of `domain.md` 3.2, where nobody has moved on yet to learn from."""


def history_of(session: Session, network_id: int, period: Period, *, rules: RuleSet, seed: int) -> History:
    """Return a period of a network as a replay takes it: a fixed number of queries."""
    begins = day_begins(period.since)
    known = {fact.number: fact for fact in facts(session, network_id, period)}
    theirs = _theirs(network_id, period)
    houses = refuges_of(session, network_id)
    needs, funding = needs_of(session, theirs), without_funds(session, theirs, on=period.since)
    households = households_of(
        session, theirs, houses=houses, needs=needs, funding=funding, at=begins, proposed={}
    )  # fmt: skip
    numbers: dict[str, int] = dict(
        session.execute(select(Referral.ref, Referral.id).where(Referral.id.in_(theirs))).all()
    )
    times = _times_here(session, network_id, begins)
    before = {number: here for number, here in times.items() if here.started_at < begins}
    spans = _Spans(period, known, times)
    arrivals = tuple(
        spans.arrival(household, known[numbers[household.ref]], seed)
        for household in households
        if (number := numbers[household.ref]) in known and number not in before and known[number].outcome in SOUGHT
    )
    living = tuple(
        Living(
            Occupant(
                here.ref, houses[here.refuge_id].given.ref, here.bed_ref,
                high_support=Level.HIGH in needs.get(number, {}).values(),
                funded_place=funding.get(number) is Funding.FUNDED_PLACE,
            ),
            None if here.ended_at is None else london_date(here.ended_at),
        )
        for number, here in before.items()
    )  # fmt: skip
    return History(
        first=period.since, last=period.until, refuges=tuple(house.given for house in houses.values()),
        rooms=_rooms(session, network_id, houses), arrivals=arrivals, living=living,
        shut=_shut(session, network_id, begins), conflicts=conflicts_among(session, theirs), rules=rules_of(rules),
        goals=tuple(rules.goals), goals_version=str(rules.version),
    )  # fmt: skip


@dataclass(frozen=True)
class Here:
    """A woman's time in the network's refuges: moves between beds taken together."""

    ref: str
    bed_ref: str
    """The bed that she had when the period began, or her first."""
    refuge_id: int
    started_at: datetime
    ended_at: datetime | None


def _theirs(network_id: int, period: Period) -> Select[int]:
    """Return the referrals that a replay must know: sought in the period, or of somebody who lived here in it."""
    begins, ends = day_begins(period.since), day_begins(period.until + timedelta(days=1))
    lived = exists().where(
        Stay.referral_id == Referral.id, or_(Stay.ended_at.is_(None), Stay.ended_at >= begins), Stay.started_at < ends
    )  # fmt: skip
    waits = Referral.state.in_((ReferralState.WAITING, ReferralState.HELD))
    sought = or_(Referral.received_at >= begins, waits, Referral.closed_at >= begins)
    return select(Referral.id).where(
        Referral.network_id == network_id, or_(lived, and_(sought, Referral.received_at < ends))
    )


def _times_here(session: Session, network_id: int, begins: datetime) -> dict[int, Here]:
    """Return referral id -> her time here, of all who lived here in the period or after it began."""
    rows = session.execute(
        select(Stay.referral_id, Referral.ref, Bed.ref, Bed.refuge_id, Stay.started_at, Stay.ended_at)
        .join(Bed, Bed.id == Stay.bed_id)
        .join(Refuge, Refuge.id == Bed.refuge_id)
        .join(Referral, Referral.id == Stay.referral_id)
        .where(Refuge.network_id == network_id, or_(Stay.ended_at.is_(None), Stay.ended_at >= begins))
        .order_by(Stay.referral_id, Stay.started_at),
    )
    found: dict[int, Here] = {}
    for number, ref, bed_ref, refuge_id, started_at, ended_at in rows:
        here = Here(ref, bed_ref, refuge_id, started_at, ended_at)
        first = found.get(number)
        found[number] = here if first is None else Here(
            first.ref, first.bed_ref, first.refuge_id, first.started_at, here.ended_at
        )  # fmt: skip
    return found


class _Spans:
    """How long each could wait, and how long she stays once she has a place."""

    def __init__(self, period: Period, known: Mapping[int, Fact], times: Mapping[int, Here]) -> None:
        self.period, self.times = period, times
        self.stays = sorted(
            max(1, (london_date(here.ended_at) - london_date(here.started_at)).days)
            for here in times.values()
            if here.ended_at is not None
        ) or [USUAL_STAY]
        waits = [_days(fact) for fact in known.values() if fact.outcome is Outcome.SERVICE]
        self.usual_wait = timedelta(days=round(median(waits)) if waits else 0)

    def arrival(self, household: Household, fact: Fact, seed: int) -> Arrival:
        """Return somebody for whom a place was sought."""
        here = self.times.get(fact.number)
        placed_on = london_date(here.started_at) if here is not None else None
        random = Random(f"{seed} {household.ref}")  # noqa: S311  the same stay every time is what is wanted
        return Arrival(
            household=household,
            received_on=fact.received_on,
            waits_until=self._waits_until(fact, placed_on),
            stay_days=random.choice(self.stays) if here is None else self._stay(here),
            counts_under=tuple(needs_in(fact.needs)),
            placed_on=placed_on,
        )

    def _waits_until(self, fact: Fact, placed_on: date | None) -> date:
        if placed_on is not None:
            return max(placed_on, fact.received_on + self.usual_wait)
        if fact.outcome is Outcome.SERVICE and fact.decided_on is not None:
            return fact.decided_on
        return self.period.until + timedelta(days=1)

    def _stay(self, here: Here) -> int:
        """Return her own stay; of one who lives there still, as long as the period lasts."""
        until = self.period.until + timedelta(days=1) if here.ended_at is None else london_date(here.ended_at)
        return max(1, (until - london_date(here.started_at)).days)


def _days(fact: Fact) -> int:
    return 0 if fact.decided_on is None else max(0, (fact.decided_on - fact.received_on).days)


def _rooms(session: Session, network_id: int, houses: Mapping[int, House]) -> tuple[Room, ...]:
    rows = session.scalars(
        select(Bed).join(Refuge, Refuge.id == Bed.refuge_id).where(Refuge.network_id == network_id).order_by(Bed.id)
    )
    return tuple(_room(row, houses[row.refuge_id]) for row in rows)


def _room(row: Bed, house: House) -> Room:
    given = BedGiven(
        ref=row.ref, refuge=house.given.ref, free_on=None, adults=row.adults, children=row.children, cots=row.cots,
        self_contained=row.self_contained, step_free=row.step_free, adapted=row.adapted, ground_floor=row.ground_floor,
    )  # fmt: skip
    return Room(given, row.opened_on, row.retired_on, house.turnaround_days)


def _shut(session: Session, network_id: int, begins: datetime) -> tuple[Shut, ...]:
    rows = session.execute(
        select(Bed.ref, Closure.from_at, Closure.ended_at)
        .join(Bed, Bed.id == Closure.bed_id)
        .join(Refuge, Refuge.id == Bed.refuge_id)
        .where(
            Refuge.network_id == network_id, Closure.reason != CLEANING,
            or_(Closure.ended_at.is_(None), Closure.ended_at >= begins),
        )
        .order_by(Closure.id),
    )  # fmt: skip
    return tuple(Shut(ref, london_date(start), None if end is None else london_date(end)) for ref, start, end in rows)
