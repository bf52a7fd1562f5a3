"""What a bed is like."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from govuk_frontend_wtf.wtforms_widgets import GovCheckboxesInput, GovSubmitInput
from wtforms import HiddenField, SelectMultipleField, SubmitField

from refuge.beds.filters import FLAGS
from refuge.beds.forms.fields import Count, RoomForm, Text, Words, offered
from refuge.beds.service.beds import BedDetails

if TYPE_CHECKING:
    from refuge.beds.models import Bed


class BedForm(RoomForm):
    """Add a bed or change what it is like."""

    name = Text("What staff call it", 40, "Enter what staff call it, for example Room 3")
    adults = Count("Adults it sleeps", 1, 6, "Enter how many adults it sleeps", description="The woman is one of them")
    children = Count("Children it sleeps", 0, 12, "Enter how many children it sleeps", description="Not counting cots")
    cots = Count("Cots that fit beside that", 0, 4, "Enter how many cots fit", description="For babies under 2")
    features = SelectMultipleField(
        "What it is like",
        choices=offered(FLAGS.items()),
        description="If it is not self-contained, its kitchen or bathroom is shared",
        widget=GovCheckboxesInput(),
    )
    notes = Words("Notes", 1000, description="About the room only. No names, no address.")
    key = HiddenField()
    version = HiddenField()
    submit = SubmitField("Save", widget=GovSubmitInput())

    def __init__(self, bed: Bed | None = None, **more: Any) -> None:  # noqa: ANN401  as WTForms takes them
        """Begin with what is kept of this bed."""
        super().__init__(data=_kept(bed), **more)

    def details(self) -> BedDetails:
        """Return what was typed."""
        chosen = set(self.features.data or [])
        return BedDetails(
            name=self.name.typed,
            adults=self.adults.number,
            children=self.children.number,
            cots=self.cots.number,
            notes=self.notes.typed,
            **{flag: flag in chosen for flag in FLAGS},
        )


class ServiceForm(RoomForm):
    """Take a bed out of service, or put it back: as it was when the page was opened."""

    version = HiddenField()


def _kept(bed: Bed | None) -> dict[str, Any]:
    if bed is None:
        return {"adults": 1, "children": 0, "cots": 0, "version": 0}
    kept = {name: getattr(bed, name) for name in ("name", "adults", "children", "cots", "notes", "version")}
    return {**kept, "features": [flag for flag in FLAGS if getattr(bed, flag)]}
