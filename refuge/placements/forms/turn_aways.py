"""The period that turn-aways are counted over."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

from wtforms import Form

from refuge.referrals.forms.fields import SaidDate

if TYPE_CHECKING:
    from typing import Any

    from werkzeug.datastructures import MultiDict

LEAP_DAY = (2, 29)


class PeriodForm(Form):
    """From which day to which, both included. Nothing typed: the last twelve months."""

    on: date

    since = SaidDate("From", "Enter the first day", "Such as 1 12 2015", past=True)
    until = SaidDate("To", "Enter the last day", "Such as 30 9 2016", past=True)

    def __init__(self, asked: MultiDict[str, str], *, on: date) -> None:
        """Bind what the address asks for."""
        self.on = on
        super().__init__(formdata=asked, data={"since": _typed(year_before(on)), "until": _typed(on)})

    def validate(self, extra_validators: Any = None) -> bool:  # noqa: ANN401  as WTForms has it
        """Ask for a last day that is not before the first."""
        super().validate(extra_validators)
        if not self.errors and self.period()[0] > self.period()[1]:
            self.until.errors = ["Enter a last day that is not before the first"]
        return not self.errors

    def period(self) -> tuple[date, date]:
        """Return the two days. Only after `validate`."""
        return self.since.typed or year_before(self.on), self.until.typed or self.on


def year_before(on: date) -> date:
    """Return the first day of the twelve months that end on this day."""
    if (on.month, on.day) == LEAP_DAY:
        return date(on.year - 1, 3, 1)
    return date(on.year - 1, on.month, on.day) + timedelta(days=1)


def _typed(on: date) -> str:
    return f"{on.day} {on.month} {on.year}"
