"""The forms of who sees what: consent, sharing without it, who works with her, broken glass and its review."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from govuk_frontend_wtf.wtforms_widgets import GovCheckboxesInput, GovPasswordInput, GovRadioInput, GovSelect
from wtforms import HiddenField, PasswordField, RadioField, SelectField, SelectMultipleField

from refuge.beds.forms.fields import Count, Day, RoomForm, Text, Words, offered
from refuge.london import day_begins
from support_plans.categories import LABELS, NEEDED, ORDINARY, Category
from support_plans.models import Basis, GlassReview, Part
from support_plans.service.sharing import SharingDetails

if TYPE_CHECKING:
    from collections.abc import Sequence

    from refuge.accounts.models import Agency, Person
    from refuge.codes.queries import Lists
    from refuge.rota.models import Worker

LONG = 4000
DAY = timedelta(days=1)
AGREES, REFUSES = "yes", "no"
SHAREABLE = tuple(one for one in Category if one not in NEEDED or one is Category.PERPETRATOR)
"""What can be shared by a form. Immigration status and offences are not opened by a tick."""


class SharingForm(RoomForm):
    """What is opened, to whom and until when."""

    agency = RadioField("With which agency?", widget=GovRadioInput(), validate_choice=False)
    categories = SelectMultipleField("What may it read?", widget=GovCheckboxesInput(), validate_choice=False)
    purpose = Text("What for?", 200, description="For example: to plan her recovery sessions")
    until_on = Day("Until which day?", description="The last day. At most a year from now.")
    key = HiddenField()

    def __init__(self, agencies: Sequence[Agency], **more: Any) -> None:  # noqa: ANN401  as WTForms takes them
        """Offer these agencies."""
        super().__init__(**more)
        self.agencies = {one.ref: one for one in agencies}
        self.agency.choices = offered((one.ref, one.name) for one in agencies)
        self.categories.choices = offered((one.value, LABELS[one]) for one in SHAREABLE)

    def chosen_agency(self) -> Agency | None:
        """Return the agency that was chosen."""
        return self.agencies.get(self.agency.data)

    def check(self) -> bool:
        """Ask for what a basis needs."""
        fine = True
        if self.until_on.data is None and not self.until_on.errors:
            fine = self.say("until_on", "Enter the last day: she is asked again after that")
        if not self.purpose.typed:
            fine = self.say("purpose", "Say what it is for")
        if not self.picked():
            fine = self.say("categories", "Choose at least one thing that may be read")
        return fine

    def picked(self) -> tuple[Category, ...]:
        """Return what was ticked, of what was offered."""
        offered_now = {one.value for one in SHAREABLE}
        return tuple(Category(one) for one in self.categories.data or () if one in offered_now)


class ConsentForm(SharingForm):
    """What she agreed to, or that she said no."""

    agrees = RadioField(
        "What did she say?",
        choices=offered([(AGREES, "She agrees"), (REFUSES, "She does not agree")]), widget=GovRadioInput(),
    )  # fmt: skip
    how_given = SelectField("How did she agree?", widget=GovSelect(), validate_choice=False, default="")

    def __init__(self, lists: Lists, agencies: Sequence[Agency], **more: Any) -> None:  # noqa: ANN401  as WTForms takes them
        """Offer the ways of today."""
        super().__init__(agencies, **more)
        self.ways = {code.code for code in lists["consent_how"]}
        ways = [("", "Choose how"), *((code.code, code.label) for code in lists["consent_how"])]
        self.how_given.choices = offered(ways)

    def validate(self, extra_validators: Any = None) -> bool:  # noqa: ANN401  as WTForms has it
        """Ask for what consent needs; for a no, only with whom."""
        fine = bool(super().validate(extra_validators))
        if self.agrees.errors:
            fine = self.say("agrees", "Choose what she said")
        if self.chosen_agency() is None:
            fine = self.say("agency", "Choose with which agency")
        if self.refuses:
            return fine
        if self.how_given.data not in self.ways:
            fine = self.say("how_given", "Choose how she agreed")
        return self.check() and fine

    @property
    def refuses(self) -> bool:
        """Whether she said no."""
        return bool(self.agrees.data == REFUSES)

    def details(self, agency: Agency) -> SharingDetails:
        """Return what was typed. Only after `validate`, and not for a no."""
        until = day_begins(self.until_on.data + DAY)
        return SharingDetails(agency.id, self.picked(), self.purpose.typed, until, how_given=self.how_given.data)


class WithoutConsentForm(SharingForm):
    """Sharing without her consent: why, and who decided."""

    basis = RadioField(
        "Why does this have to be shared?",
        choices=offered((one.value, one.label) for one in Basis if one is not Basis.CONSENT), widget=GovRadioInput(),
    )  # fmt: skip
    why_necessary = Words(
        "Why is it necessary?", LONG, description="What could happen if it is not shared, and to whom"
    )
    why_proportionate = Words("Why is it proportionate?", LONG, description="Why these things, and no more than these")
    decided_by = SelectField("Who decided it?", widget=GovSelect(), validate_choice=False, default="")
    told_her = RadioField(
        "Was she told?",
        choices=offered([("yes", "Yes"), ("no", "No: telling her is not safe")]), widget=GovRadioInput(),
    )  # fmt: skip

    def __init__(self, agencies: Sequence[Agency], people: Sequence[Person], **more: Any) -> None:  # noqa: ANN401  as WTForms takes them
        """Offer these people as who decided."""
        super().__init__(agencies, **more)
        self.people = {one.ref: one for one in people}
        names = [(one.ref, f"{one.name}, {one.agency.name}") for one in people]
        self.decided_by.choices = offered([("", "Choose who decided"), *names])

    def validate(self, extra_validators: Any = None) -> bool:  # noqa: ANN401  as WTForms has it
        """Ask for everything: nothing here goes without saying."""
        fine = bool(super().validate(extra_validators))
        for name, words in (("basis", "Choose why"), ("told_her", "Choose whether she was told")):
            if self[name].errors:
                fine = self.say(name, words)
        if self.chosen_agency() is None:
            fine = self.say("agency", "Choose with which agency")
        if self.decided_by.data not in self.people:
            fine = self.say("decided_by", "Choose who decided it")
        return self.check() and fine

    def details(self, agency: Agency) -> SharingDetails:
        """Return what was typed. Only after `validate`."""
        return SharingDetails(
            agency.id, self.picked(), self.purpose.typed, day_begins(self.until_on.data + DAY),
            basis=Basis(self.basis.data), why_necessary=self.why_necessary.typed,
            why_proportionate=self.why_proportionate.typed, decided_by_id=self.people[self.decided_by.data].id,
            told_her=self.told_her.data == "yes",
        )  # fmt: skip


class AllocateForm(RoomForm):
    """Who works with her from today on."""

    worker = SelectField("Who?", widget=GovSelect(), validate_choice=False, default="")
    part = RadioField(
        "As what?", choices=offered((one.value, one.label) for one in Part), widget=GovRadioInput(),
        default=Part.PRACTITIONER.value,
    )  # fmt: skip
    key = HiddenField()

    def __init__(self, workers: Sequence[Worker], **more: Any) -> None:  # noqa: ANN401  as WTForms takes them
        """Offer these workers."""
        super().__init__(**more)
        self.workers = {one.ref: one for one in workers}
        names = [(one.ref, f"{one.name}, {one.discipline.label.lower()}, {one.agency.name}") for one in workers]
        self.worker.choices = offered([("", "Choose a worker"), *names])

    def chosen(self) -> Worker | None:
        """Return the worker who was chosen; says so beside the field if none was."""
        found = self.workers.get(self.worker.data)
        if found is None:
            self.say("worker", "Choose a worker")
        return found


class GlassForm(RoomForm):
    """Opening a plan without the usual right."""

    ref = Text(
        "Her number", 12, "Enter her number, for example R-48213",
        description="For example R-48213",
    )  # fmt: skip
    reason = RadioField("Why must you open it?", widget=GovRadioInput())
    words = Words("Say why, so that somebody else can judge it", LONG, "Say why")
    password = PasswordField("Your password", widget=GovPasswordInput(), render_kw={"autocomplete": "current-password"})

    def __init__(self, lists: Lists, **more: Any) -> None:  # noqa: ANN401  as WTForms takes them
        """Offer the reasons of today."""
        super().__init__(**more)
        self.reason.choices = offered((code.code, code.label) for code in lists["glass_reason"])

    def validate(self, extra_validators: Any = None) -> bool:  # noqa: ANN401  as WTForms has it
        """Ask for a reason."""
        fine = bool(super().validate(extra_validators))
        if self.reason.errors:
            fine = self.say("reason", "Choose why you must open it")
        return fine


class GlassReviewForm(RoomForm):
    """What a review of a broken glass found."""

    found = RadioField(
        "What did you find?", choices=offered((one.value, one.label) for one in GlassReview), widget=GovRadioInput()
    )
    review_words = Words("In a sentence or two", LONG, "Say what you found")

    def validate(self, extra_validators: Any = None) -> bool:  # noqa: ANN401  as WTForms has it
        """Ask for a finding."""
        fine = bool(super().validate(extra_validators))
        if self.found.errors:
            fine = self.say("found", "Choose what you found")
        return fine


class SampleForm(RoomForm):
    """What an officer found as she looked through a week of reads."""

    asked = RadioField(
        "Did you have to ask somebody why?",
        choices=offered([("no", "No: it was their work"), ("yes", "Yes, I asked")]), widget=GovRadioInput(),
    )  # fmt: skip
    words = Words("Whom, and what were you told?", 2000, description="Only if you asked. Name no woman here.")

    def validate(self, extra_validators: Any = None) -> bool:  # noqa: ANN401  as WTForms has it
        """Ask whether she had to ask."""
        fine = bool(super().validate(extra_validators))
        return self.say("asked", "Choose whether you had to ask somebody") if self.asked.errors else fine


class SettingsForm(RoomForm):
    """What a network decides about plans."""

    due_days = Count(
        "Within how many working days of moving in is a plan agreed?", 1, 30, "Enter a number of working days"
    )
    area = Text("A further area of need", 80, description="Leave empty to add none")
    category = SelectField("What is it about?", widget=GovSelect(), validate_choice=False, default="")
    seen = HiddenField()

    def __init__(self, **more: Any) -> None:  # noqa: ANN401  as WTForms takes them
        """Offer what an area can be about."""
        super().__init__(**more)
        choices = [("", "Choose what it is about"), *((one.value, LABELS[one]) for one in ORDINARY)]
        self.category.choices = offered(choices)

    def validate(self, extra_validators: Any = None) -> bool:  # noqa: ANN401  as WTForms has it
        """Ask what a further area is about."""
        fine = bool(super().validate(extra_validators))
        if self.area.typed and self.category.data not in {one.value for one in ORDINARY}:
            fine = self.say("category", "Choose what it is about: she agrees by it what is shared")
        return fine
