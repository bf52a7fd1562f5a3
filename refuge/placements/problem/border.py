"""The border post: rows of one network become an `allocation.beds.Problem`, whole and unfiltered.

It never looks at who asks: a match that left out whom the reader may not see would give one bed to two women. What is
shown of the answer is narrowed where it is shown (decision 6). Refs and codes go out; no name, note or address does.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.orm import aliased

from allocation.beds.problem import Decision, Level, Problem, Rules, Strictness
from refuge.london import london_date
from refuge.placements.problem.beds import Lodging, beds_of, lodgings, occupants_of, refuges_of
from refuge.placements.problem.households import households_of, proposed_in
from refuge.placements.problem.people import needs_of, people_of, without_funds
from refuge.referrals.models import ConflictPair, Referral

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from sqlalchemy import Select
    from sqlalchemy.orm import Session

    from allocation.beds.problem import Bed, Household
    from refuge.placements.models import MatchRun, RuleSet
    from refuge.placements.problem.beds import House


def build_problem(
    session: Session,
    network_id: int,
    *,
    at: datetime,
    rules: RuleSet,
    also: Sequence[int] = (),
    decisions: Sequence[Decision] = (),
    last_run: MatchRun | None = None,
    changed: Mapping[int, House] | None = None,
) -> Problem:
    """Return what a run at this instant is about: everybody who waits in this network, and every bed in use.

    `also`: ids of referrals that are looked at although they do not wait, with what is held for them counted as free
    for them. `decisions` about a household or bed that is no longer there are left out. `changed`: by id, refuges of
    the network as they would be instead. The number of queries does not grow with the network.
    """
    houses, lodged = {**refuges_of(session, network_id), **(changed or {})}, lodgings(session, network_id, at)
    people, waiting = (people_of(network_id, also, placed, at=at) for placed in (lodged.people, ()))
    needs, funding = needs_of(session, people), without_funds(session, people, on=london_date(at))
    households = households_of(
        session, waiting, houses=houses, needs=needs, funding=funding, at=at, proposed=proposed_in(last_run),
    )  # fmt: skip
    beds = beds_of(session, network_id, houses, lodged.for_others_than(also), at)
    return Problem(
        on=london_date(at),
        refuges=tuple(house.given for house in houses.values()),
        beds=tuple(beds.values()),
        households=households,
        occupants=occupants_of(_settled(lodged.lodgings, households), houses, beds, needs=needs, funding=funding),
        conflicts=conflicts_among(session, people),
        decisions=_standing(decisions, households, tuple(beds.values())),
        rules=rules_of(rules),
        goals=tuple(rules.goals),
        goals_version=str(rules.version),
    )


def rules_of(rules: RuleSet) -> Rules:
    """Return the rules of a network as matching takes them."""
    return Rules(
        version=str(rules.version),
        strictness={code: Strictness(how) for code, how in sorted(rules.strictness.items())},
        days_ahead=rules.days_ahead,
        round_the_clock_from={need: Level(level) for need, level in sorted(rules.round_the_clock_from.items())},
    )


def _settled(lodged: Sequence[Lodging], households: Sequence[Household]) -> list[Lodging]:
    """Return who has a place, one place each: residents before holds, and nobody who is matched herself."""
    matched = {household.ref for household in households}
    found: dict[str, Lodging] = {}
    for lodging in lodged:
        if lodging.ref not in matched:
            found.setdefault(lodging.ref, lodging)
    return list(found.values())


def conflicts_among(session: Session, people: Select[int]) -> tuple[tuple[str, str], ...]:
    """Return pairs of refs, among these referrals, that must not be in one refuge."""
    low, high = aliased(Referral), aliased(Referral)
    rows = session.execute(
        select(low.ref, high.ref)
        .select_from(ConflictPair)
        .join(low, low.id == ConflictPair.low_id)
        .join(high, high.id == ConflictPair.high_id)
        .where(ConflictPair.low_id.in_(people), ConflictPair.high_id.in_(people))
        .order_by(low.ref, high.ref),
    )
    return tuple((one, other) for one, other in rows)


def _standing(
    decisions: Sequence[Decision],
    households: Sequence[Household],
    beds: Sequence[Bed],
) -> tuple[Decision, ...]:
    there = {household.ref for household in households}
    places = {bed.ref for bed in beds} | {None}
    return tuple(made for made in decisions if made.household in there and made.bed in places)
