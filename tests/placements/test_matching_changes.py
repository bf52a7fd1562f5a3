"""What has changed since a run is told plainly, in refs and codes, and never says who lives where."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from allocation.beds.problem import Bed, Decision, Household, Occupant, Problem, Refuge, Rules
from refuge.placements.changes import digest_of, what_changed

TODAY = date(2026, 6, 10)
HERS = Household("R-00001", waiting_days=3)
ROOM = Bed("B-00001", "H-00001", TODAY)
LIVES = Occupant("R-00009", "H-00001")
THEN = Problem(TODAY, (Refuge("H-00001", "E1"),), (ROOM,), (HERS,), (LIVES,))


def told(**now: Any) -> list[str]:  # noqa: ANN401  any field of a problem
    """Return the sentences for a problem that differs in these fields."""
    return [change.sentence for change in what_changed(THEN, replace(THEN, **now))]


def test_a_problem_that_is_the_same_has_the_same_digest_and_no_changes() -> None:
    same = replace(THEN, households=(replace(HERS, last_proposed="B-00001"),), decisions=(Decision("R-00001", None),))
    assert digest_of(same) == digest_of(THEN)
    assert what_changed(THEN, same) == []


def test_every_other_difference_changes_the_digest() -> None:
    for now in (
        {"on": TODAY + timedelta(days=1)},
        {"households": (replace(HERS, waiting_days=4),)},
        {"beds": (replace(ROOM, step_free=True),)},
        {"conflicts": (("R-00001", "R-00009"),)},
        {"rules": Rules(days_ahead=1)},
    ):
        assert digest_of(replace(THEN, **now)) != digest_of(THEN)


@pytest.mark.parametrize(
    ("now", "sentence"),
    [
        (
            {"on": TODAY + timedelta(days=1)},
            "It is another day: everybody has waited longer, and beds have come nearer.",
        ),
        ({"households": (HERS, Household("R-00002"))}, "R-00002 waits now."),
        ({"households": ()}, "R-00001 no longer waits."),
        ({"households": (replace(HERS, pets=1),)}, "What is known of R-00001 has changed."),
        ({"beds": (ROOM, Bed("B-00002", "H-00001", None))}, "B-00002 is a new bed."),
        ({"beds": ()}, "B-00001 is no longer in use."),
        ({"beds": (replace(ROOM, free_on=None),)}, "B-00001: not free; it was free now."),
        ({"beds": (replace(ROOM, free_on=date(2026, 7, 1)),)}, "B-00001: free from 1 July; it was free now."),
        ({"beds": (replace(ROOM, cots=1),)}, "What B-00001 is like has changed."),
        ({"refuges": (Refuge("H-00001", "E1", takes_pets=True),)}, "What H-00001 offers has changed."),
        ({"refuges": (*THEN.refuges, Refuge("H-00002", "E1"))}, "H-00002 is a new refuge."),
        ({"occupants": ()}, "Who has a place in H-00001 has changed."),
        ({"conflicts": (("R-00001", "R-00009"),)}, "Who must not live in one house has changed."),
        ({"rules": Rules(version="2")}, "The rules are version 2 now; the run followed version 1."),
    ],
)
def test_each_thing_that_changed_is_said_once(now: dict[str, Any], sentence: str) -> None:
    assert told(**now) == [sentence]


def test_who_lives_where_and_who_must_not_meet_is_never_said() -> None:
    said = " ".join(told(occupants=(), conflicts=(("R-00001", "R-00009"),)))
    assert "R-" not in said


def test_a_waiting_time_that_grew_is_no_news_about_her() -> None:
    assert told(households=(replace(HERS, waiting_days=9),)) == []
