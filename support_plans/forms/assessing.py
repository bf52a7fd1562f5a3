"""The form of a questionnaire: one page, made from what the questionnaire asks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from govuk_frontend_wtf.wtforms_widgets import GovRadioInput, GovSelect, GovSubmitInput
from wtforms import Field, HiddenField, RadioField, SelectField, SubmitField

from refuge.beds.forms.fields import Count, Day, RoomForm, Words, offered
from refuge.london import london_date
from support_plans.models import Occasion
from support_plans.service.assessing import AssessmentDetails

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from refuge.accounts.models import Person
    from support_plans.scoring import Item, Tool

NOBODY = ("", "Nobody is needed")


class AssessmentForm(RoomForm):
    """What every questionnaire asks beside its own questions."""

    key = HiddenField()
    taken_on = Day("When was it filled in?")
    occasion = RadioField(
        "On what occasion?", choices=offered((one.value, one.label) for one in Occasion),
        default=Occasion.REVIEW.value, widget=GovRadioInput(),
    )  # fmt: skip
    note = Words("Note", 2000, description="What the next person should know. You can leave it empty.")
    looks_at_it = SelectField("Who talks with her today?", widget=GovSelect(), validate_choice=False, default="")
    submit = SubmitField("Keep it", widget=GovSubmitInput())

    tool: Tool

    def __init__(self, people: Sequence[Person], *, at: datetime, **more: Any) -> None:  # noqa: ANN401  as WTForms takes them
        """Offer these people to look at an answer; it was filled in today unless somebody says otherwise."""
        more.setdefault("taken_on", london_date(at))
        super().__init__(**more)
        self.people = people
        self.looks_at_it.choices = offered([NOBODY, *((one.ref, one.name) for one in people)])

    def questions(self) -> list[tuple[Item, Field]]:
        """Return each question with its field."""
        return [(item, self[item.key]) for item in self.tool.asked]

    def validate(self, extra_validators: Any = None) -> bool:  # noqa: ANN401  as WTForms has it
        """Ask for a day, and refuse an answer that is none."""
        fine = bool(super().validate(extra_validators))
        if fine and self.taken_on.data is None:
            return self.say("taken_on", "Enter the day on which it was filled in")
        return fine

    def details(self) -> AssessmentDetails:
        """Return what was typed. Only after `validate`."""
        answers = {item.key: int(field.data) for item, field in self.questions() if _given(field)}
        total = self["total"].data if "total" in self else None
        named = next((one for one in self.people if one.ref == self.looks_at_it.data), None)
        return AssessmentDetails(
            self.taken_on.data, Occasion(self.occasion.data), answers, total, self.note.typed, named,
        )  # fmt: skip


def _given(field: Field) -> bool:
    return field.data not in {None, "", "None"}


def form_for(tool: Tool) -> type[AssessmentForm]:
    """Return the form of this questionnaire."""
    fields: dict[str, Any] = {item.key: _field(number, item) for number, item in enumerate(tool.asked, start=1)}
    if not tool.worded:
        fields["total"] = Count("Total", tool.least, tool.most, "Enter the total", maybe=True)
    return type("QuestionnaireForm", (AssessmentForm,), {**fields, "tool": tool})


def _field(number: int, item: Item) -> Field:
    words = f"{number}. {item.words}"
    if item.answers:
        choices = offered((str(points), said) for points, said in item.answers)
        return Answers(words, choices=choices, widget=GovRadioInput())
    return Count(words, item.least, item.most, "Enter a number", maybe=True, description=item.hint)


class Answers(RadioField):
    """Radios of which none need be chosen: what was not answered is not guessed."""

    def pre_validate(self, form: Any) -> None:  # noqa: ANN401  as WTForms has it
        """Accept no answer; refuse one that was not offered."""
        if _given(self):
            super().pre_validate(form)
