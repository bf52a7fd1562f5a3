"""The reason for a turn-away that barriers imply: proposed to staff, never decided."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from allocation.beds.barriers import needs_above
from allocation.beds.eligibility import BARRIERS
from allocation.beds.solution import Barrier, Missed, Pair, Verdict
from allocation.beds.standing import Context

NO_BED = "C01"
RESIDENT_MIX = "C13"
NOT_FUNDED = "C09"
MENTAL = {"mental_health", "self_harm"}


def imply_reason(
    context: Context, household: str, blocked: Sequence[Pair], missed: Sequence[Missed]
) -> tuple[str, tuple[str, ...]]:
    """Return the code of the main reason, and of those that contribute, most telling first.

    Beds that she could have had come first: where somebody else has one, there was no bed (C01); where nobody has it,
    the place that she needs there was used up (C09 funded, else C13). Without any, the nearest misses speak: of the
    beds with the fewest barriers, the reason that bars most. Where two bar as many, the one that stands first in
    `BARRIERS` is named. Contributing are the other reasons of the nearest misses, the most frequent first.
    """
    reasons = _nearest(context, household, blocked)
    if missed:
        main = NO_BED if any(one.has_it for one in missed) else _used_up(context, household, missed)
    else:
        main = reasons[0] if reasons else NO_BED
    return main, tuple(reason for reason in reasons if reason != main)


def _used_up(context: Context, household: str, missed: Sequence[Missed]) -> str:
    hers = context.households[household]
    return NOT_FUNDED if any(context.takes_funded(hers, context.beds[one.bed]) for one in missed) else RESIDENT_MIX


def _nearest(context: Context, household: str, blocked: Sequence[Pair]) -> list[str]:
    """Return the reasons of the nearest misses, the most frequent first."""
    noes = {pair: [one for one in pair.barriers if one.verdict is Verdict.NO] for pair in blocked}
    fewest = min((len(found) for found in noes.values()), default=0)
    places = {code: place for place, code in enumerate(BARRIERS)}
    count: Counter[str] = Counter()
    first: dict[str, int] = {}
    for pair, found in noes.items():
        if len(found) == fewest:
            for reason, barrier in {reason_of(context, household, pair, one): one for one in found}.items():
                count[reason] += 1
                first[reason] = min(first.get(reason, len(places)), places[barrier.code])
    return sorted(count, key=lambda reason: (-count[reason], first[reason], reason))


def reason_of(context: Context, household: str, pair: Pair, barrier: Barrier) -> str:
    """Return the reason that one barrier implies: for support above the refuge's level, by which needs those are."""
    if barrier.code != "support_level":
        return BARRIERS[barrier.code].turnaway_reason
    above = set(needs_above(context, context.households[household], context.beds[pair.bed]))
    substances = above - MENTAL
    if above & MENTAL:
        return "C07" if substances else "C04"
    return "C05" if "drugs" in substances else "C06"
