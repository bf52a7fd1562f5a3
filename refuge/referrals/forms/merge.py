"""Two people change one referral at once: what each typed is kept, and where both typed, both are shown. Pure."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, NamedTuple

from werkzeug.datastructures import MultiDict

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from wtforms import Form

SAYS_NOTHING = {"", "not_asked", "not_started", "not_tried"}
"""What a field is when nobody has touched it."""


class Merged(NamedTuple):
    """What the form should show now."""

    typed: MultiDict[str, str]
    theirs: list[str]
    """Names of the fields that somebody else changed and this page did not: they show what was saved."""
    both: list[str]
    """Names of the fields that both changed: they show what was typed here."""


def group_of(name: str) -> str:
    """Return the field that a name belongs to: the rows of a list are one field, because their places shift."""
    return name.split("-", 1)[0]


def merge(opened: Mapping[str, Sequence[str]], saved: MultiDict[str, str], typed: MultiDict[str, str]) -> Merged:
    """Return what was typed, but with what somebody else saved wherever this page left a field as it was opened."""
    before, now, here = _groups(_pairs(opened)), _groups(saved.items(multi=True)), _groups(typed.items(multi=True))
    merged: list[tuple[str, str]] = []
    theirs: list[str] = []
    both: list[str] = []
    for group in dict.fromkeys([*here, *now]):
        untouched = here.get(group, []) == before.get(group, [])
        moved = now.get(group, []) != before.get(group, [])
        merged += now.get(group, []) if untouched else here.get(group, [])
        if moved and now.get(group, []) != here.get(group, []):
            (theirs if untouched else both).append(group)
    return Merged(MultiDict(merged), theirs, both)


def differs(one: MultiDict[str, str], other: MultiDict[str, str]) -> list[str]:
    """Return the fields in which two pages say something else."""
    here, there = _groups(one.items(multi=True)), _groups(other.items(multi=True))
    return [group for group in dict.fromkeys([*here, *there]) if here.get(group) != there.get(group)]


def dump_opened(saved: MultiDict[str, str]) -> str:
    """Return what a form opens with as text that travels in it."""
    return json.dumps(saved.to_dict(flat=False))


def read_opened(text: str, typed: MultiDict[str, str]) -> dict[str, list[str]]:
    """Return what the form opened with. If that cannot be read, nothing counts as typed here: theirs is kept."""
    try:
        opened = json.loads(text)
        return {str(name): [str(value) for value in values] for name, values in opened.items()}
    except (ValueError, AttributeError, TypeError):
        return typed.to_dict(flat=False)


def merged_words(form: Form, merged: Merged) -> str:
    """Return what happened, field by field, and what to do."""
    said = "Somebody else changed this referral while you had it open, and nothing of yours is saved yet."
    if merged.theirs:
        said += f" Changed by them, and shown now: {labels_of(form, merged.theirs)}."
    if merged.both:
        said += f" Changed by both; yours is shown, theirs is on the referral: {labels_of(form, merged.both)}."
    return f"{said} Read it through and save again."


def labels_of(form: Form, names: Sequence[str]) -> str:
    """Return what the form calls these fields."""
    return ", ".join(form[name].label.text if name in form else name for name in names)


def _pairs(opened: Mapping[str, Sequence[str]]) -> Iterable[tuple[str, str]]:
    return ((name, value) for name, values in opened.items() for value in values)


def _groups(pairs: Iterable[tuple[str, str]]) -> dict[str, list[tuple[str, str]]]:
    """Return the pairs by field, without those that say nothing: an empty box, no box, and "not asked" are the same."""
    found: dict[str, list[tuple[str, str]]] = {}
    for name, value in pairs:
        if value.strip() not in SAYS_NOTHING:
            found.setdefault(group_of(name), []).append((name, value.strip()))
    return found
