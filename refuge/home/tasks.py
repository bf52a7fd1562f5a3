"""What is due in the reader's own houses, most urgent first. Pure: read off the board."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING

from refuge.beds.freshness import Freshness, freshness
from refuge.beds.occupancy import Closed, Held, Occupied, Task
from refuge.london import clock_words, date_words, day_words, instant_words, london_date

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date, datetime

    from refuge.beds.queries.board import Board, BoardBed, House

SOON = 7
"""Days ahead that Today looks."""


class Urgency(IntEnum):
    """How soon a thing must be looked at."""

    NOW = 0
    OVERDUE = 1
    TODAY = 2
    SOON = 3

    @property
    def label(self) -> str:
        """The word on the tag."""
        return self.name.capitalize()

    @property
    def kind(self) -> str:
        """The look of the tag."""
        return {"NOW": "danger", "OVERDUE": "warning", "TODAY": "waiting", "SOON": "neutral"}[self.name]


@dataclass(frozen=True)
class Due:
    """One thing to do, and where."""

    urgency: Urgency
    what: str
    where: str
    bed_ref: str | None = None
    refuge_ref: str | None = None


def due(board: Board) -> list[Due]:
    """Return what is due in the reader's own houses, most urgent first."""
    found: list[Due] = []
    for house in board.houses:
        if house.own:
            found += _of_house(house, board.at)
            for bed in house.beds:
                found += _of_bed(bed, house.refuge.name, board.at)
    return sorted(found, key=lambda thing: thing.urgency)


def _of_house(house: House, now: datetime) -> Iterator[Due]:
    confirmed = house.refuge.confirmed_at
    if freshness(confirmed, now=now) is Freshness.FRESH:
        return
    since = "never" if confirmed is None else instant_words(confirmed, now=now)
    yield Due(
        Urgency.TODAY,
        f"Confirm that the board is right (last confirmed: {since})",
        house.refuge.name,
        refuge_ref=house.refuge.ref,
    )


def _of_bed(bed: BoardBed, refuge: str, now: datetime) -> Iterator[Due]:
    today, where = london_date(now), f"{refuge} {bed.bed.name}"
    match bed.occupancy.now:
        case Held(hold=hold) if london_date(hold.until_at) == today:
            words = f"Hold for {hold.referral_ref} lapses at {clock_words(hold.until_at)}"
            yield Due(Urgency.NOW, words, where, bed.bed.ref)
        case Occupied(stay, due=task) as lived_in:
            if lived_in.move_on_overdue and stay.expected_move_on is not None:
                words = f"{stay.ref} was expected to move on {_on(stay.expected_move_on, today)}"
                yield Due(Urgency.OVERDUE, words, where, bed.bed.ref)
            elif stay.expected_move_on is not None and (urgency := _by(stay.expected_move_on, today)) is not None:
                words = f"{stay.ref} is expected to move on {_on(stay.expected_move_on, today)}"
                yield Due(urgency, words, where, bed.bed.ref)
            if task is not None and (urgency := _by(task.due_on, today)) is not None:
                name = "Support plan" if task.task is Task.PLAN else "Plan review"
                words = f"{name} of {stay.ref} {'was' if task.overdue else 'is'} due {_on(task.due_on, today)}"
                yield Due(urgency, words, where, bed.bed.ref)
        case Closed(closure, overdue) if closure.expected_ready is not None:
            if overdue:
                words = f"Was expected to be ready {_on(closure.expected_ready, today)}: open it or put a new day"
                yield Due(Urgency.OVERDUE, words, where, bed.bed.ref)
            elif (urgency := _by(closure.expected_ready, today)) is not None:
                yield Due(urgency, f"Expected to be ready {_on(closure.expected_ready, today)}", where, bed.bed.ref)


def _by(on: date, today: date) -> Urgency | None:
    days = (on - today).days
    if days > SOON:
        return None
    return Urgency.OVERDUE if days < 0 else Urgency.TODAY if days == 0 else Urgency.SOON


def _on(on: date, today: date) -> str:
    near = day_words(on, today=today)
    return near if near in {"today", "tomorrow", "yesterday"} else f"on {date_words(on, today=today)}"
