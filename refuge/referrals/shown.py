"""A referral in words, for lists and for its own page. "Not asked" is always said. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

from refuge.london import date_words, day_words, instant_words, london_date
from refuge.referrals import risk
from refuge.referrals.models import Answer, CheckState, ReferralState
from refuge.referrals.risk import RiskLevel

if TYPE_CHECKING:
    from collections.abc import Iterable

    from refuge.referrals.details import MeetDetails
    from refuge.referrals.models import Recourse, Referral
    from refuge.referrals.queries import PassedOn

NOT_ASKED = "Not asked"
Labels = Mapping[str, Mapping[str, str]]
STATES = {
    ReferralState.WAITING: ("Waiting", "waiting"),
    ReferralState.HELD: ("A bed is held", "info"),
    ReferralState.PLACED: ("Placed", "good"),
    ReferralState.TURNED_AWAY: ("No place could be offered", "closed"),
    ReferralState.WITHDRAWN: ("Withdrawn", "closed"),
}
"""The state in words that give no place away, and the kind of its tag."""
PASSED_ON = {
    ReferralState.WAITING: ("Waiting at a refuge", "waiting"),
    ReferralState.HELD: ("A bed is held", "info"),
    ReferralState.PLACED: ("Has a place", "good"),
    ReferralState.TURNED_AWAY: ("Turned away", "closed"),
    ReferralState.WITHDRAWN: ("Withdrawn", "closed"),
}
"""The same for the agency that passed it on to a refuge."""
CHILDREN = {Answer.NOT_ASKED: NOT_ASKED, Answer.NO: "None", Answer.YES: "Yes, ages not asked"}
"""Who comes where no child is listed."""
RISKS = {
    RiskLevel.HIGH: "danger", RiskLevel.MEDIUM: "warning", RiskLevel.STANDARD: "neutral",
    RiskLevel.NOT_ASSESSED: "neutral",
}  # fmt: skip


@dataclass(frozen=True)
class StateWords:
    """How a state is shown."""

    words: str
    kind: str
    outcome: str = ""


@dataclass(frozen=True)
class Line:
    """A referral in a list."""

    ref: str
    name: str
    household: str
    risk: str
    risk_kind: str
    state: StateWords
    since: str
    waited: str
    agency: str
    wants: str
    review: str = ""
    """The day to look again, where the reader may know it and one is set."""


@dataclass(frozen=True)
class Row:
    """One line of a summary."""

    label: str
    value: str
    asked: bool = True


@dataclass(frozen=True)
class Part:
    """One part of a summary: its anchor on the form, its heading, its lines."""

    anchor: str
    title: str
    rows: tuple[Row, ...]


def state_words(referral: Referral, labels: Labels) -> StateWords:
    """Return the state in words, with the outcome once it has ended without a place."""
    return _state_words(STATES[referral.state], referral.state, referral.outcome, labels)


def passed_on_words(row: PassedOn, labels: Labels) -> StateWords:
    """Return the same of a referral that a refuge took over, for the agency that passed it on."""
    return _state_words(PASSED_ON[row.state], row.state, row.outcome, labels)


def _state_words(said: tuple[str, str], state: ReferralState, outcome: str, labels: Labels) -> StateWords:
    listed = "withdrawal" if state is ReferralState.WITHDRAWN else "outcome"
    return StateWords(*said, labels[listed].get(outcome, "") if outcome else "")


def household_words(referral: Referral) -> str:
    """Return who comes, in a few words: `1 woman, 2 children (7, 3)`."""
    parts = ["1 woman" if not referral.adult_dependants else f"{1 + referral.adult_dependants} adults"]
    if referral.children:
        ages = ", ".join(str(child.age) for child in referral.children)
        parts.append(f"{_count(len(referral.children), 'child', 'children')} ({ages})")
    elif referral.children_come is not Answer.NO:
        parts.append("children" if referral.children_come is Answer.YES else "children not asked")
    if referral.pregnant == "yes":
        parts.append("pregnant")
    return ", ".join(parts)


def lines(
    rows: Sequence[Referral], labels: Labels, *, own: int, at: datetime, reviews: Mapping[int, date] | None = None
) -> list[Line]:
    """Return the referrals of a list in words; names only of the agency `own`, the reader's: the rest have a ref.

    `reviews`: id of a referral -> the day to look again.
    """
    days = reviews or {}
    return [_line(row, labels, at, named=row.agency_id == own, review=days.get(row.id)) for row in rows]


def _line(row: Referral, labels: Labels, at: datetime, *, named: bool, review: date | None) -> Line:
    level = risk.level(row.risk_tool, row.risk_count, row.judgement)
    by = f"by {date_words(row.needed_by, today=london_date(at))}" if row.needed_by else ""
    name = (row.name or "Name not given") if named else ""
    return Line(
        ref=row.ref, name=name, household=household_words(row), risk=level.label,
        risk_kind=RISKS[level], state=state_words(row, labels), since=instant_words(row.received_at, now=at),
        waited=waited(row, at), agency=row.agency.name,
        review=f"Look again {day_words(review, today=london_date(at))}" if review else "",
        wants=" · ".join(filter(None, [labels["now_at"].get(row.now_at, ""), by])),
    )  # fmt: skip


def waited(referral: Referral, at: datetime) -> str:
    """Return how long she has waited, or did until it ended; nothing once she is placed."""
    if referral.state is ReferralState.PLACED:
        return ""
    days = (london_date(referral.closed_at or at) - london_date(referral.received_at)).days
    return "since today" if days == 0 and referral.closed_at is None else _count(days, "day", "days")


def _count(number: int, one: str, more: str) -> str:
    return f"{number} {one if number == 1 else more}"


def _number(count: int | None) -> str | None:
    """Return a count in words; None stays: nobody asked."""
    return None if count is None else str(count) if count else "None"


def missing(referral: Referral, recourse: Recourse | None) -> list[str]:
    """Return what nobody has asked yet and matching would use: the next call's questions."""
    asked = {need.need for need in referral.needs}
    questions = (
        (not referral.safe_times and bool(referral.safe_number), "safe times to ring"),
        (referral.born_on is None and referral.age is None, "her age"),
        (not {"mental_health", "alcohol", "drugs", "self_harm"} <= asked, "needs for support"),
        (not referral.harm_asked, "whether she has set fires or been violent to others"),
        (risk.level(referral.risk_tool, referral.risk_count, referral.judgement) is RiskLevel.NOT_ASSESSED, "risk"),
        (not referral.unsafe_areas and not referral.elsewhere_unsafe, "where she would not be safe"),
        (not referral.now_at, "where she is now"),
        (referral.children_come is Answer.NOT_ASKED and not referral.children, "whether children come with her"),
        (referral.children_come is Answer.YES and not referral.children, "how old the children are"),
        (referral.pregnant == "not_asked", "whether she is pregnant"),
        (any(child.sex == "not_asked" for child in referral.children), "whether a child is a girl or a boy"),
        (not referral.access_asked, "access needs"),
        (referral.interpreter == "not_asked", "whether she needs an interpreter"),
        (recourse is not None and recourse.status == "NOT_KNOWN", "recourse to public funds"),
        (referral.pets is None, "whether she has pets"),
        (referral.stayed_before == "not_asked", "whether she has stayed in a refuge before"),
    )
    return [words for is_missing, words in questions if is_missing]


def sections(
    referral: Referral,
    labels: Labels,
    *,
    today: date,
    people: Sequence[MeetDetails] | None,
    recourse: Recourse | None,
    money: bool,
) -> list[Part]:
    """Return the whole referral in words. `people` None or `money` False: the reader may not see that part."""
    parts = [
        Part("caller", "Who rings, and for whom", _caller(referral, labels, today)),
        Part("household", "Household", _household(referral, today)),
        Part("needs", "Needs", _needs(referral, labels)),
        Part("risk", "Risk", _risk(referral, labels)),
        Part("unsafe", "Not safe", _unsafe(referral, labels, people)),
        Part("place", "Where and when", _place(referral, labels, today)),
        Part("wishes", "What she would like", _wishes(referral, labels)),
    ]
    if money:
        parts.append(Part("money", "Paying", _money(recourse, labels, today)))
    parts.append(Part("access", "Access, pets, checks", _access(referral, labels, today)))
    return parts


def _row(label: str, value: str | None) -> Row:
    return Row(label, value) if value and value != NOT_ASKED else Row(label, NOT_ASKED, asked=False)


def _told(label: str, value: str) -> tuple[Row, ...]:
    return (Row(label, value),) if value else ()


def _day(on: date | None, today: date) -> str:
    return f"{date_words(on, today=today)}" if on else ""


def _names(codes: Iterable[str], labels: Mapping[str, str]) -> str:
    return ", ".join(labels.get(code, code) for code in codes)


def _caller(referral: Referral, labels: Labels, today: date) -> tuple[Row, ...]:
    del today
    age = f"{referral.age}" if referral.age is not None else None
    born = f"{referral.born_on.day} {referral.born_on:%B %Y}" if referral.born_on else None
    return (
        Row("Who rings", labels["referral_source"].get(referral.source, referral.source)),
        *_told("How to reach the referrer", referral.referrer_contact),
        _row("Name", referral.name or "Not given"),
        _row("Date of birth" if born or not age else "Age", born or age),
        _row("Ethnic group", labels["ethnicity"].get(referral.ethnicity)),
    )


def _household(referral: Referral, today: date) -> tuple[Row, ...]:
    children = ", ".join(
        f"{'under 1' if child.age == 0 else child.age} ({child.sex.label.lower()})" for child in referral.children
    )
    if not children:
        children = CHILDREN[referral.children_come]
    pregnant = referral.pregnant.label
    if referral.due_on:
        pregnant += f", due {_day(referral.due_on, today)}"
    return (
        _row("Children", children), _row("Pregnant", pregnant),
        _row("Adults who depend on her", _number(referral.adult_dependants)),
    )  # fmt: skip


def _needs(referral: Referral, labels: Labels) -> tuple[Row, ...]:
    levels = {need.need: need.level.label for need in referral.needs}
    harm = _names(referral.harm, labels["harm"]) or ("Nothing known" if referral.harm_asked else None)
    return (
        *(_row(label, levels.get(need)) for need, label in labels["need"].items()),
        _row("Fires, or violence to others in shared housing", harm),
    )


def _risk(referral: Referral, labels: Labels) -> tuple[Row, ...]:
    count = f", {referral.risk_count} answered yes" if referral.risk_count is not None else ""
    tool = labels["risk_tool"].get(referral.risk_tool)
    return (
        Row("Risk", risk.in_words(referral.risk_tool, referral.risk_count, referral.judgement)),
        _row("Checklist", f"{tool}{count}" if tool else None),
        _row("Worker’s judgement", referral.judgement.label),
        *_told("Why", referral.judgement_reason),
        _row("What has been done to her", _names(referral.abuse, labels["form_of_abuse"])),
    )


def _unsafe(referral: Referral, labels: Labels, people: Sequence[MeetDetails] | None) -> tuple[Row, ...]:
    rows = [
        _row("Areas", _names((row.area for row in referral.unsafe_areas), labels["area"])),
        *_told("Other places", referral.elsewhere_unsafe),
    ]
    for person in people or ():
        why = f": {person.why}" if person.why else ""
        rows.append(Row("Must not meet", f"{person.who}{why}"))
    if people is not None and not people:
        rows.append(Row("Must not meet", "Nobody said"))
    return tuple(rows)


def _place(referral: Referral, labels: Labels, today: date) -> tuple[Row, ...]:
    return (
        _row("Where she is now", labels["now_at"].get(referral.now_at)),
        _row("Comes from", labels["area"].get(referral.from_area)),
        Row("Needs a place by", _day(referral.needed_by, today) or "As soon as one is free"),
    )


def _wishes(referral: Referral, labels: Labels) -> tuple[Row, ...]:
    share = "Cannot share a kitchen or bathroom" if referral.needs_self_contained else None
    interpreter = referral.interpreter.label
    if referral.interpreter_note:
        interpreter += f": {referral.interpreter_note}"
    return (
        _row("In her words", referral.preferences),
        _row("By-and-for refuge", referral.prefers_by_and_for.label),
        _row("Rather not share", share or referral.prefers_self_contained.label),
        *_told("Areas she would like", _names(referral.preferred_areas, labels["area"])),
        _row("Language", labels["language"].get(referral.language)),
        _row("Interpreter", interpreter),
        *_told("Food", referral.diet),
    )


def _money(recourse: Recourse | None, labels: Labels, today: date) -> tuple[Row, ...]:
    status = recourse.status if recourse and recourse.status != "NOT_KNOWN" else ""
    rows = [_row("Recourse to public funds", labels["recourse_status"].get(status))]
    if recourse and recourse.leave_expires:
        rows.append(Row("Leave ends", _day(recourse.leave_expires, today)))
    states = {route.route: route for route in recourse.routes} if recourse else {}
    for code, label in labels["funding_route"].items():
        if route := states.get(code):
            rows.append(Row(label, route.state.label + (f", {_day(route.on, today)}" if route.on else "")))
    return tuple(rows)


def _access(referral: Referral, labels: Labels, today: date) -> tuple[Row, ...]:
    access = _names(referral.access, labels["access_need"]) or ("None" if referral.access_asked else None)
    pets = ": ".join(filter(None, [_number(referral.pets), referral.pets_note])) or None
    states = {check.check: check for check in referral.checks}
    checks = []
    for code, label in labels["check"].items():
        row = states.get(code)
        words = row.state.label if row else CheckState.NOT_STARTED.label
        checks.append(Row(f"Check: {label}", words + (f", {_day(row.done_on, today)}" if row and row.done_on else "")))
    return (
        _row("Access", access), _row("Pets", pets), _row("Stayed in a refuge before", referral.stayed_before.label),
        *_told("Where and when", referral.refuge_history), *checks,
    )  # fmt: skip
