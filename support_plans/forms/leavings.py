"""The forms of leaving."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from govuk_frontend_wtf.wtforms_widgets import GovRadioInput, GovSelect, GovSubmitInput
from wtforms import HiddenField, RadioField, SelectField, SubmitField

from refuge.beds.forms.fields import Day, RoomForm, Text, Words, offered
from support_plans.leaving import How
from support_plans.service.leavings import DischargeDetails, LeavingDetails

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from refuge.accounts.models import Person
    from refuge.codes.queries import Lists

LISTS = ("move_on_destination", "care_pathway")
YES, NO = "yes", "no"


class LeavingForm(RoomForm):
    """Where she goes, how she can be reached, what she says."""

    planned_on = Day("On which day is it planned?", description="Leave empty if nobody knows yet")
    destination = SelectField("Where does she go?", widget=GovSelect())
    safe_contact = Words("How can she be reached safely afterwards?", 1000, description="If not at all, write that")
    her_words = Words(
        "What does she say of her time here?", 4000, description="In her words. If she says nothing, write that"
    )
    version = HiddenField()
    submit = SubmitField("Save", widget=GovSubmitInput())

    def __init__(self, lists: Lists, **more: Any) -> None:  # noqa: ANN401  as WTForms takes them
        """Offer the places of today."""
        super().__init__(**more)
        places = [(code.code, code.label) for code in lists["move_on_destination"]]
        self.destination.choices = offered([("", "Not known yet"), *places])

    def details(self) -> LeavingDetails:
        """Return what was typed."""
        return LeavingDetails(
            self.planned_on.data, self.destination.data, self.safe_contact.typed, self.her_words.typed
        )


class CallsForm(RoomForm):
    """Whether she agrees to be called afterwards, and when."""

    key = HiddenField()
    agreed = RadioField(
        "May she be called after she has left?", choices=offered([(YES, "Yes, she agreed"), (NO, "No")]),
        widget=GovRadioInput(),
    )  # fmt: skip
    first = Day("The first call", description="For example a week after she left")
    second = Day("The second call", description="Leave empty if there is none")
    third = Day("The third call", description="Leave empty if there is none")
    owner = SelectField("Who calls her?", widget=GovSelect(), validate_choice=False)
    submit = SubmitField("Save", widget=GovSubmitInput())

    def __init__(self, people: Sequence[Person], **more: Any) -> None:  # noqa: ANN401  as WTForms takes them
        """Offer these people."""
        super().__init__(**more)
        self.owner.choices = offered((one.ref, one.name) for one in people)

    def validate(self, extra_validators: Any = None) -> bool:  # noqa: ANN401  as WTForms has it
        """Ask what she said."""
        fine = bool(super().validate(extra_validators))
        return self.say("agreed", "Choose what she said") if self.agreed.errors else fine

    def days(self) -> list[date]:
        """Return the days that were entered."""
        return [field.data for field in (self.first, self.second, self.third) if field.data is not None]


class StepForm(RoomForm):
    """What somebody says about a step."""

    version = HiddenField(default="0")
    how = RadioField("How does it stand?", widget=GovRadioInput())
    note = Text("To whom, or why not?", 400, "Say to whom it was handed over, or why it is not needed")
    submit = SubmitField("Save", widget=GovSubmitInput())

    def __init__(self, *, can_be_done: bool, **more: Any) -> None:  # noqa: ANN401  as WTForms takes them
        """Offer `done` only for a step that somebody says is done."""
        super().__init__(**more)
        done = [(How.DONE.value, "It is done")] if can_be_done else []
        self.how.choices = offered([*done, (How.NOT_NEEDED.value, "It is not needed")])

    def validate(self, extra_validators: Any = None) -> bool:  # noqa: ANN401  as WTForms has it
        """Ask how it stands."""
        fine = bool(super().validate(extra_validators))
        return self.say("how", "Choose how it stands") if self.how.errors else fine


class DischargeForm(RoomForm):
    """The discharge by the mental health practitioner."""

    version = HiddenField()
    agreed_with_her_on = Day("Agreed with her on", description="Leave empty until it is")
    her_words = Words("What she says of it", 4000)
    pathway = RadioField("Which pathway does she want?", widget=GovRadioInput())
    handover = Words("Handover", 8000, description="What whoever takes over should know, as she agreed")
    accepted_by = Text(
        "Who accepted it?", 120, description="A service and a post, such as: duty worker, community team"
    )
    accepted_on = Day("Accepted on", description="Leave empty until it is")
    submit = SubmitField("Save", widget=GovSubmitInput())

    def __init__(self, lists: Lists, **more: Any) -> None:  # noqa: ANN401  as WTForms takes them
        """Offer the pathways of today."""
        super().__init__(**more)
        self.pathway.choices = offered((code.code, code.label) for code in lists["care_pathway"])

    def validate(self, extra_validators: Any = None) -> bool:  # noqa: ANN401  as WTForms has it
        """Ask for a pathway."""
        fine = bool(super().validate(extra_validators))
        return self.say("pathway", "Choose the pathway that she wants") if self.pathway.errors else fine

    def details(self) -> DischargeDetails:
        """Return what was typed."""
        return DischargeDetails(
            self.agreed_with_her_on.data, self.her_words.typed, self.pathway.data, self.handover.typed,
            self.accepted_by.typed, self.accepted_on.data,
        )  # fmt: skip
