"""The forms of asking another agency for a worker, and of its answer."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from govuk_frontend_wtf.wtforms_widgets import GovCheckboxesInput, GovRadioInput, GovSelect
from wtforms import HiddenField, RadioField, SelectField, SelectMultipleField

from refuge.beds.forms.fields import Day, RoomForm, Text, Words, offered
from refuge.london import day_begins
from refuge.rota.models import DISCIPLINES_OF, Discipline
from support_plans.categories import LABELS, ORDINARY, Category
from support_plans.service.asking import AskingDetails

if TYPE_CHECKING:
    from collections.abc import Sequence

    from refuge.accounts.models import Agency
    from refuge.codes.queries import Lists
    from refuge.rota.models import Worker

DAY = timedelta(days=1)
YES, NO = "yes", "no"


class AskWorkerForm(RoomForm):
    """Which agency is asked for whom, what for, and what she agreed to."""

    agency = RadioField("Which agency do you ask?", widget=GovRadioInput(), validate_choice=False)
    discipline = RadioField("For whom?", widget=GovRadioInput(), validate_choice=False)
    words = Words(
        "What for?", 1000, "Say what for, for example: to work with her on drinking less",
        description="Their contact reads this before anybody there may open her plan. No names.",
    )  # fmt: skip
    how_given = SelectField(
        "How did she agree that they are asked?", widget=GovSelect(), validate_choice=False, default=""
    )
    categories = SelectMultipleField(
        "What may they read once they accept?", widget=GovCheckboxesInput(), validate_choice=False,
        description="As she agreed. None: they read only what they write themselves.",
    )  # fmt: skip
    until_on = Day("Until which day may they read it?", description="The last day. At most a year from now.")
    key = HiddenField()

    def __init__(self, lists: Lists, agencies: Sequence[Agency], **more: Any) -> None:  # noqa: ANN401  as WTForms takes them
        """Offer these agencies and the ways of today."""
        super().__init__(**more)
        self.agencies = {one.ref: one for one in agencies}
        self.agency.choices = offered((one.ref, one.name) for one in agencies)
        there = {one for agency in agencies for one in DISCIPLINES_OF.get(agency.kind, ())}
        self.kinds = {one.value: one for one in Discipline if one in there}
        self.discipline.choices = offered((code, one.label) for code, one in self.kinds.items())
        self.ways = {code.code for code in lists["consent_how"]}
        ways = [("", "Choose how"), *((code.code, code.label) for code in lists["consent_how"])]
        self.how_given.choices = offered(ways)
        self.categories.choices = offered((one.value, LABELS[one]) for one in ORDINARY)

    def validate(self, extra_validators: Any = None) -> bool:  # noqa: ANN401  as WTForms has it
        """Ask for everything that a question needs; for a last day only where something is to be read."""
        fine = bool(super().validate(extra_validators))
        if self.agency.data not in self.agencies:
            fine = self.say("agency", "Choose which agency you ask")
        if self.discipline.data not in self.kinds:
            fine = self.say("discipline", "Choose for whom you ask")
        if self.how_given.data not in self.ways:
            fine = self.say("how_given", "Choose how she agreed. Without it nobody is asked")
        if self.picked() and self.until_on.data is None and not self.until_on.errors:
            fine = self.say("until_on", "Enter the last day: she is asked again after that")
        return fine

    def picked(self) -> tuple[Category, ...]:
        """Return what may be read, of what was offered."""
        return tuple(one for one in ORDINARY if one.value in (self.categories.data or ()))

    def details(self) -> AskingDetails:
        """Return what was typed. Only after `validate`."""
        until = day_begins(self.until_on.data + DAY) if self.picked() else None
        return AskingDetails(
            self.agencies[self.agency.data].id, self.kinds[self.discipline.data], self.words.typed,
            self.how_given.data, self.picked(), until,
        )  # fmt: skip


class AnswerAskingForm(RoomForm):
    """Who will see her and from which day; or why nobody can."""

    answer = RadioField(
        "Can somebody of yours work with her?", choices=offered([(YES, "Yes"), (NO, "No")]), widget=GovRadioInput()
    )
    worker = SelectField("Who?", widget=GovSelect(), validate_choice=False, default="")
    from_on = Day("From which day?", description="Her plan opens to that worker on this day.")
    reason = SelectField("If not, why?", widget=GovSelect(), validate_choice=False, default="")
    words = Text("Anything more to tell who asks?", 400, description="For example when to ask again")
    key = HiddenField()

    def __init__(self, lists: Lists, workers: Sequence[Worker], **more: Any) -> None:  # noqa: ANN401  as WTForms takes them
        """Offer these workers and the reasons of today."""
        super().__init__(**more)
        self.workers = {one.ref: one for one in workers}
        names = [(one.ref, f"{one.name}, {one.discipline.label.lower()}") for one in workers]
        self.worker.choices = offered([("", "Choose a worker"), *names])
        self.reasons = {code.code for code in lists["asking_declined"]}
        reasons = [("", "Choose why"), *((code.code, code.label) for code in lists["asking_declined"])]
        self.reason.choices = offered(reasons)

    def validate(self, extra_validators: Any = None) -> bool:  # noqa: ANN401  as WTForms has it
        """Ask for a worker and a day, or for a reason."""
        fine = bool(super().validate(extra_validators))
        if self.answer.errors:
            return self.say("answer", "Choose whether somebody can")
        if self.declines:
            return fine if self.reason.data in self.reasons else self.say("reason", "Choose why nobody can")
        if self.worker.data not in self.workers:
            fine = self.say("worker", "Choose who will see her")
        if self.from_on.data is None and not self.from_on.errors:
            fine = self.say("from_on", "Enter the day from which she or he sees her")
        return fine

    @property
    def declines(self) -> bool:
        """Whether the answer is no."""
        return bool(self.answer.data == NO)

    def chosen(self) -> Worker:
        """Return who was chosen. Only after `validate`."""
        return self.workers[self.worker.data]
