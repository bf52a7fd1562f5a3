"""An invented woman as the rows of a referral: what the worker who took the call wrote down."""

from __future__ import annotations

from typing import TYPE_CHECKING

from allocation.beds.problem import Answer as Known
from allocation.beds.problem import Funding, Level, Risk
from refuge.referrals.models import (
    AdmissionCheck,
    Answer,
    CheckState,
    Child,
    ChildSex,
    FundingRoute,
    Judgement,
    Need,
    NeedLevel,
    Recourse,
    Referral,
    RouteState,
    UnsafeArea,
)

if TYPE_CHECKING:
    from datetime import date

    from refuge.demo.women import Woman

LEVELS = {
    Level.NONE: NeedLevel.NO,
    Level.LOW: NeedLevel.LOW,
    Level.MEDIUM: NeedLevel.MEDIUM,
    Level.HIGH: NeedLevel.HIGH,
}
JUDGED = {
    Risk.NOT_ASSESSED: Judgement.NOT_ASKED, Risk.STANDARD: Judgement.STANDARD, Risk.MEDIUM: Judgement.MEDIUM,
    Risk.HIGH: Judgement.HIGH,
}  # fmt: skip
CHECKS = ("background", "refuge_history", "immigration_status", "risk_assessment")


def referral_of(woman: Woman, ref: str) -> Referral:
    """Return the referral of a woman, without where it belongs and what became of it."""
    return Referral(
        ref=ref,
        shared=True,
        source=woman.source,
        age=woman.age,
        ethnicity=woman.ethnicity,
        adult_dependants=0,
        children_come=_yes(bool(woman.children)),
        pregnant=_yes(woman.pregnant),
        risk_tool="DASH_RIC",
        risk_count=woman.dash,
        judgement=JUDGED[woman.risk],
        abuse=list(woman.abuse),
        now_at=woman.now_at,
        from_area=woman.from_area,
        prefers_by_and_for=_yes(woman.wants_by_and_for),
        prefers_self_contained=_yes(woman.wants_self_contained),
        preferred_areas=[],
        access=list(woman.access),
        access_asked=True,
        language=woman.language,
        interpreter=_yes(woman.interpreter),
        pets=woman.pets,
        harm=list(woman.harm),
        harm_asked=True,
        children=[_child(place, child.age, child.son) for place, child in enumerate(woman.children)],
        needs=_needs(woman),
        unsafe_areas=[UnsafeArea(area=area) for area in woman.unsafe],
        checks=checks_done(woman.received_on),
        recourse=_recourse(woman),
    )


def checks_done(on: date) -> list[AdmissionCheck]:
    """Return every check before admission, done on a day."""
    return [AdmissionCheck(check=check, state=CheckState.DONE, done_on=on) for check in CHECKS]


def _yes(answer: bool) -> Answer:  # noqa: FBT001  it turns a truth into the word for it
    return Answer.YES if answer else Answer.NO


def _child(place: int, age: int, son: Known) -> Child:
    return Child(position=place, age=age, sex=ChildSex.BOY if son is Known.YES else ChildSex.GIRL)


def _needs(woman: Woman) -> list[Need]:
    found = [Need(need=need, level=LEVELS[level]) for need, level in woman.needs.items()]
    if woman.offending:
        found.append(Need(need="offending", level=NeedLevel.MEDIUM))
    return found


def _recourse(woman: Woman) -> Recourse:
    if not woman.nrpf:
        return Recourse(status="RECOURSE", routes=[])
    other = "section_17" if woman.children else "charity"
    states = {Funding.OTHER_ROUTE: (other, RouteState.CONFIRMED), Funding.FUNDED_PLACE: (other, RouteState.REFUSED)}
    route, state = states[woman.funding]
    routes = [FundingRoute(route=route, state=state, on=woman.received_on)]
    if woman.funding is Funding.FUNDED_PLACE:
        routes.append(FundingRoute(route="in_house", state=RouteState.ASKED, on=woman.received_on))
    return Recourse(status="NRPF_CONDITION", routes=routes)
