"""The small forms: finding, withdrawing, and how far checks and paying have come."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any, cast

from govuk_frontend_wtf.wtforms_widgets import GovRadioInput
from wtforms import Form, RadioField

from refuge.referrals.forms.fields import Text, offered
from refuge.referrals.forms.referral import check_fields, route_fields

if TYPE_CHECKING:
    from werkzeug.datastructures import MultiDict

    from refuge.codes.models import Code
    from refuge.codes.queries import Lists


class FindForm(Form):
    """Find a referral by its number, her name or her safe number. By POST: no name in an address."""

    words = Text("Number of the referral, name or safe number", 120)

    def validate(self, extra_validators: Any = None) -> bool:  # noqa: ANN401  as WTForms has it
        """Ask for something to look for."""
        super().validate(extra_validators)
        if not self.words.typed:
            self.words.errors = ["Enter a number such as R-48213, a name or a safe number"]
        return not self.errors


class WithdrawForm(Form):
    """Why a referral ends without a place from us."""

    reason = RadioField("Why does it end?", widget=GovRadioInput(), validate_choice=False)

    def __init__(self, typed: MultiDict[str, str] | None, codes: list[Code]) -> None:
        """Offer the reasons of code list `withdrawal`."""
        super().__init__(formdata=typed)
        self.codes = {code.code for code in codes}
        self.reason.choices = offered((code.code, code.label) for code in codes)

    def validate(self, extra_validators: Any = None) -> bool:  # noqa: ANN401  as WTForms has it
        """Ask for a reason."""
        super().validate(extra_validators)
        if self.reason.data not in self.codes:
            self.reason.errors = ["Choose why it ends"]
        return not self.errors


class ProgressForm(Form):
    """How far the checks and the ways of paying have come: quick to change, again and again."""

    on: date

    def __init__(self, typed: MultiDict[str, str], lists: Lists, *, on: date) -> None:
        """Bind what was typed."""
        self.on, self.lists = on, lists
        super().__init__(formdata=typed)


def progress_form(typed: MultiDict[str, str], lists: Lists, *, on: date, money: bool) -> ProgressForm:
    """Return the form with each check, and each way of paying if she may see those."""
    fields = {**check_fields(lists), **(route_fields(lists) if money else {})}
    return cast("ProgressForm", type("ProgressForm", (ProgressForm,), fields)(typed, lists, on=on))
