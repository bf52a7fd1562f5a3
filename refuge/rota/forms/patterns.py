"""The forms of working patterns: a new one, and the last day of an old one."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from govuk_frontend_wtf.wtforms_widgets import GovRadioInput, GovSubmitInput
from wtforms import HiddenField, RadioField, SubmitField

from refuge.beds.forms.fields import Count, Day, RoomForm, offered
from refuge.rota.forms.fields import ShiftForm
from refuge.rota.hours import Weeks
from refuge.rota.service.patterns import PatternDetails

if TYPE_CHECKING:
    from collections.abc import Sequence

    from refuge.beds.models import Refuge


def pattern_form(refuges: Sequence[Refuge], **more: Any) -> PatternForm:  # noqa: ANN401  as WTForms takes them
    """Return a form for a pattern, with a share for each of these houses."""
    shares = {
        f"share_{one.id}": Count(f"{one.name}, per cent", 0, 100, "Enter a percentage", maybe=True) for one in refuges
    }
    kind = type("PatternFormOfNetwork", (PatternForm,), shares)
    form: PatternForm = kind(**more)
    form.refuges = refuges
    return form


class PatternForm(ShiftForm):
    """A new working pattern."""

    refuges: Sequence[Refuge] = ()
    weeks = RadioField(
        "In which weeks?", widget=GovRadioInput(), validate_choice=False, default=Weeks.EVERY.value,
        choices=offered([(one.value, one.label) for one in Weeks]),
    )  # fmt: skip
    valid_from = Day("From", description="First day on which this holds")
    valid_until = Day("Until", description="Last day. Leave empty if it holds until further notice")
    submit = SubmitField("Add this pattern", widget=GovSubmitInput())

    def shares(self) -> list[Count]:
        """Return the field of each house."""
        return [self[f"share_{one.id}"] for one in self.refuges]

    def validate(self, extra_validators: Any = None) -> bool:  # noqa: ANN401  as WTForms has it
        """Ask for days, hours, a house, and from when."""
        fine = bool(super().validate(extra_validators)) and self.check_shift()
        fine = self._check_days() and fine
        if self.weeks.data not in set(Weeks):
            return self.say("weeks", "Choose in which weeks she works like this")
        if fine and sum(field.data or 0 for field in self.shares()) != 100:  # noqa: PLR2004  per cent
            name = f"share_{self.refuges[0].id}" if self.refuges else "weekdays"
            return self.say(name, "Say how much of the time is for each house: it must come to 100 per cent")
        return fine

    def _check_days(self) -> bool:
        begins: date | None = self.valid_from.data
        ends: date | None = self.valid_until.data
        if begins is None and not self.valid_from.errors:
            return self.say("valid_from", "Enter the first day on which this holds")
        if begins is not None and ends is not None and ends < begins:
            return self.say("valid_until", "The last day cannot lie before the first")
        return True

    def details(self) -> PatternDetails:
        """Return what was typed. Only after `validate`."""
        return PatternDetails(
            self.days,
            *self.minutes,
            tuple((one.id, field.data) for one, field in zip(self.refuges, self.shares(), strict=True) if field.data),
            self.valid_from.data,
            self.valid_until.data,
            Weeks(self.weeks.data),
        )


class EndForm(RoomForm):
    """The last day of a pattern, or of a promise."""

    last_on = Day("Last day", description="After it, this no longer holds. What was worked before stays as it was.")
    version = HiddenField()
    submit = SubmitField("End it after this day", widget=GovSubmitInput())

    def validate(self, extra_validators: Any = None) -> bool:  # noqa: ANN401  as WTForms has it
        """Ask for the day."""
        fine = bool(super().validate(extra_validators))
        if self.last_on.data is None and not self.last_on.errors:
            return self.say("last_on", "Enter the last day")
        return fine
