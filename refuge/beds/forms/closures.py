"""Closing a bed, and changing when it is expected back."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from govuk_frontend_wtf.wtforms_widgets import GovRadioInput, GovSubmitInput
from wtforms import HiddenField, RadioField, SubmitField

from refuge.beds.forms.fields import Clock, Day, RoomForm, Text, offered
from refuge.beds.service.closures import ClosureDetails
from refuge.london import day_begins, instant_of, london_date

if TYPE_CHECKING:
    from datetime import date, datetime

    from refuge.codes.models import Code

NOW, LATER = "now", "later"
OTHER = "other"
FARTHEST = timedelta(days=366)


class CloseForm(RoomForm):
    """Close a bed."""

    key = HiddenField()
    reason = RadioField("Why is it out of use?", widget=GovRadioInput())
    note = Text("Note", 200, description="For staff here. No names, nothing about a woman.")
    start = RadioField(
        "From when?",
        choices=offered([(NOW, "From now"), (LATER, "From a later time")]),
        default=NOW,
        widget=GovRadioInput(),
    )
    from_on = Day("Closed from", description="Only for a later time")
    from_time = Clock("At what time", description="For example 09:00. Leave empty for the start of the day")
    expected_ready = Day("Expected ready", description="Leave empty if nobody knows yet")
    submit = SubmitField("Close this bed", widget=GovSubmitInput())

    def __init__(self, reasons: list[Code], *, at: datetime, **more: Any) -> None:  # noqa: ANN401  as WTForms takes them
        """Offer these reasons; `at` is this instant."""
        super().__init__(**more)
        self.reason.choices = offered((code.code, code.label) for code in reasons)
        self.at = at

    def validate(self, extra_validators: Any = None) -> bool:  # noqa: ANN401  as WTForms has it
        """Check what hangs together."""
        fine = bool(super().validate(extra_validators))
        if self.reason.errors:
            self.say("reason", "Choose why it is out of use")
        if self.start.errors:
            self.say("start", "Choose from when it is out of use")
        if fine and self.reason.data == OTHER and not self.note.data:
            return self.say("note", "Say in a few words why it is out of use")
        return fine and self._check_start() and self._check_ready()

    def _check_start(self) -> bool:
        if self.start.data == NOW:
            return True
        on: date | None = self.from_on.data
        if on is None:
            return self.say("from_on", "Enter the day from which it is out of use")
        if on > london_date(self.at) + FARTHEST:
            return self.say("from_on", "Enter a day within the next year")
        if self._from_at() <= self.at:
            return self.say("from_on", "Enter a time later than now, or choose “From now”")
        return True

    def _check_ready(self) -> bool:
        ready: date | None = self.expected_ready.data
        if ready is None:
            return True
        if not london_date(self._from_at()) <= ready <= london_date(self.at) + 3 * FARTHEST:
            return self.say("expected_ready", "Enter a day on or after the day it closes")
        return True

    def _from_at(self) -> datetime:
        if self.start.data == NOW or self.from_on.data is None:
            return self.at
        if self.from_time.time is None:
            return day_begins(self.from_on.data)
        return instant_of(self.from_on.data, self.from_time.time)

    def details(self) -> ClosureDetails:
        """Return what was typed."""
        return ClosureDetails(self.reason.data, self.note.typed, self._from_at(), self.expected_ready.data)


class ReadyForm(RoomForm):
    """Change when a closed bed is expected back."""

    expected_ready = Day("Expected ready", description="Leave empty if nobody knows yet")
    seen = HiddenField()
    submit = SubmitField("Save the date", widget=GovSubmitInput())

    def details(self) -> date | None:
        """Return what was typed."""
        found: date | None = self.expected_ready.data
        return found
