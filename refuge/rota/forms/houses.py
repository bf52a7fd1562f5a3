"""The forms of a house: a room for sessions, a promise of cover, the way to other houses."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from govuk_frontend_wtf.wtforms_widgets import GovSelect, GovSubmitInput
from wtforms import HiddenField, SelectField, SubmitField

from refuge.beds.forms.fields import Clock, Count, Day, RoomForm, Text, offered
from refuge.beds.words import WEEKDAYS_IN_FULL, minutes_words
from refuge.rota.forms.fields import NO, YES, CreatingForm, ShiftForm, yes_no
from refuge.rota.models import Promised
from refuge.rota.service.houses import PromiseDetails, RoomDetails

if TYPE_CHECKING:
    from collections.abc import Sequence

    from refuge.beds.models import Refuge
    from refuge.rota.models import SessionRoom

WEEK = range(7)


class SessionRoomForm(CreatingForm):
    """Add a room for sessions, or change one."""

    name = Text("Name", 60, "Enter what the room is called", description="For example “Quiet room”")
    capacity = Count("How many people fit, the worker among them?", 1, 60, "Enter how many people fit")
    retired_on = Day("No longer used from", description="Leave empty while it is in use")
    version = HiddenField()
    submit = SubmitField("Save", widget=GovSubmitInput())

    def __init__(self, room: SessionRoom | None = None, **more: Any) -> None:  # noqa: ANN401  as WTForms takes them
        """Begin with what is kept of this room."""
        super().__init__(data=_kept(room), **more)

    def days(self) -> list[tuple[str, Clock, Clock]]:
        """Return for each weekday its name and its two times."""
        return [(name, self[f"opens_{day}"], self[f"closes_{day}"]) for day, name in enumerate(WEEKDAYS_IN_FULL)]

    def validate(self, extra_validators: Any = None) -> bool:  # noqa: ANN401  as WTForms has it
        """Check the hours of each day."""
        fine = bool(super().validate(extra_validators))
        fine = all([self._check_day(day) for day in WEEK]) and fine  # noqa: C419  every day says what is wrong
        if fine and not any(self[f"opens_{day}"].data for day in WEEK):
            return self.say("opens_0", "Enter the hours of at least one day")
        return fine

    def _check_day(self, day: int) -> bool:
        opens, closes = self[f"opens_{day}"], self[f"closes_{day}"]
        if opens.errors or closes.errors:
            return False
        if (opens.minutes is None) != (closes.minutes is None):
            empty = "opens" if opens.minutes is None else "closes"
            return self.say(f"{empty}_{day}", f"Enter both times for {WEEKDAYS_IN_FULL[day]}, or neither")
        if opens.minutes is not None and opens.minutes >= closes.minutes:
            sentence = f"{WEEKDAYS_IN_FULL[day]} must end later than it begins. The end of the day is 24:00"
            return self.say(f"closes_{day}", sentence)
        return True

    def details(self) -> RoomDetails:
        """Return what was typed. Only after `validate`."""
        times = [(day, self[f"opens_{day}"].minutes, self[f"closes_{day}"].minutes) for day in WEEK]
        return RoomDetails(
            self.name.typed,
            self.capacity.number,
            tuple((day, opens, closes) for day, opens, closes in times if opens is not None),
            self.retired_on.data,
        )


for _day, _name in enumerate(WEEKDAYS_IN_FULL):
    setattr(SessionRoomForm, f"opens_{_day}", Clock(f"{_name}, from"))
    setattr(SessionRoomForm, f"closes_{_day}", Clock(f"{_name}, until"))


def _kept(room: SessionRoom | None) -> dict[str, Any]:
    if room is None:
        return {f"opens_{day}": "09:00" for day in range(5)} | {f"closes_{day}": "17:00" for day in range(5)}
    told: dict[str, Any] = {
        "name": room.name, "capacity": room.capacity, "retired_on": room.retired_on, "version": room.version,
    }  # fmt: skip
    for row in room.hours:
        told[f"opens_{row.weekday}"] = minutes_words(row.opens)
        told[f"closes_{row.weekday}"] = "24:00" if row.closes == 24 * 60 else minutes_words(row.closes)
    return told


class PromiseForm(ShiftForm):
    """What a house is promised."""

    promised = SelectField(
        "What is promised?", choices=offered((one.value, one.label) for one in Promised), widget=GovSelect()
    )
    days_a_week = Count(
        "On how many of these days each week?",
        1,
        7,
        "Enter how many days",
        maybe=True,
        description="Only if their number is promised and not which they are. Leave empty for each of them.",
    )
    at_least = Count("How many people at a time?", 1, 20, "Enter how many people")
    on_bank_holidays = yes_no("Is it promised on bank holidays too?", default=NO)
    valid_from = Day("Promised from")
    submit = SubmitField("Add this promise", widget=GovSubmitInput())

    def validate(self, extra_validators: Any = None) -> bool:  # noqa: ANN401  as WTForms has it
        """Ask for days, hours, and from when."""
        fine = bool(super().validate(extra_validators)) and self.check_shift()
        if self.valid_from.data is None and not self.valid_from.errors:
            fine = self.say("valid_from", "Enter the day from which it is promised")
        if fine and self.days_a_week.data is not None and self.days_a_week.data > len(self.days):
            return self.say("days_a_week", "Choose at least as many days above")
        return fine

    def details(self) -> PromiseDetails:
        """Return what was typed. Only after `validate`."""
        valid_from: date = self.valid_from.data
        return PromiseDetails(
            Promised(self.promised.data),
            self.days,
            *self.minutes,
            self.days_a_week.data,
            self.at_least.number,
            self.on_bank_holidays.data == YES,
            valid_from,
        )


def travel_form(others: Sequence[tuple[Refuge, int | None]], *, seen: str) -> TravelForm:
    """Return a form with the minutes to each of these houses."""
    fields = {
        f"to_{one.id}": Count(f"To {one.name}, in minutes", 0, 480, "Enter minutes", maybe=True) for one, _ in others
    }
    kind = type("TravelFormOfNetwork", (TravelForm,), fields)
    form: TravelForm = kind(data={"seen": seen, **{f"to_{one.id}": minutes for one, minutes in others}})
    form.others = [one for one, _ in others]
    return form


class TravelForm(RoomForm):
    """How long the way to other houses takes."""

    others: Sequence[Refuge] = ()
    seen = HiddenField()
    submit = SubmitField("Save", widget=GovSubmitInput())

    def refuse_stale(self, sentence: str, kept: Sequence[tuple[Refuge, int | None]]) -> None:
        """Say beside each way that differs what is kept of it now."""
        differ = [(one, minutes) for one, minutes in kept if self[f"to_{one.id}"].data != minutes]
        for one, minutes in differ:
            words = "nothing" if minutes is None else f"{minutes} minutes"
            self.say(f"to_{one.id}", f"{sentence} Kept now: {words}")
        if not differ:
            self.refuse(sentence)

    def houses(self) -> list[Count]:
        """Return the field of each house."""
        return [self[f"to_{one.id}"] for one in self.others]

    def details(self) -> dict[int, int | None]:
        """Return what was typed, by the ids of houses."""
        return {one.id: self[f"to_{one.id}"].data for one in self.others}
