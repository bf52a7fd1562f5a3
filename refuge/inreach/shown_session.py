"""One session as its page shows it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from refuge.inreach.models import BookingKind, BookingState
from refuge.inreach.queries.weeks import look_of
from refuge.inreach.week import Look
from refuge.london import clock_words, london_date, long_date_words

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from refuge.codes.queries import Lists
    from refuge.inreach.models import Booking
    from refuge.inreach.queries.women import Woman

KINDS = {
    Look.PROPOSED: "neutral", Look.UNCONFIRMED: "waiting", Look.BOOKED: "info", Look.TO_NOTE: "warning",
    Look.DONE: "good",
}  # fmt: skip
"""How far a session is -> the look of its tag."""


@dataclass(frozen=True)
class Came:
    """What came of a session for one woman."""

    row_id: int
    who: str
    outcome: str
    """In words; empty until it is noted, or where the reader may not know."""
    minutes: str
    next_step: str


def state_words(booking: Booking, at: datetime) -> tuple[str, str]:
    """Return the word for how far a session is, and the look of its tag."""
    if booking.state is BookingState.CANCELLED:
        return "Called off", "closed"
    look = look_of(booking, at)
    return look.word, KINDS[look]


def facts_of(booking: Booking, services: Mapping[str, str], why: Mapping[str, str]) -> list[tuple[str, str]]:
    """Return a session as facts: when, where, with whom, what for."""
    where = booking.refuge.name + (f", {booking.room.name}" if booking.room else ", without a room")
    facts = [
        ("Day", long_date_words(london_date(booking.from_at))),
        ("Time", f"{clock_words(booking.from_at)} to {clock_words(booking.until_at)}"),
        ("Where", where),
        ("With", f"{booking.worker.name}, {booking.worker.discipline.label.lower()}"),
        ("What for", _what(booking, services)),
    ]
    if booking.kind is not BookingKind.DROP_IN:
        facts.append(("Interpreter", booking.interpreter.label))
    if booking.cancelled_why is not None:
        facts.append(("Called off", why.get(booking.cancelled_why, booking.cancelled_why)))
    if booking.came is not None:
        facts.append(("How many came", str(booking.came)))
    return facts


def _what(booking: Booking, services: Mapping[str, str]) -> str:
    service = services.get(booking.service, booking.service)
    return service if service == booking.kind.label else f"{service} ({booking.kind.label})"


def came_of(booking: Booking, women: Mapping[int, Woman], lists: Lists, *, knows: bool) -> list[Came]:
    """Return what came of it, woman by woman; `knows`: whether the reader is of the worker's agency."""
    words = {code.code: code.label for code in lists["session_outcome"]}
    return [
        Came(
            row.id,
            women[row.referral_id].ref if row.referral_id in women else "A resident",
            words.get(row.outcome or "", row.outcome or "") if knows else "",
            f"{row.minutes} minutes" if knows and row.minutes else "",
            row.next_step if knows else "",
        )
        for row in booking.people
    ]
