"""What the forms of this room share: yes and no, weekdays, and hours that may pass midnight."""

from __future__ import annotations

from typing import TYPE_CHECKING

from govuk_frontend_wtf.wtforms_widgets import GovCheckboxesInput, GovRadioInput
from wtforms import HiddenField, RadioField, SelectMultipleField

from refuge.beds.forms.fields import MIDNIGHT, Clock, RoomForm, offered
from refuge.beds.words import WEEKDAYS_IN_FULL

if TYPE_CHECKING:
    from datetime import date

YES, NO = "yes", "no"


def yes_no(label: str, hint: str = "", *, default: str | None = None) -> RadioField:
    """Return a question with two answers."""
    return RadioField(
        label, choices=offered([(YES, "Yes"), (NO, "No")]), description=hint, default=default, widget=GovRadioInput()
    )


def weekdays(label: str, hint: str = "") -> SelectMultipleField:
    """Return a choice of days of the week."""
    days = offered((str(day), name) for day, name in enumerate(WEEKDAYS_IN_FULL))
    return SelectMultipleField(label, choices=days, description=hint, widget=GovCheckboxesInput())


def parts_of(day: date | None) -> str:
    """Return a date as the three boxes of a form take it; empty if there is none."""
    return f"{day.day} {day.month} {day.year}" if day else ""


class CreatingForm(RoomForm):
    """A form that makes something: sent twice, it does its work once."""

    key = HiddenField()


class ShiftForm(CreatingForm):
    """A form with weekdays and hours that may pass midnight."""

    weekdays = weekdays("On which days?", "Of a night, the day on which it begins")
    from_time = Clock("From", description="For example 09:00")
    until_time = Clock("Until", description="For example 17:00. A night ends on the next day: 22:00 until 08:00")

    def check_shift(self) -> bool:
        """Ask for days and hours."""
        fine = True
        if not self.weekdays.data:
            fine = self.say("weekdays", "Choose at least one day")
        for name, sentence in (("from_time", "Enter when she begins"), ("until_time", "Enter when she ends")):
            if not self[name].errors and self[name].minutes is None:
                fine = self.say(name, sentence)
        if fine and self.from_time.minutes == MIDNIGHT:
            return self.say("from_time", "Enter 00:00 for the beginning of a day")
        return fine

    @property
    def days(self) -> tuple[int, ...]:
        """The weekdays chosen. Only after `check_shift`."""
        return tuple(sorted(int(day) for day in self.weekdays.data or []))

    @property
    def minutes(self) -> tuple[int, int]:
        """From and until, in minutes after midnight; beyond 1440 on the next day. Only after `check_shift`."""
        begin, end = self.from_time.minutes or 0, self.until_time.minutes or 0
        return begin, end if end > begin else end + MIDNIGHT
