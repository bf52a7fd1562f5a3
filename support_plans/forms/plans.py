"""The forms with which a plan is written: her words, areas, goals, steps, progress, reviews, agreement, notes."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from govuk_frontend_wtf.wtforms_widgets import GovCheckboxInput, GovRadioInput, GovSelect
from wtforms import BooleanField, HiddenField, RadioField, SelectField

from refuge.beds.forms.fields import Day, RoomForm, Text, Words, offered
from refuge.london import london_date
from support_plans.categories import LABELS, ORDINARY, Category
from support_plans.models import ActionOwner, GoalState
from support_plans.service.plans import ActionDetails, AreaDetails, WordsDetails

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime

    from refuge.accounts.models import Agency, Person
    from refuge.codes.queries import Lists

LONG = 8000
FARTHEST = timedelta(days=3 * 366)
HERSELF = "herself"


class PlanForm(RoomForm):
    """A form about one plan, opened at an instant."""

    at: datetime

    def near(self, name: str, *, past: bool = False) -> bool:
        """Check that a date, if there is one, lies on the right side of today and not beyond all expectation."""
        on: date | None = self[name].data
        today = london_date(self.at)
        if on is None:
            return True
        if not past and on < today:
            return self.say(name, "Enter today or a later day")
        if past and on > today:
            return self.say(name, "Enter today or an earlier day")
        return True if abs(on - today) < FARTHEST else self.say(name, "Enter a day within three years")


class WordsForm(PlanForm):
    """Her own words, first."""

    her_words = Words("What she wants from her time here, in her own words", LONG)
    good_day = Words("What helps her, and what makes it worse", LONG, description="In her words too, if you can")
    copy_names_agencies = BooleanField(
        "Name the agencies on the copy that she carries", widget=GovCheckboxInput(),
        description="Only if she wants that. A copy never says where she lives.",
    )  # fmt: skip
    seen = HiddenField()

    def details(self) -> WordsDetails:
        """Return what was typed."""
        return WordsDetails(self.her_words.typed, self.good_day.typed, bool(self.copy_names_agencies.data))


class AreaForm(PlanForm):
    """One area of need."""

    now_words = Words("Where she is now", LONG)
    wanted_words = Words("Where she wants to be", LONG)
    review_on = Day("Look at this area again on", description="Leave empty to look with the whole plan")
    version = HiddenField()

    def __init__(self, *, at: datetime, **more: Any) -> None:  # noqa: ANN401  as WTForms takes them
        """Take days near this instant."""
        super().__init__(**more)
        self.at = at

    def validate(self, extra_validators: Any = None) -> bool:  # noqa: ANN401  as WTForms has it
        """Ask for something in words."""
        fine = bool(super().validate(extra_validators)) and self.near("review_on")
        if fine and not self.now_words.typed and not self.wanted_words.typed:
            fine = self.say("now_words", "Write where she is now, or where she wants to be")
        return fine

    def details(self) -> AreaDetails:
        """Return what was typed."""
        return AreaDetails(self.now_words.typed, self.wanted_words.typed, self.review_on.data)


class StepForm(PlanForm):
    """A step towards a goal."""

    what = Text("What is the next step?", 300, description="For example: ring the GP together on Monday")
    owner = SelectField("Who does it?", widget=GovSelect(), validate_choice=False, default=HERSELF)
    due_on = Day("By when?", description="Leave empty if there is no day")
    key = HiddenField()

    def __init__(
        self, people: Sequence[Person], agencies: Sequence[Agency], *, at: datetime, **more: Any  # noqa: ANN401  as WTForms takes them
    ) -> None:  # fmt: skip
        """Offer herself, these people and these agencies."""
        super().__init__(**more)
        self.at = at
        self.people = {one.ref: one for one in people}
        self.agencies = {one.ref: one for one in agencies}
        names = [(one.ref, f"{one.name}, {one.agency.name}") for one in people]
        self.owner.choices = offered(
            [(HERSELF, "She herself"), *names, *((one.ref, one.name) for one in agencies)],
        )

    def validate(self, extra_validators: Any = None) -> bool:  # noqa: ANN401  as WTForms has it
        """Ask for a step that can be taken."""
        fine = bool(super().validate(extra_validators)) and self.near("due_on")
        if self.owner.data not in {HERSELF, *self.people, *self.agencies}:
            fine = self.say("owner", "Choose who does it")
        return self.check_what() and fine

    def check_what(self) -> bool:
        """Ask what is to be done."""
        return True if self.what.typed else self.say("what", "Write what is to be done")

    def step(self) -> ActionDetails | None:
        """Return the step; None if none was written."""
        if not self.what.typed:
            return None
        person, agency = self.people.get(self.owner.data), self.agencies.get(self.owner.data)
        if person is not None:
            return ActionDetails(self.what.typed, ActionOwner.PERSON, person.id, None, self.due_on.data)
        if agency is not None:
            return ActionDetails(self.what.typed, ActionOwner.AGENCY, None, agency.id, self.due_on.data)
        return ActionDetails(self.what.typed, due_on=self.due_on.data)


class GoalForm(StepForm):
    """A goal, with its first step if there is one."""

    words = Words("What does she want to reach?", LONG, "Write the goal in her words")

    def check_what(self) -> bool:
        """Ask for no step: a goal can stand alone for now."""
        return True


class ProgressForm(PlanForm):
    """What has moved towards a goal, and where it has come to."""

    words = Words("What has moved?", LONG)
    state = RadioField(
        "Where is this goal now?", choices=offered((one.value, one.label) for one in GoalState), widget=GovRadioInput()
    )
    version = HiddenField()
    key = HiddenField()


class TogetherForm(PlanForm):
    """A day on which the plan was gone through, and the next one."""

    next_on = Day("When is the plan reviewed next?", description="Usually within six weeks")
    key = HiddenField()

    def __init__(self, *, at: datetime, **more: Any) -> None:  # noqa: ANN401  as WTForms takes them
        """Take days near this instant."""
        super().__init__(**more)
        self.at = at

    def check_days(self) -> bool:
        """Ask for both days."""
        on, next_on = self["on"].data, self.next_on.data
        if on is None:
            return self.say("on", "Enter the day")
        if next_on is None:
            return self.say("next_on", "Enter the day of the next review")
        if next_on <= on:
            return self.say("next_on", "Enter a day after this one")
        return self.near("on", past=True) and self.near("next_on")


class AgreeForm(TogetherForm):
    """Her agreement to the plan as it is."""

    on = Day("On which day did she agree?")
    how = RadioField("How?", widget=GovRadioInput())
    her_words = Words("What did she say of it?", LONG, description="In her own words. You can leave it empty.")

    def __init__(self, lists: Lists, **more: Any) -> None:  # noqa: ANN401  as WTForms takes them
        """Offer the ways of today."""
        super().__init__(**more)
        self.how.choices = offered((code.code, code.label) for code in lists["agreed_how"])

    def validate(self, extra_validators: Any = None) -> bool:  # noqa: ANN401  as WTForms has it
        """Ask how she agreed, and for the days."""
        fine = bool(super().validate(extra_validators))
        if self.how.errors:
            fine = self.say("how", "Choose how she agreed")
        return self.check_days() and fine


class ReviewForm(TogetherForm):
    """A review of the plan."""

    on = Day("On which day was it reviewed?")
    with_her = RadioField(
        "Was she there?", choices=offered([("yes", "Yes, we went through it together"), ("no", "No")]),
        widget=GovRadioInput(),
    )  # fmt: skip
    words = Words("What did the review find?", LONG)

    def validate(self, extra_validators: Any = None) -> bool:  # noqa: ANN401  as WTForms has it
        """Ask whether she was there, and for the days."""
        fine = bool(super().validate(extra_validators))
        if self.with_her.errors:
            fine = self.say("with_her", "Choose whether she was there")
        return self.check_days() and fine


class NoteForm(PlanForm):
    """A note of one's own agency."""

    words = Words("What do you want to note?", LONG, "Write the note")
    category = SelectField("What is it about?", widget=GovSelect(), validate_choice=False, default="")
    sealed = BooleanField(
        "Sealed: she asked that only I see it", widget=GovCheckboxInput(),
        description="Nobody else can open it, not even your manager",
    )  # fmt: skip
    key = HiddenField()

    def __init__(self, **more: Any) -> None:  # noqa: ANN401  as WTForms takes them
        """Offer what a note can be about; what is kept apart has its own records."""
        super().__init__(**more)
        choices = [("", "Choose what it is about"), *((one.value, LABELS[one]) for one in ORDINARY)]
        self.category.choices = offered(choices)

    def validate(self, extra_validators: Any = None) -> bool:  # noqa: ANN401  as WTForms has it
        """Ask what it is about."""
        fine = bool(super().validate(extra_validators))
        if self.category.data not in {one.value for one in ORDINARY}:
            fine = self.say("category", "Choose what it is about: it says who may read it")
        return fine

    def about(self) -> Category:
        """Return what it is about. Only after `validate`."""
        return Category(self.category.data)


class ApartForm(PlanForm):
    """What is kept apart from everything else."""

    words = Words("What is known", LONG, description="Only what is needed. Say where you know it from.")
    version = HiddenField()
