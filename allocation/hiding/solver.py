"""Hides as little as can be: a programme over what to hide, and a reader who says each time what she can still tell.

The programme starts from simple truths (a hidden part of a shown sum needs company) and learns a cut from each thing
that the reader worked out, until she can work out nothing. The first answer that she cannot break is the lightest.
"""

from __future__ import annotations

import math
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ortools.sat.python import cp_model

from allocation.hiding.problem import GRAIN, Hiding, Problem, Standing, neighbours
from allocation.hiding.reader import Reach, Reader

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

SCALE = 10_000
"""Cuts are kept in ten-thousandths, rounded so that they cut off no answer that holds."""


@dataclass(frozen=True)
class Cut:
    """Of these cells so much must be hidden: the sum of what each helps is at least what is needed."""

    helps: dict[int, float]
    needed: float
    only_if: int | None = None
    """It holds only when this cell is hidden; None: always."""


@dataclass
class Search:
    """The programme over what to hide, with the cuts learnt so far."""

    problem: Problem
    model: cp_model.CpModel = field(default_factory=cp_model.CpModel)
    known: set[tuple[object, ...]] = field(default_factory=set)
    failed: list[int] = field(default_factory=list)
    """The cells that the reader worked out lately: she looks at them first."""

    def __post_init__(self) -> None:
        cells = self.problem.cells
        self.hide = [self.model.new_bool_var("") for _ in cells]
        for place, cell in enumerate(cells):
            if cell.standing is Standing.HIDDEN:
                self.model.add(self.hide[place] == 1)
            elif cell.standing is not Standing.FREE:
                self.model.add(self.hide[place] == 0)
        self.model.minimize(sum(cell.weight * self.hide[place] for place, cell in enumerate(cells)))
        for total, parts in neighbours(self.problem):
            self._needs_company([total, *parts])

    def _needs_company(self, members: list[int]) -> None:
        """Of a sum of exact counts never is one alone hidden: it would be what is missing."""
        cells = self.problem.cells
        if any(not cells[one].seen or cells[one].spread[0] != cells[one].spread[1] for one in members):
            return
        for one in members:
            others = [self.hide[other] for other in members if other != one]
            self.model.add(sum(others) >= self.hide[one])

    def learn(self, cut: Cut) -> bool:
        """Take a cut; return whether it was new."""
        helping = {place: min(helps, cut.needed) for place, helps in cut.helps.items() if helps > GRAIN}
        terms = {place: math.ceil(helps * SCALE) for place, helps in helping.items()}
        needed = math.floor(cut.needed * SCALE)
        key = (tuple(sorted(terms.items())), needed, cut.only_if)
        if needed <= 0 or key in self.known:
            return False
        self.known.add(key)
        told = sum(helps * self.hide[place] for place, helps in terms.items())
        self.model.add(told >= (needed if cut.only_if is None else needed * self.hide[cut.only_if]))
        return True

    def lightest(self, seconds: float, hint: set[int]) -> tuple[set[int], int] | None:
        """Return what to hide at least by what is known so far, and a bound on its weight; None: too little time."""
        solver = cp_model.CpSolver()
        solver.parameters.num_workers = 1
        solver.parameters.random_seed = 1
        solver.parameters.max_time_in_seconds = max(0.05, seconds)
        self.model.clear_hints()  # type: ignore[no-untyped-call]  # it takes nothing and gives nothing
        for place, hide in enumerate(self.hide):
            self.model.add_hint(hide, place in hint)
        status = solver.solve(self.model)
        if status not in {cp_model.OPTIMAL, cp_model.FEASIBLE}:
            return None
        found = {place for place, hide in enumerate(self.hide) if solver.value(hide)}
        return found, math.ceil(solver.best_objective_bound - GRAIN)


def hide(problem: Problem) -> Hiding:
    """Return the lightest hiding after which a reader can narrow no hidden cell; say so where it is not proven."""
    ends = time.monotonic() + problem.seconds
    reader, search = Reader(problem), Search(problem)
    must = {problem.by_key[key] for key in problem.must_hide()}
    free = {place for place, cell in enumerate(problem.cells) if cell.standing is Standing.FREE}
    given_away: list[int] = []
    if any(cell.standing is Standing.SHOWN for cell in problem.cells):  # else nothing was told before
        given_away = [place for place, _ in _weak(problem, reader, must | free) if place not in free]
    if given_away:
        return _hiding(problem, must | free, 0, given_away)
    hidden, bound, rounds = must, 0, 0
    best: set[int] | None = None
    while time.monotonic() < ends:
        rounds += 1
        answer = search.lightest(ends - time.monotonic(), hidden)
        if answer is None:
            break
        hidden, bound = answer[0], max(bound, answer[1])
        if not _learn(problem, reader, search, hidden):
            best = _lighter(problem, best, hidden)
            break
        if rounds % TRY_EACH == 0:
            best = _lighter(problem, best, _mended(problem, reader, set(hidden)))
            if best is not None and _weight(problem, best) <= bound:
                break
    else:
        best = _lighter(problem, best, _mended(problem, reader, set(hidden)))
    if best is None:
        best = _mended(problem, reader, must | free)
    if best is None:
        return _hiding(problem, must | free, bound, sorted(must), rounds)
    return _hiding(problem, best, bound, (), rounds)


ENOUGH = 10
"""After so many cells that can be worked out the programme is asked again: most will be mended together."""
REMEMBERED = 60
TRY_EACH = 8
"""After so many rounds an answer is mended into one that holds: it may be as light as the bound already."""


def _weight(problem: Problem, hidden: Iterable[int]) -> int:
    return sum(problem.cells[place].weight for place in hidden)


def _lighter(problem: Problem, one: set[int] | None, other: set[int] | None) -> set[int] | None:
    if one is None or other is None:
        return one or other
    return other if _weight(problem, other) < _weight(problem, one) else one


def _hiding(problem: Problem, hidden: set[int], bound: int, given_away: Sequence[int], rounds: int = 0) -> Hiding:
    keys = frozenset(problem.cells[place].key for place in hidden)
    away = tuple(problem.cells[place].key for place in given_away)
    return Hiding(keys, _weight(problem, hidden), bound, not away, away, rounds)


def _weak(
    problem: Problem, reader: Reader, hidden: set[int], *, first: Sequence[int] = (), enough: int | None = None
) -> list[tuple[int, list[Cut]]]:
    """Return the cells that the reader knows too much of, each with the cuts that would have forbidden it.

    `first` are looked at before the others, and after `enough` were found she stops.
    """
    reader.look(hidden)
    found = []
    for place in dict.fromkeys([*first, *range(len(problem.cells))]):
        if (cuts := _known_of(problem, reader, hidden, place)) is not None:
            found.append((place, cuts))
            if enough is not None and len(found) >= enough:
                break
    return found


def _known_of(problem: Problem, reader: Reader, hidden: set[int], place: int) -> list[Cut] | None:
    """Return the cuts that would have forbidden what the reader knows of a cell, or None if that is little enough."""
    cell = problem.cells[place]
    if place not in hidden and (cell.cover is None or cell.seen):
        return None
    up, down = reader.reach(place, 1), reader.reach(place, -1)
    if not problem.weak(place, cell.value - down.distance, cell.value + up.distance):
        return None
    return _cuts(problem, place, up, down)


def _cuts(problem: Problem, place: int, up: Reach, down: Reach) -> list[Cut]:
    cell, found = problem.cells[place], []
    always = None if cell.standing is not Standing.FREE else place
    if cell.cover is not None:
        for reach, needed in ((up, cell.cover[1] - cell.value), (down, cell.value - cell.cover[0])):
            if reach.distance < needed - GRAIN:
                found.append(Cut(reach.helps, needed - reach.fixed, always))
    if cell.seen and up.distance + down.distance < problem.width - GRAIN:
        helps = dict(up.helps)
        for other, more in down.helps.items():
            helps[other] = helps.get(other, 0.0) + more
        found.append(Cut(helps, problem.width - up.fixed - down.fixed, always))
    return found


def _learn(problem: Problem, reader: Reader, search: Search, hidden: set[int]) -> bool:
    """Let the reader look; return whether something was learnt that this answer breaks."""
    weak = _weak(problem, reader, hidden, first=search.failed, enough=ENOUGH)
    search.failed = list(dict.fromkeys([*(place for place, _ in weak), *search.failed]))[:REMEMBERED]
    new = [search.learn(cut) for _, cuts in weak for cut in cuts]
    if weak and not any(new):
        return _learn_roughly(search, weak, hidden)
    return bool(weak)


def _learn_roughly(search: Search, weak: list[tuple[int, list[Cut]]], hidden: set[int]) -> bool:
    """Where rounding hides what a cut says: something more than this must be hidden, whatever else."""
    for place, _ in weak:
        others = {other: 1.0 for other in range(len(search.hide)) if other not in hidden}
        search.learn(Cut(others, 1.0, place if search.problem.cells[place].standing is Standing.FREE else None))
    return True


def _mended(problem: Problem, reader: Reader, hidden: set[int]) -> set[int] | None:
    """Hide more until the reader can work out nothing: each time what helps most for its weight. None: it cannot be.

    What she cannot work out she cannot work out either when more is hidden, so each cell is looked at until it holds.
    A cell that she works out whatever is hidden, and that need not be hidden, is shown: then all are looked at again.
    """
    free = {place for place, cell in enumerate(problem.cells) if cell.standing is Standing.FREE}
    left = list(range(len(problem.cells)))
    while left:
        reader.look(hidden)
        cuts = _known_of(problem, reader, hidden, left[-1])
        if cuts is None:
            left.pop()
            continue
        helps = _help(problem, cuts, free - hidden)
        if helps is None and left[-1] in free:
            free.discard(left[-1])
            hidden.discard(left[-1])
            left = list(range(len(problem.cells)))
        elif helps is None:
            return None
        else:
            hidden.add(helps)
            left.append(helps)
    return hidden


def _help(problem: Problem, cuts: Sequence[Cut], free: set[int]) -> int | None:
    """Return the cell that helps most for its weight, any other if the cuts name none, or None if none is left."""
    helps = {
        other: more / problem.cells[other].weight
        for cut in cuts
        for other, more in cut.helps.items()
        if other in free and more > GRAIN
    }
    if helps:
        return max(helps, key=lambda other: (helps[other], -other))
    return min(free, default=None)
