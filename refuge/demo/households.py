"""Invented households for the demonstration."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from refuge.referrals.duplicates import digits_of
from refuge.referrals.models import (
    AdmissionCheck,
    Answer,
    CheckState,
    Child,
    ChildSex,
    FundingRoute,
    Judgement,
    MustNotMeet,
    Need,
    NeedLevel,
    Recourse,
    Referral,
    ReferralState,
    RouteState,
    UnsafeArea,
)
from refuge.referrals.names import name_key
from refuge.referrals.service.pairs import compare_with_network

if TYPE_CHECKING:
    from datetime import datetime

    from refuge.accounts.models import Person
    from refuge.demo.loading import Loading

AS_TOLD = (
    "source", "age", "safe_number", "safe_times", "contact_note", "may_leave_message", "risk_tool", "risk_count",
    "judgement_reason", "now_at", "from_area", "language", "interpreter_note", "preferences", "diet", "pets",
    "pets_note", "refuge_history", "name", "ethnicity", "needed_by", "needs_self_contained",
)  # fmt: skip
ANSWERS = ("interpreter", "prefers_by_and_for", "prefers_self_contained", "stayed_before")


def add_referral(
    loading: Loading,
    taken_by: Person,
    *,
    received_at: datetime,
    told: dict[str, Any],
    state: ReferralState,
) -> Referral:
    """Add one invented referral as `pilot.toml` tells it."""
    db, born = loading.db, told.get("born_on")
    referral = Referral(
        ref=loading.ref(Referral),
        network_id=taken_by.network_id,
        agency_id=taken_by.agency_id,
        taken_by_id=taken_by.id,
        shared=told.get("shared", True),
        state=state,
        received_at=received_at,
        born_on=date.fromisoformat(born) if born else None,
        name_key=name_key(told.get("name", "")),
        safe_number_digits=digits_of(told.get("safe_number", "")),
        judgement=Judgement(told.get("judgement", "not_asked")),
        abuse=told.get("abuse", []),
        access=told.get("access", []),
        access_asked="access" in told,
        harm=told.get("harm", []),
        harm_asked="harm" in told,
        children_come=_children_come(told),
        preferred_areas=[],
        **{name: told[name] for name in AS_TOLD if name in told},
        **{name: Answer(told[name]) for name in ANSWERS if name in told},
        **_rows(told),
    )
    db.add(referral)
    db.flush()
    compare_with_network(db, referral, at=received_at)
    return referral


def _children_come(told: dict[str, Any]) -> Answer:
    if "children" not in told:
        return Answer.NOT_ASKED
    return Answer.YES if told["children"] else Answer.NO


def _rows(told: dict[str, Any]) -> dict[str, Any]:
    rows: dict[str, Any] = {
        "children": [
            Child(position=position, age=age, sex=ChildSex(sex))
            for position, (age, sex) in enumerate(told.get("children", []))
        ],
        "needs": [Need(need=need, level=NeedLevel(level)) for need, level in told.get("needs", {}).items()],
        "unsafe_areas": [UnsafeArea(area=area) for area in told.get("unsafe", [])],
        "checks": [
            AdmissionCheck(check=check, state=CheckState(state)) for check, state in told.get("checks", {}).items()
        ],
    }
    if other := told.get("must_not_meet"):
        rows["must_not_meet"] = [MustNotMeet(who=other["who"], who_key=name_key(other["who"]), why=other["why"])]
    if recourse := told.get("recourse"):
        routes = [FundingRoute(route=route, state=RouteState(state)) for route, state in recourse["routes"].items()]
        rows["recourse"] = Recourse(status=recourse["status"], routes=routes)
    return rows
