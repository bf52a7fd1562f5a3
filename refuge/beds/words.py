"""What the screens of this room say: hours, sizes, states and what follows. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

from refuge.beds.filters import FLAGS
from refuge.beds.freshness import Freshness, freshness
from refuge.beds.models import SupportLevel
from refuge.beds.occupancy import Closed, ClosureSpan, Follows, Free, Held, HoldSpan, Next, Occupied, Task, TaskDue
from refuge.london import Telling, clock_words, date_words, london_date

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from refuge.beds.models import Bed, Refuge, StaffingHours
    from refuge.beds.occupancy import Occupancy

WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
WEEKDAYS_IN_FULL = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MIDNIGHT = 24 * 60
ALL_WEEK = 7


def minutes_words(minutes: int) -> str:
    """Return minutes after midnight as a time of day; the end of the day is midnight."""
    return "midnight" if minutes == MIDNIGHT else f"{minutes // 60:02}:{minutes % 60:02}"


def hours_words(opens: int, closes: int) -> str:
    """Return the hours of one day."""
    return "24 hours" if (opens, closes) == (0, MIDNIGHT) else f"{minutes_words(opens)} to {minutes_words(closes)}"


def staffed_words(hours: Iterable[StaffingHours], *, telephone: bool) -> str:
    """Return when staff are there: `Mon to Fri 09:00 to 17:30, telephone at other times`."""
    by_day = {row.weekday: hours_words(row.opens, row.closes) for row in hours}
    if [by_day.get(day) for day in range(ALL_WEEK)] == ["24 hours"] * ALL_WEEK:
        return "24 hours, every day"
    if not by_day:
        return "no staff in the house, telephone only" if telephone else "no staff in the house"
    runs = [[day for day, _ in run] for _, run in groupby(_by_run(by_day), key=lambda pair: pair[1])]
    spans = ", ".join(f"{_days(days)} {by_day[days[0]]}" for days in runs)
    return f"{spans}, telephone at other times" if telephone else f"{spans}, nobody at other times"


def _by_run(by_day: Mapping[int, str]) -> list[tuple[int, tuple[int, str]]]:
    """Return the staffed days, each with a key that stays the same along a run of equal days."""
    return [(day, (day - place, by_day[day])) for place, day in enumerate(sorted(by_day))]


def _days(days: list[int]) -> str:
    first, last = WEEKDAYS[days[0]], WEEKDAYS[days[-1]]
    return first if len(days) == 1 else f"{first} to {last}" if len(days) > 2 else f"{first} and {last}"  # noqa: PLR2004  two days read better with `and`


def counted(count: int, one: str, many: str) -> str:
    """Return a number with its noun."""
    return f"{count} {one if count == 1 else many}"


def sleeps_words(bed: Bed) -> str:
    """Return how many a bed sleeps: `1 adult, 2 children, 1 cot`."""
    parts = [counted(bed.adults, "adult", "adults")]
    if bed.children:
        parts.append(counted(bed.children, "child", "children"))
    if bed.cots:
        parts.append(counted(bed.cots, "cot", "cots"))
    return ", ".join(parts)


def feature_words(bed: Bed) -> str:
    """Return what a bed is like: `self-contained, step-free`."""
    words = ["self-contained" if bed.self_contained else "shared"]
    words += [label.lower() for flag, label in FLAGS.items() if flag != "self_contained" and getattr(bed, flag)]
    return ", ".join(words)


def level_words(level: int) -> str:
    """Return a support level in words."""
    return "None" if level == SupportLevel.NONE else f"Up to {SupportLevel(level).label.lower()}"


def sons_words(limit: int | None) -> str:
    """Return which sons can come."""
    if limit is None:
        return "Any age under 18"
    return "Babies under one only" if limit == 0 else f"Up to and including age {limit}"


@dataclass(frozen=True)
class Confirmed:
    """How far a refuge's beds can be trusted, in words and a kind of status."""

    words: str
    kind: str


def confirmed_words(confirmed_at: datetime | None, by: str | None, telling: Telling) -> Confirmed:
    """Return when the beds were last confirmed; who by, if the reader may know."""
    if confirmed_at is None:
        return Confirmed("Never confirmed", "warning")
    when = f"{clock_words(confirmed_at)} {telling.day(london_date(confirmed_at))}"
    who = f" by {by}" if by else ""
    match freshness(confirmed_at, now=telling.now):
        case Freshness.FRESH:
            return Confirmed(f"Confirmed {when}{who}", "good")
        case Freshness.AGEING:
            return Confirmed(f"Confirmed {when}{who}: getting old", "waiting")
    return Confirmed(f"Not confirmed since {when}{who}", "warning")


@dataclass(frozen=True)
class Said:
    """What a tile says of a bed: its state, what matters next, and what is wrong."""

    state: str
    """free, held, occupied or closed."""
    state_words: str
    lines: tuple[str, ...]
    warnings: tuple[str, ...]


def said_of(occupancy: Occupancy, reasons: Mapping[str, str], telling: Telling) -> Said:
    """Return what to say of a bed now and next, without more than the occupancy holds."""
    lines: list[str] = []
    warnings: list[str] = []
    state_words = occupancy.state.label
    match occupancy.now:
        case Free(since=since):
            lines.append(f"since {telling.day(london_date(since))}")
        case Held(hold=hold):
            state_words = f"Held to {telling.instant(hold.end)}"
            lines += [who] if (who := _held_for(hold)) else []
        case Occupied() as lived_in:
            lines += _resident(lived_in)
            _add_move_on(lived_in, telling, lines, warnings)
            if lived_in.due is not None:
                (warnings if lived_in.due.overdue else lines).append(due_words(lived_in.due, telling))
        case Closed() as closed:
            lines.append(reasons.get(closed.closure.reason, "Closed"))
            _add_ready(closed, telling, lines, warnings)
    lines += [following_words(step, reasons, telling) for step in occupancy.coming if step.span is not None]
    return Said(occupancy.state.value, state_words, tuple(lines), tuple(warnings))


def due_words(due: TaskDue, telling: Telling) -> str:
    """Return what a worker owes: `plan due Tue 24 Nov`, `review overdue since Thu 19 Nov`."""
    noun = "plan" if due.task is Task.PLAN else "review"
    when = telling.day(due.due_on)
    return f"{noun} overdue since {when}" if due.overdue else f"{noun} due {when}"


def following_words(step: Next, reasons: Mapping[str, str], telling: Telling) -> str:
    """Return one thing that is expected: `then held from 17:00`, `move-on Fri 4 Dec`."""
    day = telling.day(london_date(step.at))
    match step.what:
        case Follows.MOVE_ON:
            return f"move-on was expected {day}" if step.overdue else f"move-on {day}"
        case Follows.READY:
            return f"was to be ready {day}" if step.overdue else f"ready {day}"
        case Follows.LAPSE:
            return f"hold lapses {telling.instant(step.at)}"
        case Follows.HOLD:
            who = _held_for(step.span) if isinstance(step.span, HoldSpan) else ""
            return f"then held from {telling.instant(step.at)}" + (f", {who}" if who else "")
        case Follows.STAY:
            return f"then lived in from {day}"
    reason = reasons.get(step.span.reason, "") if isinstance(step.span, ClosureSpan) else ""
    return f"closes {telling.instant(step.at)}" + (f": {reason.lower()}" if reason else "")


def _held_for(hold: HoldSpan) -> str:
    return f"for {hold.referral_ref} by {hold.held_by}" if hold.referral_ref else ""


def _resident(lived_in: Occupied) -> list[str]:
    """Return who and for how long, if the reader may know who: the day of another agency's resident is not told."""
    return [f"{lived_in.stay.called}, day {lived_in.day}"] if lived_in.stay.called else []


def _add_move_on(lived_in: Occupied, telling: Telling, lines: list[str], warnings: list[str]) -> None:
    move_on = lived_in.stay.expected_move_on
    if move_on is None:
        return
    if lived_in.move_on_overdue:
        warnings.append(f"move-on overdue since {date_words(move_on, today=telling.today)}")
    else:
        lines.append(f"move-on {telling.day(move_on)}")


def _add_ready(closed: Closed, telling: Telling, lines: list[str], warnings: list[str]) -> None:
    ready = closed.closure.expected_ready
    if ready is None:
        lines.append("no ready date yet")
    elif closed.overdue:
        warnings.append(f"was to be ready {date_words(ready, today=telling.today)}")
    else:
        lines.append(f"ready {telling.day(ready)}")


def house_facts(refuge: Refuge, beds: int, areas: Mapping[str, str]) -> str:
    """Return the meta line of a refuge on the board. How many of its few places are used is told by a room above."""
    staffed = staffed_words(refuge.hours, telephone=refuge.telephone_cover)
    facts = [
        counted(beds, "bed", "beds"),
        areas.get(refuge.area, refuge.area),
        f"staffed {staffed}" if refuge.hours else staffed,
    ]
    return " · ".join(facts)
