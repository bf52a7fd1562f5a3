"""What a person saw of a refuge's beds, small enough to travel in a form: so that she confirms what she saw. Pure."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from refuge.beds.occupancy import Closed, ClosureSpan, Free, Held, HoldSpan, Occupied, Span, State, StaySpan

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from refuge.beds.queries import BoardBed

ONE = re.compile(r"(B-[0-9]{5}):([a-z]+):([0-9a-f]{16})")
NEVER = "-"


@dataclass(frozen=True)
class Seen:
    """When the beds were last confirmed, as the page said, and what it showed of each."""

    confirmed: str
    beds: Mapping[str, tuple[State, str]] = field(default_factory=dict)
    """By the ref of a bed: its state, and a mark of all that the board says of it."""


def mark_seen(confirmed_at: datetime | None, beds: Iterable[BoardBed]) -> str:
    """Return what a form carries of these beds: `- B-12345:free:0123456789abcdef ...`."""
    marks = [f"{one.bed.ref}:{one.occupancy.state.value}:{_mark(one)}" for one in beds]
    return " ".join([_confirmed(confirmed_at), *marks])


def read_seen(text: str) -> Seen:
    """Return what a form carried; what makes no sense was not seen."""
    first, *marks = text.split(" ")
    found = [match.groups() for mark in marks if (match := ONE.fullmatch(mark))]
    return Seen(first, {ref: (State(state), mark) for ref, state, mark in found if state in set(State)})


def changed_since(seen: Seen, beds: Iterable[BoardBed]) -> list[tuple[BoardBed, State | None]]:
    """Return the beds that are not as they were seen, each with the state that was shown; None: it was not there."""
    return [
        (one, seen.beds[one.bed.ref][0] if one.bed.ref in seen.beds else None)
        for one in beds
        if seen.beds.get(one.bed.ref) != (one.occupancy.state, _mark(one))
    ]


def is_confirmed_since(seen: Seen, confirmed_at: datetime | None) -> bool:
    """Return whether somebody has confirmed the beds since they were seen: she herself, by a second press, too."""
    return seen.confirmed != _confirmed(confirmed_at)


def _confirmed(at: datetime | None) -> str:
    return NEVER if at is None else at.isoformat()


def _mark(one: BoardBed) -> str:
    """Return a mark that is another when the bed is another. Time that merely passes does not change it."""
    coming = [(step.what.value, _told(step.span)) for step in one.occupancy.coming if step.span is not None]
    facts = (one.bed.version, _now(one), coming)
    return hashlib.sha256(repr(facts).encode()).hexdigest()[:16]


def _now(one: BoardBed) -> object:
    match one.occupancy.now:
        case Free(since=since):
            return since.isoformat()
        case Held(hold=span):
            return _told(span)
        case Occupied(stay=stay):
            return _told(stay)
        case Closed(closure=closure):
            return _told(closure)


def _told(span: Span) -> tuple[str, ...]:
    told: tuple[object, ...] = ()
    match span:
        case StaySpan():
            told = (span.ref, span.expected_move_on)
        case HoldSpan():
            told = (span.end, span.referral_ref)
        case ClosureSpan():
            told = (span.reason, span.expected_ready, span.note)
    return tuple(str(one) for one in (span.start, *told))
