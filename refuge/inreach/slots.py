"""When a session can be: what stands against a time, rule by rule, and the times that nothing stands against. Pure.

A rule is a function that returns a sentence if the time breaks it; `AGAINST` is the list of them. The same rules offer
times, and judge once more at the moment of saving.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from refuge.london import clock_words, london_date

GRID = timedelta(minutes=15)
"""Sessions are offered every quarter of an hour."""
NOT_NEAR_ENDS = timedelta(hours=2)
"""How far from the ends of a long shift her break lies, as planning has it."""


@dataclass(frozen=True)
class Span:
    """From an instant until just before another."""

    from_at: datetime
    until_at: datetime

    def overlaps(self, other: Span) -> bool:
        """Return whether both hold at one instant."""
        return self.from_at < other.until_at and other.from_at < self.until_at

    def covers(self, other: Span) -> bool:
        """Return whether the other is within this one."""
        return self.from_at <= other.from_at and other.until_at <= self.until_at


@dataclass(frozen=True)
class OnRota(Span):
    """A time during which the worker can be at these houses."""

    refuge_ids: frozenset[int]


@dataclass(frozen=True)
class Busy(Span):
    """A time that is taken, and the house where."""

    refuge_id: int
    contact: bool = True
    """Whether it counts into the longest day of contacts."""


@dataclass(frozen=True)
class Cannot(Span):
    """A time when she has said that she cannot come, and why in words."""

    why: str


@dataclass(frozen=True)
class Room:
    """A room of the house, when it is open, and when it is taken."""

    id: int
    name: str
    capacity: int
    open: Sequence[Span]
    taken: Sequence[Span]


@dataclass(frozen=True)
class Diary:
    """A worker's time."""

    name: str
    on_rota: Sequence[OnRota]
    busy: Sequence[Busy]
    gap: timedelta = timedelta()
    """Between two sessions in one house."""
    longest_day: timedelta | None = None
    """Contacts of a London day, at most."""
    rest: timedelta = timedelta()
    """How long her break in a long shift is; none: she takes none."""
    rest_in_shifts_from: timedelta = timedelta(hours=6)
    """How long a shift lasts at least to have one."""
    travel: Mapping[tuple[int, int], int] = field(default_factory=dict)
    """From house and to house -> minutes: every pair of the network, both ways."""

    def travels(self, one: int, other: int) -> timedelta:
        """Return how long the way between two houses is."""
        return timedelta() if one == other else timedelta(minutes=self.travel[one, other])


@dataclass(frozen=True)
class Asked:
    """The session that wants a time."""

    refuge_id: int
    house: str
    minutes: int
    rooms: Sequence[Room] | None
    """The rooms of the house; None: it needs none."""
    diary: Diary
    hers: Sequence[Span] = ()
    """Other sessions of the women who come."""
    cannot: Sequence[Cannot] = ()
    people: int = 1
    """How many women come."""
    not_before: datetime | None = None


@dataclass(frozen=True)
class Slot(Span):
    """A time that nothing stands against, with the room that is free then."""

    room_id: int | None = None
    room: str = ""


def why_not(asked: Asked, span: Span) -> str | None:
    """Return what stands first against this time, or None if nothing does."""
    return next((sentence for rule in AGAINST if (sentence := rule(asked, span)) is not None), None)


def room_for(asked: Asked, span: Span, preferred: int | None = None) -> Room | None:
    """Return a room that is open, free and large enough: the preferred one, or the smallest."""
    fitting = [room for room in asked.rooms or () if _fits(room, asked, span)]
    return min(fitting, key=lambda room: (room.id != preferred, room.capacity, room.id), default=None)


def slot_at(asked: Asked, from_at: datetime, preferred: int | None = None) -> Slot | None:
    """Return the slot that begins then, or None if something stands against it."""
    span = Span(from_at, from_at + timedelta(minutes=asked.minutes))
    if why_not(asked, span) is not None:
        return None
    room = room_for(asked, span, preferred)
    return Slot(span.from_at, span.until_at, room.id if room else None, room.name if room else "")


def free_slots(asked: Asked, preferred: int | None = None) -> Iterator[Slot]:
    """Yield every slot of the worker's rota at this house, in the order of time."""
    tried: set[datetime] = set()
    for shift in sorted(asked.diary.on_rota, key=lambda one: one.from_at):
        if asked.refuge_id not in shift.refuge_ids:
            continue
        start = _on_grid(shift.from_at)
        while start + timedelta(minutes=asked.minutes) <= shift.until_at:
            if start not in tried and (slot := slot_at(asked, start, preferred)) is not None:
                yield slot
            tried.add(start)
            start += GRID


def _on_grid(at: datetime) -> datetime:
    over = timedelta(minutes=at.minute % 15, seconds=at.second, microseconds=at.microsecond)
    return at if not over else at - over + GRID


# ── What stands against a time.


def it_has_passed(asked: Asked, span: Span) -> str | None:
    """A session is booked for later."""
    if asked.not_before is not None and span.from_at < asked.not_before:
        return "That time has passed. Choose a later one."
    return None


def worker_is_not_there(asked: Asked, span: Span) -> str | None:
    """A worker sees women where and when her rota has her."""
    if any(shift.covers(span) and asked.refuge_id in shift.refuge_ids for shift in asked.diary.on_rota):
        return None
    elsewhere = any(shift.covers(span) for shift in asked.diary.on_rota)
    where = "at another house" if elsewhere else "not on the rota"
    return f"{asked.diary.name} is {where} at {clock_words(span.from_at)}, so not at {asked.house}."


def worker_is_taken(asked: Asked, span: Span) -> str | None:
    """A worker has one session at a time."""
    for busy in asked.diary.busy:
        if busy.overlaps(span):
            return f"{asked.diary.name} has another session from {clock_words(busy.from_at)}."
    return None


def worker_needs_time_between(asked: Asked, span: Span) -> str | None:
    """Between two sessions lie the gap and, to another house, the way as well."""
    name = asked.diary.name
    for busy in asked.diary.busy:
        way = asked.diary.travels(busy.refuge_id, asked.refuge_id)
        apart = asked.diary.gap + way
        if busy.from_at < span.until_at + apart and span.from_at < busy.until_at + apart:
            minutes = int(apart.total_seconds() // 60)
            what = f"{minutes} minutes, with the way from the other house," if way else f"{minutes} minutes"
            return f"{name} needs {what} between two sessions, and has one from {clock_words(busy.from_at)}."
    return None


def day_is_full(asked: Asked, span: Span) -> str | None:
    """A day has no more contacts than the worker's longest day."""
    longest = asked.diary.longest_day
    if longest is None:
        return None
    on = london_date(span.from_at)
    held = [busy for busy in asked.diary.busy if busy.contact and london_date(busy.from_at) == on]
    total = sum((busy.until_at - busy.from_at for busy in held), span.until_at - span.from_at)
    if total <= longest:
        return None
    return f"{asked.diary.name} would have more than {_hours(longest)} of sessions that day."


def break_would_be_lost(asked: Asked, span: Span) -> str | None:
    """In the middle of a long shift a worker has a break without a session."""
    rest = asked.diary.rest
    shift = next((one for one in asked.diary.on_rota if one.covers(span)), None)
    if shift is None or not rest or shift.until_at - shift.from_at < asked.diary.rest_in_shifts_from:
        return None
    free_from, latest = shift.from_at + NOT_NEAR_ENDS, shift.until_at - NOT_NEAR_ENDS
    for taken in sorted([*asked.diary.busy, span], key=lambda one: one.from_at):
        if taken.until_at <= free_from or taken.from_at >= latest:
            continue
        if taken.from_at - free_from >= rest:
            return None
        free_from = max(free_from, taken.until_at)
    if latest - free_from >= rest:
        return None
    minutes = int(rest.total_seconds() // 60)
    return f"{asked.diary.name} would have no break of {minutes} minutes in the middle of that day."


def room_is_taken(asked: Asked, span: Span) -> str | None:
    """A session that needs a room has one that is open, free and large enough."""
    if asked.rooms is None or room_for(asked, span) is not None:
        return None
    if not asked.rooms:
        return f"{asked.house} has no room for sessions. Add one under Rota."
    large = [room for room in asked.rooms if room.capacity > asked.people]
    if not large:
        return f"No room of {asked.house} holds {asked.people} women and the worker."
    if not any(opened.covers(span) for room in large for opened in room.open):
        return f"No room of {asked.house} is open from {clock_words(span.from_at)} to {clock_words(span.until_at)}."
    return f"Every room of {asked.house} is taken at {clock_words(span.from_at)}."


def she_is_taken(asked: Asked, span: Span) -> str | None:
    """A woman is in one session at a time."""
    for other in asked.hers:
        if other.overlaps(span):
            return f"She has another session from {clock_words(other.from_at)}."
    return None


def she_cannot_come(asked: Asked, span: Span) -> str | None:
    """Her own times come first: school run, court, contact, worship, work."""
    for time in asked.cannot:
        if time.overlaps(span):
            why = f" ({time.why})" if time.why else ""
            return f"She cannot come from {clock_words(time.from_at)} to {clock_words(time.until_at)}{why}."
    return None


def _fits(room: Room, asked: Asked, span: Span) -> bool:
    return (
        room.capacity > asked.people
        and any(opened.covers(span) for opened in room.open)
        and not any(taken.overlaps(span) for taken in room.taken)
    )


def _hours(length: timedelta) -> str:
    hours = length.total_seconds() / 3600
    return f"{hours:g} hours" if hours != 1 else "1 hour"


AGAINST: tuple[Callable[[Asked, Span], str | None], ...] = (
    it_has_passed,
    worker_is_not_there,
    worker_is_taken,
    worker_needs_time_between,
    day_is_full,
    break_would_be_lost,
    room_is_taken,
    she_is_taken,
    she_cannot_come,
)
"""Asked in this order; the first sentence is told."""
