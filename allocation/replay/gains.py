"""What a change would have given: turn-aways avoided and bed-nights used, with a range over years that might have been.

The network as it was and as it might have been are lived through with the very same people, so that what differs is the
change alone. For the range the same is done over arrivals and lengths of stay that are drawn again from those that
were, with a fixed seed: as many in each week as really came, each anybody of the period.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from random import Random

from allocation.replay.changes import Change, changed
from allocation.replay.days import Replayed, replay
from allocation.replay.history import Arrival, History

AGAIN = "~"
"""Stands between the ref of somebody who was drawn and the number of the draw."""
WEEK = 7
Progress = Callable[[int, int], None]
"""Told after each replay: how many are done, and of how many."""


@dataclass(frozen=True)
class Range:
    """The least and the most of some draws, the most unusual ones left out."""

    low: int
    high: int


@dataclass(frozen=True)
class Gain:
    """What one change would have given."""

    change: Change
    avoided: int
    """How many fewer would have been turned away; below zero where more would."""
    avoided_under: dict[str, int]
    """The same by need. Needs overlap, so that these do not add up."""
    helped: tuple[str, ...]
    """Who would have had a place and had none in the replay of the network as it was."""
    missed: tuple[str, ...]
    """Who would have had none and had one: a place taken earlier by somebody else can be one that she had."""
    bed_nights: int
    """How many more nights beds would have been used."""
    avoided_range: Range
    bed_nights_range: Range


@dataclass(frozen=True)
class FirstCheck:
    """The replay of the network as it was, beside what really happened: how far the rest can be trusted."""

    sought: int
    """For how many a place was sought and would have been taken."""
    placed_really: int
    placed_here: int
    placed_both: int
    """Placed in both."""
    placed_under: dict[str, tuple[int, int]]
    """By need: really, and here."""


@dataclass(frozen=True)
class Gains:
    """What several changes would have given, each by itself."""

    check: FirstCheck
    gains: tuple[Gain, ...]
    draws: int
    seed: int


def gains(
    history: History, changes: Sequence[Change], *, draws: int, seed: int, progress: Progress | None = None
) -> Gains:
    """Return what each change would have given; raise NoSuchPlace where one names nothing of the network.

    `draws` is how many other years are drawn for the ranges; 0: the range is the figure itself.
    """
    histories = [changed(history, change) for change in changes]
    steps = _Steps((draws + 1) * (len(changes) + 1), progress)
    was = steps.replay(history)
    might = [steps.replay(other) for other in histories]
    ranges: list[tuple[list[int], list[int]]] = [([], []) for _change in changes]
    for draw in range(draws):
        people = drawn(history, Random(f"{seed} {draw}"))  # noqa: S311  the same draw every time is what is wanted
        before = steps.replay(people)
        for other, (avoided, nights) in zip(histories, ranges, strict=True):
            after = steps.replay(replace(other, arrivals=people.arrivals, conflicts=people.conflicts))
            avoided.append(len(before.turned_away) - len(after.turned_away))
            nights.append(after.bed_nights - before.bed_nights)
    found = (
        _gain(history, change, was, after, spread) for change, after, spread in zip(changes, might, ranges, strict=True)
    )
    return Gains(first_check(history, was), tuple(found), draws, seed)


@dataclass
class _Steps:
    """Replays, counted."""

    every: int
    progress: Progress | None
    done: int = 0

    def replay(self, history: History) -> Replayed:
        found = replay(history)
        self.done += 1
        if self.progress:
            self.progress(self.done, self.every)
        return found


def _gain(
    history: History, change: Change, was: Replayed, after: Replayed, spread: tuple[list[int], list[int]]
) -> Gain:
    had, has = ({placed.ref for placed in one.placed} for one in (was, after))
    avoided = len(was.turned_away) - len(after.turned_away)
    nights = after.bed_nights - was.bed_nights
    before, now = (turned_away_under(history, one) for one in (was, after))
    return Gain(
        change=change,
        avoided=avoided,
        avoided_under={need: before[need] - now[need] for need in sorted(before.keys() | now.keys())},
        helped=tuple(sorted(has - had)),
        missed=tuple(sorted(had - has)),
        bed_nights=nights,
        avoided_range=_range(spread[0] or [avoided]),
        bed_nights_range=_range(spread[1] or [nights]),
    )


def _range(values: Sequence[int]) -> Range:
    """Return the range of nine in ten draws, counted from the middle; of fewer than ten, of all."""
    ordered = sorted(values)
    cut = len(ordered) // 20
    return Range(ordered[cut], ordered[len(ordered) - 1 - cut])


def turned_away_under(history: History, replayed: Replayed) -> Counter[str]:
    """Return how many were turned away in a replay, by need."""
    under = {arrival.household.ref: arrival.counts_under for arrival in history.arrivals}
    return Counter(need for ref in replayed.turned_away for need in under[ref])


def first_check(history: History, replayed: Replayed) -> FirstCheck:
    """Hold a replay of the network as it was against what really happened."""
    here = {placed.ref for placed in replayed.placed}
    really = {arrival.household.ref for arrival in history.arrivals if arrival.placed_on is not None}
    under: dict[str, tuple[int, int]] = defaultdict(lambda: (0, 0))
    for arrival in history.arrivals:
        for need in arrival.counts_under:
            before, now = under[need]
            under[need] = before + (arrival.household.ref in really), now + (arrival.household.ref in here)
    return FirstCheck(len(history.arrivals), len(really), len(here), len(really & here), dict(sorted(under.items())))


def drawn(history: History, random: Random) -> History:
    """Return the same network with people drawn again: in each week as many as came, each anybody of the period.

    How long each stays is drawn by itself. Two who must not meet still must not when both are drawn.
    """
    pool = sorted(history.arrivals, key=lambda one: (one.received_on, one.household.ref))
    stays = sorted(arrival.stay_days for arrival in pool)
    weeks = Counter(_week(history, arrival.received_on) for arrival in pool)
    found: list[Arrival] = []
    copies: dict[str, list[str]] = defaultdict(list)
    for week, count in sorted(weeks.items()):
        for _one in range(count):
            like = random.choice(pool)
            ref = f"{like.household.ref}{AGAIN}{len(found)}"
            copies[like.household.ref].append(ref)
            moved = _moved(history, like, week, random)
            found.append(replace(moved, household=replace(like.household, ref=ref), stay_days=random.choice(stays)))
    copies.update((one.occupant.ref, [one.occupant.ref]) for one in history.living)
    conflicts = tuple(
        (here, there)
        for one, other in history.conflicts
        for here in copies.get(one, ())
        for there in copies.get(other, ())
        if here != there
    )
    return replace(history, arrivals=tuple(found), conflicts=conflicts)


def _week(history: History, on: date) -> int:
    return (max(on, history.first) - history.first).days // WEEK


def _moved(history: History, arrival: Arrival, week: int, random: Random) -> Arrival:
    """Return an arrival on a day of another week, able to wait as long as she was."""
    days = min(week * WEEK + random.randrange(WEEK), (history.last - history.first).days)
    on = date.fromordinal(history.first.toordinal() + days)
    later = on - arrival.received_on
    needed_by = arrival.household.needed_by
    household = replace(arrival.household, needed_by=needed_by + later if needed_by else None)
    return replace(
        arrival, household=household, received_on=on, waits_until=arrival.waits_until + later, placed_on=None
    )
