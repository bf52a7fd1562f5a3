"""The form of the rules of matching: how strictly each is held, limits, the order of the goals, hours of a hold."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

from govuk_frontend_wtf.wtforms_widgets import GovSelect
from wtforms import Form, HiddenField, SelectField

from allocation.beds.eligibility import BARRIERS, FIXED
from allocation.beds.goals import GOALS
from allocation.beds.problem import NEEDS
from refuge.placements.service.rules import RuleDetails, details_of
from refuge.referrals.forms.fields import Text, WholeNumber, offered

if TYPE_CHECKING:
    from werkzeug.datastructures import MultiDict

    from refuge.beds.service.refuges import RefugeDetails
    from refuge.placements.models import RuleSet

STRICT = {"no": "Never place her there", "ask": "Ask somebody first", "off": "Do not hold this rule"}
ALWAYS_ASKS = frozenset({"check_outstanding"})
"""Rules that never say no by themselves: what is outstanding can still be done."""
LEVELS = {"0": "Never needed", "1": "From a low need", "2": "From a medium need", "3": "Only for a high need"}
SOFT = tuple(code for code in BARRIERS if code not in FIXED)
RANKS = [(str(place), str(place)) for place in range(1, len(GOALS) + 1)]
MOST_DAYS, MOST_HOURS = 28, 168
OWN_PLACE = "Give each goal a place of its own: {place} stands twice"
OFF = {"autocomplete": "off"}


class RulesForm(Form):
    """All that a network decides about matching. `version` is the one that it was made from."""

    days_ahead = WholeNumber(
        "Days ahead", 0, MOST_DAYS, "Enter a number of days",
        "How many days after the day she needs it a bed may become free and still be proposed. 0: only beds in time.",
    )  # fmt: skip
    hold_hours = WholeNumber(
        "Hours that a bed is held", 1, MOST_HOURS, "Enter a number of hours", "Unless somebody says otherwise."
    )
    hold_hours_longest = WholeNumber("Longest hold, in hours", 1, MOST_HOURS, "Enter a number of hours")
    why = Text("Why do you change this?", 200, "For everybody who reads the history. No names.")
    version = HiddenField(default="0")
    seen = HiddenField(default="")

    def validate(self, extra_validators: Any = None) -> bool:  # noqa: ANN401  as WTForms has it
        """Check what hangs together."""
        super().validate(extra_validators)
        for field in (self.days_ahead, self.hold_hours, self.hold_hours_longest):
            if not field.errors and field.typed is None:
                field.errors = ["Enter a number"]
        self._check_hours()
        self._check_ranks()
        return not self.errors

    def _check_hours(self) -> None:
        usual, longest = self.hold_hours.typed, self.hold_hours_longest.typed
        if usual is not None and longest is not None and longest < usual:
            self.hold_hours_longest.errors = ["Enter at least as many hours as a bed is usually held"]

    def _check_ranks(self) -> None:
        taken: set[str] = set()
        for goal in GOALS:
            field = self[f"rank_{goal}"]
            if field.data in taken:
                field.errors = [OWN_PLACE.format(place=field.data)]
            taken.add(field.data)

    def details(self) -> RuleDetails:
        """Return what was chosen."""
        told = {code: str(self[f"rule_{code}"].data) for code in sorted(SOFT)}
        levels = {need: int(self[f"need_{need}"].data) for need in sorted(NEEDS)}
        return RuleDetails(
            strictness={code: how for code, how in told.items() if how != "no"},
            days_ahead=self.days_ahead.typed or 0,
            round_the_clock_from={need: level for need, level in levels.items() if level},
            goals=tuple(sorted(GOALS, key=lambda goal: int(self[f"rank_{goal}"].data))),
            hold_hours=self.hold_hours.typed or 1,
            hold_hours_longest=self.hold_hours_longest.typed or 1,
        )


def choices_of(code: str) -> dict[str, str]:
    """Return how strictly a network can hold one rule, in words."""
    return {"no": STRICT["ask"], "off": STRICT["off"]} if code in ALWAYS_ASKS else STRICT


def rules_form(rules: RuleSet, typed: MultiDict[str, str] | None = None) -> RulesForm:
    """Return the form, filled with what holds now or with what was typed."""
    fields = {f"rule_{code}": _select(BARRIERS[code].label, choices_of(code)) for code in SOFT}
    fields |= {f"need_{need}": _select(need.replace("_", " "), LEVELS) for need in NEEDS}
    fields |= {f"rank_{goal}": _select(GOALS[goal].sentence, dict(RANKS)) for goal in GOALS}
    kind = type("BoundRulesForm", (RulesForm,), fields)
    form: RulesForm = kind(formdata=typed, data=_filled(rules))
    return form


def _select(label: str, choices: dict[str, str]) -> Any:  # noqa: ANN401  a field before it is bound has no type
    return SelectField(label, choices=offered(choices.items()), widget=GovSelect(), render_kw=OFF)


def _filled(rules: RuleSet) -> dict[str, str]:
    told = details_of(rules)
    order = [goal for goal in told.goals if goal in GOALS] + [goal for goal in GOALS if goal not in told.goals]
    return {
        **{f"rule_{code}": told.strictness.get(code, "no") for code in SOFT},
        **{f"need_{need}": str(told.round_the_clock_from.get(need, 0)) for need in NEEDS},
        **{f"rank_{goal}": str(place) for place, goal in enumerate(order, start=1)},
        "days_ahead": str(told.days_ahead), "hold_hours": str(told.hold_hours),
        "hold_hours_longest": str(told.hold_hours_longest), "version": str(rules.version),
    }  # fmt: skip


def mark_of(details: RuleDetails | RefugeDetails) -> str:
    """Return a mark of what was previewed, so that nothing else is saved in its place."""
    return hashlib.sha256(repr(details).encode()).hexdigest()[:16]
