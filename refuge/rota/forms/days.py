"""The forms of days off: a closure day, and whether an agency works on bank holidays."""

from __future__ import annotations

from typing import Any

from govuk_frontend_wtf.wtforms_widgets import GovRadioInput, GovSubmitInput
from wtforms import HiddenField, RadioField, SubmitField

from refuge.beds.forms.fields import Day, RoomForm, Text, offered
from refuge.rota.forms.fields import NO, YES, CreatingForm

OURS, EVERYBODY = "ours", "everybody"


class DayForm(CreatingForm):
    """Add a day by hand."""

    on = Day("Which day?")
    name = Text("What is it?", 80, "Say in a few words what it is", description="For example “Staff away day”")
    whose = RadioField(
        "For whom?",
        choices=offered(
            [(OURS, "My agency does not work then"), (EVERYBODY, "An extra bank holiday for the whole network")]
        ),
        default=OURS,
        widget=GovRadioInput(),
    )
    submit = SubmitField("Add this day", widget=GovSubmitInput())

    def validate(self, extra_validators: Any = None) -> bool:  # noqa: ANN401  as WTForms has it
        """Ask for the day."""
        fine = bool(super().validate(extra_validators))
        if self.on.data is None and not self.on.errors:
            return self.say("on", "Enter the day")
        return fine

    @property
    def for_everybody(self) -> bool:
        """Whether it is a bank holiday for the whole network."""
        return bool(self.whose.data == EVERYBODY)


class BankHolidayForm(RoomForm):
    """Whether one's own agency works on bank holidays."""

    works = RadioField(
        "Does your agency work on bank holidays?",
        choices=offered([(YES, "Yes, as on any other day"), (NO, "No")]),
        widget=GovRadioInput(),
    )
    seen = HiddenField()
    submit = SubmitField("Save", widget=GovSubmitInput())

    def validate(self, extra_validators: Any = None) -> bool:  # noqa: ANN401  as WTForms has it
        """Ask for an answer."""
        fine = bool(super().validate(extra_validators))
        return fine or self.say("works", "Choose yes or no")
