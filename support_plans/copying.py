"""The copy of her plan that she carries: safe if somebody else reads it. No place, no agency unless she wants it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from refuge.london import long_date_words
from support_plans.models import ActionOwner, GoalState

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date

    from support_plans.areas import Area
    from support_plans.models import Action
    from support_plans.queries.plans import PlanParts

LEFT_OUT = "[left out]"
SHORTEST_NAME = 3
"""Shorter names are common words: leaving them out would tear holes into her plan."""


@dataclass(frozen=True)
class CopiedGoal:
    """A goal on paper."""

    words: str
    reached: bool
    steps: Sequence[tuple[str, str, str, bool]]
    """What, who, by when, whether it is done."""


@dataclass(frozen=True)
class CopiedArea:
    """An area on paper."""

    label: str
    now_words: str
    wanted_words: str
    goals: Sequence[CopiedGoal]


@dataclass(frozen=True)
class Copy:
    """Her plan on paper."""

    on: str
    her_words: str
    good_day: str
    areas: Sequence[CopiedArea]
    review: str
    agreed: str


def copy_of(
    parts: PlanParts, areas: Mapping[str, Area], *, names: Iterable[str], today: date, review_on: date | None
) -> Copy:
    """Return what stands on the copy. `names`: of houses and agencies, left out of every text."""
    named = parts.plan is not None and parts.plan.copy_names_agencies
    safe = _without(names)
    shown = []
    for whole in parts.areas:
        kind = areas.get(whole.area.area)
        goals = [
            CopiedGoal(
                safe(one.goal.words), one.goal.state is GoalState.REACHED,
                [_step(step, safe, named=named) for step in one.actions],
            )
            for one in whole.goals
            if one.goal.state is not GoalState.CHANGED
        ]  # fmt: skip
        label = "" if kind is None else kind.label
        shown.append(CopiedArea(label, safe(whole.area.now_words), safe(whole.area.wanted_words), goals))
    plan, agreement = parts.plan, parts.agreement
    return Copy(
        on=long_date_words(today),
        her_words="" if plan is None else safe(plan.her_words),
        good_day="" if plan is None else safe(plan.good_day),
        areas=shown,
        review="" if review_on is None else long_date_words(review_on),
        agreed="" if agreement is None else long_date_words(agreement.agreed_on),
    )


def _step(step: Action, safe: _Safe, *, named: bool) -> tuple[str, str, str, bool]:
    if step.owner_kind is ActionOwner.HERSELF:
        who = "I do this"
    elif named and step.owner_agency is not None:
        who = step.owner_agency.name
    elif named and step.owner_person is not None:
        who = step.owner_person.name
    else:
        who = "Somebody who works with me"
    due = "" if step.due_on is None else long_date_words(step.due_on)
    return safe(step.what), who, due, step.done_at is not None


class _Safe:
    """Leaves names out of a text."""

    def __init__(self, names: Sequence[str]) -> None:
        longest_first = sorted({name for name in names if len(name) >= SHORTEST_NAME}, key=len, reverse=True)
        either = "|".join(re.escape(name) for name in longest_first)
        self._found = re.compile(rf"\b(?:{either})\b", re.IGNORECASE) if either else None

    def __call__(self, text: str) -> str:
        """Return the text without the names."""
        return text if self._found is None else self._found.sub(LEFT_OUT, text)


def _without(names: Iterable[str]) -> _Safe:
    return _Safe(list(names))
