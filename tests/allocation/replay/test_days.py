"""What a replay does with people, day by day."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from allocation.beds.problem import Bed, Household, Level, Occupant, Refuge
from allocation.replay.days import Replayed, replay
from allocation.replay.history import Arrival, History, Living, Room, Shut
from tests.allocation.replay.periods import period

MONDAY = date(2026, 6, 1)


def day(number: int) -> date:
    """Return a day of the period, the first being 0."""
    return MONDAY + timedelta(days=number)


def arrival(ref: str, on: int, *, waits: int = 0, stays: int = 5, household: Household | None = None) -> Arrival:
    """Return somebody who is referred on a day and can wait some more."""
    return Arrival(replace(household or Household(ref), ref=ref), day(on), day(on + waits), stays, ("mental_health",))


def history(*arrivals: Arrival, rooms: int = 1, **told: object) -> History:
    """Return a month at one refuge that takes everybody."""
    refuge = Refuge("F-1", "A-1", round_the_clock=True, high_support_places=1, nrpf_places=1)
    beds = tuple(Room(Bed(f"B-{number}", "F-1", None, children=3, cots=2)) for number in range(rooms))
    plain = History(day(0), day(29), (refuge,), beds, arrivals)
    return replace(plain, **told)  # type: ignore[arg-type]


def placed(found: Replayed) -> dict[str, tuple[int, int]]:
    """Return who was placed: from and until, as numbers of days."""
    return {one.ref: ((one.from_on - MONDAY).days, (one.until - MONDAY).days) for one in found.placed}


def test_she_moves_in_on_the_day_on_which_she_is_referred() -> None:
    assert placed(replay(history(arrival("R-1", 3)))) == {"R-1": (3, 8)}


def test_a_bed_is_cleaned_before_the_next_moves_in() -> None:
    made = history(arrival("R-1", 0), arrival("R-2", 2, waits=10))
    assert placed(replay(made)) == {"R-1": (0, 5), "R-2": (6, 11)}


def test_who_can_wait_no_longer_is_turned_away() -> None:
    found = replay(history(arrival("R-1", 0), arrival("R-2", 2, waits=3)))
    assert found.turned_away == ("R-2",)
    assert found.waiting == ()


def test_who_waited_when_the_period_began_waits_from_its_first_day() -> None:
    assert placed(replay(history(arrival("R-1", -4, waits=9)))) == {"R-1": (0, 5)}


def test_who_can_wait_beyond_the_period_is_neither_placed_nor_turned_away() -> None:
    found = replay(history(arrival("R-1", 0, stays=90), arrival("R-2", 28, waits=20)))
    assert (found.waiting, found.turned_away) == (("R-2",), ())


def test_whoever_lived_there_before_has_the_bed_until_she_left() -> None:
    lives = Living(Occupant("S-1", "F-1", "B-0"), day(7))
    found = replay(history(arrival("R-1", 0, waits=20), living=(lives,)))
    assert placed(found) == {"R-1": (8, 13)}
    assert found.bed_nights == 7 + 5


def test_a_closed_bed_takes_nobody() -> None:
    shut = Shut("B-0", day(0), day(4))
    assert placed(replay(history(arrival("R-1", 0, waits=20), shut=(shut,)))) == {"R-1": (4, 9)}


def test_a_bed_takes_nobody_before_it_opened_nor_after_it_was_given_up() -> None:
    made = history(arrival("R-1", 0, waits=4), arrival("R-2", 12, waits=2))
    rooms = tuple(replace(room, opened_on=day(3), retired_on=day(10)) for room in made.rooms)
    found = replay(replace(made, rooms=rooms))
    assert (placed(found), found.turned_away) == ({"R-1": (3, 8)}, ("R-2",))


def test_the_last_place_of_high_support_is_free_again_when_she_leaves() -> None:
    high = Household("R", needs={"mental_health": Level.HIGH})
    refuge = Refuge("F-1", "A-1", support={"mental_health": Level.HIGH}, round_the_clock=True, high_support_places=1)
    people = arrival("R-1", 0, household=high), arrival("R-2", 1, waits=20, household=high)
    found = replay(history(*people, rooms=2, refuges=(refuge,)))
    assert placed(found) == {"R-1": (0, 5), "R-2": (5, 10)}


def test_who_must_not_meet_a_resident_waits_until_she_has_left() -> None:
    lives = Living(Occupant("S-1", "F-1", "B-0"), day(3))
    made = history(arrival("R-1", 0, waits=20), rooms=2, living=(lives,), conflicts=(("R-1", "S-1"),))
    assert placed(replay(made)) == {"R-1": (3, 8)}


def test_she_can_come_back_on_the_day_until_which_she_was_excluded() -> None:
    away = Household("R", asked_to_leave={"F-1": day(9)})
    assert placed(replay(history(arrival("R-1", 0, waits=20, household=away)))) == {"R-1": (9, 14)}


@settings(max_examples=25, deadline=None)
@given(st.integers(1, 20), st.integers(1, 60), st.integers(0, 10_000))
def test_nobody_shares_a_bed_comes_too_early_or_waits_too_long(beds: int, arrivals: int, seed: int) -> None:
    made = period(beds, arrivals, days=60, seed=seed)
    found = replay(made)
    people = {one.household.ref: one for one in made.arrivals}
    turnaround = {room.bed.ref: timedelta(days=room.turnaround_days) for room in made.rooms}
    for one in found.placed:
        assert people[one.ref].received_on <= one.from_on <= people[one.ref].waits_until
        assert (one.until - one.from_on).days == people[one.ref].stay_days
    for bed, pause in turnaround.items():
        stays = sorted((one for one in found.placed if one.bed == bed), key=lambda one: one.from_on)
        assert all(later.from_on >= earlier.until + pause for earlier, later in pairwise(stays))
    everybody = [one.ref for one in found.placed] + [*found.turned_away, *found.waiting]
    assert sorted(everybody) == sorted(people)


def test_the_order_in_which_people_stand_in_the_history_changes_nothing() -> None:
    made = period(12, 80, days=120, seed=3)
    assert replay(replace(made, arrivals=made.arrivals[::-1])) == replay(made)


def test_a_day_that_is_not_matched_again_would_have_placed_nobody() -> None:
    made = period(6, 60, days=60, seed=5)
    short = [replay(replace(made, last=made.first + timedelta(days=number))) for number in (20, 40, 59)]
    whole = replay(made)
    for part in short:
        assert whole.placed[: len(part.placed)] == part.placed
