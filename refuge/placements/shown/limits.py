"""What a change of one refuge's limits would do to those who wait, in words. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from refuge.beds.words import counted

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from refuge.placements.queries.preview import Impact
    from refuge.placements.shown.names import Names

NOBODY = "Nobody who waits would be affected."
NOT_SAVED = "Nothing is saved yet."


def limits_words(found: Impact, names: Names) -> list[str]:
    """Return what the change would do, in sentences; refs only of those whom the reader may see."""
    return [*(_effects(found, names) or [NOBODY]), NOT_SAVED]


def _effects(found: Impact, names: Names) -> list[str]:
    return [*_who_could_come(found, names), *_who_would_be_proposed(found, names)]


def _who_could_come(found: Impact, names: Names) -> Iterable[str]:
    if found.ruled_out:
        yield f"This would rule out {_households(found.ruled_out, names)}."
    if found.nowhere:
        yield f"No bed of the network would be left for {_households(found.nowhere, names)}."
    if found.let_in:
        yield f"This would open the refuge to {_households(found.let_in, names)}."


def _who_would_be_proposed(found: Impact, names: Names) -> Iterable[str]:
    fewer = found.placed - found.would_place
    if fewer:
        yield f"{abs(fewer)} {'fewer' if fewer > 0 else 'more'} would be proposed a bed."
    if found.other_bed:
        yield f"Another bed would be proposed for {_households(found.other_bed, names)}."


def _households(refs: Sequence[str], names: Names) -> str:
    """Return `3 waiting households: R-10001, R-10002 (and 1 of another agency)`."""
    counted_refs = counted(len(refs), "waiting household", "waiting households")
    seen = [ref for ref in refs if names.sees(ref)]
    hidden = len(refs) - len(seen)
    if not seen:
        return f"{counted_refs} of another agency"
    return f"{counted_refs}: {', '.join(seen)}" + (f" (and {hidden} of another agency)" if hidden else "")
