"""The judge: every rule that an answer can break is broken once, and the judge says so."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from allocation.beds.check import PAIR_RULES, broken_rules
from allocation.beds.eligibility import BARRIERS
from allocation.beds.problem import Decision, Funding, Occupant, Problem
from allocation.beds.solution import Placement, Solution, Unplaced, Verdict
from tests.allocation.networks import ON
from tests.allocation.test_eligibility import BED, CASES, HIGH, REFUGE, WOMAN

ASKED_ONLY = {"check_outstanding"}
"""Rules that never say no, so that no proposal breaks them."""
NOES = [case for case in CASES if case[1] is Verdict.NO and case[0] not in ASKED_ONLY]
OTHER_WOMAN, OTHER_BED = replace(WOMAN, ref="R-2"), replace(BED, ref="B-2")


def an_answer(placed: dict[str, str], unplaced: tuple[str, ...] = ()) -> Solution:
    """An answer that nobody solved."""
    return Solution(
        placements=tuple(Placement(household, bed) for household, bed in placed.items()),
        unplaced=tuple(Unplaced(ref, (), (), (), "") for ref in unplaced),
        goals=(),
        proven=False,
        seconds=0.0,
        rules_version="1",
        goals_version="1",
    )


def broken(problem: Problem, solution: Solution) -> set[str]:
    """The rules that the judge says are broken."""
    return {one.rule for one in broken_rules(problem, solution)}


@pytest.mark.parametrize(("code", "_verdict", "woman", "bed", "refuge"), NOES)
def test_the_judge_catches_a_pair_that_a_rule_says_no_to(
    code: str, _verdict: Verdict, woman: dict[str, Any], bed: dict[str, Any], refuge: dict[str, Any]
) -> None:
    problem = Problem(ON, (replace(REFUGE, **refuge),), (replace(BED, **bed),), (replace(WOMAN, **woman),))
    assert code in broken(problem, an_answer({"R-1": "B-1"}))


def test_the_judge_catches_that_she_would_meet_whom_she_must_not() -> None:
    stays = (Occupant("S-1", "F-1"),)
    problem = Problem(ON, (REFUGE,), (BED,), (WOMAN,), stays, conflicts=(("S-1", "R-1"),))
    assert broken(problem, an_answer({"R-1": "B-1"})) == {"conflict"}


def test_the_judge_knows_a_rule_for_every_barrier_that_can_say_no() -> None:
    assert PAIR_RULES.keys() == BARRIERS.keys() - ASKED_ONLY
    assert {code for code, *_rest in NOES} | {"conflict"} == PAIR_RULES.keys()


def two(**refuge: Any) -> Problem:  # noqa: ANN401 — any field of a refuge.
    """Two women and two beds in one refuge."""
    return Problem(ON, (replace(REFUGE, **refuge),), (BED, OTHER_BED), (WOMAN, OTHER_WOMAN))


BOTH: dict[str, str] = {"R-1": "B-1", "R-2": "B-2"}


def test_the_judge_finds_nothing_where_nothing_is_broken() -> None:
    assert broken(two(), an_answer(BOTH)) == set()


def test_the_judge_counts_places_for_high_support() -> None:
    women = tuple(replace(one, needs={**HIGH}) for one in (WOMAN, OTHER_WOMAN))
    assert broken(replace(two(high_support_places=2), households=women), an_answer(BOTH)) == set()
    problem = replace(two(high_support_places=1), households=women)
    assert broken(problem, an_answer(BOTH)) == {"refuge_high_support_places"}


def test_the_judge_counts_funded_places() -> None:
    women = tuple(replace(one, funding=Funding.FUNDED_PLACE) for one in (WOMAN, OTHER_WOMAN))
    assert broken(replace(two(nrpf_places=2), households=women), an_answer(BOTH)) == set()
    assert broken(replace(two(nrpf_places=1), households=women), an_answer(BOTH)) == {"refuge_funded_places"}


def test_the_judge_catches_two_who_are_placed_together_and_must_not_meet() -> None:
    problem = replace(two(), conflicts=(("R-1", "R-2"),))
    assert broken(problem, an_answer(BOTH)) == {"conflicting_households_apart"}


@pytest.mark.parametrize(
    ("placed", "unplaced", "rule"),
    [
        ({"R-1": "B-1", "R-2": "B-1"}, (), "bed_takes_at_most_one_household"),
        ({"R-1": "B-1"}, (), "everyone_answered"),
        ({"R-1": "B-1"}, ("R-1", "R-2"), "everyone_answered"),
        ({"R-1": "B-9", "R-2": "B-2"}, (), "known_refs"),
        ({"R-9": "B-1"}, ("R-1", "R-2"), "known_refs"),
    ],
)
def test_the_judge_catches_what_is_no_matching(placed: dict[str, str], unplaced: tuple[str, ...], rule: str) -> None:
    assert rule in broken(two(), an_answer(placed, unplaced))


def test_the_judge_catches_one_household_in_two_beds() -> None:
    twice = replace(an_answer({}, ("R-2",)), placements=(Placement("R-1", "B-1"), Placement("R-1", "B-2")))
    assert "household_takes_at_most_one_bed" in broken(two(), twice)


@pytest.mark.parametrize("bed", ["B-2", None])
def test_the_judge_catches_that_a_decision_was_not_kept(bed: str | None) -> None:
    problem = replace(two(), decisions=(Decision("R-1", bed),))
    assert "decisions_kept" in broken(problem, an_answer({"R-1": "B-1"}, ("R-2",)))
