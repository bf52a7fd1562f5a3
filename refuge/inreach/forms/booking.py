"""Booking by hand: what is wanted is asked by address, then one of the times that are really free is chosen."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from govuk_frontend_wtf.wtforms_widgets import GovCheckboxesInput, GovSelect, GovSubmitInput
from wtforms import HiddenField, SelectField, SelectMultipleField, SubmitField

from refuge.beds.forms.fields import Count, Day, RoomForm, offered
from refuge.inreach.forms.fields import read_slot
from refuge.inreach.models import BookingKind

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from refuge.codes.models import Code
    from refuge.inreach.queries.women import Woman
    from refuge.rota.models import Worker

USUAL_MINUTES = 50
NEEDS_NO_ROOM = "none"


class BookForm(RoomForm):
    """Say who sees whom, for how long, and choose a time."""

    key = HiddenField()
    kind = HiddenField(default=BookingKind.ONE_TO_ONE.value)
    need = SelectField("For which need of her plan?", widget=GovSelect(), validate_choice=False, default="")
    woman = SelectField("Who?", widget=GovSelect(), validate_choice=False, default="")
    house = SelectField("At which house?", widget=GovSelect(), validate_choice=False, default="")
    women = SelectMultipleField("Who comes?", widget=GovCheckboxesInput(), validate_choice=False)
    worker = SelectField("With whom?", widget=GovSelect(), validate_choice=False, default="")
    service = SelectField("What for?", widget=GovSelect(), validate_choice=False, default="")
    minutes = Count("How many minutes?", 5, 480, "Enter how many minutes it lasts", default=USUAL_MINUTES)
    room = SelectField(
        "Where in the house?", widget=GovSelect(), validate_choice=False, default="",
        choices=offered([("", "In a free room"), (NEEDS_NO_ROOM, "Without a room: by telephone, or on a walk")]),
    )  # fmt: skip
    repeat = SelectField(
        "Again?", widget=GovSelect(), validate_choice=False, default="",
        choices=offered([("", "Only once"), ("1", "Every week"), ("2", "Every two weeks"), ("4", "Every four weeks")]),
    )  # fmt: skip
    until_on = Day("Until", description="The last day, if it comes again")
    slot = HiddenField()
    show = SubmitField("Show free times", widget=GovSubmitInput())

    def __init__(
        self,
        women: Sequence[Woman],
        workers: Sequence[Worker],
        services: Sequence[Code],
        needs: Sequence[tuple[str, str]] = (),
        **more: Any,  # noqa: ANN401  as WTForms takes them
    ) -> None:
        """Offer these women, workers, services and needs."""
        super().__init__(**more)
        self.woman.choices = offered([("", "Choose her"), *((one.ref, f"{one.ref} · {one.house}") for one in women)])
        self.women.choices = offered([(one.ref, f"{one.ref} · {one.house}") for one in women])
        houses = sorted({one.house for one in women})
        self.house.choices = offered([("", "Choose a house"), *((name, name) for name in houses)])
        self.worker.choices = offered(
            [("", "Choose a worker"), *((one.ref, f"{one.name} · {one.discipline.label}") for one in workers)],
        )
        self.services = {code.code for code in services}
        self.service.choices = offered([("", "Choose what for"), *((code.code, code.label) for code in services)])
        self.need.choices = offered([("", "None: booked without one"), *needs])

    @property
    def booking_kind(self) -> BookingKind:
        """Who comes."""
        return BookingKind(self.kind.data) if self.kind.data in set(BookingKind) else BookingKind.ONE_TO_ONE

    @property
    def needs_room(self) -> bool:
        """Whether a room is wanted."""
        return bool(self.room.data != NEEDS_NO_ROOM)

    @property
    def slot_at(self) -> datetime | None:
        """The time that was chosen."""
        return read_slot(self.slot.data)

    @property
    def every_weeks(self) -> int | None:
        """How often it comes again; None: only once."""
        return int(self.repeat.data) if self.repeat.data in {"1", "2", "4"} else None
