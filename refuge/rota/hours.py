"""From patterns, exceptions and days off to shifts: who is where from when until when. Pure: no rows, no clock.

Patterns and days are London's, as on the wall; shifts are instants in UTC, so that a night of 22:00 to 08:00 is 9 hours
long when clocks go forward and 11 when they go back. A shift belongs to the day that it begins on: if that day is off,
the whole of it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum

from refuge.london import LONDON

DAY = timedelta(days=1)
MIDNIGHT = 24 * 60


class Why(StrEnum):
    """Why hours of a pattern are not worked. The first two are of a whole day, the others of an exception."""

    BANK_HOLIDAY = "bank_holiday"
    CLOSURE_DAY = "closure_day"
    LEAVE = "leave"
    SICKNESS = "sickness"
    TRAINING = "training"
    OTHER_WORK = "other_work"
    SWAP = "swap"

    @property
    def label(self) -> str:
        """The cause in words."""
        return self.value.replace("_", " ").capitalize()


class Weeks(StrEnum):
    """In which weeks a pattern holds: in every one, or in every other."""

    EVERY = "every"
    A = "a"
    B = "b"

    @property
    def label(self) -> str:
        """The weeks in words."""
        return {"every": "Every week", "a": "Weeks A", "b": "Weeks B"}[self.value]


FIRST_WEEK_A = date(2024, 1, 1)
"""A Monday. From it weeks A and B alternate both ways for ever, whatever the year calls its weeks."""


def week_of(on: date) -> Weeks:
    """Return whether a day lies in a week A or a week B."""
    return Weeks.B if (on - FIRST_WEEK_A).days // 7 % 2 else Weeks.A


@dataclass(frozen=True)
class WorkingPattern:
    """The same hours on the same weekdays."""

    worker_id: int
    refuge_ids: tuple[int, ...]
    """The houses, the one with the larger share first."""
    weekdays: frozenset[int]
    """0 is Monday."""
    from_minute: int
    until_minute: int
    """Beyond 1440 when the shift ends on the next day."""
    valid_from: date
    valid_until: date | None = None
    """Last day on which a shift begins; None: no end."""
    weeks: Weeks = Weeks.EVERY

    def begins_on(self, on: date) -> bool:
        """Return whether a shift of this pattern begins on this day, if nothing stands against it."""
        return (
            on.weekday() in self.weekdays
            and self.valid_from <= on
            and (self.valid_until is None or on <= self.valid_until)
            and self.weeks in {Weeks.EVERY, week_of(on)}
        )


@dataclass(frozen=True)
class Away:
    """Hours that a worker does not work."""

    worker_id: int
    from_at: datetime
    until_at: datetime
    why: Why


@dataclass(frozen=True, order=True)
class Shift:
    """A worker at a house, or between houses, from an instant until another."""

    worker_id: int
    refuge_ids: tuple[int, ...]
    from_at: datetime
    until_at: datetime

    @property
    def length(self) -> timedelta:
        """How long it really is, whatever the clocks do meanwhile."""
        return self.until_at - self.from_at


@dataclass(frozen=True)
class Missed:
    """Hours of a pattern that are not worked, and why."""

    shift: Shift
    why: Why


@dataclass(frozen=True)
class DaysOff:
    """The days on which the workers of one agency do not begin a shift of their pattern."""

    bank_holidays: frozenset[date] = frozenset()
    """Empty for an agency that works them."""
    closure_days: frozenset[date] = frozenset()

    def why(self, on: date) -> Why | None:
        """Return why this day is off, or None."""
        if on in self.closure_days:
            return Why.CLOSURE_DAY
        return Why.BANK_HOLIDAY if on in self.bank_holidays else None


NO_DAYS_OFF = DaysOff()


@dataclass(frozen=True)
class Rota:
    """What is worked, and what a pattern promised but is not worked."""

    shifts: tuple[Shift, ...]
    missed: tuple[Missed, ...] = field(default=())


def instant(on: date, minute: int) -> datetime:
    """Return the instant, in UTC, at which the wall clock of London shows so many minutes after this day's midnight.

    In the hour that is left out in spring it is the moment at which the clocks go forward; in the hour that comes twice
    in autumn it is the first time.
    """
    day, minute = on + timedelta(days=minute // MIDNIGHT), minute % MIDNIGHT
    wall = datetime.combine(day, time(minute // 60, minute % 60), LONDON)
    at = wall.astimezone(UTC)
    if at.astimezone(LONDON).replace(tzinfo=None) == wall.replace(tzinfo=None):
        return at
    after = wall.replace(fold=1).astimezone(UTC)  # in the missing hour: read with summer's offset, an hour before `at`
    return _clocks_change(after, at)


def _clocks_change(before: datetime, after: datetime) -> datetime:
    """Return the instant between these two at which London's offset changes."""
    offset = before.astimezone(LONDON).utcoffset()
    while after - before > timedelta(minutes=1):
        middle = before + (after - before) // 2
        if middle.astimezone(LONDON).utcoffset() == offset:
            before = middle
        else:
            after = middle
    return after.replace(second=0, microsecond=0)


def rota(
    patterns: Iterable[WorkingPattern],
    aways: Iterable[Away],
    extras: Iterable[Shift],
    days_off: Mapping[int, DaysOff],
    from_on: date,
    until_on: date,
) -> Rota:
    """Return the shifts that begin on the London days from `from_on` to `until_on`, both included, in order of time.

    `days_off` is by worker. An added shift stands before a pattern's where both would have her; an exception that takes
    hours away leaves what is before and after it.
    """
    aways, extras = list(aways), [one for one in extras if from_on <= _day(one.from_at) <= until_on]
    kept: list[Shift] = []
    missed: list[Missed] = []
    for on in _days(from_on, until_on):
        for pattern in patterns:
            if not pattern.begins_on(on):
                continue
            shift = Shift(
                pattern.worker_id, pattern.refuge_ids,
                instant(on, pattern.from_minute), instant(on, pattern.until_minute),
            )  # fmt: skip
            if shift.until_at <= shift.from_at:
                continue  # it lies in the hour that this night does not have
            why = days_off.get(pattern.worker_id, NO_DAYS_OFF).why(on)
            if why is not None:
                missed.append(Missed(shift, why))
                continue
            parts, lost = _without(shift, aways)
            kept += parts
            missed += lost
    return Rota(tuple(_one_place_at_a_time(kept, extras)), tuple(sorted(missed, key=lambda one: one.shift.from_at)))


def _without(shift: Shift, aways: Sequence[Away]) -> tuple[list[Shift], list[Missed]]:
    """Return what is left of a shift, and what is not with why."""
    parts, lost = [shift], []
    for away in aways:
        if away.worker_id != shift.worker_id:
            continue
        rest: list[Shift] = []
        for part in parts:
            inside = overlap(part, away.from_at, away.until_at)
            rest += minus(part, away.from_at, away.until_at)
            lost += [Missed(inside, away.why)] if inside else []
        parts = rest
    return parts, lost


def overlap(shift: Shift, from_at: datetime, until_at: datetime) -> Shift | None:
    """Return the part of a shift between two instants, or None if there is none."""
    first, last = max(shift.from_at, from_at), min(shift.until_at, until_at)
    return replace(shift, from_at=first, until_at=last) if first < last else None


def minus(shift: Shift, from_at: datetime, until_at: datetime) -> list[Shift]:
    """Return what of a shift is not between two instants."""
    if overlap(shift, from_at, until_at) is None:
        return [shift]
    before = replace(shift, until_at=from_at)
    after = replace(shift, from_at=until_at)
    return [part for part in (before, after) if part.from_at < part.until_at]


def _one_place_at_a_time(shifts: list[Shift], extras: list[Shift]) -> list[Shift]:
    """Return all shifts in order of time, none of a worker overlapping another of hers: an added one stands first."""
    result = list(extras)
    added: dict[int, list[Shift]] = {}
    for extra in extras:
        added.setdefault(extra.worker_id, []).append(extra)
    busy_until: dict[int, datetime] = {}
    for shift in sorted(shifts, key=_in_time):
        parts = minus(shift, shift.from_at, busy_until.get(shift.worker_id, shift.from_at))
        for extra in added.get(shift.worker_id, ()):
            parts = [rest for part in parts for rest in minus(part, extra.from_at, extra.until_at)]
        result += parts
        busy_until[shift.worker_id] = max(shift.until_at, busy_until.get(shift.worker_id, shift.until_at))
    return sorted(result, key=_in_time)


def _in_time(shift: Shift) -> tuple[datetime, int, datetime]:
    return shift.from_at, shift.worker_id, shift.until_at


def _day(at: datetime) -> date:
    return at.astimezone(LONDON).date()


def _days(from_on: date, until_on: date) -> Iterator[date]:
    on = from_on
    while on <= until_on:
        yield on
        on += DAY
