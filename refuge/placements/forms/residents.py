"""Moving in, the expected day, another bed, and moving on."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from govuk_frontend_wtf.wtforms_widgets import GovCheckboxInput, GovRadioInput, GovSelect, GovSubmitInput
from wtforms import BooleanField, HiddenField, RadioField, SelectField, SubmitField

from refuge.beds.forms.fields import Clock, Day, RoomForm, Text, Words, offered
from refuge.london import instant_of, london_date
from refuge.placements.service.admitting import AdmitDetails
from refuge.placements.service.moving import ASKED_TO_LEAVE, LeavingDetails, MoveDetails

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime

    from refuge.accounts.models import Person
    from refuge.beds.models import Bed
    from refuge.codes.models import Code
    from refuge.codes.queries import Lists

NOW, EARLIER = "now", "earlier"
FARTHEST = timedelta(days=3 * 366)
EARLIEST = timedelta(days=60)
"""How long ago somebody may have left when it is noted."""
USUAL = "usual"
PLANNED = "Planned"
"""Group of list `move_on_destination`."""
LISTS = ("move_on_destination", "move_on_reason")


def beds_offered(beds: Sequence[Bed]) -> list[tuple[str, str]]:
    """Return free beds as a list offers them."""
    return [("", "Choose a bed"), *((bed.ref, f"{bed.refuge.name} {bed.name}") for bed in beds)]


def people_offered(people: Sequence[Person]) -> list[tuple[str, str]]:
    """Return people as a list offers them."""
    return [("", "Choose a person"), *((one.ref, one.name) for one in people)]


class AdmitForm(RoomForm):
    """Let her stay begin."""

    key = HiddenField()
    bed = SelectField("Which bed?", widget=GovSelect(), validate_choice=False, default="")
    when = RadioField(
        "When did she come?", choices=offered([(NOW, "Now"), (EARLIER, "Earlier today, or yesterday")]), default=NOW,
        widget=GovRadioInput(),
    )  # fmt: skip
    came = RadioField(
        "On which day?", choices=offered([("today", "Today"), ("yesterday", "Yesterday")]), default="today",
        widget=GovRadioInput(),
    )  # fmt: skip
    came_time = Clock("At what time?", description="Only if it was earlier. For example 14:30")
    expected_move_on = Day("Expected to move on", description="Leave empty if nobody knows yet")
    decided = BooleanField("I decide to admit her although a check is not done", widget=GovCheckboxInput())
    manager = SelectField("Which manager decides?", widget=GovSelect(), validate_choice=False, default="")
    ask_reason = Words("Why is it right all the same?", 1000, description="For the manager who decides.")
    submit = SubmitField("She has moved in", widget=GovSubmitInput())

    def __init__(self, beds: Sequence[Bed], managers: Sequence[Person], *, at: datetime, **more: Any) -> None:  # noqa: ANN401  as WTForms takes them
        """Offer these beds, and these managers to be asked; `at` is this instant."""
        super().__init__(**more)
        self.at = at
        self.bed.choices = offered(beds_offered(beds))
        self.manager.choices = offered(people_offered(managers))

    def validate(self, extra_validators: Any = None) -> bool:  # noqa: ANN401  as WTForms has it
        """Ask for a time, where it was earlier, and for days that make sense."""
        fine = bool(super().validate(extra_validators))
        if fine and self.when.data == EARLIER and self.came_time.time is None:
            return self.say("came_time", "Enter the time at which she came, for example 14:30")
        if fine and self.came_at() > self.at:
            return self.say("came_time", "Enter a time that is not in the future")
        return fine and _near(self, "expected_move_on", self.at)

    def came_at(self) -> datetime:
        """Return when she came."""
        if self.when.data == NOW or self.came_time.time is None:
            return self.at
        on = london_date(self.at) - timedelta(days=self.came.data == "yesterday")
        return instant_of(on, self.came_time.time)

    def details(self) -> AdmitDetails:
        """Return what was typed. Only after `validate`."""
        return AdmitDetails(self.came_at(), self.expected_move_on.data, bool(self.decided.data), self.ask_reason.typed)


def _near(form: RoomForm, name: str, at: datetime) -> bool:
    """Check that a date, if there is one, is not beyond all expectation."""
    on: date | None = form[name].data
    if on is not None and on > london_date(at) + FARTHEST:
        return form.say(name, "Enter a day within the next three years")
    return True


class DatesForm(RoomForm):
    """Change the day on which she is expected to leave."""

    expected_move_on = Day("Expected to move on", description="Leave empty if nobody knows yet")
    version = HiddenField()
    submit = SubmitField("Save the date", widget=GovSubmitInput())

    def __init__(self, *, at: datetime, **more: Any) -> None:  # noqa: ANN401  as WTForms takes them
        """Take a date near this instant."""
        super().__init__(**more)
        self.at = at

    def validate(self, extra_validators: Any = None) -> bool:  # noqa: ANN401  as WTForms has it
        """Refuse a day beyond all expectation."""
        return bool(super().validate(extra_validators)) and _near(self, "expected_move_on", self.at)


class MoveForm(RoomForm):
    """Move her to another bed."""

    bed = SelectField("Which bed does she move to?", widget=GovSelect(), validate_choice=False, default="")
    reason = Text("Why does she move?", 200, description="For example: the room next to the office. No names.")
    second = SelectField(
        "Who decides this with you?", widget=GovSelect(), validate_choice=False, default="",
        description="Only where something stands in the way: that person is asked here, and must say yes first",
    )  # fmt: skip
    version = HiddenField()
    key = HiddenField()
    submit = SubmitField("She has moved", widget=GovSubmitInput())

    def __init__(self, beds: Sequence[Bed], people: Sequence[Person], **more: Any) -> None:  # noqa: ANN401  as WTForms has it
        """Offer these beds, and these people as second person."""
        super().__init__(**more)
        self.bed.choices = offered(beds_offered(beds))
        self.second.choices = offered(people_offered(people))

    def details(self) -> MoveDetails:
        """Return what was typed."""
        return MoveDetails(self.reason.typed, self.second.data or "")


class MoveOnForm(RoomForm):
    """Note that she has left."""

    when = RadioField(
        "When did she leave?",
        choices=offered([(NOW, "Now"), (EARLIER, "Earlier")]),
        default=NOW,
        widget=GovRadioInput(),
    )
    left = Day("The day on which she left", description="Only if it was earlier")
    left_time = Clock("At what time?", description="For example 11:00. If nobody saw her go, when it was noticed")
    destination = SelectField("Where did she go?", widget=GovSelect(), validate_choice=False, default="")
    planned = RadioField(
        "Was it planned?", choices=offered([(USUAL, "As is usual for that place"), ("yes", "Yes"), ("no", "No")]),
        default=USUAL, widget=GovRadioInput(),
    )  # fmt: skip
    reason = RadioField("Why?", widget=GovRadioInput())
    excluded_until = Day(
        "She can come back from", description="Only if she was asked to leave: the first day on which she can"
    )
    excluded_why = Text(
        "Why was she asked to leave?", 200, description="Only if she was. Other staff will read it. No names."
    )
    note = Words("Note", 4000, description="What the next person should know. You can leave it empty.")
    version = HiddenField()
    submit = SubmitField("She has left", widget=GovSubmitInput())

    def __init__(self, lists: Lists, *, at: datetime, **more: Any) -> None:  # noqa: ANN401  as WTForms takes them
        """Offer the places and reasons of today; `at` is this instant."""
        super().__init__(**more)
        self.at = at
        self.places: dict[str, Code] = {code.code: code for code in lists["move_on_destination"]}
        places = [(code.code, code.label) for code in lists["move_on_destination"]]
        self.destination.choices = offered([("", "Choose a place"), *places])
        self.reason.choices = offered((code.code, code.label) for code in lists["move_on_reason"])

    def validate(self, extra_validators: Any = None) -> bool:  # noqa: ANN401  as WTForms has it
        """Ask for what is missing, each beside its field."""
        fine = bool(super().validate(extra_validators))
        if self.reason.errors:
            fine = self.say("reason", "Choose why she left")
        if self.destination.data not in self.places:
            fine = self.say("destination", "Choose where she went")
        if fine and self.reason.data == "other" and not self.note.typed:
            fine = self.say("note", "Say in the note what the other reason was")
        return fine and self._check_when()

    def _check_when(self) -> bool:
        if self.when.data == NOW:
            return True
        on: date | None = self.left.data
        if on is None:
            return self.say("left", "Enter the day on which she left")
        if self.left_time.time is None:
            return self.say("left_time", "Enter the time at which she left, for example 11:00")
        if self.left_at() > self.at:
            return self.say("left", "Enter a time that is not in the future: a bed is free once she has really left")
        if on < london_date(self.at) - EARLIEST:
            return self.say("left", "Enter a day within the last two months")
        return True

    def left_at(self) -> datetime:
        """Return when she left."""
        if self.when.data == NOW or self.left.data is None or self.left_time.time is None:
            return self.at
        return instant_of(self.left.data, self.left_time.time)

    def details(self) -> LeavingDetails:
        """Return what was typed. Only after `validate`."""
        usual = self.places[self.destination.data].group == PLANNED
        asked = self.reason.data == ASKED_TO_LEAVE
        return LeavingDetails(
            left_at=self.left_at(),
            destination=self.destination.data,
            planned=usual if self.planned.data == USUAL else self.planned.data == "yes",
            reason=self.reason.data,
            note=self.note.typed,
            excluded_until=self.excluded_until.data if asked else None,
            excluded_why=self.excluded_why.typed if asked else "",
        )
