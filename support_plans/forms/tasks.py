"""The forms of a task: a new one, what came of it, who has it now."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from govuk_frontend_wtf.wtforms_widgets import GovSelect, GovSubmitInput
from wtforms import HiddenField, SelectField, SubmitField

from refuge.beds.forms.fields import Day, RoomForm, Text, offered
from refuge.london import london_date
from support_plans.service.tasks import TaskDetails

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from refuge.accounts.models import Person


class TaskForm(RoomForm):
    """A new task for somebody of her agency."""

    key = HiddenField()
    what = Text(
        "What is to be done?", 200, "Enter what is to be done", description="No names: it is read out in the huddle"
    )
    about = Text(
        "Whom is it about?", 12, description="The number of her referral, such as R-48213. Leave empty for nobody."
    )
    owner = SelectField("Who does it?", widget=GovSelect(), validate_choice=False)
    due_on = Day("By which day?")
    submit = SubmitField("Make the task", widget=GovSubmitInput())

    def __init__(self, people: Sequence[Person], *, at: datetime, **more: Any) -> None:  # noqa: ANN401  as WTForms takes them
        """Offer these people; it is due today unless somebody says otherwise."""
        super().__init__(**{"due_on": london_date(at), **more})
        self.owner.choices = offered((one.ref, one.name) for one in people)

    def validate(self, extra_validators: Any = None) -> bool:  # noqa: ANN401  as WTForms has it
        """Ask for a day."""
        fine = bool(super().validate(extra_validators))
        if not self.due_on.errors and self.due_on.data is None:
            return self.say("due_on", "Enter the day by which it is done")
        return fine

    def details(self) -> TaskDetails:
        """Return what was typed. Only after `validate`."""
        return TaskDetails(self.what.typed, self.due_on.data)


class DoneForm(RoomForm):
    """What came of a task."""

    version = HiddenField()
    outcome = Text("What came of it?", 400, description="A few words. No names.")
    submit = SubmitField("It is done", widget=GovSubmitInput())


class HandOverForm(RoomForm):
    """Who does it now."""

    version = HiddenField()
    owner = SelectField("Who does it now?", widget=GovSelect(), validate_choice=False)
    submit = SubmitField("Hand it over", widget=GovSubmitInput())

    def __init__(self, people: Sequence[Person], **more: Any) -> None:  # noqa: ANN401  as WTForms takes them
        """Offer these people."""
        super().__init__(**more)
        self.owner.choices = offered((one.ref, one.name) for one in people)
