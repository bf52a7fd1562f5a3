"""The forms of what the plan asks of the planning of sessions, and of her times."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from govuk_frontend_wtf.wtforms_widgets import GovCheckboxInput, GovRadioInput, GovSelect
from wtforms import BooleanField, HiddenField, RadioField, SelectField

from refuge.beds.forms.fields import Clock, Count, Day, RoomForm, Text, offered
from refuge.london import london_date
from refuge.rota.models import Discipline
from support_plans.models import Interpreter, TimeKind, Urgency
from support_plans.service.needs import NeedDetails, Time

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from refuge.codes.queries import Lists
    from refuge.rota.models import Worker
    from support_plans.models import TimeOfHers

LISTS = ("session_service", "language", "time_of_hers")
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
RHYTHMS = (
    ("7", "Every week"), ("14", "Every two weeks"), ("3", "Twice a week"), ("28", "Every four weeks"),
    ("", "No rhythm: a number of sessions"),
)  # fmt: skip
ONE_DAY = "day"


class NeedForm(RoomForm):
    """Which sessions she needs."""

    service = SelectField("Which session?", widget=GovSelect(), validate_choice=False, default="")
    discipline = RadioField(
        "Whose work is it?", choices=offered((one.value, one.label) for one in Discipline), widget=GovRadioInput()
    )
    minutes = Count("How many minutes?", 15, 240, "Enter how many minutes", default=50)
    every = SelectField("How often?", widget=GovSelect(), choices=offered(RHYTHMS), default="7", validate_choice=False)
    how_many = Count("How many in all?", 1, 200, "Enter how many", maybe=True, description="Leave empty for no end")
    earliest_on = Day("The first one not before", description="Leave empty for today")
    latest_on = Day("The first one not after", description="You can leave this empty")
    until_on = Day("Until", description="The last day. Leave empty until somebody ends it, or she leaves.")
    urgency = RadioField(
        "How soon?", choices=offered((one.value, one.label) for one in Urgency), widget=GovRadioInput(),
        default=Urgency.ROUTINE.value,
    )  # fmt: skip
    preferred = SelectField("Whom would she rather see?", widget=GovSelect(), validate_choice=False, default="")
    excluded = SelectField("Whom does she not want to see?", widget=GovSelect(), validate_choice=False, default="")
    interpreter = RadioField(
        "An interpreter", choices=offered((one.value, one.label) for one in Interpreter), widget=GovRadioInput(),
        default=Interpreter.NOT_NEEDED.value,
    )  # fmt: skip
    language = SelectField("For which language?", widget=GovSelect(), validate_choice=False, default="")
    same_gender = BooleanField("The interpreter must be a woman", widget=GovCheckboxInput())
    not_from_community = BooleanField("The interpreter must not be from her community", widget=GovCheckboxInput())
    childcare = BooleanField("Somebody must mind her children meanwhile", widget=GovCheckboxInput())
    version = HiddenField()
    key = HiddenField()

    def __init__(self, lists: Lists, workers: Sequence[Worker], *, at: datetime, **more: Any) -> None:  # noqa: ANN401  as WTForms takes them
        """Offer the services, languages and workers of today."""
        super().__init__(**more)
        self.at = at
        self.services = {code.code for code in lists["session_service"]}
        self.languages = {code.code for code in lists["language"]}
        self.workers = {one.ref: one.id for one in workers}
        services = [(code.code, code.label) for code in lists["session_service"]]
        self.service.choices = offered([("", "Choose a session"), *services])
        languages = [(code.code, code.label) for code in lists["language"]]
        self.language.choices = offered([("", "Choose a language"), *languages])
        names = [(one.ref, f"{one.name}, {one.discipline.label.lower()}") for one in workers]
        self.preferred.choices = offered([("", "Nobody in particular"), *names])
        self.excluded.choices = offered([("", "Nobody"), *names])

    def validate(self, extra_validators: Any = None) -> bool:  # noqa: ANN401  as WTForms has it
        """Ask for what planning needs."""
        fine = bool(super().validate(extra_validators))
        if self.service.data not in self.services:
            fine = self.say("service", "Choose which session she needs")
        if self.discipline.errors:
            fine = self.say("discipline", "Choose whose work it is")
        if self.every.data not in dict(RHYTHMS):
            fine = self.say("every", "Choose how often")
        if not self.every.data and self.how_many.data is None and not self.how_many.errors:
            fine = self.say("how_many", "Enter how many sessions, or choose how often")
        earliest = self.earliest_on.data
        if earliest is not None and earliest < london_date(self.at) and not self.version.data:
            fine = self.say("earliest_on", "Enter today or a later day, or leave it empty")
        return fine

    def details(self) -> NeedDetails:
        """Return what was typed. Only after `validate`."""
        interpreter = Interpreter(self.interpreter.data)
        spoken = interpreter is not Interpreter.NOT_NEEDED
        language = self.language.data if self.language.data in self.languages and spoken else ""
        return NeedDetails(
            self.service.data, Discipline(self.discipline.data), self.minutes.number,
            self.earliest_on.data or london_date(self.at), every_days=int(self.every.data) if self.every.data else None,
            how_many=self.how_many.data, latest_on=self.latest_on.data, until_on=self.until_on.data,
            urgency=Urgency(self.urgency.data), preferred_worker_id=self.workers.get(self.preferred.data),
            excluded_worker_id=self.workers.get(self.excluded.data), interpreter=interpreter,
            interpreter_language=language, interpreter_same_gender=bool(self.same_gender.data) and spoken,
            interpreter_not_from_community=bool(self.not_from_community.data) and spoken,
            childcare=bool(self.childcare.data),
        )  # fmt: skip


class EndNeedForm(RoomForm):
    """That she needs these sessions no longer."""

    why = Text("Why do they end?", 200, "Say why they end", description="For example: she has finished the course")
    key = HiddenField()


class TimeForm(RoomForm):
    """One time of hers, added to those that are kept."""

    when = SelectField("On which day?", widget=GovSelect(), validate_choice=False, default="0")
    on_date = Day("Which day?", description="Only for one day")
    begins = Clock("From", description="For example 08:30")
    ends = Clock("Until", description="For example 09:15")
    kind = RadioField(
        "How firm is it?", choices=offered((one.value, one.label) for one in TimeKind), widget=GovRadioInput(),
        default=TimeKind.CANNOT.value,
    )  # fmt: skip
    why = SelectField("What is it?", widget=GovSelect(), validate_choice=False, default="")
    key = HiddenField()

    def __init__(self, lists: Lists, **more: Any) -> None:  # noqa: ANN401  as WTForms takes them
        """Offer the reasons of today."""
        super().__init__(**more)
        self.reasons = {code.code for code in lists["time_of_hers"]}
        reasons = [(code.code, code.label) for code in lists["time_of_hers"]]
        self.why.choices = offered([("", "Choose what it is"), *reasons])
        days = [(str(number), f"Every {name}") for number, name in enumerate(WEEKDAYS)]
        self.when.choices = offered([*days, (ONE_DAY, "One day only")])

    def validate(self, extra_validators: Any = None) -> bool:  # noqa: ANN401  as WTForms has it
        """Ask for a time that can be kept free."""
        fine = bool(super().validate(extra_validators))
        if self.when.data not in {*map(str, range(len(WEEKDAYS))), ONE_DAY}:
            fine = self.say("when", "Choose a day")
        if self.when.data == ONE_DAY and self.on_date.data is None and not self.on_date.errors:
            fine = self.say("on_date", "Enter the day")
        for name in ("begins", "ends"):
            if self[name].minutes is None and not self[name].errors:
                fine = self.say(name, "Enter a time like 09:00 or 17:30")
        if fine and not (self.begins.minutes or 0) < (self.ends.minutes or 0):
            fine = self.say("ends", "Enter a time after the first")
        if self.why.data not in self.reasons:
            fine = self.say("why", "Choose what it is. Nobody needs to know more.")
        return fine

    def time(self) -> Time:
        """Return what was typed. Only after `validate`."""
        one_day = self.when.data == ONE_DAY
        return Time(
            self.begins.minutes or 0, self.ends.minutes or 0, TimeKind(self.kind.data), self.why.data,
            weekday=None if one_day else int(self.when.data), on_date=self.on_date.data if one_day else None,
        )  # fmt: skip


def kept(row: TimeOfHers) -> Time:
    """Return a time of hers as it is kept."""
    return Time(row.from_minute, row.until_minute, row.kind, row.why, row.weekday, row.on_date)
