"""Explanations: what is said to be possible is made so in the problem itself, and that is solved anew."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from allocation.beds.core import Core
from allocation.beds.eligibility import Context
from allocation.beds.explanation import Explainer
from allocation.beds.goals import GOALS
from allocation.beds.problem import (
    NEEDS,
    Answer,
    Bed,
    Decision,
    Funding,
    Household,
    Level,
    Occupant,
    Problem,
    Refuge,
    Risk,
)
from allocation.beds.solution import Change, Solution
from allocation.beds.solver import explain_each, explain_some, solve
from tests.allocation.networks import ON, network


def with_bed(problem: Problem, bed: str, **changes: object) -> Problem:
    """The problem, with one bed changed."""
    return replace(
        problem,
        beds=tuple(replace(one, **changes) if one.ref == bed else one for one in problem.beds),  # type: ignore[arg-type] # Any field of a bed.
    )


def with_refuge(problem: Problem, refuge: str, **changes: object) -> Problem:
    """The problem, with one refuge changed."""
    return replace(
        problem,
        refuges=tuple(replace(one, **changes) if one.ref == refuge else one for one in problem.refuges),  # type: ignore[arg-type] # Any field of a refuge.
    )


def with_her(problem: Problem, ref: str, **changes: object) -> Problem:
    """The problem, with one household changed."""
    return replace(
        problem,
        households=tuple(replace(one, **changes) if one.ref == ref else one for one in problem.households),  # type: ignore[arg-type] # Any field of a household.
    )


def one_more(problem: Problem, refuge: Refuge, *, high: bool) -> Problem:
    """The problem, with one place more than occupants use."""
    context = Context(problem)
    if high:
        more = 1 - min(0, context.spare_high[refuge.ref])
        return with_refuge(problem, refuge.ref, high_support_places=refuge.high_support_places + more)
    more = 1 - min(0, context.spare_funded[refuge.ref])
    return with_refuge(problem, refuge.ref, nrpf_places=refuge.nrpf_places + more)


Made = Callable[[Problem, Household, Bed, Refuge], Problem]
MADE: dict[str, Made] = {
    "not_free_in_time": lambda p, _h, b, _r: with_bed(p, b.ref, free_on=p.on),
    "too_small": lambda p, _h, b, _r: with_bed(p, b.ref, adults=b.adults + 3, children=9),
    "access": lambda p, _h, b, _r: with_bed(p, b.ref, step_free=True, adapted=True, ground_floor=True),
    "not_self_contained": lambda p, _h, b, _r: with_bed(p, b.ref, self_contained=True),
    "son_too_old": lambda p, _h, _b, r: with_refuge(p, r.ref, son_age_limit=None),
    "support_level": lambda p, _h, _b, r: with_refuge(p, r.ref, support=dict.fromkeys(NEEDS, Level.HIGH)),
    "not_round_the_clock": lambda p, _h, _b, r: with_refuge(p, r.ref, round_the_clock=True),
    "pets": lambda p, _h, _b, r: with_refuge(p, r.ref, takes_pets=True),
    "harm_excluded": lambda p, _h, _b, r: with_refuge(p, r.ref, excludes=()),
    "high_support_full": lambda p, _h, _b, r: one_more(p, r, high=True),
    "no_funded_place": lambda p, _h, _b, r: one_more(p, r, high=False),
    "specialism": lambda p, h, _b, r: with_her(p, h.ref, specialisms={**h.specialisms, r.specialism: Answer.YES}),
    "asked_to_leave": lambda p, h, _b, _r: with_her(p, h.ref, asked_to_leave={}),
    "not_shared": lambda p, h, _b, _r: with_her(p, h.ref, only_refuges=None),
}
"""By barrier: the problem with the change that is said to lift it."""


def made(problem: Problem, household: str, change: Change) -> Problem:
    """The problem with one change of an explanation made."""
    context = Context(problem)
    for code in change.codes:
        bed = context.beds[change.bed or ""]
        problem = MADE[code](problem, context.households[household], bed, context.refuge_of(bed))
    return problem


def values(solution: Solution) -> list[int]:
    """What each goal reaches, more being better."""
    return [int(GOALS[goal.goal].sense) * goal.value for goal in solution.goals]


def placed(solution: Solution) -> set[str]:
    """Who has a bed."""
    return {one.household for one in solution.placements}


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10**6))
def test_a_change_once_made_gives_her_the_bed_or_costs_whom_it_names(seed: int) -> None:
    problem = network(10, 16, seed=seed)
    before = solve(problem)
    for unplaced in before.unplaced:
        for change in unplaced.changes:
            if change.bed is None:
                continue
            altered = made(problem, unplaced.household, change)
            hers = solve(
                replace(altered, decisions=(Decision(unplaced.household, change.bed),)),
                explain_all=False,
            )
            named = {one.household for one in before.placements if one.household in change.sentence}
            assert not any(unplaced.household in note for note in hers.notes)
            assert len(placed(hers)) >= len(placed(before)) + 1 - len(named)
            anew = solve(altered, explain_all=False)
            assert unplaced.household in placed(anew) or values(anew) >= values(hers)


CALM: dict[str, Level | None] = dict.fromkeys(NEEDS, Level.NONE)
SUPPORT = dict.fromkeys(NEEDS, Level.HIGH)


def test_a_ramp_that_would_place_her_places_her() -> None:
    house = Refuge("F-1", area="A-1", support=SUPPORT, round_the_clock=True)
    woman = Household("R-1", needs=CALM, funding=Funding.PUBLIC_FUNDS, access=("step_free",), pets=0)
    problem = Problem(ON, (house,), (Bed("B-1", "F-1", free_on=ON),), (woman,))
    (unplaced,) = solve(problem).unplaced
    assert [change.sentence for change in unplaced.changes] == ["if B-1 had a ramp or lift"]
    assert placed(solve(with_bed(problem, "B-1", step_free=True))) == {"R-1"}


def test_a_day_that_would_place_her_is_named_and_then_places_her() -> None:
    later = ON + timedelta(days=8)
    house = Refuge("F-1", area="A-1", support=SUPPORT, round_the_clock=True)
    woman = Household("R-1", needs=CALM, funding=Funding.PUBLIC_FUNDS, pets=0)
    problem = Problem(ON, (house,), (Bed("B-1", "F-1", free_on=later),), (woman,))
    (unplaced,) = solve(problem).unplaced
    assert [(change.sentence, change.from_on) for change in unplaced.changes] == [("from 1 December 2026, B-1", later)]
    assert placed(solve(replace(problem, on=later))) == {"R-1"}


def test_where_no_single_change_helps_two_together_are_named_and_then_place_her() -> None:
    house = Refuge("F-1", area="A-1", round_the_clock=True)
    woman = Household(
        "R-1", needs={**CALM, "alcohol": Level.LOW}, funding=Funding.PUBLIC_FUNDS, access=("step_free",), pets=0
    )
    problem = Problem(ON, (house,), (Bed("B-1", "F-1", free_on=ON),), (woman,))
    (unplaced,) = solve(problem).unplaced
    (change,) = unplaced.changes
    assert change.sentence == "B-1: if it had a ramp or lift, and if the refuge had more support for alcohol"
    assert placed(solve(with_bed(problem, "B-1", step_free=True))) == set()
    assert placed(solve(with_refuge(problem, "F-1", support=SUPPORT))) == set()
    assert placed(solve(made(problem, "R-1", change))) == {"R-1"}


def test_two_changes_together_are_not_named_where_one_alone_helps() -> None:
    house = Refuge("F-1", area="A-1", support=SUPPORT, round_the_clock=True)
    woman = Household("R-1", needs=CALM, funding=Funding.PUBLIC_FUNDS, access=("step_free",), pets=1)
    beds = (Bed("B-1", "F-1", free_on=ON), Bed("B-2", "F-1", free_on=ON, step_free=True))
    (unplaced,) = solve(Problem(ON, (house,), beds, (woman,))).unplaced
    assert [(change.bed, change.codes) for change in unplaced.changes] == [("B-2", ("pets",))]


def test_another_bed_that_would_place_her_places_her() -> None:
    tried = 0
    for seed in range(8):
        problem = network(6, 14, seed=seed)
        before = solve(problem)
        for unplaced in before.unplaced:
            for change in unplaced.changes:
                if change.bed is not None:
                    continue
                tried += 1
                like = next(bed for bed in problem.beds if change.sentence.endswith(f"another bed like {bed.ref}"))
                more = replace(problem, beds=(*problem.beds, replace(like, ref="B-99999")))
                assert unplaced.household in placed(solve(more, explain_all=False))
    assert tried


def test_who_is_said_to_have_a_bed_and_to_lose_a_place_is_who_does_once_it_is_hers() -> None:
    tried = 0
    for problem in (network(12, 24, seed=seed) for seed in range(4)):
        before = solve(problem)
        has = {one.bed: one.household for one in before.placements}
        for unplaced in before.unplaced:
            for missed in unplaced.missed:
                assert missed.has_it == has.get(missed.bed)
                assert missed.has_it is None or missed.sentence.startswith(f"{missed.has_it} has it.")
                said = re.search(r"\((R-[^)]*) would lose theirs\)", missed.sentence)
                if said:
                    tried += 1
                    decided = replace(problem, decisions=(Decision(unplaced.household, missed.bed),))
                    gone = placed(before) - placed(solve(decided, explain_all=False))
                    assert set(said[1].split(", ")) == gone
    assert tried


@pytest.mark.parametrize(
    ("code", "words"), [("no_funded_place", "NRPF place"), ("high_support_full", "high-support place")]
)
def test_one_more_place_is_named_where_residents_use_all_there_are(code: str, words: str) -> None:
    house = Refuge("F-1", "A-1", support=SUPPORT, high_support_places=1, nrpf_places=1, round_the_clock=True)
    high, paid = code == "high_support_full", code == "no_funded_place"
    there = (Occupant("S-1", "F-1", high_support=high, funded_place=paid),)
    needs = {**CALM, "alcohol": Level.HIGH} if high else CALM
    funding = Funding.FUNDED_PLACE if paid else Funding.PUBLIC_FUNDS
    woman = Household("R-1", needs=needs, funding=funding, pets=0)
    problem = Problem(ON, (house,), (Bed("B-1", "F-1", free_on=ON),), (woman,), there)
    (unplaced,) = solve(problem).unplaced
    assert [change.codes for change in unplaced.changes] == [(code,)]
    assert words in unplaced.changes[0].sentence
    assert placed(solve(one_more(problem, house, high=high))) == {"R-1"}


def test_one_more_place_never_brings_her_together_with_whom_she_must_not_meet() -> None:
    house = Refuge("F-1", "A-1", support=SUPPORT, nrpf_places=1, round_the_clock=True)
    first = Household("R-1", Risk.HIGH, needs=CALM, funding=Funding.FUNDED_PLACE, pets=0)
    second = Household("R-2", needs=CALM, funding=Funding.FUNDED_PLACE, pets=0)
    beds = (Bed("B-1", "F-1", free_on=ON), Bed("B-2", "F-1", free_on=ON))
    problem = Problem(ON, (house,), beds, (first, second), conflicts=(("R-1", "R-2"),))
    (unplaced,) = solve(problem).unplaced
    assert not [change for change in unplaced.changes if "no place" not in change.sentence and change.bed]


@pytest.mark.parametrize("seed", range(3))
def test_what_a_bed_is_said_to_cost_at_most_in_a_large_network_is_no_less_than_it_costs(seed: int) -> None:
    problem = network(40, 70, seed=seed)
    solution = solve(problem, explain_all=False)
    core = Core.of(problem)
    explainer = Explainer(core, {one.household: one.bed for one in solution.placements}, None)
    tried = 0
    for unplaced in solution.unplaced[:6]:
        for missed in explainer.explain(unplaced.household).missed:
            if "too large" in missed.sentence:
                continue
            tried += 1
            decided = replace(problem, decisions=(Decision(unplaced.household, missed.bed),))
            after = values(solve(decided, explain_all=False))
            assert not missed.worse or "most it would cost" in missed.sentence
            lost = dict.fromkeys(core.goals, 0) | ({missed.worse.goal: missed.worse.by} if missed.worse else {})
            least = [value - lost[name] for name, value in zip(core.goals, values(solution), strict=True)]
            told = core.goals.index(missed.worse.goal) + 1 if missed.worse else len(core.goals)
            assert after[:told] >= least[:told]
    assert tried


def test_a_large_network_says_plainly_of_which_beds_it_did_not_solve_again() -> None:
    problem = network(100, 300, seed=1)
    solution = solve(problem, explain_all=False)
    (told,) = explain_some(problem, solution, [solution.unplaced[0].household])
    sentences = [missed.sentence for missed in told.missed]
    assert any("too large" in sentence for sentence in sentences)
    assert any("most it would cost" in sentence for sentence in sentences)


@pytest.mark.parametrize("size", [(12, 24), (100, 300)])
def test_what_blocks_her_and_the_reason_are_the_same_whether_or_not_anything_is_solved_again(
    size: tuple[int, int],
) -> None:
    problem = network(*size, seed=1)
    solution = solve(problem, explain_all=False)
    refs = [one.household for one in solution.unplaced[:5]]
    quick = list(explain_each(problem, solution, refs, again=False))
    for one, full in zip(quick, explain_some(problem, solution, refs), strict=True):
        assert (one.blocked, one.turnaway_reason, one.contributing) == (
            full.blocked,
            full.turnaway_reason,
            full.contributing,
        )
        assert [missed.has_it for missed in one.missed] == [missed.has_it for missed in full.missed]
        assert not one.changes
