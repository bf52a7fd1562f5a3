"""Asking for an address, with a reason, and keeping one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from govuk_frontend_wtf.wtforms_widgets import GovRadioInput, GovSubmitInput
from wtforms import HiddenField, RadioField, SubmitField

from refuge.beds.forms.fields import RoomForm, Text, Words, offered

if TYPE_CHECKING:
    from refuge.codes.models import Code

OTHER = "other"


class RevealForm(RoomForm):
    """Say why the address is needed."""

    reason = RadioField("Why do you need the address?", widget=GovRadioInput())
    note = Text("More about why", 200, description="Managers of your agency see this. A ref is fine, no names.")
    key = HiddenField()
    submit = SubmitField("Show the address", widget=GovSubmitInput())

    def __init__(self, reasons: list[Code], **more: Any) -> None:  # noqa: ANN401  as WTForms takes them
        """Offer these reasons."""
        super().__init__(**more)
        self.reason.choices = offered((code.code, code.label) for code in reasons)

    def validate(self, extra_validators: Any = None) -> bool:  # noqa: ANN401  as WTForms has it
        """Ask for a reason, and for words where the reason has none."""
        fine = bool(super().validate(extra_validators))
        if self.reason.errors:
            self.say("reason", "Choose why you need the address")
        if fine and self.reason.data == OTHER and not self.note.data:
            return self.say("note", "Say in a few words why you need the address")
        return fine


class AddressForm(RoomForm):
    """Keep or replace an address. What is kept is not shown here, unless somebody else replaced it meanwhile."""

    address = Words(
        "Address",
        500,
        "Enter the address",
        description="Only staff of your agency can ever see it, each time with a reason.",
    )
    key = HiddenField()
    version = HiddenField()
    submit = SubmitField("Keep this address", widget=GovSubmitInput())
