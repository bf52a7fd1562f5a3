"""Problems of sessions as JSON, and the days and minutes that they count in."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from typing import Any

import pytest

from allocation.documents import BadProblem
from allocation.sessions.calendar import LONDON, clock, days_from, instant, minute, place_of, said
from allocation.sessions.document import problem_schema, read_problem, write_problem

MORNING = {"from_at": 540, "until_at": 720}
WORKER = {"ref": "K-1", "discipline": "therapist", "shifts": [MORNING | {"houses": ["F-1"]}]}
RESIDENT = {"ref": "R-1", "house": "F-1", "risk": "high"}
WANTED = {"ref": "Q-1", "residents": ["R-1"], "minutes": 60}
BOOKED = MORNING | {"ref": "S-1", "worker": "K-1", "house": "F-1"}


def told(**changes: object) -> dict[str, object]:
    """A small problem as JSON tells it."""
    return {
        "days": [{"on": "2026-11-23", "from_at": 0, "until_at": 1440}],
        "houses": [{"ref": "F-1"}],
        "rooms": [{"ref": "M-1", "house": "F-1", "open": [MORNING]}],
        "workers": [WORKER],
        "residents": [RESIDENT],
        "wanted": [WANTED],
    } | changes


FAULTS: list[tuple[dict[str, Any], str]] = [
    ({"days": []}, "days: at least one day is needed"),
    ({"days": [{"on": "2026-11-23", "from_at": 0, "until_at": 1400}]}, "days[0].until_at: a day lasts 23, 24 or 25"),
    ({"days": [{"on": "2026-11-23", "from_at": 9, "until_at": 1449}]}, "days[0].from_at: 0 is needed"),
    (
        {
            "days": [
                {"on": "2026-11-23", "from_at": 0, "until_at": 1440},
                {"on": "2026-11-25", "from_at": 1440, "until_at": 2880},
            ]
        },
        "days[1].on: the day after the one before",
    ),
    ({"slot_minutes": 7}, "slot_minutes: an hour is not a multiple of 7"),
    ({"slot_minutes": 0}, "slot_minutes: a whole number from 1 to 60"),
    ({"residents": [RESIDENT, RESIDENT]}, "residents[1].ref: R-1 stands here twice"),
    ({"residents": [RESIDENT | {"house": "F-9"}]}, "residents[0].house: there is no F-9 among the houses"),
    (
        {"workers": [WORKER | {"shifts": [MORNING | {"houses": ["F-2"]}]}]},
        "workers[0].shifts[0].houses[0]: there is no",
    ),
    (
        {"workers": [WORKER | {"blocked": [{"from_at": 9, "until_at": 9}]}]},
        "workers[0].blocked[0].until_at: a time aft",
    ),
    ({"workers": [WORKER | {"free_percent": 101}]}, "workers[0].free_percent: a whole number from 0 to 100"),
    ({"wanted": [WANTED | {"residents": []}]}, "wanted[0].residents: at least one resident"),
    ({"wanted": [WANTED | {"residents": ["R-9"]}]}, "wanted[0].residents[0]: there is no R-9"),
    ({"wanted": [WANTED | {"minutes": 0}]}, "wanted[0].minutes: a whole number from 1 to 1440"),
    ({"wanted": [WANTED | {"urgensy": "soon"}]}, "wanted[0].urgensy: there is no such key; did you mean urgency?"),
    ({"wanted": [WANTED | {"urgency": "dire"}]}, "wanted[0].urgency: one of routine, soon, urgent"),
    ({"wanted": [WANTED | {"capacity": 2, "fewest": 3}]}, "wanted[0].fewest: no more than the capacity"),
    ({"wanted": [WANTED | {"earliest_at": 60, "latest_at": 30}]}, "wanted[0].latest_at: a time after earliest_at"),
    (
        {"houses": [{"ref": "F-1"}, {"ref": "F-2"}], "wanted": [WANTED | {"house": "F-2"}]},
        "wanted[0].residents[0]: R-1 does not live in F-2",
    ),
    (
        {"houses": [{"ref": "F-1"}, {"ref": "F-2"}], "booked": [BOOKED | {"house": "F-2", "room": "M-1"}]},
        "booked[0].room: M-1 is not in F-2",
    ),
    ({"decisions": [{"session": "Q-1", "worker": "K-1"}]}, "decisions[0].room: Q-1 needs a room"),
    ({"decisions": [{"session": "Q-2"}]}, "decisions[0].session: there is no Q-2"),
    ({"goals": ["fill_every_hour"]}, "goals: fill_every_hour is not known"),
    ({"goals": ["come_early", "come_early"]}, "goals: a goal stands here twice"),
    (
        {"travel": [{"from_house": "F-1", "to_house": "F-1", "minutes": 5}] * 2},
        "travel[1]: F-1 to F-1 stands here twice",
    ),
]


@pytest.mark.parametrize(("changes", "message"), FAULTS)
def test_a_fault_is_told_with_its_path(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(BadProblem) as refused:
        read_problem(json.dumps(told(**changes)))
    assert str(refused.value).startswith(message)


def test_what_was_written_is_read_again_unchanged() -> None:
    interpreter = {"language": "pa", "booking": "confirmed", "windows": [MORNING]}
    problem = read_problem(json.dumps(told(wanted=[WANTED | {"interpreter": interpreter}], booked=[BOOKED])))
    assert read_problem(write_problem(problem)) == problem


def test_the_schema_says_what_each_field_means() -> None:
    found = problem_schema()["$defs"]
    assert "spacing" in found["Wanted"]["properties"]["need"]["description"]
    assert found["Wanted"]["required"] == ["ref", "residents", "minutes"]


@pytest.mark.parametrize(
    ("first", "count", "lengths"),
    [
        (date(2026, 3, 28), 3, [1440, 1380, 1440]),
        (date(2026, 10, 24), 3, [1440, 1500, 1440]),
        (date(2028, 2, 28), 3, [1440, 1440, 1440]),
    ],
)
def test_days_are_as_long_as_clocks_make_them(first: date, count: int, lengths: list[int]) -> None:
    days = days_from(first, count)
    assert [day.until_at - day.from_at for day in days] == lengths
    assert [place_of(days, day.from_at) for day in days] == list(range(count))
    assert [place_of(days, day.until_at - 1) for day in days] == list(range(count))
    assert (place_of(days, -1), place_of(days, days[-1].until_at)) == (None, None)


@pytest.mark.parametrize("on", [date(2026, 3, 29), date(2026, 10, 25), date(2026, 6, 1)])
def test_what_a_clock_shows_is_what_london_says_at_every_quarter_of_an_hour(on: date) -> None:
    (day,) = days_from(on, 1)
    for at in range(day.from_at, day.until_at, 15):
        shown = instant(on, at).astimezone(LONDON)
        assert clock(day, at) == f"{shown.hour}:{shown.minute:02}"


def test_an_instant_becomes_minutes_and_back() -> None:
    first, at = date(2026, 3, 28), datetime(2026, 3, 30, 8, 0, tzinfo=UTC)
    minutes = minute(first, at)
    assert instant(first, minutes) == at
    assert said(days_from(first, 3), minutes) == "Monday 30 March, 9:00"
