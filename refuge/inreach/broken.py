"""Why a session that is booked can no longer be held as it is: leave, a move to another house, a time of hers. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from refuge.london import clock_words

if TYPE_CHECKING:
    from refuge.inreach.slots import Cannot, Span
    from refuge.rota.hours import Shift


@dataclass(frozen=True)
class Kept:
    """A booked session, and what has become of worker, women and room since."""

    span: Span
    refuge_id: int
    house: str
    worker: str
    shifts: Sequence[Shift]
    """When her rota has her, on that day and the night before."""
    homes: Mapping[int, str]
    """The houses where the women live now who live in another than this: id -> name."""
    cannot: Sequence[Cannot] = ()
    room: str = ""
    room_open: Sequence[Span] | None = None
    """When its room can be used; None: it needs none."""


def why_broken(kept: Kept) -> str | None:
    """Return what stands first against a session that is booked, or None if it can be held."""
    return next((sentence for rule in RULES if (sentence := rule(kept)) is not None), None)


def she_lives_elsewhere(kept: Kept) -> str | None:
    """A session is where she lives."""
    if not kept.homes:
        return None
    return f"She lives at {' and '.join(sorted(kept.homes.values()))} now, not at {kept.house}."


def worker_is_away(kept: Kept) -> str | None:
    """A worker comes where and when her rota has her."""
    there = (one for one in kept.shifts if one.from_at <= kept.span.from_at and kept.span.until_at <= one.until_at)
    if any(kept.refuge_id in one.refuge_ids for one in there):
        return None
    return f"{kept.worker} is not on the rota at {kept.house} then."


def room_is_closed(kept: Kept) -> str | None:
    """A room is open."""
    if kept.room_open is None or any(one.covers(kept.span) for one in kept.room_open):
        return None
    return f"{kept.room} is not open then any more."


def she_cannot_come(kept: Kept) -> str | None:
    """Her own times come first, those that she told later too."""
    for time in kept.cannot:
        if time.overlaps(kept.span):
            why = f" ({time.why})" if time.why else ""
            return f"She cannot come from {clock_words(time.from_at)} to {clock_words(time.until_at)}{why}."
    return None


RULES: tuple[Callable[[Kept], str | None], ...] = (
    she_lives_elsewhere,
    worker_is_away,
    room_is_closed,
    she_cannot_come,
)
"""What must still hold, asked in this order."""
