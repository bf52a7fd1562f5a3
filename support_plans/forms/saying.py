"""The forms of asking what somebody thinks of us, and of her answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from govuk_frontend_wtf.wtforms_widgets import GovCheckboxesInput, GovRadioInput, GovSubmitInput
from wtforms import RadioField, SelectMultipleField, SubmitField

from refuge.beds.forms.fields import RoomForm, Words, offered
from support_plans.models import Giver
from support_plans.service.incidents import FeedbackDetails

if TYPE_CHECKING:
    from datetime import date

    from refuge.codes.queries import Lists

HERE, LINK = "here", "link"
RATINGS = (("5", "5, good"), ("4", "4"), ("3", "3"), ("2", "2"), ("1", "1, poor"))


class AskFeedbackForm(RoomForm):
    """Who is asked, and how she fills it in."""

    giver = RadioField(
        "Who is asked?", choices=offered((one.value, one.label) for one in Giver), widget=GovRadioInput()
    )
    how = RadioField(
        "How?",
        choices=offered(
            [
                (HERE, "On this device, now: it signs you out first, so that only the form can be seen"),
                (LINK, "By a link for one answer, which you give away"),
            ]
        ),
        widget=GovRadioInput(),
    )
    submit = SubmitField("Open the form", widget=GovSubmitInput())

    def validate(self, extra_validators: Any = None) -> bool:  # noqa: ANN401  as WTForms has it
        """Ask both."""
        fine = bool(super().validate(extra_validators))
        for name, words in (("giver", "Choose who is asked"), ("how", "Choose how")):
            if self[name].errors:
                fine = self.say(name, words)
        return fine


class SayForm(RoomForm):
    """What somebody says of us, by herself and without her name."""

    rating = RadioField(
        "How is it, all in all?", choices=offered(RATINGS), widget=GovRadioInput(), validate_choice=False
    )
    words = Words("What would you like to tell us?", 4000, description="Leave out names. You can leave it empty.")
    themes = SelectMultipleField("What is it about?", widget=GovCheckboxesInput(), validate_choice=False)
    submit = SubmitField("Send it", widget=GovSubmitInput())

    def __init__(self, lists: Lists, **more: Any) -> None:  # noqa: ANN401  as WTForms takes them
        """Offer the themes of today."""
        super().__init__(**more)
        self.about = {code.code for code in lists["feedback_theme"]}
        self.themes.choices = offered((code.code, code.label) for code in lists["feedback_theme"])

    def details(self, on_day: date) -> FeedbackDetails:
        """Return what was typed. Who says it, the link knows."""
        rating = int(self.rating.data) if self.rating.data in dict(RATINGS) else None
        themes = tuple(one for one in self.themes.data or () if one in self.about)
        return FeedbackDetails(Giver.RESIDENT, on_day, rating, self.words.typed, themes)
