"""What the board can be narrowed to, read from harmless codes in the web address. What makes no sense is left out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from refuge.beds.filters import FLAGS, Filters
from refuge.beds.occupancy import State

if TYPE_CHECKING:
    from collections.abc import Iterable

    from werkzeug.datastructures import MultiDict

    from refuge.beds.models import Refuge

MOST_CHILDREN = 6
HAS = {**{flag: words for flag, words in FLAGS.items() if flag != "en_suite"}, "cot": "Room for a cot"}
"""What can be asked for with a tick: code -> words."""


def read_filters(asked: MultiDict[str, str]) -> Filters:
    """Return what was asked for."""
    has, states = set(asked.getlist("has")), set(asked.getlist("state"))
    return Filters(
        house=asked.get("house") or None,
        states=frozenset(state for state in State if state.value in states),
        children=_children(asked.get("children", "")),
        cot="cot" in has,
        flags=frozenset(has & set(FLAGS)),
    )


def _children(text: str) -> int:
    return int(text) if text in {str(number) for number in range(1, MOST_CHILDREN + 1)} else 0


def filter_words(filters: Filters, refuges: Iterable[Refuge]) -> str:
    """Return what was asked for in words."""
    names = {refuge.ref: refuge.name for refuge in refuges}
    words = [names.get(filters.house, "unknown refuge")] if filters.house else []
    words += [" or ".join(state.label.lower() for state in State if state in filters.states)] if filters.states else []
    if filters.children:
        words.append(f"sleeps {filters.children} or more children")
    words += [label.lower() for flag, label in FLAGS.items() if flag in filters.flags]
    return ", ".join([*words, "room for a cot"] if filters.cot else words)
