"""What is hidden stays hidden: attacked by another solver over hundreds of families, and in the ways people try."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from allocation.hiding.check import broken, weaknesses
from allocation.hiding.problem import Cell, Problem, Standing, Sum, small
from allocation.hiding.solver import hide
from tests.allocation.families import cell, drawn, narrowed

SETS = 500
"""Families that are drawn and attacked."""
PARTS = 10


def table(rows: dict[str, dict[str, int]], threshold: int = 4, before: str = "") -> Problem:
    """Return one table with its totals."""
    columns = list(next(iter(rows.values())))
    values = {f"{row}/{column}": count for row, told in rows.items() for column, count in told.items()}
    sums = [Sum(f"{row}/all", tuple(f"{row}/{column}" for column in columns)) for row in rows]
    sums += [Sum(f"all/{column}", tuple(f"{row}/{column}" for row in rows)) for column in [*columns, "all"]]
    for one in sums:
        values[one.total] = sum(values[part] for part in one.parts)
    cells = [cell(before + key, value, threshold, weight=30 if "all" in key else 10) for key, value in values.items()]
    linked = [Sum(before + one.total, tuple(before + part for part in one.parts)) for one in sums]
    return Problem(cells, linked, threshold - 1)


@pytest.mark.parametrize("part", range(PARTS))
def test_no_hidden_cell_of_500_families_can_be_derived_within_its_range(part: int) -> None:
    for seed in range(part, SETS, PARTS):
        profile = {"threshold": 7, "round_to": 5} if seed % 3 == 0 else {}
        problem = drawn(seed, **profile)
        found = hide(problem)
        assert found.holds, seed
        assert broken(problem, found.hidden) == [], seed
        assert weaknesses(problem, found.hidden) == [], seed
        assert narrowed(problem, found.hidden) == [], seed


def test_hiding_small_counts_alone_is_broken_by_subtraction_across_a_row() -> None:
    problem = table({"mh": {"placed": 9, "unmet": 3}, "rest": {"placed": 12, "unmet": 11}})
    assert problem.must_hide() == {"mh/unmet"}
    assert [weak.key for weak in weaknesses(problem, problem.must_hide())] == ["mh/unmet"]
    found = hide(problem)
    assert found.proven
    assert narrowed(problem, found.hidden) == []


def test_the_lightest_hiding_is_found() -> None:
    problem = table({"a": {"x": 3, "y": 20, "z": 9}, "b": {"x": 8, "y": 7, "z": 30}, "c": {"x": 40, "y": 6, "z": 5}})
    found = hide(problem)
    free = [one.key for one in problem.cells if one.standing is Standing.FREE]
    weight = {one.key: one.weight for one in problem.cells}
    best = min(
        sum(weight[key] for key in problem.must_hide() | set(more))
        for size in range(6)
        for more in combinations(free, size)
        if not weaknesses(problem, problem.must_hide() | set(more))
    )
    assert found.proven
    assert found.weight == best


def test_quarters_do_not_give_each_other_away_through_the_year() -> None:
    quarters = {
        "q1": {"sm": 9, "rest": 10},
        "q2": {"sm": 2, "rest": 11},
        "q3": {"sm": 8, "rest": 9},
        "q4": {"sm": 7, "rest": 12},
    }
    problem = table(quarters)
    assert "all/sm" in {one.key for one in problem.cells}, "the year is the total of the quarters"
    found = hide(problem)
    assert len([key for key in found.hidden if key.endswith("/sm")]) >= 2
    assert narrowed(problem, found.hidden) == []


def test_what_was_published_before_is_known_and_the_year_is_hidden_for_it() -> None:
    cells = [
        Cell("q1", 9, Standing.SHOWN), Cell("q2", 2, Standing.HIDDEN, (1, 4)), Cell("q3", 8, Standing.SHOWN),
        Cell("q4", 7), Cell("year", 26, weight=30),
    ]  # fmt: skip
    problem = Problem(cells, [Sum("year", ("q1", "q2", "q3", "q4"))], 3)
    found = hide(problem)
    assert found.hidden == {"q2", "q4"}, "the last quarter weighs less than the year"
    known = [replace(one, standing=Standing.SHOWN) if one.key == "q4" else one for one in cells]
    assert hide(Problem(known, problem.sums, 3)).hidden == {"q2", "year"}


def test_where_earlier_editions_give_a_count_away_it_says_so() -> None:
    cells = [Cell("q1", 9, Standing.SHOWN), Cell("q2", 2, Standing.HIDDEN, (1, 4)), Cell("year", 11, Standing.SHOWN)]
    found = hide(Problem(cells, [Sum("year", ("q1", "q2"))], 3))
    assert not found.holds
    assert found.gives_away == ("q2",)
    assert not found.proven


def test_all_but_those_with_a_need_are_protected_though_no_table_shows_them() -> None:
    cells = [Cell("all", 20, weight=30), Cell("mh", 18), Cell("rest", 2, Standing.UNSEEN, (1, 4))]
    found = hide(Problem(cells, [Sum("all", ("mh", "rest"))], 3))
    assert found.hidden == {"mh"}


def test_less_than_five_beside_a_total_of_five_is_not_narrowed() -> None:
    problem = table({"wall": {"yes": 4, "no": 1}, "panahghar": {"yes": 3, "no": 30}})
    found = hide(problem)
    assert narrowed(problem, found.hidden) == []
    assert "wall/all" in found.hidden, "a total of five would say that both parts are from 1 to 4"


def test_two_refuges_of_which_one_is_small_hide_both() -> None:
    cells = [Cell("all", 40, weight=30), Cell("by_and_for", 6, Standing.HIDDEN), Cell("general", 34)]
    found = hide(Problem(cells, [Sum("all", ("by_and_for", "general"))], 3))
    assert found.hidden == {"by_and_for", "general"}


def test_rounded_totals_protect_by_themselves() -> None:
    cells = [cell(key, value, 7, round_to=5) for key, value in {"a": 23, "b": 4, "c": 31, "all": 58}.items()]
    problem = Problem(cells, [Sum("all", ("a", "b", "c"))], 3)
    assert narrowed(problem, {"b"}) == [], "58 to 62 less 23 to 27 and 28 to 32 leaves 0 to 11"
    assert hide(problem).hidden == {"b"}


def test_the_check_says_what_the_standing_of_cells_forbids() -> None:
    problem = Problem([Cell("a", 2, Standing.HIDDEN, (1, 4)), Cell("b", 9, Standing.SHOWN)], [], 3)
    faults = broken(problem, {"b", "c"})
    assert faults == ["a must be hidden and is shown.", "b cannot be hidden.", "c is no cell."]


def test_sums_that_do_not_add_up_and_cells_of_one_name_are_refused() -> None:
    with pytest.raises(ValueError, match="not the sum"):
        Problem([Cell("a", 1), Cell("b", 2)], [Sum("a", ("b",))], 3)
    with pytest.raises(ValueError, match="one key"):
        Problem([Cell("a", 1), Cell("a", 2)], [], 3)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.lists(st.integers(0, 30), min_size=3, max_size=3), min_size=2, max_size=5), st.sampled_from((4, 7)))
def test_any_table_is_hidden_so_that_nothing_can_be_derived(rows: list[list[int]], threshold: int) -> None:
    problem = table({f"r{place}": dict(zip("xyz", row, strict=True)) for place, row in enumerate(rows)}, threshold)
    found = hide(problem)
    assert all(one.key in found.hidden for one in problem.cells if small(one.value, threshold))
    assert weaknesses(problem, found.hidden) == []
    assert narrowed(problem, found.hidden) == []
    assert found.bound <= found.weight


def test_the_same_tables_are_hidden_the_same_way_each_time() -> None:
    problem = drawn(7)
    assert {hide(problem).hidden for _ in range(3)} == {hide(problem).hidden}
