"""Holding a bed, letting it go, and what a second person says."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from govuk_frontend_wtf.wtforms_widgets import GovRadioInput, GovSelect, GovSubmitInput
from wtforms import HiddenField, RadioField, SelectField, SubmitField

from refuge.beds.forms.fields import Clock, Day, RoomForm, Text, Words, offered
from refuge.london import instant_of, instant_words
from refuge.placements.forms.residents import people_offered
from refuge.placements.service.holding import HoldDetails

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from refuge.accounts.models import Person
    from refuge.codes.models import Code

USUAL, OTHER = "usual", "other"
BY_ITSELF = "Follows by itself"
"""Group of list `release_reason`: nobody chooses these."""


class HoldForm(RoomForm):
    """Hold a bed for a referral."""

    bed = HiddenField()
    key = HiddenField()
    how_long = RadioField("Until when?", default=USUAL, widget=GovRadioInput())
    until = Day("Hold it until", description="Only for another time")
    until_time = Clock("At what time", description="For example 17:00")
    reason = Text("Why is it held?", 200, description="For example: arrives by train at 18:00. You can leave it empty.")
    override_reason = Words("Why is it right all the same?", 1000)
    second = SelectField("Who else decided this with you?", widget=GovSelect(), validate_choice=False, default="")
    submit = SubmitField("Hold this bed", widget=GovSubmitInput())

    def __init__(self, usual_end: datetime, people: Sequence[Person], *, at: datetime, **more: Any) -> None:  # noqa: ANN401  as WTForms takes them
        """Offer the usual end, and these people as second person; `at` is this instant."""
        super().__init__(**more)
        self.how_long.choices = offered(
            [(USUAL, f"Until {instant_words(usual_end, now=at)}, as usual"), (OTHER, "Until another time")]
        )
        self.second.choices = offered(people_offered(people))

    def validate(self, extra_validators: Any = None) -> bool:  # noqa: ANN401  as WTForms has it
        """Ask for a day and a time, where it is another time."""
        fine = bool(super().validate(extra_validators))
        if fine and self.how_long.data == OTHER:
            if self.until.data is None:
                return self.say("until", "Enter the day until which it is held")
            if self.until_time.time is None:
                return self.say("until_time", "Enter the time until which it is held, for example 17:00")
        return fine

    def details(self) -> HoldDetails:
        """Return what was typed. Only after `validate`."""
        until_at = None
        if self.how_long.data == OTHER and self.until_time.time is not None:
            until_at = instant_of(self.until.data, self.until_time.time)
        return HoldDetails(until_at, self.reason.typed, self.override_reason.typed, self.second.data or "")


class ReleaseForm(RoomForm):
    """Let a held bed go."""

    reason = RadioField("Why do you let it go?", widget=GovRadioInput())
    version = HiddenField()
    submit = SubmitField("Let this bed go", widget=GovSubmitInput())

    def __init__(self, reasons: list[Code], **more: Any) -> None:  # noqa: ANN401  as WTForms takes them
        """Offer these reasons."""
        super().__init__(**more)
        self.reason.choices = offered((code.code, code.label) for code in reasons if code.group != BY_ITSELF)

    def validate(self, extra_validators: Any = None) -> bool:  # noqa: ANN401  as WTForms has it
        """Ask for a reason."""
        fine = bool(super().validate(extra_validators))
        return fine or self.say("reason", "Choose why you let it go")


class AgreeForm(RoomForm):
    """What the second person says herself."""

    agrees = RadioField(
        "Do you agree?",
        choices=offered([("yes", "Yes, I agree"), ("no", "No, she should not have this bed as things are")]),
        widget=GovRadioInput(),
    )
    version = HiddenField()
    submit = SubmitField("Save my answer", widget=GovSubmitInput())

    def validate(self, extra_validators: Any = None) -> bool:  # noqa: ANN401  as WTForms has it
        """Ask for an answer."""
        fine = bool(super().validate(extra_validators))
        return fine or self.say("agrees", "Say whether you agree")
