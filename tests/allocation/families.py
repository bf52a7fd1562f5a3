"""Families of linked tables drawn by chance, and a reader who attacks them with another solver than ours."""

from __future__ import annotations

from dataclasses import replace
from random import Random
from typing import TYPE_CHECKING

import numpy as np
from scipy.optimize import linprog

from allocation.hiding.problem import Cell, Problem, Standing, Sum, small

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence


def cell(key: str, value: int, threshold: int, *, weight: int = 10, round_to: int = 1, seen: bool = True) -> Cell:
    """Return a cell that is hidden if it is small, and shown rounded if everything is."""
    tiny = small(value, threshold)
    standing = (Standing.HIDDEN if tiny else Standing.FREE) if seen else Standing.UNSEEN
    made = Cell(key, value, standing, (1, threshold) if tiny else None, weight=weight)
    if round_to > 1 and value:
        near = (value + round_to // 2) // round_to * round_to
        made = replace(made, shown_low=near - round_to // 2, shown_high=near + round_to // 2)
    return made


def drawn(seed: int, *, threshold: int = 4, round_to: int = 1) -> Problem:
    """Return a family: two tables of each of two quarters, the year, and one need with its rest."""
    rng = Random(seed)  # noqa: S311  the same family each time
    rows, columns, mean = rng.randrange(2, 5), rng.randrange(2, 4), rng.choice((2, 5, 12, 40))
    halves, row_keys = ("q1", "q2"), [f"r{row}" for row in range(rows)]
    column_keys = [f"c{column}" for column in range(columns)]
    values: dict[str, int] = {}
    for half in halves:
        for row in row_keys:
            for column in column_keys:
                count = int(rng.expovariate(1 / mean))
                values[f"{half}/{row}/{column}"] = count
                values[f"{half}/need/{row}"] = values.get(f"{half}/need/{row}", 0) + rng.randint(0, count)
    sums: list[Sum] = []
    unseen: set[str] = set()

    def add_up(total: str, parts: Sequence[str]) -> None:
        values[total] = sum(values[part] for part in parts)
        sums.append(Sum(total, tuple(parts)))

    for half in halves:
        for row in row_keys:
            add_up(f"{half}/{row}/all", [f"{half}/{row}/{column}" for column in column_keys])
        for column in [*column_keys, "all"]:
            add_up(f"{half}/all/{column}", [f"{half}/{row}/{column}" for row in row_keys])
        for row in row_keys:  # a sibling table: of each row those with a need, so that the rest can be worked out
            whole, some, rest = f"{half}/{row}/all", f"{half}/need/{row}", f"{half}/rest/{row}"
            values[rest] = values[whole] - values[some]
            unseen.add(rest)
            sums.append(Sum(whole, (some, rest)))
    for key in [key.removeprefix("q1/") for key in values if key.startswith("q1/")]:
        add_up(f"year/{key}", [f"{half}/{key}" for half in halves])
        unseen |= {f"year/{key}"} if key.startswith("rest/") else set()
    cells = [
        cell(key, value, threshold, weight=30 if "all" in key else 10, round_to=round_to, seen=key not in unseen)
        for key, value in values.items()
    ]
    return Problem(cells, sums, threshold - 1)


def attack(problem: Problem, hidden: Iterable[str]) -> Mapping[str, tuple[float, float]]:
    """Return, for each cell not shown, the least and the most that it can be, by a solver that is not ours."""
    hidden, places = set(hidden), {one.key: place for place, one in enumerate(problem.cells)}
    equal = np.zeros((len(problem.sums), len(problem.cells)))
    for line, one in enumerate(problem.sums):
        equal[line, places[one.total]] = -1
        for part in one.parts:
            equal[line, places[part]] += 1
    known = [(0, problem.most) if one.key in hidden or not one.seen else one.spread for one in problem.cells]
    found = {}
    for key, place in places.items():
        if key in hidden or not problem.cells[place].seen:
            wish = np.zeros(len(places))
            wish[place] = 1
            low, high = (
                linprog(sign * wish, A_eq=equal, b_eq=np.zeros(len(problem.sums)), bounds=known, method="highs")
                for sign in (1, -1)
            )
            found[key] = (low.fun, -high.fun)
    return found


def narrowed(problem: Problem, hidden: Iterable[str]) -> list[str]:
    """Return the cells that the attack derives within their hidden range."""
    ranges = attack(problem, hidden)
    return [
        f"{one.key} = {one.value} is known to be {low:g} to {high:g}"
        for place, one in enumerate(problem.cells)
        if one.key in ranges and problem.weak(place, *(low := ranges[one.key][0], high := ranges[one.key][1]))
    ]
