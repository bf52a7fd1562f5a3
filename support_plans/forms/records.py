"""The form of a structured record, made from what its kind asks for."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from govuk_frontend_wtf.wtforms_widgets import GovRadioInput, GovSubmitInput
from wtforms import Field as FormField
from wtforms import HiddenField, SubmitField

from refuge.beds.forms.fields import Day, RoomForm, Text, Words, offered
from support_plans.forms.assessing import Answers
from support_plans.kinds import As

if TYPE_CHECKING:
    from collections.abc import Mapping

    from support_plans.kinds import Field, Kind

LONG, SHORT = 8000, 200


class RecordForm(RoomForm):
    """What every structured record carries."""

    kind: Kind

    def validate(self, extra_validators: Any = None) -> bool:  # noqa: ANN401  as WTForms has it
        """Ask for the days that are needed; the other fields ask by themselves."""
        fine = bool(super().validate(extra_validators))
        for field in self.kind.fields:
            if field.needed and field.as_ is As.DAY and not self[field.name].errors and self[field.name].data is None:
                fine = self.say(field.name, f"{field.label}: enter the day")
        return fine

    def told(self) -> dict[str, str]:
        """Return what was typed, without what was left empty. Only after `validate`."""
        found = {field.name: _told(field, self[field.name]) for field in self.kind.fields}
        return {name: words for name, words in found.items() if words}

    def review_on(self) -> date | None:
        """Return when it is looked at again, if this kind is."""
        return self["review"].data if self.kind.reviewed else None


def record_form(kind: Kind) -> type[RecordForm]:
    """Return the form of this kind of record."""
    fields: dict[str, Any] = {"key": HiddenField(), **{field.name: _field(field) for field in kind.fields}}
    if kind.reviewed:
        fields["review"] = Day("When is it looked at again?", description="Leave empty if it is not")
    fields["submit"] = SubmitField("Keep it", widget=GovSubmitInput())
    return type("StructuredForm", (RecordForm,), {**fields, "kind": kind})


def begun(kind: Kind, told: Mapping[str, str], review_on: date | None) -> dict[str, Any]:
    """Return what a new version begins with."""
    found: dict[str, Any] = {
        field.name: date.fromisoformat(told[field.name]) if field.as_ is As.DAY else told[field.name]
        for field in kind.fields
        if field.name in told
    }
    return {**found, "review": review_on} if kind.reviewed else found


def _field(field: Field) -> FormField:
    needed = f"{field.label}: enter it" if field.needed else ""
    if field.as_ is As.CHOICE:
        return Answers(field.label, choices=offered(field.choices), widget=GovRadioInput(), description=field.hint)
    if field.as_ is As.DAY:
        return Day(field.label, description=field.hint)
    if field.as_ is As.LINE:
        return Text(field.label, SHORT, needed, description=field.hint)
    return Words(field.label, LONG, needed, description=field.hint)


def _told(field: Field, given: FormField) -> str:
    if field.as_ is As.DAY:
        return "" if given.data is None else given.data.isoformat()
    if field.as_ is As.CHOICE:
        return "" if given.data in {None, "None"} else given.data
    return str(given.data or "")
