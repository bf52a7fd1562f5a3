"""The forms of risk: a tool's result, a referral to MARAC, a warning."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from govuk_frontend_wtf.wtforms_widgets import GovCheckboxesInput, GovRadioInput, GovSelect, GovSubmitInput
from wtforms import HiddenField, RadioField, SelectField, SelectMultipleField, SubmitField

from refuge.beds.forms.fields import Count, Day, RoomForm, Text, Words, offered
from refuge.london import london_date
from support_plans.marac import CURRENT, RepeatDefinition
from support_plans.models import Judgement
from support_plans.service.risks import MaracDetails, RiskDetails

if TYPE_CHECKING:
    from datetime import datetime

    from refuge.codes.queries import Lists

LISTS = ("risk_tool", "marac_criterion", "warning_kind")
YES, NO = "yes", "no"


class RiskForm(RoomForm):
    """What a risk tool said, and what you judge."""

    key = HiddenField()
    tool = SelectField("Which tool?", widget=GovSelect())
    tool_version = Text("Which version of it?", 40, "Enter the version, or the year on the form")
    yes_count = Count(
        "How many yes answers?", 0, 60, "Enter how many answers were yes", maybe=True,
        description="Leave empty if this tool counts nothing. A low count lowers nothing.",
    )  # fmt: skip
    judgement = RadioField(
        "What do you judge?", choices=offered((one.value, one.label) for one in Judgement), widget=GovRadioInput()
    )
    reason = Words("Why?", 4000, "Say why you judge it so")
    taken_on = Day("On which day?")
    review_on = Day("When is it looked at again?")
    submit = SubmitField("Keep it", widget=GovSubmitInput())

    def __init__(self, lists: Lists, *, at: datetime, **more: Any) -> None:  # noqa: ANN401  as WTForms takes them
        """Offer the tools of today."""
        super().__init__(taken_on=london_date(at), **more)
        self.tool.choices = offered((code.code, code.label) for code in lists["risk_tool"])

    def validate(self, extra_validators: Any = None) -> bool:  # noqa: ANN401  as WTForms has it
        """Ask for a judgement and two days."""
        fine = bool(super().validate(extra_validators))
        if self.judgement.errors:
            fine = self.say("judgement", "Choose what you judge")
        for name, sentence in (
            ("taken_on", "Enter the day of the assessment"),
            ("review_on", "Enter the day to look again"),
        ):
            if not self[name].errors and self[name].data is None:
                fine = self.say(name, sentence)
        return fine

    def details(self) -> RiskDetails:
        """Return what was typed. Only after `validate`."""
        return RiskDetails(
            self.tool.data, self.tool_version.typed, self.taken_on.data, self.yes_count.data,
            Judgement(self.judgement.data), self.reason.typed, self.review_on.data,
        )  # fmt: skip


class MaracForm(RoomForm):
    """Note a referral to MARAC."""

    key = HiddenField()
    referred_on = Day("When was she referred?")
    incident_on = Day("When was the incident that led to it?")
    incident_criminal = RadioField(
        "Would it be a criminal act?", choices=offered([(YES, "Yes"), (NO, "No, or not known")]), default=NO,
        widget=GovRadioInput(),
        description="The earlier definition of a repeat asks for it. Nothing about an offence is kept here.",
    )  # fmt: skip
    criteria = SelectMultipleField("Why does MARAC take it?", widget=GovCheckboxesInput())
    definition = RadioField(
        "Which definition of a repeat holds?", choices=offered((one.value, one.label) for one in RepeatDefinition),
        default=CURRENT.value, widget=GovRadioInput(),
    )  # fmt: skip
    reason = Words("What happened?", 4000, "Say what happened")
    submit = SubmitField("Keep it", widget=GovSubmitInput())

    def __init__(self, lists: Lists, *, at: datetime, **more: Any) -> None:  # noqa: ANN401  as WTForms takes them
        """Offer the criteria of today."""
        super().__init__(referred_on=london_date(at), **more)
        self.criteria.choices = offered((code.code, code.label) for code in lists["marac_criterion"])

    def validate(self, extra_validators: Any = None) -> bool:  # noqa: ANN401  as WTForms has it
        """Ask for both days."""
        fine = bool(super().validate(extra_validators))
        for name, sentence in (
            ("referred_on", "Enter the day of the referral"),
            ("incident_on", "Enter the day of the incident"),
        ):
            if not self[name].errors and self[name].data is None:
                fine = self.say(name, sentence)
        return fine

    def details(self) -> MaracDetails:
        """Return what was typed. Only after `validate`."""
        return MaracDetails(
            self.referred_on.data, self.incident_on.data, self.incident_criminal.data == YES,
            tuple(self.criteria.data or ()), RepeatDefinition(self.definition.data), self.reason.typed,
        )  # fmt: skip


class CautionForm(RoomForm):
    """A warning that staff see first."""

    key = HiddenField()
    kind = SelectField("What is it about?", widget=GovSelect())
    words = Text(
        "What must staff know first?",
        200,
        "Enter what staff must know first",
        description="Short, and without names of others",
    )
    submit = SubmitField("Put it first on her page", widget=GovSubmitInput())

    def __init__(self, lists: Lists, **more: Any) -> None:  # noqa: ANN401  as WTForms takes them
        """Offer the kinds of today."""
        super().__init__(**more)
        self.kind.choices = offered((code.code, code.label) for code in lists["warning_kind"])


class EndCautionForm(RoomForm):
    """Take a warning away."""

    why = Text("Why does it no longer hold?", 200, "Say why it no longer holds")
    submit = SubmitField("Take the warning away", widget=GovSubmitInput())
