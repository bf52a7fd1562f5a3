"""What a referral says, typed and checked: the way from the form to the service."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from refuge.referrals.models import Answer, CheckState, ChildSex, Judgement, NeedLevel, RouteState


@dataclass(frozen=True)
class ChildDetails:
    """A child who comes with her."""

    age: int
    sex: ChildSex


@dataclass(frozen=True)
class MeetDetails:
    """Somebody whom she must not meet: a name or a ref, and why."""

    who: str
    why: str


@dataclass(frozen=True)
class RouteDetails:
    """How far one way of paying for her place has come."""

    route: str
    state: RouteState
    on: date | None


@dataclass(frozen=True)
class CheckDetails:
    """How far one check before admission has come."""

    check: str
    state: CheckState
    done_on: date | None


@dataclass(frozen=True)
class RecourseDetails:
    """Whether she has recourse to public funds, and the ways of paying."""

    status: str
    leave_expires: date | None
    routes: tuple[RouteDetails, ...]


@dataclass(frozen=True)
class ReferralDetails:
    """All that the referral form can say. The names are those of `Referral`, which explains them."""

    shared: bool
    source: str
    safe_number: str
    safe_times: str
    may_leave_message: bool
    may_text: bool
    contact_note: str
    referrer_contact: str
    name: str
    born_on: date | None
    age: int | None
    ethnicity: str
    adult_dependants: int | None
    children_come: Answer
    pregnant: Answer
    due_on: date | None
    risk_tool: str
    risk_count: int | None
    judgement: Judgement
    judgement_reason: str
    abuse: tuple[str, ...]
    now_at: str
    from_area: str
    needed_by: date | None
    elsewhere_unsafe: str
    preferences: str
    prefers_by_and_for: Answer
    prefers_self_contained: Answer
    needs_self_contained: bool
    preferred_areas: tuple[str, ...]
    diet: str
    access: tuple[str, ...]
    access_asked: bool
    language: str
    interpreter: Answer
    interpreter_note: str
    pets: int | None
    pets_note: str
    stayed_before: Answer
    refuge_history: str
    harm: tuple[str, ...]
    harm_asked: bool
    children: tuple[ChildDetails, ...]
    needs: tuple[tuple[str, NeedLevel], ...]
    unsafe_areas: tuple[str, ...]
    must_not_meet: tuple[MeetDetails, ...]
    checks: tuple[CheckDetails, ...]
    recourse: RecourseDetails


PLAIN = (
    "shared", "source", "safe_number", "safe_times", "may_leave_message", "may_text", "contact_note",
    "referrer_contact", "name", "born_on", "age", "ethnicity", "adult_dependants", "children_come", "pregnant",
    "due_on",
    "risk_tool", "risk_count", "judgement", "judgement_reason", "now_at", "from_area", "needed_by",
    "elsewhere_unsafe", "preferences", "prefers_by_and_for", "prefers_self_contained", "needs_self_contained",
    "diet", "access_asked", "language", "interpreter", "interpreter_note", "pets", "pets_note",
    "stayed_before", "refuge_history", "harm_asked",
)  # fmt: skip
"""Details that are one column each."""
CHOSEN = ("abuse", "preferred_areas", "access", "harm")
"""Details that are one column with a list of codes each."""
