"""What a bed is now and what follows, computed from its dated stays, holds and closures. Pure: no rows, no clock.

Where the data disagree, what is furthest from an empty bed wins: a stay, then a closure, then a hold. A span covers the
instant it starts at and not the instant it ends at. A hold that nobody used ends by itself at its hour.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from typing import TypeVar

from refuge.beds.working_days import add_working_days
from refuge.london import day_begins, london_date

PLAN_WITHIN = 5
"""Working days after moving in by which a support plan is agreed (`domain.md` K12; ours, D)."""


EVER = datetime.min.replace(tzinfo=UTC)
FOREVER = datetime.max.replace(tzinfo=UTC)


class State(StrEnum):
    """What a bed is at one instant. Exactly one of these."""

    FREE = "free"
    HELD = "held"
    OCCUPIED = "occupied"
    CLOSED = "closed"

    @property
    def label(self) -> str:
        """The state in words."""
        return self.value.capitalize()


@dataclass(frozen=True)
class StaySpan:
    """A woman's time in the bed."""

    started_at: datetime
    ended_at: datetime | None = None
    expected_move_on: date | None = None
    plan_agreed_on: date | None = None
    review_due_on: date | None = None
    ref: str | None = None
    """None where the reader may not know it."""
    called: str | None = None
    """What she is called on screens; None where the reader may not know it."""
    tasks_known: bool = True
    """Whether the reader may know what is owed to her; otherwise nothing is computed from what was left out."""
    plan_within: int = PLAN_WITHIN
    """Within how many working days of moving in her plan is agreed: her network's own number."""

    @property
    def start(self) -> datetime:
        """When she moved in."""
        return self.started_at

    @property
    def end(self) -> datetime | None:
        """When she had left."""
        return self.ended_at


@dataclass(frozen=True)
class HoldSpan:
    """The bed kept for a referral."""

    from_at: datetime
    until_at: datetime
    ended_at: datetime | None = None
    referral_ref: str | None = None
    """None where the reader may not know it."""
    held_by: str | None = None
    """Who holds it; None where the reader may not know it."""

    @property
    def start(self) -> datetime:
        """From when it is kept."""
        return self.from_at

    @property
    def end(self) -> datetime:
        """When it was used or released, or else its hour."""
        return self.until_at if self.ended_at is None else min(self.until_at, self.ended_at)


@dataclass(frozen=True)
class ClosureSpan:
    """The bed out of use."""

    from_at: datetime
    reason: str
    ended_at: datetime | None = None
    expected_ready: date | None = None
    note: str = ""

    @property
    def start(self) -> datetime:
        """From when it is out of use."""
        return self.from_at

    @property
    def end(self) -> datetime | None:
        """When it was opened again."""
        return self.ended_at


Span = StaySpan | HoldSpan | ClosureSpan
S = TypeVar("S", StaySpan, HoldSpan, ClosureSpan)


@dataclass(frozen=True)
class BedLife:
    """The dated facts about one bed that its reader may know."""

    opened_on: date
    stays: tuple[StaySpan, ...] = ()
    holds: tuple[HoldSpan, ...] = ()
    closures: tuple[ClosureSpan, ...] = ()
    emptied_at: datetime | None = None
    """The last end among older spans that were left out."""


class Task(StrEnum):
    """What a worker owes a resident next."""

    PLAN = "plan"
    REVIEW = "review"


@dataclass(frozen=True)
class TaskDue:
    """A plan or a review, and by when."""

    task: Task
    due_on: date
    overdue: bool


@dataclass(frozen=True)
class Free:
    """Nobody has it."""

    since: datetime
    state: State = State.FREE


@dataclass(frozen=True)
class Held:
    """It is kept for a referral."""

    hold: HoldSpan
    state: State = State.HELD


@dataclass(frozen=True)
class Occupied:
    """A woman lives there."""

    stay: StaySpan
    day: int
    """Day 1 is the London day on which she moved in."""
    move_on_overdue: bool
    due: TaskDue | None
    state: State = State.OCCUPIED


@dataclass(frozen=True)
class Closed:
    """It is out of use."""

    closure: ClosureSpan
    overdue: bool
    """Whether the day on which it was expected back has passed."""
    state: State = State.CLOSED


class Follows(StrEnum):
    """What can come next."""

    MOVE_ON = "move_on"
    READY = "ready"
    LAPSE = "lapse"
    STAY = "stay"
    HOLD = "hold"
    CLOSURE = "closure"


@dataclass(frozen=True)
class Next:
    """One thing that is expected."""

    what: Follows
    at: datetime
    """For a thing planned by the day, when that London day begins."""
    overdue: bool = False
    span: Span | None = None


@dataclass(frozen=True)
class Occupancy:
    """A bed at one instant."""

    now: Free | Held | Occupied | Closed
    coming: tuple[Next, ...] = field(default=())
    """What is expected, soonest first."""

    @property
    def state(self) -> State:
        """The one state that it is in."""
        return self.now.state

    @property
    def next(self) -> Next | None:
        """What is expected first."""
        return self.coming[0] if self.coming else None


def occupancy(life: BedLife, at: datetime) -> Occupancy:
    """Return what the bed is at this instant and what is expected to follow."""
    now = _now(life, at)
    return Occupancy(now, tuple(sorted(_coming(life, now, at), key=lambda step: step.at)))


def expected_free_on(bed: Occupancy, *, today: date, days: int) -> date | None:
    """Return the day within the next `days` on which a taken bed is expected to be free, if there is one.

    A date that has passed promises nothing, nor does a day that a later hold, closure or stay begins on or before.
    """
    promised = [step for step in bed.coming if step.what in {Follows.MOVE_ON, Follows.READY} and not step.overdue]
    if not promised:
        return None
    on = london_date(promised[0].at)
    taken = any(step.span is not None and london_date(step.at) <= on for step in bed.coming)
    return None if taken or on > today + timedelta(days=days) else on


def gone_by(stay: StaySpan, start: datetime, at: datetime) -> bool:
    """Return whether she is expected to have left by then. A date that has passed is no expectation."""
    if stay.ended_at is not None:
        return stay.ended_at <= start
    move_on = stay.expected_move_on
    return start > at and move_on is not None and london_date(at) <= move_on <= london_date(start)


def _now(life: BedLife, at: datetime) -> Free | Held | Occupied | Closed:
    today = london_date(at)
    if stay := _covering(life.stays, at):
        overdue = stay.expected_move_on is not None and today > stay.expected_move_on
        return Occupied(stay, _day(stay, today), overdue, _due(stay, today))
    if closure := _covering(life.closures, at):
        return Closed(closure, closure.expected_ready is not None and today > closure.expected_ready)
    if hold := _covering(life.holds, at):
        return Held(hold)
    return Free(_free_since(life, at))


def _covering(spans: tuple[S, ...], at: datetime) -> S | None:
    """Return the span that covers this instant; of several, the one that began last."""
    found = [span for span in spans if span.start <= at < _end(span)]
    return max(found, key=lambda span: span.start, default=None)


def _end(span: Span) -> datetime:
    return FOREVER if span.end is None else span.end


def _free_since(life: BedLife, at: datetime) -> datetime:
    spans: tuple[Span, ...] = (*life.stays, *life.closures, *life.holds)
    ends = [span.end for span in spans if span.end is not None and span.start < span.end <= at]
    return max(life.emptied_at or EVER, day_begins(life.opened_on), *ends)


def _day(stay: StaySpan, today: date) -> int:
    return (today - london_date(stay.started_at)).days + 1


def _due(stay: StaySpan, today: date) -> TaskDue | None:
    if not stay.tasks_known:
        return None
    if stay.plan_agreed_on is None or stay.plan_agreed_on > today:
        due_on = add_working_days(london_date(stay.started_at), stay.plan_within)
        return TaskDue(Task.PLAN, due_on, today > due_on)
    if stay.review_due_on is not None:
        return TaskDue(Task.REVIEW, stay.review_due_on, today > stay.review_due_on)
    return None


def _coming(life: BedLife, now: Free | Held | Occupied | Closed, at: datetime) -> list[Next]:
    end = _end_of(now)
    steps = [] if end is None else [end]
    kinds: tuple[tuple[Follows, tuple[Span, ...]], ...] = (
        (Follows.STAY, life.stays),
        (Follows.HOLD, life.holds),
        (Follows.CLOSURE, life.closures),
    )
    for what, spans in kinds:
        steps += [Next(what, span.start, span=span) for span in spans if at < span.start < _end(span)]
    return steps


def _end_of(now: Free | Held | Occupied | Closed) -> Next | None:
    """Return how the present state is expected to end."""
    match now:
        case Held(hold=hold):
            return Next(Follows.LAPSE, hold.end)
        case Occupied(stay, move_on_overdue=overdue) if stay.expected_move_on is not None:
            return Next(Follows.MOVE_ON, day_begins(stay.expected_move_on), overdue)
        case Closed(closure, overdue) if closure.expected_ready is not None:
            return Next(Follows.READY, day_begins(closure.expected_ready), overdue)
    return None
