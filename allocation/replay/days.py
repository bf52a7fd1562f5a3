"""Lives a period again, day by day: who leaves, who is referred, and whom matching places that day.

Each day is matched as it would have been: what is free that day against everybody who waits that day, by the network's
own rules and goals. Nobody knows the morrow. A day on which nothing has changed since a day that placed nobody places
nobody, so that it is not matched again.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from allocation.beds.problem import Bed, Funding, Household, Occupant, Problem
from allocation.beds.solver import solve
from allocation.replay.history import Arrival, History, Room

A_DAY = timedelta(days=1)
Progress = Callable[[int, int], None]
"""Told after each day: how many days are done, and of how many."""
Matcher = Callable[[Problem], Mapping[str, str]]
"""Says who gets which bed on a day: household -> bed, by refs."""


@dataclass(frozen=True)
class Placed:
    """That a household got a place, or lived in one already."""

    ref: str
    bed: str
    from_on: date
    until: date
    """The first day on which she no longer lives there."""


@dataclass(frozen=True)
class Replayed:
    """What became of everybody in one replay."""

    placed: tuple[Placed, ...]
    """Those who were referred and got a place, in the order of placing."""
    turned_away: tuple[str, ...]
    """Refs of those who could wait no longer, in the order of giving up."""
    waiting: tuple[str, ...]
    """Refs of those who still waited when the period ended."""
    bed_nights: int
    """Nights of the period that somebody was in a bed, those who lived there before included."""


def best_match(problem: Problem) -> dict[str, str]:
    """Return who gets which bed by the network's goals."""
    placements = solve(problem, explain_all=False).placements
    return {placement.household: placement.bed for placement in placements}


def replay(history: History, progress: Progress | None = None, *, match: Matcher = best_match) -> Replayed:
    """Return what would have become of everybody. `match` decides each day; another than ours is for comparing."""
    house = _House(history, match)
    days = (history.last - history.first).days + 1
    for number in range(days):
        house.live(history.first + number * A_DAY)
        if progress:
            progress(number + 1, days)
    return house.ended()


@dataclass
class _Resident:
    occupant: Occupant
    """Without her bed: it is none of those that are matched."""
    until: date


@dataclass
class _House:
    """The network from day to day."""

    history: History
    match: Matcher
    waiting: dict[str, Arrival] = field(default_factory=dict)
    residents: dict[str, _Resident] = field(default_factory=dict)
    """By bed."""
    free_from: dict[str, date] = field(default_factory=dict)
    placed: list[Placed] = field(default_factory=list)
    turned_away: list[str] = field(default_factory=list)
    bed_nights: int = 0
    barren: object = None
    """The state of a day that placed nobody."""

    def __post_init__(self) -> None:
        self.arrivals: dict[date, list[Arrival]] = defaultdict(list)
        for arrival in sorted(self.history.arrivals, key=lambda one: (one.received_on, one.household.ref)):
            self.arrivals[max(arrival.received_on, self.history.first)].append(arrival)
        self.rooms = {room.bed.ref: room for room in self.history.rooms}
        self.shut: dict[str, list[tuple[date, date]]] = defaultdict(list)
        for shut in self.history.shut:
            self.shut[shut.bed].append((shut.from_on, shut.until or date.max))
        for living in self.history.living:
            if living.occupant.bed is not None:
                self.residents[living.occupant.bed] = _Resident(
                    replace(living.occupant, bed=None), living.until or date.max
                )

    def live(self, today: date) -> None:
        """Live one day."""
        self._say_goodbye(today)
        self.waiting.update((arrival.household.ref, arrival) for arrival in self.arrivals.pop(today, ()))
        if self.waiting:
            self._match(today)
        for ref in [ref for ref, arrival in self.waiting.items() if arrival.waits_until <= today]:
            del self.waiting[ref]
            self.turned_away.append(ref)
        self.bed_nights += len(self.residents)

    def ended(self) -> Replayed:
        """Return what became of everybody."""
        return Replayed(tuple(self.placed), tuple(self.turned_away), tuple(self.waiting), self.bed_nights)

    def _say_goodbye(self, today: date) -> None:
        for bed in [bed for bed, resident in self.residents.items() if resident.until <= today]:
            left = self.residents.pop(bed).until
            room = self.rooms.get(bed)
            self.free_from[bed] = left + timedelta(days=room.turnaround_days if room else 0)

    def _match(self, today: date) -> None:
        beds = tuple(replace(room.bed, free_on=today) for room in self._free(today))
        households = tuple(_as_of(arrival, today) for arrival in self.waiting.values())
        state = self._state(today, beds, households)
        if not beds or state == self.barren:
            return
        problem = self._problem(today, beds, households)
        found = self.match(problem)
        for ref, bed in sorted(found.items()):
            self._move_in(self.waiting.pop(ref), bed, today)
        self.barren = None if found else state

    def _problem(self, today: date, beds: tuple[Bed, ...], households: tuple[Household, ...]) -> Problem:
        history = self.history
        there = {household.ref for household in households}
        there.update(resident.occupant.ref for resident in self.residents.values())
        return Problem(
            on=today,
            refuges=history.refuges,
            beds=beds,
            households=households,
            occupants=tuple(resident.occupant for _bed, resident in sorted(self.residents.items())),
            conflicts=tuple(pair for pair in history.conflicts if pair[0] in there and pair[1] in there),
            rules=replace(history.rules, days_ahead=0),
            goals=history.goals,
            goals_version=history.goals_version,
            limits=history.limits,
        )

    def _free(self, today: date) -> Iterator[Room]:
        for ref, room in self.rooms.items():
            in_use = room.opened_on <= today and (room.retired_on is None or today < room.retired_on)
            if in_use and ref not in self.residents and self.free_from.get(ref, today) <= today:
                closed = any(from_on <= today < until for from_on, until in self.shut.get(ref, ()))
                if not closed:
                    yield room

    def _move_in(self, arrival: Arrival, bed: str, today: date) -> None:
        household, room = arrival.household, self.rooms[bed]
        until = today + timedelta(days=max(1, arrival.stay_days))
        occupant = Occupant(
            household.ref,
            room.bed.refuge,
            high_support=household.needs_high_support,
            funded_place=household.funding is Funding.FUNDED_PLACE,
        )
        self.residents[bed] = _Resident(occupant, until)
        self.placed.append(Placed(household.ref, bed, today, until))

    def _state(self, today: date, beds: Sequence[Bed], households: Sequence[Household]) -> object:
        """Return all that decides whether anybody could be placed."""
        barred = {
            household.ref: [refuge for refuge, until in household.asked_to_leave.items() if until > today]
            for household in households
            if household.asked_to_leave
        }
        lives = [(bed, resident.occupant.ref) for bed, resident in sorted(self.residents.items())]
        return [bed.ref for bed in beds], [household.ref for household in households], lives, barred


def _as_of(arrival: Arrival, today: date) -> Household:
    return replace(arrival.household, waiting_days=(today - arrival.received_on).days, last_proposed=None)
