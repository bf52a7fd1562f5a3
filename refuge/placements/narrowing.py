"""What a refuge tells nobody else: who lives there that a woman must not meet, and whom it asked to leave. Pure.

Both are about a household that the reader may not see, and would say where she lives or lived (decisions 3 and 6). To
the other refuges they read alike, and alike of every refuge, so that neither what nor where can be told (decision 20).
Which sentences of matching read a record that is kept apart stands here too.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from allocation.beds.eligibility import Context
from allocation.beds.solution import Barrier, Verdict
from allocation.beds.turnaway import imply_reason

if TYPE_CHECKING:
    from collections.abc import Collection

    from allocation.beds.problem import Problem
    from allocation.beds.solution import Pair, Unplaced

KEPT = frozenset({"conflict", "asked_to_leave"})
"""Codes of barriers that only the refuge of the bed may read."""
THEIRS = "theirs"
"""The code that stands for them to everybody else."""
LABEL = "Something that only the refuge may tell"
SENTENCE = "Ring this refuge first: there is something about her that each refuge must decide for itself."
"""One sentence, whatever it is, and even where it is nothing: at every refuge but the reader's own alike."""
IT_DECIDES = "Ring this refuge first: it decides, and can hold the bed itself."
PAYING = frozenset({"no_funded_place", "funded_place", "last_funded_place"})
"""Codes of barriers and reasons whose sentences say something about recourse to public funds."""
MEETING = frozenset({"conflict", "apart"})
"""Codes of barriers and reasons whose sentences say that there is somebody whom she must not meet."""
AS_GENERAL = "conflict"
"""Of `KEPT`, the one whose turn-away reason says no more than that it is about who lives there."""


def narrowed(pair: Pair, *, own: bool, wary: bool) -> Pair:
    """Return a pair as its reader may know it; `own`: her agency runs the refuge of the bed.

    `wary`: there is somebody whom the household must not meet, wherever, or a refuge that asked her to leave. Then each
    refuge but the reader's own says the same, whether or not anything stands there: which one it is cannot be read off.
    What only the refuge may tell never makes the verdict a no: that would tell.
    """
    if own or not (wary or _kept(pair)):
        return pair
    rest = tuple(barrier for barrier in pair.barriers if barrier.code not in KEPT)
    verdict = Verdict.NO if any(barrier.verdict is Verdict.NO for barrier in rest) else Verdict.ASK
    return replace(pair, verdict=verdict, barriers=(*rest, Barrier(THEIRS, Verdict.ASK, SENTENCE, "")))


def for_reasons(pair: Pair, *, own: bool) -> Pair:
    """Return a pair from which a turn-away reason can be implied that tells this reader no more than `narrowed`."""
    if own or not _kept(pair):
        return pair
    general = tuple(
        replace(barrier, code=AS_GENERAL, from_on=None) if barrier.code in KEPT else barrier
        for barrier in pair.barriers
    )
    return replace(pair, barriers=general)


def narrowed_unplaced(problem: Problem, one: Unplaced, own: Collection[str], *, wary: bool) -> Unplaced:
    """Return why a household has no bed as somebody may know it whose agency runs these beds: reasons, changes, all."""
    if not wary and not any(_kept(pair) and pair.bed not in own for pair in one.blocked):
        return one
    general = [for_reasons(pair, own=pair.bed in own) for pair in one.blocked]
    reason, contributing = imply_reason(Context(problem), one.household, general, one.missed)
    return replace(
        one,
        blocked=tuple(narrowed(pair, own=pair.bed in own, wary=wary) for pair in one.blocked),
        changes=tuple(made for made in one.changes if made.bed in own or not KEPT.intersection(made.codes)),
        turnaway_reason=reason,
        contributing=contributing,
    )


def _kept(pair: Pair) -> bool:
    return any(barrier.code in KEPT for barrier in pair.barriers)
