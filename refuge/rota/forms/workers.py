"""The form of a worker, and of what she was trained in."""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING, Any

from govuk_frontend_wtf.wtforms_widgets import GovCheckboxesInput, GovRadioInput, GovSelect, GovSubmitInput
from wtforms import HiddenField, RadioField, SelectField, SelectMultipleField, SubmitField

from refuge.beds.forms.fields import Count, Day, Text, offered
from refuge.rota.forms.fields import NO, YES, CreatingForm, parts_of, yes_no
from refuge.rota.models import DISCIPLINES_OF, Discipline, Gender
from refuge.rota.service.workers import WorkerDetails

if TYPE_CHECKING:
    from collections.abc import Sequence

    from refuge.accounts.models import AgencyKind, Person
    from refuge.codes.queries import Lists
    from refuge.rota.models import Worker

LISTS = ("language", "worker_skill")
NOBODY = ""
EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
TELEPHONE = re.compile(r"[0-9+ ()]{5,30}")


class WorkerForm(CreatingForm):
    """Enter a worker, or change what is known of her."""

    name = Text("Name", 120, "Enter her name")
    person = SelectField("Her sign-in", description="Whose week this is when she signs in", widget=GovSelect())
    discipline = RadioField("What kind of work?", widget=GovRadioInput())
    gender = RadioField(
        "Gender",
        description="For a woman who asks to see a woman",
        choices=offered((one.value, one.label) for one in Gender),
        default=Gender.NOT_SAID.value,
        widget=GovRadioInput(),
    )
    languages = SelectMultipleField("Languages she speaks with residents", widget=GovCheckboxesInput())
    email = Text("E-mail", 254, description="For advice between visits. The staff of the network see it.")
    mobile = Text("Mobile", 30, description="For advice between visits. The staff of the network see it.")
    is_agency_contact = yes_no(
        "Is she the single point of contact of your agency?",
        "There is one: whoever was it before no longer is",
        default=NO,
    )
    assigned_from = Day("First day with the network")
    assigned_until = Day("Last day with the network", description="Leave empty if no end is agreed")
    review_on = Day("Next yearly review of her assignment", description="Leave empty if none is set")
    longest_contact_minutes = Count("Longest contact with residents a day, in minutes", 15, 720, "Enter minutes")
    break_after_minutes = Count("Break after, in minutes of work", 60, 720, "Enter minutes")
    break_minutes = Count("Length of the break, in minutes", 0, 120, "Enter minutes")
    gap_minutes = Count("Gap between two sessions, in minutes", 0, 120, "Enter minutes")
    free_share = Count(
        "Per cent of her hours kept free", 0, 90, "Enter a percentage", description="For advice, crises and drop-in"
    )
    version = HiddenField()
    submit = SubmitField("Save", widget=GovSubmitInput())

    def __init__(
        self, lists: Lists, kind: AgencyKind, people: Sequence[Person], worker: Worker | None = None, **more: Any  # noqa: ANN401  as WTForms takes them
    ) -> None:  # fmt: skip
        """Offer what can be chosen, beginning with what is kept of this worker."""
        super().__init__(data=_kept(worker), **more)
        self.languages.choices = offered((code.code, code.label) for code in lists["language"])
        self.discipline.choices = offered((one.value, one.label) for one in DISCIPLINES_OF.get(kind, ()))
        self.person.choices = offered(
            [(NOBODY, "She does not sign in yet"), *((person.ref, person.name) for person in people)]
        )
        self.ids = {person.ref: person.id for person in people}

    def validate(self, extra_validators: Any = None) -> bool:  # noqa: ANN401  as WTForms has it
        """Say what to choose where nothing was, and check what hangs together."""
        fine = bool(super().validate(extra_validators))
        if self.discipline.errors:
            self.say("discipline", "Choose what kind of work she does")
        if self.email.typed and not EMAIL.fullmatch(self.email.typed):
            fine = self.say("email", "Enter an e-mail address like name@agency.example, or leave it empty")
        if self.mobile.typed and not TELEPHONE.fullmatch(self.mobile.typed):
            fine = self.say("mobile", "Enter a telephone number like 07700 900123, or leave it empty")
        begins: date | None = self.assigned_from.data
        if begins is None and not self.assigned_from.errors:
            fine = self.say("assigned_from", "Enter her first day with the network")
        ends: date | None = self.assigned_until.data
        if begins is not None and ends is not None and ends < begins:
            fine = self.say("assigned_until", "Her last day cannot lie before her first")
        return fine

    def details(self) -> WorkerDetails:
        """Return what was typed. Only after `validate`."""
        return WorkerDetails(
            name=self.name.typed,
            person_id=self.ids.get(self.person.data),
            discipline=Discipline(self.discipline.data),
            gender=Gender(self.gender.data),
            languages=list(self.languages.data or []),
            email=self.email.typed,
            mobile=self.mobile.typed,
            assigned_from=self.assigned_from.data,
            assigned_until=self.assigned_until.data,
            review_on=self.review_on.data,
            longest_contact_minutes=self.longest_contact_minutes.number,
            break_after_minutes=self.break_after_minutes.number,
            break_minutes=self.break_minutes.number,
            gap_minutes=self.gap_minutes.number,
            free_share=self.free_share.number,
            is_agency_contact=self.is_agency_contact.data == YES,
        )


SAME = (
    "name", "languages", "email", "mobile", "assigned_from", "assigned_until", "review_on", "longest_contact_minutes",
    "break_after_minutes", "break_minutes", "gap_minutes", "free_share", "version",
)  # fmt: skip
"""Fields that begin with what the column of the same name holds."""
USUAL = {
    "longest_contact_minutes": 300, "break_after_minutes": 360, "break_minutes": 30, "gap_minutes": 10,
    "free_share": 20, "languages": ["en"],
}  # fmt: skip


def _kept(worker: Worker | None) -> dict[str, Any]:
    if worker is None:
        return dict(USUAL)
    told = {name: getattr(worker, name) for name in SAME}
    return told | {
        "person": worker.person.ref if worker.person else NOBODY,
        "discipline": worker.discipline.value,
        "gender": worker.gender.value,
        "is_agency_contact": YES if worker.is_agency_contact else NO,
    }


class SkillForm(CreatingForm):
    """What she was trained in, and when."""

    skill = SelectField("Trained in", widget=GovSelect())
    gained_on = Day("On")
    expires_on = Day("To be renewed from", description="Leave empty if it does not run out")
    submit = SubmitField("Add this skill", widget=GovSubmitInput())

    def __init__(self, lists: Lists, *, today: date, **more: Any) -> None:  # noqa: ANN401  as WTForms takes them
        """Offer what can be chosen; `today` is the London date."""
        super().__init__(**more)
        self.today = today
        self.skill.choices = offered((code.code, code.label) for code in lists["worker_skill"])

    def validate(self, extra_validators: Any = None) -> bool:  # noqa: ANN401  as WTForms has it
        """Ask for the day, which is not in the future."""
        fine = bool(super().validate(extra_validators))
        gained: date | None = self.gained_on.data
        if gained is None and not self.gained_on.errors:
            return self.say("gained_on", "Enter the day on which she was trained")
        if gained is not None and gained > self.today:
            return self.say("gained_on", "Enter a day that is not in the future")
        expires: date | None = self.expires_on.data
        if gained is not None and expires is not None and expires <= gained:
            return self.say("expires_on", "Enter a day after the training")
        return fine


__all__ = ["LISTS", "SkillForm", "WorkerForm", "parts_of"]
