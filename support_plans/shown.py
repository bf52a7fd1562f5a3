"""A plan in words, as its pages show it. What a reader may not see never comes this far."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from refuge.beds.working_days import add_working_days
from refuge.london import date_words, day_words, instant_words, london_date
from support_plans.categories import LABELS, ORDINARY, Category, open_to
from support_plans.models import ActionOwner, GoalState, TimeKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date, datetime

    from refuge.beds.models import Stay
    from support_plans.access import Reach
    from support_plans.areas import Area
    from support_plans.models import Action, Goal, Note, PlanChange, Progress, SessionNeed, TimeOfHers
    from support_plans.queries.looks import Look
    from support_plans.queries.plans import Listed, PlanParts, WholeArea, WholeGoal

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
PARTS = {
    "her_words": "Her own words", "area": "An area", "goal": "A goal", "action": "A step", "progress": "Progress",
    "review": "Review", "agreement": "Her agreement", "consent_refused": "She did not agree to share",
}  # fmt: skip
LOOKS = {
    "assessment.seen": "One questionnaire", "assessments.listed": "Her scores", "care.seen": "Her page",
    "caution.seen": "A warning", "children.seen": "Her children", "discharge.seen": "Her discharge",
    "incident.seen": "An incident about her", "leaving.seen": "Her leaving", "record.seen": "A specialist record",
    "records.listed": "Specialist records", "risk.seen": "Risk and safety", "session.seen": "A session of hers",
    "signpost.seen": "Where she was sent on to", "signposts.listed": "Where she was sent on to",
    "task.seen": "A task about her", "conflict.seen": "Whom she must not meet", "recourse.seen": "Public funds",
    "duplicate.seen": "Whether she is known already", "match.seen": "A match", "note.written": "Wrote a note",
    "plans.listed": "A list that she is on", "residents.listed": "A list that she is on",
    "huddle.seen": "The huddle of her house", "plan.looks_listed": "Who looked at her record",
    "plan.seen": "The plan", "plan.copied": "A copy of the plan", "plan.notes_seen": "Notes",
    "plan.history_seen": "What was changed", "plan.sharing_seen": "What is shared",
    "plan.apart_seen": "A record kept apart", "resident.seen": "Her stay", "referral.seen": "The referral",
    "note.seen": "One note", "glass.broken": "Opened without the usual right",
}  # fmt: skip
OTHERWISE = "Her record"


@dataclass(frozen=True)
class ShownStep:
    """A step as a page shows it."""

    ref: str
    what: str
    owner: str
    due: str
    overdue: bool
    done: str
    """When it was done; empty while it is not."""


@dataclass(frozen=True)
class ShownGoal:
    """A goal as a page shows it."""

    ref: str
    words: str
    state: str
    kind: str
    steps: Sequence[ShownStep]
    progress: Sequence[tuple[str, str, str]]
    """When, who, what."""
    more: int = 0


@dataclass(frozen=True)
class ShownArea:
    """An area as one agency wrote it."""

    code: str
    label: str
    agency: str
    own: bool
    now_words: str
    wanted_words: str
    review: str
    review_overdue: bool
    goals: Sequence[ShownGoal]


@dataclass(frozen=True)
class ShownNote:
    """A note as a page shows it."""

    ref: str
    when: str
    who: str
    agency: str
    about: str
    words: str
    sealed: bool


@dataclass(frozen=True)
class ShownNeed:
    """Sessions asked for, in a line."""

    ref: str
    what: str
    facts: str
    over: str


@dataclass(frozen=True)
class ShownPlan:
    """A plan as its page shows it."""

    where: str
    due: str
    due_kind: str
    lives_here: bool
    may_read_words: bool
    her_words: str
    good_day: str
    version: int
    areas: Sequence[ShownArea]
    free_areas: Sequence[tuple[str, str]]
    """Areas that her agency has not begun: code and words."""
    notes: Sequence[ShownNote]
    notes_in_all: int
    needs: Sequence[ShownNeed]
    times: Sequence[str]
    agreement: str
    agreement_words: str
    reviews: Sequence[tuple[str, str, str]]
    """When, who, what it found."""
    reads: Sequence[tuple[str, str]]
    """What the reader's agency may read of others, and until when."""
    closed: Sequence[str]
    """What she has not agreed that the reader's agency reads."""
    glass_until: str


def shown_plan(
    parts: PlanParts,
    reach: Reach,
    *,
    stay: Stay | None,
    words: Mapping[str, Mapping[str, str]],
    areas: Mapping[str, Area],
    due_days: int,
) -> ShownPlan:
    """Return the plan in words."""
    at = reach.at
    plan = parts.plan
    opened = plan is None or reach.may_read(Category.GENERAL, written_by=plan.agency_id)
    due, kind = due_of(stay, at, due_days)
    begun = {area.area.area for area in parts.areas if area.area.agency_id == reach.reader.agency_id}
    agreement = parts.agreement if opened else None
    return ShownPlan(
        where="" if stay is None else f"{stay.bed.refuge.name} {stay.bed.name}",
        due=due,
        due_kind=kind,
        lives_here=stay is not None and stay.ended_at is None,
        may_read_words=opened,
        her_words=plan.her_words if plan is not None and opened else "",
        good_day=plan.good_day if plan is not None and opened else "",
        version=0 if plan is None else plan.version,
        areas=_in_order([shown_area(area, areas, reach, words) for area in parts.areas], areas),
        free_areas=[(code, area.label) for code, area in areas.items() if code not in begun],
        notes=shown_notes(parts.notes, reach),
        notes_in_all=parts.notes_in_all,
        needs=[shown_need(need, words, at) for need in parts.needs],
        times=[shown_time(time, words, at) for time in parts.times],
        agreement="" if agreement is None else _agreed(agreement.agreed_on, agreement.how, agreement.number, words, at),
        agreement_words="" if agreement is None else agreement.her_words,
        reviews=[(_day(row.reviewed_on, at), row.by.name, row.words) for row in parts.reviews],
        reads=[(LABELS[one], _day(london_date(until), at)) for one, until in sorted(reach.until.items())],
        closed=[LABELS[one] for one in ORDINARY if one not in reach.until and one in open_to(reach.reader.role)],
        glass_until="" if reach.glass_until is None else instant_words(reach.glass_until, now=at),
    )


def _agreed(on: date, how: str, number: int, words: Mapping[str, Mapping[str, str]], at: datetime) -> str:
    way = words["agreed_how"].get(how, how)
    return f"{_day(on, at)}: {way[:1].lower()}{way[1:]} (version {number})"


def due_of(stay: Stay | None, at: datetime, due_days: int) -> tuple[str, str]:
    """Return what is due on a plan, and the kind of its tag: what the board says, from the same stay."""
    today = london_date(at)
    if stay is None or stay.ended_at is not None:
        return "She has left", "closed"
    if stay.plan_agreed_on is None or stay.plan_agreed_on > today:
        due_on = add_working_days(london_date(stay.started_at), due_days)
        late = today > due_on
        return f"To be agreed by {day_words(due_on, today=today)}", "warning" if late else "waiting"
    if stay.review_due_on is None:
        return "Agreed", "good"
    late = today > stay.review_due_on
    return f"Review {day_words(stay.review_due_on, today=today)}", "warning" if late else "good"


def _in_order(shown: Sequence[ShownArea], areas: Mapping[str, Area]) -> list[ShownArea]:
    order = {code: place for place, code in enumerate(areas)}
    return sorted(shown, key=lambda area: (order.get(area.code, len(order)), not area.own))


def shown_area(
    whole: WholeArea, areas: Mapping[str, Area], reach: Reach, words: Mapping[str, Mapping[str, str]]
) -> ShownArea:
    """Return an area in words."""
    row, at = whole.area, reach.at
    kind = areas.get(row.area)
    ended = words["plan_area"].get(row.area, "An area of the network")
    return ShownArea(
        row.area, ended if kind is None else kind.label, row.agency.name, row.agency_id == reach.reader.agency_id,
        row.now_words, row.wanted_words, "" if row.review_on is None else _day(row.review_on, at),
        row.review_on is not None and row.review_on < london_date(at),
        [_goal(goal, at) for goal in whole.goals],
    )  # fmt: skip


def _goal(whole: WholeGoal, at: datetime) -> ShownGoal:
    return shown_goal(whole.goal, whole.actions, whole.progress, at=at, more=whole.more)


def shown_goal(
    goal: Goal, actions: Iterable[Action], progress: Iterable[Progress], *, at: datetime, more: int = 0
) -> ShownGoal:
    """Return a goal in words."""
    kinds = {GoalState.OPEN: "waiting", GoalState.REACHED: "good", GoalState.CHANGED: "closed"}
    return ShownGoal(
        goal.ref, goal.words, goal.state.label, kinds[goal.state], [shown_step(step, at) for step in actions],
        [(instant_words(row.at, now=at), row.by.name, row.words) for row in progress], more,
    )  # fmt: skip


def shown_step(step: Action, at: datetime) -> ShownStep:
    """Return a step in words."""
    owner = "She herself"
    if step.owner_kind is ActionOwner.PERSON and step.owner_person is not None:
        owner = step.owner_person.name
    elif step.owner_kind is ActionOwner.AGENCY and step.owner_agency is not None:
        owner = step.owner_agency.name
    due = "" if step.due_on is None else _day(step.due_on, at)
    late = step.due_on is not None and step.done_at is None and step.due_on < london_date(at)
    done = "" if step.done_at is None else instant_words(step.done_at, now=at)
    return ShownStep(step.ref, step.what, owner, due, late, done)


def shown_notes(rows: Iterable[Note], reach: Reach) -> list[ShownNote]:
    """Return notes in words."""
    return [
        ShownNote(
            row.ref, instant_words(row.at, now=reach.at), row.written_by.name, row.agency.name, LABELS[row.category],
            row.words, row.sealed,
        )
        for row in rows
    ]  # fmt: skip


def shown_need(need: SessionNeed, words: Mapping[str, Mapping[str, str]], at: datetime) -> ShownNeed:
    """Return sessions asked for, in words."""
    service = words["session_service"].get(need.service, need.service)
    often = {1: "every day", 7: "every week", 14: "every two weeks"}.get(
        need.every_days or 0, f"every {need.every_days} days"
    )
    facts = [f"{need.minutes} minutes", often if need.every_days else f"{need.how_many} in all"]
    if need.every_days and need.how_many:
        facts.append(f"{need.how_many} in all")
    if need.until_on is not None:
        facts.append(f"until {_day(need.until_on, at)}")
    if need.interpreter_language:
        language = words["language"].get(need.interpreter_language, need.interpreter_language)
        facts.append(f"interpreter for {language}: {need.interpreter.label.lower()}")
    if need.childcare:
        facts.append("with childcare")
    over = "" if need.ended_at is None else f"Ended {instant_words(need.ended_at, now=at)}: {need.ended_why}"
    return ShownNeed(need.ref, f"{service} ({need.discipline.label.lower()})", ", ".join(facts), over)


def shown_time(time: TimeOfHers, words: Mapping[str, Mapping[str, str]], at: datetime) -> str:
    """Return a time of hers in words."""
    on = f"{WEEKDAYS[time.weekday]}s" if time.weekday is not None else _day(time.on_date or london_date(at), at)
    why = words["time_of_hers"].get(time.why, time.why)
    firm = "" if time.kind is TimeKind.CANNOT else ", she would rather come then"
    return f"{on} {clock(time.from_minute)} to {clock(time.until_minute)}: {why[:1].lower()}{why[1:]}{firm}"


def clock(minute: int) -> str:
    """Return minutes after midnight as a time."""
    return f"{minute // 60:02}:{minute % 60:02}"


def shown_changes(
    rows: Iterable[PlanChange], areas: Mapping[str, Area], *, at: datetime
) -> list[tuple[int, str, str, str, str, str]]:
    """Return versions in words: number, what, by whom, when, before, after."""
    found = []
    for row in rows:
        area = areas.get(row.about)
        what = PARTS.get(row.part, row.part) + ("" if area is None else f": {area.label}")
        found.append((row.number, what, row.by.name, instant_words(row.at, now=at), row.before, row.after))
    return found


def shown_looks(rows: Iterable[Look], *, at: datetime) -> list[tuple[str, str, str, str]]:
    """Return who looked, in words: when, who, agency, what."""
    return [(instant_words(row.at, now=at), row.who, row.agency, LOOKS.get(row.what, OTHERWISE)) for row in rows]


def shown_list(rows: Iterable[Listed], *, at: datetime) -> list[tuple[str, str, str, bool]]:
    """Return a practitioner's residents in words: ref, bed, day, and whether she lives there."""
    today = london_date(at)
    return [
        (
            row.ref,
            f"{row.house} {row.bed}",
            f"Day {(today - london_date(row.stay.started_at)).days + 1}" if row.stay.ended_at is None else "Has left",
            row.stay.ended_at is None,
        )
        for row in rows
    ]


def _day(on: date, at: datetime) -> str:
    return date_words(on, today=london_date(at))
