"""What a change would have given, and how far that can be trusted."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from random import Random

import pytest

from allocation.beds.problem import Answer, Child, Funding, Household, Level, Refuge
from allocation.replay.changes import Change, Kind, NoSuchPlace, changed
from allocation.replay.days import replay
from allocation.replay.gains import drawn, first_check, gains
from allocation.replay.history import History
from tests.allocation.replay.periods import period
from tests.allocation.replay.test_days import arrival, history


def as_it_happened(made: History) -> History:
    """Return a history in which exactly what a replay finds really happened."""
    on = {one.ref: one.from_on for one in replay(made).placed}
    people = (replace(one, placed_on=on.get(one.household.ref)) for one in made.arrivals)
    return replace(made, arrivals=tuple(people))


def test_the_unchanged_network_lives_through_exactly_what_happened() -> None:
    made = as_it_happened(period(21, 133, seed=7))
    found = replay(made)
    assert {one.ref: one.from_on for one in found.placed} == {
        one.household.ref: one.placed_on for one in made.arrivals if one.placed_on
    }
    check = first_check(made, found)
    assert check.placed_really == check.placed_here == check.placed_both > 0
    assert all(really == here for really, here in check.placed_under.values())


def test_the_first_check_counts_where_a_replay_and_life_differ() -> None:
    made = history(arrival("R-1", 0), arrival("R-2", 1))
    luck = replace(made, arrivals=(made.arrivals[0], replace(made.arrivals[1], placed_on=made.first)))
    check = first_check(luck, replay(luck))
    assert (check.sought, check.placed_really, check.placed_here, check.placed_both) == (2, 1, 1, 0)
    assert check.placed_under == {"mental_health": (1, 1)}


HIGH = Household("R", needs={"mental_health": Level.HIGH})
SON = Household("R", children=(Child(15, Answer.YES),))
WHEELCHAIR = Household("R", access=("step_free", "adapted"))
UNFUNDED = Household("R", funding=Funding.FUNDED_PLACE)
NIGHTS = Household("R", needs={"self_harm": Level.HIGH})
SUPPORT = {"mental_health": Level.HIGH, "self_harm": Level.HIGH}


@pytest.mark.parametrize(
    ("change", "who", "refuge"),
    [
        (Change(Kind.STEP_FREE, "B-0"), WHEELCHAIR, {}),
        (Change(Kind.FUNDED_PLACES, "F-1"), UNFUNDED, {}),
        (Change(Kind.SON_AGE_LIMIT, "F-1", 1), SON, {"son_age_limit": 14}),
        (Change(Kind.HIGH_SUPPORT_PLACES, "F-1"), HIGH, {"round_the_clock": True}),
        (Change(Kind.ROUND_THE_CLOCK, "F-1"), NIGHTS, {"high_support_places": 1}),
    ],
)
def test_each_change_gives_a_place_to_whom_its_barrier_kept_out(
    change: Change, who: Household, refuge: dict[str, object]
) -> None:
    house = replace(Refuge("F-1", "A-1", support=SUPPORT), **refuge)  # type: ignore[arg-type]
    made = history(arrival("R-1", 0, household=who), refuges=(house,))
    (gain,) = gains(made, [change], draws=0, seed=1).gains
    assert (gain.avoided, gain.helped, gain.missed, gain.bed_nights) == (1, ("R-1",), (), 5)
    assert gain.avoided_under == {"mental_health": 1}


def test_one_more_bed_takes_whom_there_was_no_bed_for() -> None:
    made = history(arrival("R-1", 0), arrival("R-2", 1))
    found = gains(made, [Change(Kind.ONE_MORE_BED, "B-0")], draws=0, seed=1)
    assert found.gains[0].helped == ("R-2",)
    assert (found.gains[0].avoided_range.low, found.gains[0].avoided_range.high) == (1, 1)


def test_more_beds_than_one_can_be_asked_for() -> None:
    made = changed(history(rooms=1), Change(Kind.ONE_MORE_BED, "B-0", 2))
    assert [room.bed.ref for room in made.rooms] == ["B-0", "B-0+", "B-0++"]


def test_a_limit_that_does_not_exist_is_not_raised() -> None:
    made = history()
    assert changed(made, Change(Kind.SON_AGE_LIMIT, "F-1", 2)) == made


@pytest.mark.parametrize("kind", list(Kind))
def test_a_change_to_a_place_that_is_not_there_is_refused_in_words(kind: Kind) -> None:
    with pytest.raises(NoSuchPlace, match="There is no"):
        changed(history(), Change(kind, "X-9"))


def test_other_years_are_drawn_from_the_people_of_this_one() -> None:
    made = period(10, 90, days=70, seed=2)
    other = drawn(made, Random("1 0"))  # noqa: S311  the same draw every time
    own = {one.household.ref for one in made.arrivals}
    assert {one.household.ref.partition("~")[0] for one in other.arrivals} <= own
    assert len({one.household.ref for one in other.arrivals}) == len(made.arrivals)
    weeks = [
        Counter((one.received_on - made.first).days // 7 for one in some) for some in (made.arrivals, other.arrivals)
    ]
    assert weeks[0] == weeks[1]
    assert all(one.received_on <= one.waits_until for one in other.arrivals)
    people = {one.household.ref for one in other.arrivals} | {one.occupant.ref for one in made.living}
    assert other.conflicts
    assert all(one in people and there in people for one, there in other.conflicts)


def test_the_same_seed_gives_the_same_ranges_and_each_holds_its_figures() -> None:
    made = period(10, 90, days=120, seed=4)
    changes = [Change(Kind.ONE_MORE_BED, made.rooms[0].bed.ref), Change(Kind.FUNDED_PLACES, made.refuges[0].ref)]
    told: list[tuple[int, int]] = []
    found = gains(made, changes, draws=3, seed=9, progress=lambda done, every: told.append((done, every)))
    assert found == gains(made, changes, draws=3, seed=9)
    assert found != gains(made, changes, draws=3, seed=10)
    assert told[-1] == (12, 12)
    for gain in found.gains:
        assert gain.avoided_range.low <= gain.avoided_range.high
        assert gain.bed_nights_range.low <= gain.bed_nights_range.high
