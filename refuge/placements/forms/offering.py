"""Offering a held bed, and what she answers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from govuk_frontend_wtf.wtforms_widgets import GovRadioInput, GovSelect, GovSubmitInput
from wtforms import HiddenField, RadioField, SelectField, SubmitField

from refuge.beds.forms.fields import RoomForm, Words, offered
from refuge.placements.models import OfferAnswer
from refuge.placements.service.offering import AnswerDetails

if TYPE_CHECKING:
    from refuge.codes.models import Code

MOST_WORDS = 4000
ANSWERS = (
    (OfferAnswer.ACCEPTED.value, "She accepts"),
    (OfferAnswer.DECLINED.value, "She declines"),
    (OfferAnswer.NO_ANSWER.value, "She could not be reached safely"),
)


class OfferForm(RoomForm):
    """Note that the bed was offered to her."""

    key = HiddenField()
    told_how = RadioField("How did you tell her?", widget=GovRadioInput())
    submit = SubmitField("She has been told", widget=GovSubmitInput())

    def __init__(self, ways: list[Code], **more: Any) -> None:  # noqa: ANN401  as WTForms takes them
        """Offer these ways of telling her."""
        super().__init__(**more)
        self.told_how.choices = offered((code.code, code.label) for code in ways)

    def validate(self, extra_validators: Any = None) -> bool:  # noqa: ANN401  as WTForms has it
        """Ask for the way."""
        fine = bool(super().validate(extra_validators))
        return fine or self.say("told_how", "Choose how you told her")


class AnswerForm(RoomForm):
    """What she answers."""

    offer = HiddenField()
    """The ref of the offer that the form was shown with."""
    answer = RadioField("What does she answer?", choices=offered(ANSWERS), widget=GovRadioInput())
    decline_reason = SelectField(
        "Why does she decline?",
        widget=GovSelect(),
        validate_choice=False,
        default="",
        description="Only if she declines",
    )
    her_words = Words("In her words", MOST_WORDS, description="You can leave it empty.")
    submit = SubmitField("Save her answer", widget=GovSubmitInput())

    def __init__(self, reasons: list[Code], **more: Any) -> None:  # noqa: ANN401  as WTForms takes them
        """Offer these reasons for declining."""
        super().__init__(**more)
        self.decline_reason.choices = offered([("", "Choose a reason"), *((code.code, code.label) for code in reasons)])
        self.reasons = {code.code for code in reasons}

    def validate(self, extra_validators: Any = None) -> bool:  # noqa: ANN401  as WTForms has it
        """Ask for an answer, and for a reason where she declines."""
        fine = bool(super().validate(extra_validators))
        if self.answer.errors:
            return self.say("answer", "Choose what she answers")
        if fine and self.answer.data == OfferAnswer.DECLINED and self.decline_reason.data not in self.reasons:
            return self.say("decline_reason", "Choose why she declines")
        return fine

    def details(self) -> AnswerDetails:
        """Return what was typed. Only after `validate`."""
        answer = OfferAnswer(self.answer.data)
        reason = self.decline_reason.data if answer is OfferAnswer.DECLINED else ""
        return AnswerDetails(answer, reason or "", self.her_words.typed)
