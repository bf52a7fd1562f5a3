"""A week as it is shown: rows of workers, houses or women, days across, and what stands in each. Pure."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from enum import StrEnum

from refuge.inreach.off import NOT_ON_ROTA, off_words
from refuge.london import clock_words, london_date
from refuge.rota.hours import Rota, Shift


class Look(StrEnum):
    """How far a session is, as word and shape say it."""

    PROPOSED = "proposed"
    UNCONFIRMED = "unconfirmed"
    BOOKED = "booked"
    TO_NOTE = "to_note"
    """It is over, and nobody has noted what came of it."""
    DONE = "done"

    @property
    def word(self) -> str:
        """The word that stands in the session."""
        return {
            "proposed": "Proposed", "unconfirmed": "Not confirmed", "booked": "Booked", "to_note": "Outcome to note",
            "done": "Done",
        }[self.value]  # fmt: skip

    @property
    def shape(self) -> str:
        """The shape beside the word."""
        return {"proposed": "ring", "unconfirmed": "half", "booked": "disc", "to_note": "triangle", "done": "tick"}[
            self.value
        ]


@dataclass(frozen=True)
class Item:
    """One session in a cell."""

    ref: str
    from_at: datetime
    until_at: datetime
    worker_id: int
    refuge_id: int
    house: str
    look: Look
    tone: str
    """Whose work it is: the discipline of the worker."""
    service: str
    who: str
    """The women by their refs, or how many; empty where the reader may not know."""
    worker: str
    referral_ids: tuple[int, ...] = ()
    room: str = ""
    mine: bool = True
    """Whether the reader may open it."""
    version: int = 0
    away: bool = False
    """Whether the worker is not on the rota there then, although it is booked."""
    elsewhere: bool = False
    """Whether she lives in another house now."""
    to_tap: int | None = None
    """Whose outcome can be noted by one tap here: the row of the one woman who was booked; None: nobody's."""
    counts: bool = True
    """Whether it fills the worker's hours."""

    @property
    def wrong(self) -> str:
        """Why it cannot be held as it is; empty if it can."""
        if self.elsewhere:
            return "She lives elsewhere now: move it"
        return f"{self.worker} is away then: move it" if self.away else ""

    @property
    def clock(self) -> str:
        """When it begins."""
        return clock_words(self.from_at)

    @property
    def ends(self) -> str:
        """When it ends."""
        return clock_words(self.until_at)


@dataclass(frozen=True)
class Way:
    """The way from one house to another between two sessions."""

    from_at: datetime
    minutes: int
    house: str

    @property
    def clock(self) -> str:
        """When it begins."""
        return clock_words(self.from_at)


@dataclass(frozen=True)
class Cell:
    """One day of one row."""

    on: date
    entries: Sequence[Item | Way] = ()
    hours: Sequence[str] = ()
    """When and where she is on the rota."""
    off: str | None = None
    """Why nothing is here: not on the rota, leave, a bank holiday."""
    partly_off: str | None = None
    """Why some of the day is missing."""

    @property
    def sessions(self) -> list[Item]:
        """The sessions, without the ways."""
        return [one for one in self.entries if isinstance(one, Item)]

    def is_way(self, entry: Item | Way) -> bool:
        """Return whether an entry is a way, not a session."""
        return isinstance(entry, Way)


@dataclass(frozen=True)
class Row:
    """One worker, house or woman."""

    key: Hashable
    name: str
    facts: Sequence[str] = ()
    cells: Sequence[Cell] = ()
    ref: str = ""

    @property
    def idle(self) -> bool:
        """Whether it is of a worker who is not on the rota on any of these days, and has no session either."""
        return all(cell.off == NOT_ON_ROTA and not cell.entries for cell in self.cells)


@dataclass(frozen=True)
class Person:
    """A worker as her row names her."""

    id: int
    ref: str
    name: str
    discipline: str
    agency: str
    own_agency: bool = False


@dataclass(frozen=True)
class Told:
    """What a week is made from."""

    days: Sequence[date]
    items: Sequence[Item]
    rota: Rota
    houses: Mapping[int, str]
    travel: Mapping[tuple[int, int], int] = field(default_factory=dict)


def monday_of(on: date) -> date:
    """Return the Monday of a day's week."""
    return on - timedelta(days=on.weekday())


def rows_by_worker(told: Told, workers: Iterable[Person]) -> list[Row]:
    """Return a row for each worker: hours, ways, why she is off, and how much is booked."""
    rows = []
    for worker in workers:
        items = [item for item in told.items if item.worker_id == worker.id]
        shifts = [shift for shift in told.rota.shifts if shift.worker_id == worker.id]
        cells = [_cell_of_worker(told, worker, on, items, shifts) for on in told.days]
        facts = (f"{worker.discipline} · {worker.agency}", booked_words(told.days, items, shifts))
        rows.append(Row(worker.id, worker.name, facts, cells, worker.ref))
    return rows


def _cell_of_worker(told: Told, worker: Person, on: date, items: Sequence[Item], shifts: Sequence[Shift]) -> Cell:
    today = [item for item in items if london_date(item.from_at) == on]
    there = [shift for shift in shifts if london_date(shift.from_at) == on]
    why = off_words(told.rota, worker.id, on, own_agency=worker.own_agency)
    hours = [hours_words(shift, told.houses) for shift in there]
    today = [replace(item, away=not _covered(item, shifts)) for item in today]
    return Cell(
        on, with_ways(today, told), hours, off=None if there else why or NOT_ON_ROTA, partly_off=why if there else None
    )


def _covered(item: Item, shifts: Sequence[Shift]) -> bool:
    """Return whether her rota has her there then; what is over is not asked any more."""
    if item.look in {Look.DONE, Look.TO_NOTE}:
        return True
    return any(
        shift.from_at <= item.from_at and item.until_at <= shift.until_at and item.refuge_id in shift.refuge_ids
        for shift in shifts
    )


def hours_words(shift: Shift, houses: Mapping[int, str]) -> str:
    """Return a shift in words: `09:00 to 17:00 WALL`."""
    where = " or ".join(houses.get(refuge_id, "") for refuge_id in shift.refuge_ids)
    return f"{clock_words(shift.from_at)} to {clock_words(shift.until_at)} {where}".strip()


def booked_words(days: Sequence[date], items: Sequence[Item], shifts: Sequence[Shift]) -> str:
    """Return how much of her hours is booked: `9.5 of 21 hours booked`."""
    booked = sum((item.until_at - item.from_at for item in items if item.counts), timedelta())
    there = sum((shift.length for shift in shifts if london_date(shift.from_at) in days), timedelta())
    return f"{_hours(booked)} of {_hours(there)} hours booked"


def _hours(length: timedelta) -> str:
    return f"{round(length.total_seconds() / 3600, 1):g}"


def rows_by(
    told: Told, keys: Iterable[tuple[Hashable, str, str]], of: Callable[[Item], Iterable[Hashable]]
) -> list[Row]:
    """Return a row for each key, name and ref: its sessions, day by day."""
    rows = []
    for key, name, ref in keys:
        items = [item for item in told.items if key in of(item)]
        cells = [Cell(on, [item for item in in_time(items) if london_date(item.from_at) == on]) for on in told.days]
        count = len(items)
        rows.append(Row(key, name, ("1 session" if count == 1 else f"{count} sessions",), cells, ref))
    return rows


def in_time(items: Iterable[Item]) -> list[Item]:
    """Return sessions in the order of the day."""
    return sorted(items, key=lambda item: (item.from_at, item.worker))


def with_ways(items: Iterable[Item], told: Told) -> list[Item | Way]:
    """Return sessions of one worker and day in order, with the ways between houses."""
    found: list[Item | Way] = []
    last: Item | None = None
    for item in in_time(items):
        if last is not None and last.refuge_id != item.refuge_id:
            minutes = told.travel.get((last.refuge_id, item.refuge_id), 0)
            found.append(Way(item.from_at - timedelta(minutes=minutes), minutes, item.house))
        found.append(item)
        last = item
    return found
