"""What a refuge offers, and its staffing hours weekday by weekday."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from govuk_frontend_wtf.wtforms_widgets import GovCheckboxesInput, GovRadioInput, GovSelect, GovSubmitInput
from wtforms import HiddenField, RadioField, SelectField, SelectMultipleField, SubmitField

from refuge.beds.forms.fields import Clock, Count, RoomForm, Text, offered
from refuge.beds.models import SupportLevel
from refuge.beds.service.refuges import Hours, RefugeDetails
from refuge.beds.words import ALL_WEEK, MIDNIGHT, WEEKDAYS_IN_FULL

if TYPE_CHECKING:
    from refuge.beds.models import Refuge
    from refuge.codes.queries import Lists

LISTS = ("specialism", "accommodation_type", "area", "check", "language", "harm")
NEEDS = ("mental_health", "alcohol", "drugs", "self_harm")
ROUND_THE_CLOCK, BY_DAY, NOBODY = "always", "by_day", "never"
YES, NO = "yes", "no"
YES_NO = offered([(YES, "Yes"), (NO, "No")])
LEVELS = offered((str(level.value), level.label) for level in SupportLevel)


def _yes_no(label: str, hint: str = "") -> RadioField:
    return RadioField(label, choices=YES_NO, description=hint, widget=GovRadioInput())


def _level(label: str) -> SelectField:
    return SelectField(label, choices=LEVELS, widget=GovSelect())


class RefugeForm(RoomForm):
    """Add a refuge or change what it offers."""

    name = Text(
        "Code name", 80, "Enter a code name", description="A name that gives no place away; the network sees it"
    )
    specialism = RadioField("Who it is for", widget=GovRadioInput())
    accommodation_type = SelectField("Kind of accommodation", widget=GovSelect())
    area = SelectField("District", description="Never finer than the district", widget=GovSelect())
    staffed = RadioField(
        "When are staff in the house?",
        choices=offered([(ROUND_THE_CLOCK, "24 hours, every day"), (BY_DAY, "At the hours below"), (NOBODY, "Never")]),
        widget=GovRadioInput(),
    )
    telephone_cover = _yes_no("Do staff answer the telephone at other times?")
    mental_health_support = _level("Mental health")
    alcohol_support = _level("Alcohol")
    drugs_support = _level("Drugs")
    self_harm_support = _level("Self-harm")
    high_support_places = Count(
        "High-support places",
        0,
        100,
        "Enter how many residents may need high support",
        description="How many residents at a time may need support at the high level",
    )
    nrpf_places = Count(
        "Funded NRPF places",
        0,
        100,
        "Enter how many NRPF places are funded",
        description="Places at a time for women with no recourse to public funds",
    )
    son_age_limit = Count(
        "Oldest age at which a son can come",
        0,
        17,
        "Enter an age in years",
        maybe=True,
        description="Leave empty if any child under 18 can come. 0 means babies under one only.",
    )
    takes_pets = _yes_no("Can she bring a pet?")
    women_only = _yes_no("Women only?", "No men live, work or visit here")
    checks = SelectMultipleField("Checks before she is admitted", widget=GovCheckboxesInput())
    excludes = SelectMultipleField(
        "What the house cannot take the risk of",
        description="Matching says no where it is known of her past, and asks where nobody asked",
        widget=GovCheckboxesInput(),
    )
    turnaround_days = Count(
        "Days to clean a bed",
        0,
        14,
        "Enter how many days",
        description="How many days a bed is usually closed after a resident has left",
    )
    languages = SelectMultipleField("Languages that staff speak", widget=GovCheckboxesInput())
    key = HiddenField()
    version = HiddenField()
    seen = HiddenField()
    """A mark of the values of which she has seen whom they would rule out."""
    submit = SubmitField("Save", widget=GovSubmitInput())

    def __init__(self, lists: Lists, refuge: Refuge | None = None, **more: Any) -> None:  # noqa: ANN401  as WTForms takes them
        """Offer what can be chosen, beginning with what is kept of this refuge."""
        super().__init__(data=_kept(refuge), **more)
        for field, listed in zip(FROM_LISTS, LISTS, strict=True):
            self[field].choices = offered((code.code, code.label) for code in lists[listed])

    def days(self) -> list[tuple[str, Clock, Clock]]:
        """Return for each weekday its name and its two times."""
        return [(name, self[f"opens_{day}"], self[f"closes_{day}"]) for day, name in enumerate(WEEKDAYS_IN_FULL)]

    def validate(self, extra_validators: Any = None) -> bool:  # noqa: ANN401  as WTForms has it
        """Say what to choose where nothing was, and check the hours of each day."""
        fine = bool(super().validate(extra_validators))
        for field, sentence in CHOOSE.items():
            if self[field].errors:
                self.say(field, sentence)
        if self.staffed.data != BY_DAY:
            return fine
        fine = all([self._check_day(day) for day in range(ALL_WEEK)]) and fine  # noqa: C419  every day says what is wrong
        if fine and not any(self[f"opens_{day}"].data for day in range(ALL_WEEK)):
            return self.say("opens_0", "Enter the hours of at least one day, or choose “Never”")
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

    def details(self) -> RefugeDetails:
        """Return what was typed."""
        return RefugeDetails(
            name=self.name.typed,
            specialism=self.specialism.data,
            accommodation_type=self.accommodation_type.data,
            area=self.area.data,
            telephone_cover=self.telephone_cover.data == YES,
            **{f"{need}_support": int(self[f"{need}_support"].data) for need in NEEDS},
            high_support_places=self.high_support_places.number,
            nrpf_places=self.nrpf_places.number,
            son_age_limit=self.son_age_limit.data,
            takes_pets=self.takes_pets.data == YES,
            women_only=self.women_only.data == YES,
            checks=list(self.checks.data or []),
            excludes=list(self.excludes.data or []),
            turnaround_days=self.turnaround_days.number,
            languages=list(self.languages.data or []),
            hours=self._hours(),
        )

    def _hours(self) -> tuple[Hours, ...]:
        if self.staffed.data == ROUND_THE_CLOCK:
            return tuple(Hours(day, 0, MIDNIGHT) for day in range(ALL_WEEK))
        if self.staffed.data == NOBODY:
            return ()
        times = [(day, self[f"opens_{day}"].minutes, self[f"closes_{day}"].minutes) for day in range(ALL_WEEK)]
        return tuple(Hours(day, opens, closes) for day, opens, closes in times if opens is not None)


FROM_LISTS = ("specialism", "accommodation_type", "area", "checks", "languages", "excludes")
CHOOSE = {
    "specialism": "Choose who it is for",
    "accommodation_type": "Choose the kind of accommodation",
    "area": "Choose the district",
    "staffed": "Choose when staff are in the house",
    "telephone_cover": "Choose whether staff answer the telephone at other times",
    **{f"{need}_support": "Choose the highest level of support" for need in NEEDS},
    "takes_pets": "Choose whether she can bring a pet",
    "women_only": "Choose whether it is women only",
    "checks": "Choose from this list only",
    "languages": "Choose from this list only",
    "excludes": "Choose from this list only",
}
for _day, _name in enumerate(WEEKDAYS_IN_FULL):
    for _what, _words in (("opens", "from"), ("closes", "until")):
        setattr(RefugeForm, f"{_what}_{_day}", Clock(f"{_name} {_words}", render_kw={"autocomplete": "off"}))


def _kept(refuge: Refuge | None) -> dict[str, Any]:
    if refuge is None:
        return {
            "version": 0, "high_support_places": 0, "nrpf_places": 0, "women_only": YES, "staffed": BY_DAY,
            "languages": ["en"], "accommodation_type": "REFUGE", "turnaround_days": 1,
        }  # fmt: skip
    names = ("name", "specialism", "accommodation_type", "area", "high_support_places", "nrpf_places", "son_age_limit")
    kept: dict[str, Any] = {
        name: getattr(refuge, name)
        for name in (*names, "turnaround_days", "checks", "excludes", "languages", "version")
    }
    for name in ("telephone_cover", "takes_pets", "women_only"):
        kept[name] = YES if getattr(refuge, name) else NO
    for need in NEEDS:
        kept[f"{need}_support"] = str(getattr(refuge, f"{need}_support"))
    return {**kept, **_kept_hours(refuge)}


def _kept_hours(refuge: Refuge) -> dict[str, str]:
    days = {row.weekday: (row.opens, row.closes) for row in refuge.hours}
    if not days:
        return {"staffed": NOBODY}
    if len(days) == ALL_WEEK and set(days.values()) == {(0, MIDNIGHT)}:
        return {"staffed": ROUND_THE_CLOCK}
    kept = {"staffed": BY_DAY}
    for day, (opens, closes) in days.items():
        kept[f"opens_{day}"], kept[f"closes_{day}"] = (f"{at // 60:02}:{at % 60:02}" for at in (opens, closes))
    return kept
