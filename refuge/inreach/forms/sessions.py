"""What is done with a session: its outcome, the interpreter, calling it off."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from govuk_frontend_wtf.wtforms_widgets import GovRadioInput, GovSelect, GovSubmitInput
from wtforms import HiddenField, RadioField, SelectField, SubmitField

from refuge.beds.forms.fields import Count, RoomForm, Words, offered
from refuge.inreach.service.outcomes import CAME, OutcomeDetails
from support_plans.models import Interpreter

if TYPE_CHECKING:
    from refuge.codes.queries import Lists


class OutcomeForm(RoomForm):
    """Note what came of a session for one woman, with more than a tap."""

    version = HiddenField()
    woman = HiddenField()
    outcome = RadioField("What came of it?", widget=GovRadioInput(), validate_choice=False)
    minutes = Count("How many minutes was it?", 0, 480, "Enter how many minutes it was", maybe=True,
                    description="Leave empty if it was as long as booked")  # fmt: skip
    next_step = Words("Next step", 500, description="What you agreed to do next. No names.")
    submit = SubmitField("Save", widget=GovSubmitInput())

    def __init__(self, lists: Lists, **more: Any) -> None:  # noqa: ANN401  as WTForms takes them
        """Offer the outcomes of the list."""
        super().__init__(**more)
        self.codes = {code.code for code in lists["session_outcome"]}
        self.outcome.choices = offered([(code.code, code.label) for code in lists["session_outcome"]])

    def validate(self, extra_validators: Any = None) -> bool:  # noqa: ANN401  as WTForms has it
        """Ask for an outcome of the list."""
        fine = bool(super().validate(extra_validators))
        if self.outcome.data not in self.codes:
            return self.say("outcome", "Choose what came of it")
        return fine

    def details(self) -> OutcomeDetails:
        """Return what was chosen. Only after `validate`."""
        minutes = self.minutes.data if self.outcome.data in CAME else None
        return OutcomeDetails(self.outcome.data, minutes, self.next_step.typed)


class CameForm(RoomForm):
    """Note how many came to a drop-in."""

    version = HiddenField()
    came = Count("How many women came?", 0, 200, "Enter how many came")
    submit = SubmitField("Save", widget=GovSubmitInput())


class InterpreterForm(RoomForm):
    """Note how far the interpreter is."""

    version = HiddenField()
    interpreter = RadioField(
        "How far is the interpreter?", widget=GovRadioInput(), validate_choice=False,
        choices=offered([(state.value, state.label) for state in Interpreter]),
    )  # fmt: skip
    submit = SubmitField("Save", widget=GovSubmitInput())

    def validate(self, extra_validators: Any = None) -> bool:  # noqa: ANN401  as WTForms has it
        """Ask for one of the states."""
        fine = bool(super().validate(extra_validators))
        if self.interpreter.data not in set(Interpreter):
            return self.say("interpreter", "Choose how far the interpreter is")
        return fine


class CancelForm(RoomForm):
    """Call a session off."""

    version = HiddenField()
    why = RadioField("Why is it called off?", widget=GovRadioInput(), validate_choice=False)
    submit = SubmitField("Call it off", widget=GovSubmitInput())

    def __init__(self, lists: Lists, **more: Any) -> None:  # noqa: ANN401  as WTForms takes them
        """Offer the reasons that a person chooses."""
        super().__init__(**more)
        self.why.choices = offered(
            [(code.code, code.label) for code in lists["session_cancelled"] if code.code in CHOSEN],
        )

    def validate(self, extra_validators: Any = None) -> bool:  # noqa: ANN401  as WTForms has it
        """Ask for a reason of the list."""
        fine = bool(super().validate(extra_validators))
        if self.why.data not in CHOSEN:
            return self.say("why", "Choose why it is called off")
        return fine


CHOSEN = ("by_her", "by_service", "worker_away")
"""Codes of list `session_cancelled` that a person chooses; the others follow from something else."""


class MoveForm(RoomForm):
    """Choose another time for a session, and another worker."""

    version = HiddenField()
    worker = SelectField("With whom?", widget=GovSelect(), validate_choice=False, default="")
    slot = HiddenField()
