"""What a problem must know of those who wait: their referrals in codes, with "not asked" kept apart from "no"."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.orm import lazyload

from allocation.beds.problem import HARM, NEEDS, Answer, Check, Child, Funding, Household, Level, Risk
from refuge.london import london_date
from refuge.placements.problem.left import Left, asked_to_leave
from refuge.referrals import risk
from refuge.referrals.models import AdmissionCheck, CheckState, ChildSex, Referral, UnsafeArea
from refuge.referrals.models import Answer as Told
from refuge.referrals.models import Child as ChildRow

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from sqlalchemy import Select
    from sqlalchemy.orm import Session

    from refuge.placements.models import MatchRun
    from refuge.placements.problem.beds import House
    from refuge.placements.problem.people import Needs

ACCESS = ("step_free", "adapted", "ground_floor")
"""The access needs that a bed answers; the rest of code list `access_need` is for people to read."""
SONS = {ChildSex.BOY: Answer.YES, ChildSex.GIRL: Answer.NO, ChildSex.NOT_ASKED: Answer.NOT_ASKED}
CHECKS = {CheckState.DONE: Check.DONE, CheckState.CONCERN: Check.CONCERN}
WHITE_BRITISH = "W1"
NOT_TOLD = {"not_asked", "prefer_not"}
"""Codes of list `ethnicity` that say nothing."""
HONOUR_BASED = {"hba", "forced_marriage", "fgm"}
"""Codes of list `form_of_abuse` for which a by-and-for refuge is specified."""


@dataclass(frozen=True)
class Facts:
    """What stands beside the referrals, by the id of each."""

    children: Mapping[int, tuple[Child, ...]]
    unsafe: Mapping[int, tuple[str, ...]]
    checks: Mapping[int, dict[str, Check]]
    needs: Mapping[int, Needs]
    funding: Mapping[int, Funding]
    left: Mapping[int, Left]
    proposed: Mapping[str, str]
    """By ref of a household: the bed that the last run proposed."""


def households_of(
    session: Session,
    waiting: Select[int],
    *,
    houses: Mapping[int, House],
    needs: Mapping[int, Needs],
    funding: Mapping[int, Funding],
    at: datetime,
    proposed: Mapping[str, str],
) -> tuple[Household, ...]:
    """Return these referrals as matching takes them, in the order in which they were made."""
    facts = Facts(
        children=_children(session, waiting), unsafe=_unsafe_areas(session, waiting), checks=_checks(session, waiting),
        needs=needs, funding=funding, left=asked_to_leave(session, waiting, list(houses), on=london_date(at)),
        proposed=proposed,
    )  # fmt: skip
    rows = session.scalars(
        select(Referral).where(Referral.id.in_(waiting)).order_by(Referral.id).options(lazyload("*")),
    )
    return tuple(household_of(row, facts, houses, at=at) for row in rows)


def household_of(row: Referral, facts: Facts, houses: Mapping[int, House], *, at: datetime) -> Household:
    """Return one referral as matching takes it."""
    children, needs, left = facts.children.get(row.id, ()), facts.needs.get(row.id, {}), facts.left.get(row.id, Left())
    access = tuple(code for code in ACCESS if code in row.access)
    harm = tuple(code for code in HARM if code in row.harm)
    return Household(
        ref=row.ref,
        risk=Risk(risk.level(row.risk_tool, row.risk_count, row.judgement).rank),
        waiting_days=max(0, (london_date(at) - london_date(row.received_at)).days),
        needed_by=row.needed_by,
        adult_dependants=row.adult_dependants or 0,
        children=children,
        children_known=bool(children) or row.children_come is Told.NO,
        needs=dict(needs),
        access=access,
        access_known=row.access_asked or bool(row.access),
        unsafe_areas=facts.unsafe.get(row.id, ()),
        unsafe_elsewhere=bool(row.elsewhere_unsafe.strip()),
        only_refuges=None if row.shared else _of_agency(row.agency_id, houses),
        funding=facts.funding.get(row.id, Funding.NOT_KNOWN),
        specialisms={"complex_needs": complex_needs(needs), "by_and_for_bme": by_and_for(row)},
        checks=dict(facts.checks.get(row.id, {})),
        pets=row.pets,
        needs_self_contained=row.needs_self_contained,
        harm=harm,
        harm_known=row.harm_asked or bool(row.harm),
        asked_to_leave=dict(left.until),
        maybe_asked_to_leave=left.maybe,
        prefers_by_and_for=row.prefers_by_and_for is Told.YES,
        prefers_self_contained=row.prefers_self_contained is Told.YES,
        preferred_areas=tuple(row.preferred_areas),
        language=row.language or None,
        last_proposed=facts.proposed.get(row.ref),
    )


def proposed_in(run: MatchRun | None) -> dict[str, str]:
    """Return household -> bed as a run proposed them; nothing before the first run, or once it is erased."""
    content = run.content if run is not None else None
    placements = content.answer["placements"] if content is not None else []
    return {placement["household"]: placement["bed"] for placement in placements}


def complex_needs(needs: Needs) -> Answer:
    """Return whether a refuge for complex needs is for her: any need of hers will do, and silence is not a no."""
    levels = [needs.get(need) for need in NEEDS]
    if any(level is not None and level >= Level.LOW for level in levels):
        return Answer.YES
    return Answer.NOT_ASKED if None in levels else Answer.NO


def by_and_for(row: Referral) -> Answer:
    """Return whether a refuge led by and for Black and minority ethnic women is for her."""
    if row.ethnicity not in NOT_TOLD:
        return Answer.NO if row.ethnicity == WHITE_BRITISH else Answer.YES
    speaks_another = row.language not in {"", "en"}
    if row.prefers_by_and_for is Told.YES or HONOUR_BASED & set(row.abuse) or speaks_another:
        return Answer.YES
    return Answer.NOT_ASKED


def _of_agency(agency_id: int, houses: Mapping[int, House]) -> tuple[str, ...]:
    return tuple(house.given.ref for house in houses.values() if house.agency_id == agency_id)


def _children(session: Session, waiting: Select[int]) -> dict[int, tuple[Child, ...]]:
    rows = session.execute(
        select(ChildRow.referral_id, ChildRow.age, ChildRow.sex)
        .where(ChildRow.referral_id.in_(waiting))
        .order_by(ChildRow.referral_id, ChildRow.position),
    )
    found: dict[int, tuple[Child, ...]] = defaultdict(tuple)
    for referral_id, age, sex in rows:
        found[referral_id] += (Child(age, SONS[sex]),)
    return found


def _unsafe_areas(session: Session, waiting: Select[int]) -> dict[int, tuple[str, ...]]:
    rows = session.execute(
        select(UnsafeArea.referral_id, UnsafeArea.area)
        .where(UnsafeArea.referral_id.in_(waiting))
        .order_by(UnsafeArea.referral_id, UnsafeArea.area),
    )
    found: dict[int, tuple[str, ...]] = defaultdict(tuple)
    for referral_id, area in rows:
        found[referral_id] += (area,)
    return found


def _checks(session: Session, waiting: Select[int]) -> dict[int, dict[str, Check]]:
    rows = session.execute(
        select(AdmissionCheck.referral_id, AdmissionCheck.check, AdmissionCheck.state)
        .where(AdmissionCheck.referral_id.in_(waiting))
        .order_by(AdmissionCheck.referral_id, AdmissionCheck.check),
    )
    found: dict[int, dict[str, Check]] = defaultdict(dict)
    for referral_id, check, state in rows:
        found[referral_id][check] = CHECKS.get(state, Check.OUTSTANDING)
    return found
