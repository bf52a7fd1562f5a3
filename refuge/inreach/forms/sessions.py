"""What is done with a session: its outcome, the interpreter, calling it off."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from govuk_frontend_wtf.wtforms_widgets import GovCheckboxInput, GovRadioInput, GovSelect, GovSubmitInput
from wtforms import BooleanField, HiddenField, RadioField, SelectField, SubmitField

from refuge.beds.forms.fields import MIDNIGHT, Clock, Count, RoomForm, Words, offered
from refuge.beds.words import WEEKDAYS_IN_FULL
from refuge.inreach.service.interpreting import InterpreterDetails
from refuge.inreach.service.outcomes import CAME, OutcomeDetails
from refuge.rota.hours import instant
from support_plans.models import Interpreter

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from refuge.codes.queries import Lists
    from refuge.inreach.queries.women import Woman


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
    there_from = Clock("There from", description="For example 10:00")
    there_until = Clock("There until")
    is_woman = BooleanField("The interpreter is a woman", widget=GovCheckboxInput())
    not_from_community = BooleanField("The interpreter is not from her community", widget=GovCheckboxInput())
    submit = SubmitField("Save", widget=GovSubmitInput())

    def validate(self, extra_validators: Any = None) -> bool:  # noqa: ANN401  as WTForms has it
        """Ask for one of the states."""
        fine = bool(super().validate(extra_validators))
        if self.interpreter.data not in set(Interpreter):
            return self.say("interpreter", "Choose how far the interpreter is")
        return fine

    def details(self, on: date) -> InterpreterDetails:
        """Return what was chosen, on the day of the session. Only after `validate`."""
        begins, ends = self.there_from.minutes, self.there_until.minutes
        return InterpreterDetails(
            Interpreter(self.interpreter.data), None if begins is None else instant(on, begins),
            None if ends is None else instant(on, ends), bool(self.is_woman.data), bool(self.not_from_community.data),
        )  # fmt: skip


class JoinForm(RoomForm):
    """Let one more woman come to a group."""

    version = HiddenField()
    woman = SelectField("Who else comes?", widget=GovSelect(), validate_choice=False, default="")
    later = BooleanField("Also to the later sessions of this series", widget=GovCheckboxInput())
    submit = SubmitField("Add her", widget=GovSubmitInput())

    def __init__(self, women: Sequence[Woman], **more: Any) -> None:  # noqa: ANN401  as WTForms takes them
        """Offer the women who live there and are not in it."""
        super().__init__(**more)
        self.women = women
        self.woman.choices = offered([("", "Choose her"), *((one.ref, one.ref) for one in women)])

    @property
    def chosen(self) -> Woman | None:
        """The woman who was chosen, if she is one of those offered."""
        return next((one for one in self.women if one.ref == self.woman.data), None)


class SeriesForm(RoomForm):
    """Change the sessions of a series from a day on."""

    version = HiddenField()
    from_on = SelectField("From which session on?", widget=GovSelect(), validate_choice=False)
    worker = SelectField("With whom?", widget=GovSelect(), validate_choice=False)
    weekday = SelectField(
        "On which day of the week?", widget=GovSelect(), validate_choice=False,
        choices=offered([(str(day), name) for day, name in enumerate(WEEKDAYS_IN_FULL)]),
    )  # fmt: skip
    time = Clock("At what time?", description="For example 10:00")
    room = SelectField("In which room?", widget=GovSelect(), validate_choice=False, default="")
    submit = SubmitField("Change these", widget=GovSubmitInput())

    def validate(self, extra_validators: Any = None) -> bool:  # noqa: ANN401  as WTForms has it
        """Ask for a time, and for what is offered."""
        fine = bool(super().validate(extra_validators))
        for name, sentence in (
            ("from_on", "Choose from which session on"), ("worker", "Choose with whom"),
            ("weekday", "Choose a day of the week"), ("room", "Choose a room, or let each keep its own"),
        ):  # fmt: skip
            field = self[name]
            if field.data not in {choice.value for choice in field.choices}:
                fine = self.say(name, sentence)
        if self.time.minutes in {None, MIDNIGHT} and not self.time.errors:
            fine = self.say("time", "Enter when it begins")
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
