"""The forms of waiting: a search outside the network, and the day to look again."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from govuk_frontend_wtf.wtforms_widgets import GovRadioInput
from wtforms import Form, HiddenField, RadioField

from refuge.placements.service.waiting import SearchDetails
from refuge.referrals.forms.fields import Listed, SaidDate, Text, Words, offered

if TYPE_CHECKING:
    from typing import Any

    from werkzeug.datastructures import MultiDict

    from refuge.codes.queries import Lists

LISTS = ("search_result", "area")


class SearchForm(Form):
    """Whom somebody asked, where, and what they said."""

    asked = Text("Whom did you ask?", 120, "A service or a list, such as Women’s Aid in Derby. No person’s name.")
    area = Listed("Where is it?", "Not said")
    result = RadioField("What did they say?", widget=GovRadioInput(), validate_choice=False)
    note = Words("Note", 4000)
    key = HiddenField()

    def __init__(self, lists: Lists, typed: MultiDict[str, str] | None = None, *, key: str = "") -> None:
        """Bind what was typed, and offer what can be chosen today."""
        super().__init__(formdata=typed, data={"key": key})
        self.codes = {code.code for code in lists["search_result"]}
        self.result.choices = offered((code.code, code.label) for code in lists["search_result"])
        self.area.offer((code.code, code.label) for code in lists["area"])

    def validate(self, extra_validators: Any = None) -> bool:  # noqa: ANN401  as WTForms has it
        """Ask whom, and what they said."""
        super().validate(extra_validators)
        if not self.asked.typed:
            self.asked.errors = ["Enter whom you asked"]
        if self.result.data not in self.codes:
            self.result.errors = ["Choose what they said"]
        return not self.errors

    def details(self) -> SearchDetails:
        """Return what was typed. Only after `validate`."""
        return SearchDetails(self.asked.typed, self.area.typed, self.result.data, self.note.typed)


class ReviewForm(Form):
    """The day to look again."""

    on: date

    review_on = SaidDate("Look again on", "Enter the day to look again", "Such as 27 11. At most 60 days ahead.")
    note = Text("What to look at then", 200)

    def __init__(self, typed: MultiDict[str, str] | None, *, on: date, kept: dict[str, str]) -> None:
        """Bind what was typed; before that, what is kept."""
        self.on = on
        super().__init__(formdata=typed, data=kept)

    def validate(self, extra_validators: Any = None) -> bool:  # noqa: ANN401  as WTForms has it
        """Ask for a day."""
        super().validate(extra_validators)
        if not self.review_on.errors and self.review_on.typed is None:
            self.review_on.errors = ["Enter the day to look again"]
        return not self.errors
