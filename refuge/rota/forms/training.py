"""The forms of training: a workshop, a place at it, what somebody thought of it, and the period of a total."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from govuk_frontend_wtf.wtforms_widgets import GovRadioInput, GovSelect, GovSubmitInput
from wtforms import HiddenField, RadioField, SelectField, SubmitField

from refuge.beds.forms.fields import MIDNIGHT, Clock, Count, Day, RoomForm, Text, Words, offered
from refuge.london import LONDON, is_missing, london_date
from refuge.rota.forms.fields import CreatingForm
from refuge.rota.hours import instant
from refuge.rota.models import Audience
from refuge.rota.service.training import WorkshopDetails

if TYPE_CHECKING:
    from collections.abc import Sequence

    from refuge.accounts.models import Person
    from refuge.codes.queries import Lists
    from refuge.rota.models import Worker, Workshop

NO_SKILL = ""


class WorkshopForm(CreatingForm):
    """Announce a workshop, or change it."""

    title = Text("What is it about?", 120, "Enter what it is about")
    audience = RadioField(
        "For whom?", choices=offered((one.value, one.label) for one in Audience), widget=GovRadioInput()
    )
    skill = SelectField("What is whoever attends trained in?", widget=GovSelect())
    on = Day("Which day?")
    from_time = Clock("From", description="For example 10:00")
    until_time = Clock("Until", description="For example 13:00")
    venue = Text("Where?", 120, "Enter where it is", description="Never the address of a refuge")
    places = Count("How many people can come?", 1, 500, "Enter how many people can come")
    version = HiddenField()
    submit = SubmitField("Save", widget=GovSubmitInput())

    def __init__(self, lists: Lists, workshop: Workshop | None = None, **more: Any) -> None:  # noqa: ANN401  as WTForms takes them
        """Offer what can be chosen, beginning with what is kept of this workshop."""
        super().__init__(data=_kept(workshop), **more)
        skills = [(code.code, code.label) for code in lists["worker_skill"]]
        self.skill.choices = offered([(NO_SKILL, "Nothing that is kept"), *skills])

    def validate(self, extra_validators: Any = None) -> bool:  # noqa: ANN401  as WTForms has it
        """Ask for day and hours that there are."""
        fine = bool(super().validate(extra_validators))
        if self.audience.errors:
            self.say("audience", "Choose for whom it is")
        on: date | None = self.on.data
        if on is None and not self.on.errors:
            fine = self.say("on", "Enter the day")
        for name in ("from_time", "until_time"):
            minutes = self[name].minutes
            if minutes is None and not self[name].errors:
                fine = self.say(name, "Enter a time like 10:00")
            if on is not None and minutes is not None and is_missing(on, minutes):
                fine = self.say(name, "That hour does not exist on this day: the clocks go forward")
        if fine and (self.until_time.minutes or 0) <= (self.from_time.minutes or 0):
            return self.say("until_time", "Enter a time later than it begins")
        return fine

    def details(self) -> WorkshopDetails:
        """Return what was typed. Only after `validate`."""
        on: date = self.on.data
        return WorkshopDetails(
            self.title.typed,
            Audience(self.audience.data),
            self.skill.data or "",
            instant(on, self.from_time.minutes or 0),
            instant(on, self.until_time.minutes or 0),
            self.venue.typed,
            self.places.number,
        )


def _kept(workshop: Workshop | None) -> dict[str, Any]:
    if workshop is None:
        return {}
    return {
        "title": workshop.title,
        "audience": workshop.audience.value,
        "skill": workshop.skill,
        "on": london_date(workshop.from_at),
        "from_time": _clock(workshop.from_at),
        "until_time": _clock(workshop.until_at, on=london_date(workshop.from_at)),
        "venue": workshop.venue,
        "places": workshop.places,
        "version": workshop.version,
    }


def _clock(at: datetime, *, on: date | None = None) -> str:
    wall = at.astimezone(LONDON)
    return f"{MIDNIGHT // 60}:00" if on is not None and wall.date() > on else f"{wall:%H:%M}"


class PlaceForm(RoomForm):
    """Whose place it is."""

    who = SelectField("For whom?", widget=GovSelect())
    submit = SubmitField("Book a place", widget=GovSubmitInput())

    def __init__(self, people: Sequence[Worker | Person], **more: Any) -> None:  # noqa: ANN401  as WTForms takes them
        """Offer these people."""
        super().__init__(**more)
        self.people = {one.ref: one for one in people}
        self.who.choices = offered((one.ref, one.name) for one in people)

    @property
    def chosen(self) -> Worker | Person:
        """Whom it is for. Only after `validate`."""
        return self.people[self.who.data]


class FeedbackForm(RoomForm):
    """What somebody who came thought of it."""

    rating = RadioField(
        "How useful was it for your work?",
        choices=offered([("5", "Very"), ("4", "Rather"), ("3", "Somewhat"), ("2", "Little"), ("1", "Not at all")]),
        widget=GovRadioInput(),
    )
    words = Words("In your words", 2000, description="Shown without your name")
    submit = SubmitField("Send", widget=GovSubmitInput())

    def validate(self, extra_validators: Any = None) -> bool:  # noqa: ANN401  as WTForms has it
        """Ask for a choice."""
        fine = bool(super().validate(extra_validators))
        return self.say("rating", "Choose how useful it was") if self.rating.errors else fine
