"""How long it takes to live a year again: the pilot's with twenty changes and its ranges, and a nation's with one.

Run: `.venv/bin/python -m benchmarks.replay`, with `--nation` for 4,400 beds and 27,800 referrals as well. Beside the
replay stands greedy first fit on the same days (whoever is free first, to the highest risk that waited longest), so
that it can be seen what matching everybody of a day together costs and gives. The last line is the first check: a year
that happened by these rules is lived through exactly as it happened.
"""

from __future__ import annotations

import argparse
import resource
import time
from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar

from allocation.beds.core import Core
from allocation.replay.changes import Change, Kind
from allocation.replay.days import Replayed, replay
from allocation.replay.gains import gains
from allocation.replay.history import History
from tests.allocation.greedy import first_fit
from tests.allocation.replay.periods import period

PILOT, NATION = (21, 133), (4_400, 27_800)
CHANGES, DRAWS = 20, 9
HEADS = ("what", "wall s", "CPU s", "placed", "turned away", "MB")
Found = TypeVar("Found")


def timed(act: Callable[[], Found]) -> tuple[Found, float, float]:
    """Return what something returns, and how many seconds it takes: on the wall, and of processors."""
    wall, work = time.perf_counter(), time.process_time()
    found = act()
    return found, time.perf_counter() - wall, time.process_time() - work


def by_first_fit(history: History) -> Replayed:
    """Live a period with greedy first fit instead of matching."""
    return replay(history, match=lambda problem: first_fit(Core.of(problem)))


def say(name: str, found: Replayed | None, wall: float, work: float) -> None:
    """Print a line of the table."""
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    counts = (f"{len(found.placed)}", f"{len(found.turned_away)}") if found else ("", "")
    print(f"{name:42} {wall:8.1f} {work:8.1f} {counts[0]:>8} {counts[1]:>12} {memory:6}", flush=True)


def changes(history: History) -> list[Change]:
    """Return twenty changes of every kind."""
    beds = [Change(kind, room.bed.ref) for room in history.rooms for kind in (Kind.ONE_MORE_BED, Kind.STEP_FREE)]
    houses = [
        Change(kind, refuge.ref)
        for refuge in history.refuges
        for kind in (Kind.FUNDED_PLACES, Kind.SON_AGE_LIMIT, Kind.HIGH_SUPPORT_PLACES, Kind.ROUND_THE_CLOCK)
    ]
    return [*houses, *beds][:CHANGES]


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--nation", action="store_true", help="live a nation's year, too")
    wanted = parser.parse_args()
    print(f"{HEADS[0]:42} {HEADS[1]:>8} {HEADS[2]:>8} {HEADS[3]:>8} {HEADS[4]:>12} {HEADS[5]:>6}")
    pilot = period(*PILOT, seed=1)
    found, *seconds = timed(lambda: replay(pilot))
    say("pilot, one year", found, *seconds)
    greedy, *seconds = timed(lambda: by_first_fit(pilot))
    say("the same by first fit", greedy, *seconds)
    _gains, *seconds = timed(lambda: gains(pilot, changes(pilot), draws=DRAWS, seed=1))
    say(f"pilot, {CHANGES} changes, {DRAWS} other years drawn", None, *seconds)
    if wanted.nation:
        nation = period(*NATION, seed=1)
        change = Change(Kind.ONE_MORE_BED, nation.rooms[0].bed.ref)
        both, *seconds = timed(lambda: gains(nation, [change], draws=0, seed=1))
        say("nation, one year as it was and with a change", None, *seconds)
        print(f"  {both.check.placed_here} of {both.check.sought} placed; avoided: {both.gains[0].avoided}")
        greedy, *seconds = timed(lambda: by_first_fit(nation))
        say("nation, one year by first fit", greedy, *seconds)
    on = {one.ref: one.from_on for one in found.placed}
    lived = replace(pilot, arrivals=tuple(replace(one, placed_on=on.get(one.household.ref)) for one in pilot.arrivals))
    check = gains(lived, [], draws=0, seed=1).check
    print(f"first check: {check.placed_both} of {check.placed_really} placed on the same terms as they were")


if __name__ == "__main__":
    main()
