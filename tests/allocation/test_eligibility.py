"""Each rule that can bar a pair: kept, broken, and not known."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from allocation.beds.check import broken_rules
from allocation.beds.eligibility import BARRIERS, FIXED, Context, barriers, pair
from allocation.beds.problem import (
    NEEDS,
    Answer,
    Bed,
    Check,
    Child,
    Funding,
    Household,
    Level,
    Occupant,
    Problem,
    Refuge,
    Rules,
    Strictness,
)
from allocation.beds.solution import Verdict
from allocation.beds.solver import solve
from allocation.beds.table import eligibility
from tests.allocation.networks import ON, network

REFUGE = Refuge("F-1", area="A-1", support=dict.fromkeys(NEEDS, Level.HIGH), round_the_clock=True)
BED = Bed("B-1", "F-1", free_on=ON, children=1, step_free=True)
WOMAN = Household("R-1", needs=dict.fromkeys(NEEDS, Level.NONE), funding=Funding.PUBLIC_FUNDS, pets=0)
LATER = ON + timedelta(days=8)


def verdicts(woman: dict[str, Any], bed: dict[str, Any], refuge: dict[str, Any], **more: Any) -> dict[str, Verdict]:  # noqa: ANN401 — any field of a problem.
    """The barriers between a woman, a bed and a refuge who differ so from three that suit each other."""
    household, room, house = replace(WOMAN, **woman), replace(BED, **bed), replace(REFUGE, **refuge)
    problem = Problem(ON, (house,), (room,), (household,), **more)
    return {barrier.code: barrier.verdict for barrier in barriers(Context(problem), household, room)}


NO, ASK = Verdict.NO, Verdict.ASK
HIGH = {**dict.fromkeys(NEEDS, Level.NONE), "alcohol": Level.HIGH}
CASES: list[tuple[str, Verdict | None, dict[str, Any], dict[str, Any], dict[str, Any]]] = [
    ("not_free_in_time", NO, {}, {"free_on": None}, {}),
    ("not_free_in_time", NO, {}, {"free_on": LATER}, {}),
    ("not_free_in_time", None, {"needed_by": LATER}, {"free_on": LATER}, {}),
    ("too_small", NO, {"adult_dependants": 1}, {}, {}),
    ("too_small", NO, {"children": (Child(5), Child(7))}, {}, {}),
    ("too_small", NO, {"children": (Child(1), Child(1), Child(5))}, {"cots": 1}, {}),
    ("too_small", None, {"children": (Child(1), Child(5))}, {"cots": 1}, {}),
    ("too_small", None, {"children": (Child(5), Child(7))}, {"adults": 2}, {}),
    ("too_small", ASK, {"children_known": False}, {"children": 0}, {}),
    ("too_small", None, {"children_known": False}, {}, {}),
    ("son_too_old", NO, {"children": (Child(15, Answer.YES),)}, {}, {"son_age_limit": 14}),
    ("son_too_old", ASK, {"children": (Child(15),)}, {}, {"son_age_limit": 14}),
    ("son_too_old", None, {"children": (Child(15, Answer.NO),)}, {}, {"son_age_limit": 14}),
    ("son_too_old", None, {"children": (Child(14, Answer.YES),)}, {}, {"son_age_limit": 14}),
    ("access", NO, {"access": ("adapted",)}, {}, {}),
    ("access", NO, {"access": ("ground_floor",)}, {"step_free": False}, {}),
    ("access", None, {"access": ("step_free",)}, {"step_free": False, "adapted": True}, {}),
    ("access", None, {"access": ("ground_floor",)}, {}, {}),
    ("access", ASK, {"access_known": False}, {"step_free": False}, {}),
    ("access", None, {"access_known": False}, {}, {}),
    ("unsafe_area", NO, {"unsafe_areas": ("A-1",)}, {}, {}),
    ("unsafe_area", None, {"unsafe_areas": ("A-2",)}, {}, {}),
    ("unsafe_area", ASK, {"unsafe_elsewhere": True}, {}, {}),
    ("support_level", NO, {"needs": HIGH}, {}, {"support": {"alcohol": Level.MEDIUM}}),
    ("support_level", NO, {"needs": HIGH}, {}, {"support": {}}),
    ("support_level", ASK, {"needs": {}}, {}, {"support": {"alcohol": Level.MEDIUM}}),
    ("support_level", None, {"needs": {}}, {}, {}),
    ("not_round_the_clock", NO, {"needs": {**HIGH, "self_harm": Level.HIGH}}, {}, {"round_the_clock": False}),
    ("not_round_the_clock", ASK, {"needs": {}}, {}, {"round_the_clock": False}),
    ("not_round_the_clock", None, {"needs": HIGH}, {}, {"round_the_clock": False}),
    ("high_support_full", NO, {"needs": HIGH}, {}, {}),
    ("high_support_full", None, {"needs": HIGH}, {}, {"high_support_places": 1}),
    ("no_funded_place", NO, {"funding": Funding.FUNDED_PLACE}, {}, {}),
    ("no_funded_place", None, {"funding": Funding.FUNDED_PLACE}, {}, {"nrpf_places": 1}),
    ("no_funded_place", None, {"funding": Funding.OTHER_ROUTE}, {}, {}),
    ("no_funded_place", ASK, {"funding": Funding.NOT_KNOWN}, {}, {}),
    ("specialism", NO, {"specialisms": {"by_and_for_bme": Answer.NO}}, {}, {"specialism": "by_and_for_bme"}),
    ("specialism", ASK, {}, {}, {"specialism": "by_and_for_bme"}),
    ("specialism", None, {"specialisms": {"by_and_for_bme": Answer.YES}}, {}, {"specialism": "by_and_for_bme"}),
    ("check_outstanding", ASK, {}, {}, {"checks": ("background",)}),
    ("check_outstanding", ASK, {"checks": {"background": Check.CONCERN}}, {}, {"checks": ("background",)}),
    ("check_outstanding", None, {"checks": {"background": Check.DONE}}, {}, {"checks": ("background",)}),
    ("pets", NO, {"pets": 1}, {}, {}),
    ("pets", ASK, {"pets": None}, {}, {}),
    ("pets", None, {"pets": 1}, {}, {"takes_pets": True}),
    ("not_self_contained", NO, {"needs_self_contained": True}, {}, {}),
    ("not_self_contained", None, {"needs_self_contained": True}, {"self_contained": True}, {}),
    ("asked_to_leave", NO, {"asked_to_leave": {"F-1": LATER}}, {}, {}),
    ("asked_to_leave", None, {"asked_to_leave": {"F-1": LATER}, "needed_by": LATER}, {}, {}),
    ("asked_to_leave", ASK, {"maybe_asked_to_leave": ("F-1",)}, {}, {}),
    ("harm_excluded", NO, {"harm": ("arson",)}, {}, {"excludes": ("arson",)}),
    ("harm_excluded", ASK, {"harm_known": False}, {}, {"excludes": ("arson",)}),
    ("harm_excluded", None, {"harm": ("arson",)}, {}, {"excludes": ("violence",)}),
    ("not_shared", NO, {"only_refuges": ("F-2",)}, {}, {}),
    ("not_shared", None, {"only_refuges": ("F-1",)}, {}, {}),
]


@pytest.mark.parametrize(("code", "expected", "woman", "bed", "refuge"), CASES)
def test_each_rule_says_no_or_asks_or_is_silent(
    code: str, expected: Verdict | None, woman: dict[str, Any], bed: dict[str, Any], refuge: dict[str, Any]
) -> None:
    assert verdicts(woman, bed, refuge).get(code) is expected


def test_a_woman_who_suits_a_bed_meets_no_barrier_at_all() -> None:
    assert verdicts({}, {}, {}) == {}


def test_every_rule_has_a_case_that_breaks_it() -> None:
    broken = {code for code, verdict, *_rest in CASES if verdict} | {"conflict"}
    assert broken == set(BARRIERS)


def test_she_never_meets_whom_she_must_not_but_may_follow_her_into_the_bed() -> None:
    stays = (Occupant("S-1", "F-1"),)
    leaves = (Occupant("S-1", "F-1", bed="B-1"),)
    apart = (("S-1", "R-1"),)
    assert verdicts({}, {}, {}, occupants=stays, conflicts=apart) == {"conflict": NO}
    assert verdicts({}, {}, {}, occupants=leaves, conflicts=apart) == {}


def test_whom_she_must_not_meet_is_never_named() -> None:
    problem = Problem(ON, (REFUGE,), (BED,), (WOMAN,), (Occupant("S-1", "F-1"),), (("S-1", "R-1"),))
    (barrier,) = barriers(Context(problem), WOMAN, BED)
    assert "S-1" not in barrier.sentence + barrier.change
    assert barrier.change == ""


def test_whoever_follows_a_woman_with_high_support_takes_over_her_place() -> None:
    there = (Occupant("S-1", "F-1", bed="B-1", high_support=True, funded_place=True),)
    wants = {"needs": HIGH, "funding": Funding.FUNDED_PLACE}
    places = {"high_support_places": 1, "nrpf_places": 1}
    assert verdicts(wants, {}, places, occupants=there) == {}
    elsewhere = (replace(there[0], bed=None),)
    assert verdicts(wants, {}, places, occupants=elsewhere) == {"high_support_full": NO, "no_funded_place": NO}


@pytest.mark.parametrize("code", sorted(BARRIERS))
def test_a_network_softens_a_rule_only_where_it_is_no_matter_of_safety(code: str) -> None:
    for broken, verdict, woman, bed, refuge in CASES:
        if broken == code and verdict is NO:
            asks = verdicts(woman, bed, refuge, rules=Rules(strictness={code: Strictness.ASK})).get(code)
            off = verdicts(woman, bed, refuge, rules=Rules(strictness={code: Strictness.OFF})).get(code)
            assert (asks, off) == ((NO, NO) if code in FIXED else (ASK, None))


def test_days_ahead_let_a_bed_be_proposed_that_is_free_a_little_later() -> None:
    assert verdicts({}, {"free_on": LATER}, {}, rules=Rules(days_ahead=8)) == {}


def test_a_barrier_says_from_when_it_no_longer_stands() -> None:
    late = replace(BED, free_on=date(2026, 12, 1))
    (barrier,) = barriers(Context(Problem(ON, (REFUGE,), (late,), (WOMAN,))), WOMAN, late)
    assert barrier.from_on == date(2026, 12, 1)
    assert "1 December 2026" in barrier.sentence


def test_all_pairs_at_once_say_what_each_pair_says() -> None:
    for seed in range(4):
        problem = network(21, 30, seed=seed)
        table = eligibility(problem)
        for household in problem.households:
            alone = [pair(table.context, household, bed) for bed in table.beds]
            assert table.pairs_of(household.ref) == alone
            assert [table.verdict(household.ref, one.bed) for one in alone] == [one.verdict for one in alone]


YESTERDAY = ON - timedelta(days=1)


def test_a_woman_who_needed_a_bed_yesterday_needs_it_now() -> None:
    rules = Rules(days_ahead=8)
    for needed_by in (YESTERDAY, ON, None):
        assert verdicts({"needed_by": needed_by}, {"free_on": LATER}, {}, rules=rules) == {}
        assert verdicts({"needed_by": needed_by}, {"free_on": LATER}, {}) == {"not_free_in_time": NO}


@pytest.mark.parametrize("needed_by", [YESTERDAY, ON, None])
def test_staff_read_that_she_needs_it_now_where_no_later_day_was_named(needed_by: date | None) -> None:
    woman, late = replace(WOMAN, needed_by=needed_by), replace(BED, free_on=LATER)
    (barrier,) = barriers(Context(Problem(ON, (REFUGE,), (late,), (woman,))), woman, late)
    assert barrier.sentence == "It is free from 1 December 2026; she needs it now."
    assert barrier.change == "if it were ready now, or she could wait until 1 December 2026"


def test_the_judge_too_counts_days_ahead_from_today_where_her_day_has_passed() -> None:
    woman, late = replace(WOMAN, needed_by=ON - timedelta(days=30)), replace(BED, free_on=LATER)
    problem = Problem(ON, (REFUGE,), (late,), (woman,), rules=Rules(days_ahead=8))
    solution = solve(problem)
    assert [one.bed for one in solution.placements] == ["B-1"]
    assert broken_rules(problem, solution) == []


def test_a_day_before_today_never_brings_her_back_to_a_refuge_sooner() -> None:
    woman = {"needed_by": YESTERDAY, "asked_to_leave": {"F-1": ON}}
    assert verdicts(woman, {}, {}) == {}


@pytest.mark.parametrize(
    ("special", "words"),
    [
        ("complex_needs", "(complex needs)"),
        ("by_and_for_bme", "(led by and for Black and minority ethnic women)"),
        ("young_women", "(young women)"),
    ],
)
def test_what_a_refuge_is_for_is_said_in_words(special: str, words: str) -> None:
    house = replace(REFUGE, specialism=special)
    (barrier,) = barriers(Context(Problem(ON, (house,), (BED,), (WOMAN,))), WOMAN, BED)
    assert words in barrier.sentence


def test_sentences_for_staff_have_curly_apostrophes() -> None:
    problem = network(60, 60, seed=5)
    said = [barrier.sentence + barrier.change for one in eligibility(problem).pairs() for barrier in one.barriers]
    assert any("’" in sentence for sentence in said)
    assert not [sentence for sentence in said if "'" in sentence]
