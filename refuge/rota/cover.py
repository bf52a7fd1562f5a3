"""What a house is promised against what the rota gives, day by day, each gap with its cause. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise

from refuge.rota.hours import Missed, Shift, Why, instant, overlap
from refuge.rota.models import Promised

VACANCY = "vacancy"
"""The cause of a gap that no pattern would have filled."""
AWAY = "away"
"""What others than her own agency are told instead of leave, sickness, training, other work or a swap."""
OF_A_DAY = frozenset({Why.BANK_HOLIDAY, Why.CLOSURE_DAY})


@dataclass(frozen=True)
class Promise:
    """What a house is promised."""

    refuge_id: int
    promised: Promised
    weekdays: frozenset[int]
    from_minute: int
    until_minute: int
    days_a_week: int | None
    at_least: int
    on_bank_holidays: bool
    valid_from: date
    valid_until: date | None = None

    def holds_on(self, on: date, bank_holidays: frozenset[date]) -> bool:
        """Return whether this day is one of those that are promised."""
        return (
            on.weekday() in self.weekdays
            and self.valid_from <= on
            and (self.valid_until is None or on <= self.valid_until)
            and (self.on_bank_holidays or on not in bank_holidays)
        )

    def hours_of(self, on: date) -> tuple[datetime, datetime]:
        """Return the promised hours that begin on this day."""
        return instant(on, self.from_minute), instant(on, self.until_minute)


@dataclass(frozen=True)
class Cause:
    """Why hours are not covered: whose they would have been, and why she is not there; None: nobody's."""

    why: str
    worker_id: int | None = None


@dataclass(frozen=True)
class Gap:
    """Hours that are promised and not given."""

    on: date
    from_at: datetime
    until_at: datetime
    causes: tuple[Cause, ...]

    @property
    def length(self) -> timedelta:
        """How long it is."""
        return self.until_at - self.from_at


@dataclass(frozen=True)
class Covered:
    """One promise over some days: what was promised, what is given, and each gap."""

    promise: Promise
    promised: timedelta
    given: timedelta
    days_promised: int
    days_given: int
    """Days on which every promised hour is given."""
    gaps: tuple[Gap, ...]

    @property
    def is_kept(self) -> bool:
        """Whether the promise is kept: all its hours, or as many whole days as it counts."""
        return self.days_given >= self.days_promised if self.promise.days_a_week is not None else not self.gaps


def covered(
    promise: Promise,
    days: Sequence[date],
    given: Iterable[Shift],
    missed: Iterable[Missed],
    bank_holidays: frozenset[date],
) -> Covered:
    """Return how far a promise is kept on these days; `given` and `missed` are of workers of the promised kind.

    Where only a number of days is promised, the days without full cover are gaps only as far as that number is not
    reached.
    """
    here = [shift for shift in given if promise.refuge_id in shift.refuge_ids]
    lost = [one for one in missed if promise.refuge_id in one.shift.refuge_ids]
    due = [on for on in days if promise.holds_on(on, bank_holidays)]
    by_day = {on: _gaps(promise, on, here, lost) for on in due}
    hours = {on: until_at - from_at for on in due for from_at, until_at in [promise.hours_of(on)]}
    whole = [on for on in due if not by_day[on]]
    gaps = [gap for on in due for gap in by_day[on]]
    wanted = len(due)
    if promise.days_a_week is not None:
        wanted = min(promise.days_a_week, len(due))
        gaps = _worst_explained(by_day, wanted - len(whole))
    promised = sum(hours.values(), timedelta())
    return Covered(
        promise, promised, promised - sum((gap.length for on in due for gap in by_day[on]), timedelta()),
        wanted, len(whole), tuple(gaps),
    )  # fmt: skip


def _worst_explained(by_day: dict[date, list[Gap]], missing: int) -> list[Gap]:
    """Return the gaps of as many days as are missing: first those where somebody would have been there."""
    open_days = [on for on, gaps in by_day.items() if gaps]
    open_days.sort(key=lambda on: (all(_is_vacancy(gap) for gap in by_day[on]), on))
    return [gap for on in sorted(open_days[: max(missing, 0)]) for gap in by_day[on]]


def _is_vacancy(gap: Gap) -> bool:
    return all(cause.why == VACANCY for cause in gap.causes)


def _gaps(promise: Promise, on: date, given: Sequence[Shift], missed: Sequence[Missed]) -> list[Gap]:
    """Return the promised hours of one day at which too few are there."""
    from_at, until_at = promise.hours_of(on)
    there = [part for shift in given if (part := overlap(shift, from_at, until_at))]
    lost = [(part, one.why) for one in missed if (part := overlap(one.shift, from_at, until_at))]
    edges = sorted({from_at, until_at, *_edges(there), *_edges([part for part, _ in lost])})
    found: list[Gap] = []
    for begin, end in pairwise(edges):
        short = promise.at_least - sum(1 for one in there if one.from_at <= begin and end <= one.until_at)
        if short > 0:
            causes = [Cause(why.value, part.worker_id) for part, why in lost if part.from_at <= begin < part.until_at]
            _add(found, on, begin, end, causes + [Cause(VACANCY)] * (len(causes) < short))
    return found


def _edges(shifts: Iterable[Shift]) -> list[datetime]:
    return [edge for shift in shifts for edge in (shift.from_at, shift.until_at)]


def _add(found: list[Gap], on: date, begin: datetime, end: datetime, causes: list[Cause]) -> None:
    """Add a gap, or lengthen the last one if this goes on from it with the same causes."""
    ordered = tuple(sorted(set(causes), key=lambda cause: (cause.why, cause.worker_id or 0)))
    if found and found[-1].until_at == begin and found[-1].causes == ordered:
        found[-1] = Gap(on, found[-1].from_at, end, ordered)
    else:
        found.append(Gap(on, begin, end, ordered))
