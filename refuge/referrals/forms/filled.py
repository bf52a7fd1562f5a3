"""The referral form filled with a referral as it stands: the way back from typed values to text."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from werkzeug.datastructures import MultiDict

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from refuge.referrals.models import MustNotMeet, Recourse, Referral

TEXTS = (
    "safe_number", "safe_times", "contact_note", "source", "referrer_contact", "name", "born_on", "age", "due_on",
    "risk_tool", "risk_count", "judgement", "judgement_reason", "elsewhere_unsafe", "now_at", "from_area", "needed_by",
    "preferences", "prefers_by_and_for", "prefers_self_contained", "language", "interpreter", "interpreter_note",
    "adult_dependants", "diet", "pets", "pets_note", "stayed_before", "refuge_history", "children_come", "pregnant",
)  # fmt: skip
FLAGS = ("may_leave_message", "may_text", "shared", "access_asked", "harm_asked")
CODES = ("abuse", "preferred_areas", "access", "harm")


def filled(
    referral: Referral,
    people: Sequence[MustNotMeet],
    recourse: Recourse | None,
) -> MultiDict[str, str]:
    """Return what somebody would have typed to make this referral."""
    pairs: list[tuple[str, str]] = [(name, in_text(getattr(referral, name))) for name in TEXTS]
    pairs.append(("ethnicity", "" if referral.ethnicity == "not_asked" else referral.ethnicity))
    pairs += [(name, "yes" if getattr(referral, name) else "no") for name in FLAGS]
    pairs += [(name, code) for name in CODES for code in getattr(referral, name)]
    pairs += [("unsafe_areas", row.area) for row in referral.unsafe_areas]
    if not referral.safe_number:
        pairs.append(("no_safe_number", "y"))
    if referral.needs_self_contained:
        pairs.append(("needs_self_contained", "y"))
    return MultiDict([*pairs, *_rows(referral, people), *progress_filled(referral, recourse), *_money(recourse)])


def progress_filled(referral: Referral, recourse: Recourse | None) -> Iterable[tuple[str, str]]:
    """Return the checks and the ways of paying as somebody would have typed them."""
    for check in referral.checks:
        yield f"check_{check.check}", check.state.value
        yield f"check_{check.check}_on", in_text(check.done_on)
    for route in recourse.routes if recourse else ():
        yield f"route_{route.route}", route.state.value
        yield f"route_{route.route}_on", in_text(route.on)


def _money(recourse: Recourse | None) -> Iterable[tuple[str, str]]:
    if recourse is not None:
        yield "recourse_status", in_text(recourse.status)
        yield "leave_expires", in_text(recourse.leave_expires)


def _rows(referral: Referral, people: Sequence[MustNotMeet]) -> Iterable[tuple[str, str]]:
    for place, child in enumerate(referral.children):
        yield f"children-{place}-age", str(child.age)
        yield f"children-{place}-sex", child.sex.value if child.sex != "not_asked" else ""
    for place, person in enumerate(people):
        yield f"must_not_meet-{place}-who", person.who
        yield f"must_not_meet-{place}-why", person.why
    for need in referral.needs:
        yield f"need_{need.need}", need.level.value


def in_text(value: Any) -> str:  # noqa: ANN401  any column
    """Return a value as it is typed."""
    if value is None or value == "NOT_KNOWN":
        return ""
    if isinstance(value, date):
        return f"{value.day} {value.month} {value.year}"
    return str(getattr(value, "value", value))
