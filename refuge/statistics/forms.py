"""The forms of figures: which period, what is published, what a person judges."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from govuk_frontend_wtf.wtforms_widgets import GovRadioInput
from wtforms import Form, HiddenField, RadioField

from refuge.referrals.forms.fields import Listed, Text, Words, offered
from refuge.statistics.models import Judged
from refuge.statistics.periods import Period, financial_year_of, last_quarters

if TYPE_CHECKING:
    from typing import Any

    from werkzeug.datastructures import MultiDict

QUARTERS = 8
SHORTEST_NOTE = 10


class PublishForm(Form):
    """Which closed period is published, and what is corrected where it was before."""

    period = Listed("Which period?", "Choose one")
    change_note = Words("If it was published before: what is corrected, and why?", 1000)
    key = HiddenField()

    def __init__(self, typed: MultiDict[str, str] | None = None, *, on: date, key: str = "") -> None:
        """Bind what was typed, and offer the periods that are over."""
        super().__init__(formdata=typed, data={"key": key})
        quarters = last_quarters(on, QUARTERS)[::-1]
        years = [financial_year_of(quarters[0].until), financial_year_of(quarters[0].until).before]
        self.offered = {f"{one.since}": one for one in quarters}
        self.offered |= {f"{one.since}-year": one for one in years if one.closed(on)}
        self.period.offer((key, one.label) for key, one in self.offered.items())

    def validate(self, extra_validators: Any = None) -> bool:  # noqa: ANN401  as WTForms has it
        """Ask for a period of the list."""
        super().validate(extra_validators)
        if self.period.data not in self.offered:
            self.period.errors = ["Choose a period that is over"]
        return not self.errors

    def chosen(self) -> Period:
        """Return the period. Only after `validate`."""
        return self.offered[self.period.data]


class JudgeForm(Form):
    """How a person judges a figure, and why."""

    judged = RadioField("How does it stand?", widget=GovRadioInput(), validate_choice=False)
    reason = Words("Why?", 1000, "Printed with your name and today’s date wherever the figure stands.")

    def __init__(self, typed: MultiDict[str, str] | None = None) -> None:
        """Bind what was typed."""
        super().__init__(formdata=typed)
        self.judged.choices = offered((one.value, one.label) for one in Judged)

    def validate(self, extra_validators: Any = None) -> bool:  # noqa: ANN401  as WTForms has it
        """Ask for both."""
        super().validate(extra_validators)
        if self.judged.data not in {one.value for one in Judged}:
            self.judged.errors = ["Choose how it stands"]
        if len(self.reason.typed) < SHORTEST_NOTE:
            self.reason.errors = ["Say why in 10 characters or more"]
        return not self.errors


class TargetForm(Form):
    """What the network holds a figure against from today on."""

    target = Text("Target", 10, "A number, such as 90")
    amber = Text("How far from it is still amber?", 10, "A number, such as 5")
    why = Text("Where does it come from?", 200, "Such as: contract 2026, schedule 3")

    def validate(self, extra_validators: Any = None) -> bool:  # noqa: ANN401  as WTForms has it
        """Ask for two numbers and where they come from."""
        super().validate(extra_validators)
        if self.number(self.target.typed) is None:
            self.target.errors = ["Enter the target as a number, such as 90"]
        if (self.number(self.amber.typed) or -1) < 0 and self.amber.typed != "0":
            self.amber.errors = ["Enter how far from the target is still amber, such as 5"]
        if not self.why.typed:
            self.why.errors = ["Say where the target comes from"]
        return not self.errors

    @staticmethod
    def number(typed: str) -> float | None:
        """Return what was typed as a number, or None if it is none."""
        try:
            found = float(typed.strip().removesuffix("%"))
        except ValueError:
            return None
        return found if abs(found) < LARGEST else None


LARGEST = 1_000_000
