"""Answers on the referral form that cannot be, or that do not go together."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

from refuge.referrals import risk
from refuge.referrals.duplicates import digits_of
from refuge.referrals.models import Answer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from refuge.referrals.forms.referral import ReferralForm

FEWEST_DIGITS = 7
"""Fewer make no telephone number."""
YOUNGEST = 10
"""In years: a younger person is a child of the household."""
PAST_DUE = timedelta(days=28)
LONGEST_PREGNANCY = timedelta(days=305)


def years_between(born: date, on: date) -> int:
    """Return the age on a day of somebody born on another, in whole years."""
    return on.year - born.year - ((on.month, on.day) < (born.month, born.day))


def senseless(form: ReferralForm) -> Iterator[tuple[str, str]]:
    """Give the name of each field to ask again, and what to say beside it. Only after the fields have been read."""
    if form.safe_number.typed and len(digits_of(form.safe_number.typed)) < FEWEST_DIGITS:
        yield "safe_number", "Enter a telephone number, and put the rest under What to mind"
    yield from _about_her_age(form)
    yield from _about_the_baby(form)
    if form.is_new and form.needed_by.typed is not None and form.needed_by.typed < form.on:
        yield "needed_by", "Enter a day that has not passed, or leave it empty: as soon as one is free"
    most = risk.questions(form.risk_tool.typed)
    if most is not None and form.risk_count.typed is not None and form.risk_count.typed > most:
        yield "risk_count", f"That checklist has {most} questions: enter how many answers were yes"


def _about_her_age(form: ReferralForm) -> Iterator[tuple[str, str]]:
    if form.born_on.typed is None:
        return
    age = years_between(form.born_on.typed, form.on)
    if age < YOUNGEST:
        yield "born_on", "Enter her own date of birth"
    elif form.age.typed is not None and abs(form.age.typed - age) > 1:
        yield "age", f"The date of birth makes her {age}: correct one of the two"


def _about_the_baby(form: ReferralForm) -> Iterator[tuple[str, str]]:
    due = form.due_on.typed
    if due is None:
        return
    if form.pregnant.typed == Answer.NO:
        yield "due_on", "She is not pregnant, as you said: take the date away, or change the answer"
    elif not form.on - PAST_DUE <= due <= form.on + LONGEST_PREGNANCY:
        yield "due_on", "Enter the date the baby is due, within the next ten months"
