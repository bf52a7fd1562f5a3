"""The rules of matching in words: what differs between two versions, and what a change would do. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from allocation.beds.eligibility import BARRIERS, FIXED
from allocation.beds.goals import GOALS
from allocation.beds.problem import NEEDS
from allocation.beds.words import NEED_WORDS
from refuge.beds.words import counted
from refuge.placements.forms.rules import LEVELS, STRICT, choices_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from refuge.placements.queries.preview import Impact
    from refuge.placements.service.rules import RuleDetails
    from refuge.placements.shown.names import Names

FIXED_RULES = tuple(BARRIERS[code].label for code in BARRIERS if code in FIXED)
"""The rules that nobody can soften, in words."""


def difference(before: RuleDetails, after: RuleDetails) -> list[str]:
    """Return what differs, each as `Takes no pets: “Ask somebody first” instead of “Never place her there”`."""
    return [
        *_strictness(before, after),
        *_levels(before, after),
        *_number("Days ahead", before.days_ahead, after.days_ahead),
        *_goals(before, after),
        *_number("Hours that a bed is held", before.hold_hours, after.hold_hours),
        *_number("Longest hold, in hours", before.hold_hours_longest, after.hold_hours_longest),
    ]


def _strictness(before: RuleDetails, after: RuleDetails) -> Iterable[str]:
    for code, rule in BARRIERS.items():
        was, will = before.strictness.get(code, "no"), after.strictness.get(code, "no")
        if was != will and code not in FIXED:
            words = choices_of(code)
            yield f"{rule.label}: “{words.get(will, STRICT[will])}” instead of “{words.get(was, STRICT[was])}”"


def _levels(before: RuleDetails, after: RuleDetails) -> Iterable[str]:
    for need in NEEDS:
        was, will = (str(one.round_the_clock_from.get(need, 0)) for one in (before, after))
        if was != will:
            words = f"“{LEVELS[will]}” instead of “{LEVELS[was]}”"
            yield f"Staff round the clock for {NEED_WORDS[need]}: {words}"


def _number(label: str, was: int, will: int) -> Iterable[str]:
    if was != will:
        yield f"{label}: {will} instead of {was}"


def _goals(before: RuleDetails, after: RuleDetails) -> Iterable[str]:
    for place, (was, will) in enumerate(zip(before.goals, after.goals, strict=False), start=1):
        if was != will:
            yield f"Goal {place}: {_goal(will)} instead of {_goal(was)}"


def _goal(name: str) -> str:
    sentence = GOALS[name].sentence if name in GOALS else name.replace("_", " ")
    return f"“{sentence.split(':')[0].rstrip('.')}”"


def impact_words(found: Impact, names: Names) -> list[str]:
    """Return what a change would do to those who wait, in sentences; refs only of those whom the reader may see."""
    said = []
    if found.ruled_out:
        said.append(f"This would rule out {_households(found.ruled_out, names)}: no bed could be theirs.")
    if found.let_in:
        said.append(f"This would open a bed for {_households(found.let_in, names)}.")
    fewer = found.placed - found.would_place
    if fewer:
        said.append(
            f"{abs(fewer)} {'fewer' if fewer > 0 else 'more'} would be placed: {found.would_place} of {found.waiting}."
        )
    if found.other_bed:
        said.append(f"Another bed would be proposed for {_households(found.other_bed, names)}.")
    return said or [f"Nothing would change for the {counted(found.waiting, 'household', 'households')} waiting now."]


def _households(refs: Sequence[str], names: Names) -> str:
    seen = [ref for ref in refs if names.sees(ref)]
    hidden = len(refs) - len(seen)
    told = [*seen, f"{hidden} of another agency"] if hidden and seen else seen
    return f"{counted(len(refs), 'waiting household', 'waiting households')}" + (
        f" ({', '.join(told)})" if told else ""
    )
