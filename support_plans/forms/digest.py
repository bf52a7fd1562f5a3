"""The form of the daily word."""

from __future__ import annotations

from typing import Any

from govuk_frontend_wtf.wtforms_widgets import GovRadioInput, GovSubmitInput
from wtforms import RadioField, SubmitField

from refuge.beds.forms.fields import Clock, RoomForm, offered

YES, NO = "yes", "no"


class DigestForm(RoomForm):
    """Whether and when."""

    wanted = RadioField(
        "Do you want an e-mail on days on which something waits for you?",
        choices=offered([(YES, "Yes, once a day"), (NO, "No")]), widget=GovRadioInput(),
    )  # fmt: skip
    at_time = Clock("At what time?", description="Between 07:00 and 20:00. For example 08:00")
    submit = SubmitField("Save", widget=GovSubmitInput())

    def validate(self, extra_validators: Any = None) -> bool:  # noqa: ANN401  as WTForms has it
        """Ask for a time where she wants one."""
        fine = bool(super().validate(extra_validators))
        if fine and self.wanted.data == YES and self.at_time.minutes is None:
            return self.say("at_time", "Enter the time at which you want it, for example 08:00")
        return fine
