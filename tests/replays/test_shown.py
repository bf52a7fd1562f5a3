"""What managers and commissioners are told of a replay."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from allocation.replay.changes import Kind
from refuge.replays.models import ChangeCost, Replay, ReplayState
from refuge.replays.shown import number, shown

CHECK = {
    "sought": 140, "placed_really": 79, "placed_here": 82, "placed_both": 65,
    "placed_under": {"mental_health": [31, 37], "nrpf": [3, 4]},
}  # fmt: skip


def gain(avoided: int, nights: int, low: int, high: int, *, missed: int = 0) -> dict[str, Any]:
    """Return what one change gave, as it is kept."""
    return {
        "avoided": avoided, "avoided_under": {"mental_health": avoided}, "helped": avoided + missed, "missed": missed,
        "bed_nights": nights, "avoided_range": {"low": low, "high": high}, "bed_nights_range": {"low": 0, "high": 0},
    }  # fmt: skip


def replay(*gains: dict[str, Any], check: dict[str, Any] | None = None) -> Replay:
    """Return a replay of a year that is done."""
    changes = [
        {"kind": "one_more_bed", "of": f"B-{place}", "by": 1, "house": "WALL", "words": f"Bed {place}"}
        for place in range(len(gains))
    ]
    return Replay(
        first=date(2025, 1, 1), last=date(2025, 12, 31), changes=changes, state=ReplayState.DONE, draws=9, seed=1,
        answer={"check": check or CHECK, "gains": list(gains)},
    )  # fmt: skip


def cost(pounds: int) -> dict[Kind, ChangeCost]:
    """Return a price."""
    row = ChangeCost(
        kind=Kind.ONE_MORE_BED, pounds=pounds, gives=1, source="A contract", version=1, set_at=datetime.now(UTC)
    )
    return {Kind.ONE_MORE_BED: row}


def test_the_change_that_avoids_most_stands_first_with_its_cost_and_range() -> None:
    told = shown(replay(gain(1, 30, 0, 2), gain(6, 340, 3, 9, missed=1)), cost(36_000), exact=True)
    first, second = told.gains
    assert (first.words, first.avoided, first.usually, first.nights) == ("Bed 1", "6", "3 to 9", "340")
    assert (first.cost, first.each) == ("£36,000", "£6,000")
    assert first.swapped.startswith("1 woman placed")
    assert (second.avoided, second.each) == ("1", "£36,000")


def test_no_cost_is_made_up() -> None:
    (told,) = shown(replay(gain(6, 340, 3, 9)), {}, exact=True).gains
    assert (told.cost, told.each) == ("–", "–")


@pytest.mark.parametrize(
    ("count", "words"),
    [(0, "0"), (1, "fewer than 5"), (4, "fewer than 5"), (5, "5"), (-3, "fewer than 5 more"), (-7, "−7")],
)
def test_commissioners_are_told_no_number_from_1_to_4(count: int, words: str) -> None:
    assert number(count, exact=False) == words


def test_a_price_for_each_avoided_does_not_give_a_small_number_away() -> None:
    (few,) = shown(replay(gain(3, 340, 2, 9)), cost(36_000), exact=False).gains
    assert (few.avoided, few.usually, few.each) == ("fewer than 5", "fewer than 5 to 9", "–")
    assert few.needs == (("Mental health", "fewer than 5"),)
    (more,) = shown(replay(gain(6, 340, 5, 9)), cost(36_000), exact=False).gains
    assert more.each == "£6,000"


def test_commissioners_read_shares_of_the_first_check_and_no_counts() -> None:
    told = shown(replay(gain(6, 340, 5, 9)), {}, exact=False)
    assert told.check_rows == ()
    assert "56%" in told.check[0]
    assert not any(str(count) in " ".join(told.check) for count in (140, 79, 82, 65))


def test_a_share_of_very_few_is_not_told() -> None:
    few = {**CHECK, "sought": 9, "placed_really": 1, "placed_here": 2, "placed_both": 1}
    told = shown(replay(gain(6, 340, 5, 9), check=few), {}, exact=False)
    assert told.check == ("Too few women were referred in this period to say how far the replay can be trusted.",)


def test_managers_read_the_first_check_by_need() -> None:
    told = shown(replay(gain(6, 340, 5, 9)), {}, exact=True)
    assert told.check_rows == (("Mental health", "31", "37"), ("No recourse to public funds", "3", "4"))
    assert told.check[1] == "65 were placed both times."
