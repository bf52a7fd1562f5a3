"""Whom one bed would fit, of those who wait and whom the reader may see: highest risk first, then the longest wait."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from allocation.beds.eligibility import Context, pair
from allocation.beds.solution import Verdict
from refuge.placements.shown.household import Who, who
from refuge.placements.shown.run import free_words, is_free

if TYPE_CHECKING:
    from datetime import datetime

    from allocation.beds.problem import Problem
    from refuge.placements.shown.household import Labels
    from refuge.placements.shown.names import Names, Place


@dataclass(frozen=True)
class Fit:
    """A household that the bed would fit."""

    who: Who
    asks: tuple[str, ...]
    codes: tuple[str, ...]
    """Of the barriers whose sentences stand in `asks`, for the audit."""
    ring: bool
    """Whether only the refuge can hold it for her."""


@dataclass(frozen=True)
class Fits:
    """The households that one bed would fit, and how many more there are that the reader may not see."""

    place: Place
    free: str
    now: bool
    """Whether it is free today, so that it can be held."""
    fits: tuple[Fit, ...]
    hidden: int
    waiting: int
    in_use: bool

    @property
    def refs(self) -> list[str]:
        """The refs of households that are shown, for the audit."""
        return [fit.who.ref for fit in self.fits]


def fits_shown(problem: Problem, bed: str, names: Names, labels: Labels, *, at: datetime) -> Fits:
    """Return whom the bed would fit, nobody else considered."""
    context = Context(problem)
    in_use = bed in context.beds
    judged = [pair(context, one, context.beds[bed]) for one in problem.households] if in_use else []
    fitting = [told for told in map(names.narrow, judged) if told.verdict is not Verdict.NO]
    mine = [
        Fit(
            who(names.households[found.household], labels, at=at),
            tuple(names.words(barrier.sentence) for barrier in found.barriers),
            tuple(barrier.code for barrier in found.barriers),
            found.household in names.wary and not names.owns(bed),
        )
        for found in fitting
        if names.sees(found.household)
    ]
    mine.sort(key=lambda fit: (-fit.who.rank, -fit.who.days, fit.who.ref))
    free = free_words(problem, bed)
    return Fits(
        names.places[bed],
        free,
        is_free(problem, bed),
        tuple(mine),
        len(fitting) - len(mine),
        len(problem.households),
        in_use,
    )
