"""The forms beside the figures: a partner's scores of harm, when a return is due, that it was sent, its mapping."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from wtforms import Form, HiddenField

from refuge.referrals.forms.fields import Listed, SaidDate, Text, WholeNumber
from refuge.statistics.facts import NEEDS
from refuge.statistics.periods import financial_year_of
from refuge.statistics.risk import MOST

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date
    from typing import Any

    from werkzeug.datastructures import MultiDict

    from refuge.accounts.models import Person
    from refuge.statistics.beside import HarmScore, ReturnSetting
    from refuge.statistics.models import Edition

SAY = "Enter a whole number"
A_REF = re.compile(r"\b[A-Z]{1,2}-[0-9]{5}\b")
"""What names one record: no words about a theme need it."""
LONGEST_WHY = 200


def _score(key: str) -> WholeNumber:
    return WholeNumber(NEEDS[key], 0, MOST, f"{NEEDS[key]}: enter a whole number", "0 is no harm, 18 the most")


def _why(key: str) -> Text:
    label = f"{NEEDS[key]}: what is it based on? (optional)"
    return Text(label, LONGEST_WHY, "About the need in general. Write nothing about any one woman.")


class HarmForm(Form):
    """One number for each theme, and what it rests on; what is left empty is not scored."""

    mental_health = _score("mental_health")
    mental_health_why = _why("mental_health")
    substance = _score("substance")
    substance_why = _why("substance")
    nrpf = _score("nrpf")
    nrpf_why = _why("nrpf")
    children = _score("children")
    children_why = _why("children")
    access = _score("access")
    access_why = _why("access")
    seen = HiddenField()

    def __init__(self, typed: MultiDict[str, str] | None = None, *, kept: Mapping[str, HarmScore]) -> None:
        """Bind what was typed, or show what the agency scored."""
        told: dict[str, Any] = {theme: str(row.score) for theme, row in kept.items()}
        told |= {f"{theme}_why": row.why for theme, row in kept.items()}
        told["seen"] = " ".join(f"{theme}:{row.number}" for theme, row in kept.items())
        super().__init__(formdata=typed, data=told)
        self.kept = kept

    def validate(self, extra_validators: Any = None) -> bool:  # noqa: ANN401  as WTForms has it
        """Ask for the score that words belong to, and refuse the number of a record."""
        super().validate(extra_validators)
        for theme in NEEDS:
            why = self._why(theme)
            if why.errors or not why.typed:
                continue
            if (named := A_REF.search(why.typed)) is not None:
                why.errors = [f"{NEEDS[theme]}: write about the need in general, without {named.group()}"]
            elif not (self[theme].data or "").strip():
                why.errors = [f"{NEEDS[theme]}: enter the score that these words are about, or leave them out"]
        return not self.errors

    def _why(self, theme: str) -> Text:
        field: Text = getattr(self, f"{theme}_why")
        return field

    def seen_numbers(self) -> dict[str, int]:
        """Return theme -> number of the score that stood on the page."""
        pairs = [pair.partition(":") for pair in (self.seen.data or "").split()]
        return {theme: int(number) for theme, _, number in pairs if theme in NEEDS and number.isdecimal()}

    def scores(self) -> dict[str, tuple[int, str]]:
        """Return theme -> score and what it rests on, where either differs from what is kept. Only after `validate`."""
        found: dict[str, tuple[int | None, str]] = {
            theme: (getattr(self, theme).typed, self._why(theme).typed) for theme in NEEDS
        }
        kept = {theme: (row.score, row.why) for theme, row in self.kept.items()}
        return {
            theme: (score, why)
            for theme, (score, why) in found.items()
            if score is not None and kept.get(theme) != (score, why)
        }


class ReturnForm(Form):
    """When a return is due, and whose it is."""

    days = WholeNumber("How many days after its period is it due?", 1, 200, SAY)
    owner = Listed("Who is reminded?", "Choose one")
    seen = HiddenField()

    def __init__(
        self,
        typed: MultiDict[str, str] | None = None,
        *,
        days: int,
        kept: ReturnSetting | None,
        people: Sequence[Person],
    ) -> None:
        """Bind what was typed, or show what holds."""
        told = {"days": str(days), "owner": kept.owner.ref if kept else "", "seen": str(kept.number if kept else 0)}
        super().__init__(formdata=typed, data=told)
        self.owner.offer((one.ref, f"{one.name}, {one.agency.name}") for one in people)
        self.people = {one.ref: one for one in people}

    def validate(self, extra_validators: Any = None) -> bool:  # noqa: ANN401  as WTForms has it
        """Ask for both."""
        super().validate(extra_validators)
        if self.days.typed is None and not self.days.errors:
            self.days.errors = ["Enter how many days after its period it is due"]
        if self.owner.data not in self.people:
            self.owner.errors = ["Choose who is reminded"]
        return not self.errors


class SentForm(Form):
    """That a return was sent: when, to whom, from which edition."""

    sent_on = SaidDate("When was it sent?", "Enter the day on which it was sent")
    sent_to = Text(
        "To which office, and how?", 200, "Such as: commissioning team, by secure e-mail. No private person."
    )
    edition = Listed("Which edition are its figures from?", "None that was published here")
    seen = HiddenField()

    def __init__(
        self, typed: MultiDict[str, str] | None = None, *, on: date, seen: int, editions: Sequence[tuple[Edition, str]]
    ) -> None:
        """Bind what was typed."""
        self.on = on
        super().__init__(formdata=typed, data={"seen": str(seen)})
        self.edition.offer((row.ref, f"{label}, edition {row.number}") for row, label in editions)
        self.editions = {row.ref: row for row, _ in editions}

    def validate(self, extra_validators: Any = None) -> bool:  # noqa: ANN401  as WTForms has it
        """Ask for the day, not to come, and to whom; an edition must be one of the period."""
        super().validate(extra_validators)
        if not self.sent_on.errors and (self.sent_on.typed is None or self.sent_on.typed > self.on):
            self.sent_on.errors = ["Enter the day on which it was sent, today or earlier"]
        if len(self.sent_to.typed) < 3 and not self.sent_to.errors:  # noqa: PLR2004  as the database asks
            self.sent_to.errors = ["Say which office had it, and how"]
        if self.edition.data and self.edition.data not in self.editions:
            self.edition.errors = ["Choose an edition of this period"]
        return not self.errors


class MappingForm(Form):
    """That the mapping was compared with a year's form: which form, and when."""

    year = Listed("Which year’s form did you compare it with?", "Choose one")
    checked_on = SaidDate("When did you compare them?", "Enter the day on which you compared them")
    version = HiddenField()

    def __init__(self, typed: MultiDict[str, str] | None = None, *, on: date, version: str) -> None:
        """Bind what was typed; the year that runs and the one before can be chosen."""
        self.on, self.holds = on, version
        super().__init__(formdata=typed, data={"version": version})
        running = financial_year_of(on)
        self.years = {str(one.since): one for one in (running, running.before)}
        self.year.offer((key, one.label) for key, one in self.years.items())

    def validate(self, extra_validators: Any = None) -> bool:  # noqa: ANN401  as WTForms has it
        """Ask for both; what was compared must be the version that holds."""
        super().validate(extra_validators)
        if self.version.data != self.holds:
            self.year.errors = ["The mapping has changed since you opened this page: compare the lines below again"]
        elif self.year.typed not in self.years:
            self.year.errors = ["Choose which year’s form you compared it with"]
        if not self.checked_on.errors and (self.checked_on.typed is None or self.checked_on.typed > self.on):
            self.checked_on.errors = ["Enter the day on which you compared them, today or earlier"]
        return not self.errors
