"""The forms of the directory and of sending a woman on."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from govuk_frontend_wtf.wtforms_widgets import GovRadioInput, GovSelect, GovSubmitInput
from wtforms import HiddenField, RadioField, SelectField, SubmitField

from refuge.beds.forms.fields import Day, RoomForm, Text, Words, offered
from support_plans.service.directory import ServiceDetails

if TYPE_CHECKING:
    from collections.abc import Sequence

    from refuge.codes.queries import Lists
    from support_plans.models import Service

LISTS = ("signpost_kind", "signpost_outcome")


class ServiceForm(RoomForm):
    """A service of the directory."""

    version = HiddenField()
    name = Text("What is it called?", 120, "Enter what it is called")
    kind = SelectField("What is it for?", widget=GovSelect())
    what = Words("What does it do, and for whom?", 2000)
    contact = Text("How does one reach it?", 200, description="A public number or address. No person’s name")
    submit = SubmitField("Save: I have checked it today", widget=GovSubmitInput())

    def __init__(self, lists: Lists, **more: Any) -> None:  # noqa: ANN401  as WTForms takes them
        """Offer the kinds of today."""
        super().__init__(**more)
        self.kind.choices = offered((code.code, code.label) for code in lists["signpost_kind"])

    def details(self) -> ServiceDetails:
        """Return what was typed."""
        return ServiceDetails(self.name.typed, self.kind.data, self.what.typed, self.contact.typed)


class SignpostForm(RoomForm):
    """Where she is sent on to."""

    key = HiddenField()
    service = SelectField("Which service?", widget=GovSelect(), validate_choice=False)
    why = Text("Why?", 400, description="What she hopes for from it")
    submit = SubmitField("Keep it", widget=GovSubmitInput())

    def __init__(self, services: Sequence[Service], **more: Any) -> None:  # noqa: ANN401  as WTForms takes them
        """Offer these services."""
        super().__init__(**more)
        self.service.choices = offered([("", "Choose a service"), *((one.ref, one.name) for one in services)])


class OutcomeForm(RoomForm):
    """What came of it."""

    version = HiddenField()
    outcome = RadioField("What came of it?", widget=GovRadioInput())
    on = Day("Since when do you know?")
    words = Text("In a few words", 400)
    submit = SubmitField("Save", widget=GovSubmitInput())

    def __init__(self, lists: Lists, **more: Any) -> None:  # noqa: ANN401  as WTForms takes them
        """Offer the outcomes of today."""
        super().__init__(**more)
        self.outcome.choices = offered((code.code, code.label) for code in lists["signpost_outcome"])

    def validate(self, extra_validators: Any = None) -> bool:  # noqa: ANN401  as WTForms has it
        """Ask what and when."""
        fine = bool(super().validate(extra_validators))
        if self.outcome.errors:
            fine = self.say("outcome", "Choose what came of it")
        if not self.on.errors and self.on.data is None:
            fine = self.say("on", "Enter the day since when you know")
        return fine

    def learnt_on(self) -> date:
        """Return the day that was typed. Only after `validate`."""
        found: date = self.on.data
        return found
