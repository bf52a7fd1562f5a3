"""The border post: rows of one network become an `allocation.sessions.Problem`, whole and unfiltered.

It never looks at who asks, for the same reason as matching (decision 6): a plan that left out whom the reader may not
see would book one worker twice. Refs and codes go out; no name, note or address does.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from allocation.sessions.calendar import beginning, days_from, minute
from allocation.sessions.problem import Decision, Problem, Proposed, Travel
from refuge.inreach.problem_standing import Standing, standing_of
from refuge.inreach.problem_wanted import wanted_of
from refuge.london import london_date

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy.orm import Session

    from allocation.sessions.solution import Solution

DEFAULT_DAYS = 14
"""How many days a plan looks ahead, today included."""


@dataclass(frozen=True)
class Horizon:
    """The days of a plan."""

    from_on: date
    days: int = DEFAULT_DAYS

    @property
    def until_on(self) -> date:
        """The last day."""
        return self.from_on + timedelta(days=self.days - 1)


def build_problem(
    session: Session,
    network_id: int,
    *,
    at: datetime,
    horizon: Horizon | None = None,
    decisions: Sequence[Decision] = (),
    last: tuple[Problem, Solution] | None = None,
) -> Problem:
    """Return what a plan at this instant is about. The number of queries does not grow with the network.

    `decisions` about sessions that are no longer wanted are left out, and so is what was proposed `last`.
    """
    horizon = horizon or Horizon(london_date(at))
    standing = standing_of(session, network_id, horizon.from_on, horizon.until_on)
    wanted = wanted_of(session, standing, at=at)
    problem = Problem(
        days=days_from(horizon.from_on, horizon.days),
        houses=standing.houses,
        workers=standing.workers,
        residents=standing.residents,
        wanted=wanted,
        rooms=standing.rooms,
        travel=_ways(standing),
        booked=standing.booked,
    )
    there = {one.ref for one in wanted}
    workers, rooms = {one.ref for one in standing.workers}, {one.ref for one in standing.rooms}
    kept = tuple(
        made
        for made in decisions
        if made.session in there and made.worker in workers | {None} and made.room in rooms | {None}
    )
    return replace(problem, decisions=kept, last=_last(last, horizon.from_on, there, workers, rooms))


def _ways(standing: Standing) -> tuple[Travel, ...]:
    return tuple(
        Travel(standing.house_refs[one], standing.house_refs[other], minutes)
        for (one, other), minutes in sorted(standing.travel.items())
    )


def _last(
    last: tuple[Problem, Solution] | None, first: date, there: set[str], workers: set[str], rooms: set[str]
) -> tuple[Proposed, ...]:
    """Return what was proposed last time, counted from the first day of this plan."""
    if last is None:
        return ()
    then, answer = last
    moved = minute(first, beginning(then.days[0].on))
    return tuple(
        Proposed(one.session, one.worker, one.from_at + moved, one.room)
        for one in answer.proposals
        if one.session in there and one.worker in workers and (one.room is None or one.room in rooms)
    )
