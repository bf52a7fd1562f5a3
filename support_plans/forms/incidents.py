"""The forms of incidents and feedback."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from govuk_frontend_wtf.wtforms_widgets import GovCheckboxesInput, GovRadioInput, GovSelect, GovSubmitInput
from wtforms import HiddenField, RadioField, SelectField, SelectMultipleField, SubmitField

from refuge.beds.forms.fields import Clock, Count, Day, RoomForm, Text, Words, offered
from refuge.london import clock_words, instant_of, london_date
from support_plans.incidents import IncidentKind
from support_plans.models import Giver
from support_plans.service.incidents import FeedbackDetails

if TYPE_CHECKING:
    from collections.abc import Sequence

    from refuge.accounts.models import Person
    from refuge.codes.queries import Lists

THEMES = ("feedback_theme",)


class IncidentForm(RoomForm):
    """Something that happened."""

    key = HiddenField()
    kind = RadioField(
        "What is it?", choices=offered((one.value, one.label) for one in IncidentKind), widget=GovRadioInput()
    )
    about = Text(
        "Whom is it about?", 12, description="The number of her referral, such as R-48213. Leave empty for nobody."
    )
    words = Words("What happened?", 4000, "Say what happened")
    day = Day("On which day?")
    clock = Clock("At what time?", description="For example 22:30")
    owner = SelectField("Who sees to it?", widget=GovSelect(), validate_choice=False)
    submit = SubmitField("Log it", widget=GovSubmitInput())

    def __init__(self, people: Sequence[Person], *, at: datetime, **more: Any) -> None:  # noqa: ANN401  as WTForms takes them
        """Offer these people; it happened now unless somebody says otherwise."""
        super().__init__(**{"day": london_date(at), "clock": clock_words(at), **more})
        self.owner.choices = offered((one.ref, one.name) for one in people)

    def validate(self, extra_validators: Any = None) -> bool:  # noqa: ANN401  as WTForms has it
        """Ask what and when."""
        fine = bool(super().validate(extra_validators))
        if self.kind.errors:
            fine = self.say("kind", "Choose what it is")
        if not self.day.errors and self.day.data is None:
            fine = self.say("day", "Enter the day on which it happened")
        if not self.clock.errors and self.clock.time is None:
            fine = self.say("clock", "Enter the time at which it happened, for example 22:30")
        return fine

    def happened_at(self, at: datetime) -> datetime:
        """Return when it happened; the minute of now is now."""
        if self.clock.time is None or self.day.data is None:
            return at
        told = instant_of(self.day.data, self.clock.time)
        return at if clock_words(told) == clock_words(at) and self.day.data == london_date(at) else told


class NoteForm(RoomForm):
    """What was done about it."""

    words = Text("What was done?", 400, "Say what was done")
    submit = SubmitField("Add it", widget=GovSubmitInput())


class CloseForm(RoomForm):
    """What came of it."""

    version = HiddenField()
    outcome = Words("What came of it, and what is done differently?", 4000, "Say what came of it")
    submit = SubmitField("Close it", widget=GovSubmitInput())


class FeedbackForm(RoomForm):
    """What a resident or a partner says of us."""

    key = HiddenField()
    giver = RadioField("Who says it?", choices=offered((one.value, one.label) for one in Giver), widget=GovRadioInput())
    rating = Count("From 1 (poor) to 5 (good)", 1, 5, "Enter a number", maybe=True)
    words = Words("What was said?", 4000, description="In their words, without names")
    themes = SelectMultipleField("What is it about?", widget=GovCheckboxesInput())
    on_day = Day("When was it said?")
    submit = SubmitField("Keep it", widget=GovSubmitInput())

    def __init__(self, lists: Lists, *, at: datetime, **more: Any) -> None:  # noqa: ANN401  as WTForms takes them
        """Offer the themes of today."""
        super().__init__(**{"on_day": london_date(at), **more})
        self.themes.choices = offered((code.code, code.label) for code in lists["feedback_theme"])

    def validate(self, extra_validators: Any = None) -> bool:  # noqa: ANN401  as WTForms has it
        """Ask who says it and when."""
        fine = bool(super().validate(extra_validators))
        if self.giver.errors:
            fine = self.say("giver", "Choose who says it")
        if not self.on_day.errors and self.on_day.data is None:
            fine = self.say("on_day", "Enter the day on which it was said")
        return fine

    def details(self) -> FeedbackDetails:
        """Return what was typed. Only after `validate`."""
        return FeedbackDetails(
            Giver(self.giver.data), self.on_day.data, self.rating.data, self.words.typed, tuple(self.themes.data or ())
        )
