"""Fields that forgive how people type on the telephone: dates as they are said, text of any kind."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from typing import Any

from govuk_frontend_wtf.wtforms_widgets import GovSelect, GovTextArea, GovTextInput
from wtforms import RadioField, SelectField, StringField, ValidationError
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its stubs
from wtforms.form import BaseForm

MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
OFF = {"autocomplete": "off"}
"""The browser must not remember what was typed about a woman."""
Choices = Iterable[tuple[str, str]]


def offered(choices: Choices) -> list[SelectChoice]:
    """Return pairs of a code and its words as a field offers them."""
    return [SelectChoice(code, words) for code, words in choices]


class Text(StringField):
    """A line of text."""

    widget = GovTextInput()

    def __init__(self, label: str, most: int, hint: str = "", **more: Any) -> None:  # noqa: ANN401  as WTForms takes them
        """Take at most so many characters."""
        more.setdefault("render_kw", OFF)
        super().__init__(label, description=hint, **more)
        self.most = most

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Drop spaces around the text, and the character that no database keeps."""
        super().process_formdata([str(value).replace("\0", "").strip() for value in valuelist[:1]])

    @property
    def typed(self) -> str:
        """The text."""
        return self.data or ""

    def pre_validate(self, form: BaseForm) -> None:
        """Refuse what would not fit."""
        del form
        if len(self.typed) > self.most:
            raise ValidationError(
                f"{self.label.text}: shorten it to {self.most} characters, you have {len(self.typed)}"
            )


class Words(Text):
    """Several lines, in her words."""

    widget = GovTextArea()


class WholeNumber(StringField):
    """A whole number between two bounds, or nothing."""

    widget = GovTextInput()

    def __init__(self, label: str, least: int, most: int, say: str, hint: str = "", **more: Any) -> None:  # noqa: ANN401  as WTForms takes them
        """Take a number from `least` to `most`; `say` tells people what to enter."""
        super().__init__(label, description=hint, render_kw={**OFF, "inputmode": "numeric"}, **more)
        self.least, self.most, self.say = least, most, say
        self.typed: int | None = None

    def pre_validate(self, form: BaseForm) -> None:
        """Read the number."""
        del form
        text = (self.data or "").strip()
        if not text:
            return
        if not re.fullmatch(r"[0-9]{1,6}", text) or not self.least <= int(text) <= self.most:
            raise ValidationError(f"{self.say}, from {self.least} to {self.most}")
        self.typed = int(text)


class SaidDate(StringField):
    """A date as it is said: `27 3 1991`, `27/3/91`, `27 March 1991`."""

    widget = GovTextInput()

    def __init__(self, label: str, say: str, hint: str = "", *, past: bool = False, **more: Any) -> None:  # noqa: ANN401  as WTForms takes them
        """Take a date, or nothing; `say` tells people what to enter. `past`: two-digit years are of the last 100."""
        super().__init__(label, description=hint, render_kw=OFF, **more)
        self.say, self.past = say, past
        self.typed: date | None = None

    def pre_validate(self, form: BaseForm) -> None:
        """Read the date."""
        text = (self.data or "").strip()
        if not text:
            return
        on: date = form.on  # type: ignore[attr-defined]  # every form with dates is told the day
        self.typed = read_date(text, on=on, past=self.past)
        if self.typed is None:
            raise ValidationError(f"{self.say}, for example 27 3 {on.year if not self.past else 1991}")
        if self.past and self.typed > on:
            raise ValidationError(f"{self.say} that is not in the future")


def read_date(text: str, *, on: date, past: bool) -> date | None:
    """Return the date that somebody typed, day first, or None if it is none."""
    parts = re.findall(r"\d+|[a-z]+", re.sub(r"(?<=\d)(st|nd|rd|th)\b", "", text.lower()))
    if len(parts) == 3 and len(parts[0]) == 4:  # noqa: PLR2004  year first, as computers write it
        parts.reverse()
    if len(parts) == 2 and not past:  # noqa: PLR2004  day and month: the next such day
        return _next_such_day(parts, on)
    if len(parts) != 3:  # noqa: PLR2004  day, month, year
        return None
    return _made(parts[0], parts[1], _full_year(parts[2], on, past=past))


def _full_year(text: str, on: date, *, past: bool) -> int | None:
    if not text.isdecimal() or len(text) not in {2, 4}:
        return None
    year = int(text)
    if len(text) == 4:  # noqa: PLR2004  a year in full
        return year if 1900 <= year <= on.year + 10 else None  # noqa: PLR2004  nobody alive is older
    year += on.year // 100 * 100
    return year - 100 if past and year > on.year else year


def _next_such_day(parts: list[str], on: date) -> date | None:
    this = _made(parts[0], parts[1], on.year)
    return this if this is None or this >= on else _made(parts[0], parts[1], on.year + 1)


def _made(day: str, month: str, year: int | None) -> date | None:
    number = MONTHS.index(month[:3]) + 1 if month[:3] in MONTHS else month
    try:
        return date(int(year or 0), int(number), int(day))
    except (ValueError, OverflowError):  # 99999999999 is a number and no day
        return None


class Pick(RadioField):
    """One of a few words side by side; one is always picked."""

    def __init__(self, label: str, choices: Choices, default: str | None, hint: str = "", **more: Any) -> None:  # noqa: ANN401  as WTForms takes them
        """Offer `choices`, `default` picked."""
        super().__init__(label, choices=offered(choices), default=default, description=hint, **more)

    @property
    def typed(self) -> str:
        """The word picked."""
        return str(self.data or "")


class Listed(SelectField):
    """One of a longer list, or nothing."""

    widget = GovSelect()

    def __init__(self, label: str, nothing: str, hint: str = "", **more: Any) -> None:  # noqa: ANN401  as WTForms takes them
        """Start with `nothing` chosen; the choices come from a code list."""
        super().__init__(label, choices=offered([("", nothing)]), default="", description=hint, render_kw=OFF, **more)
        self.nothing = nothing

    def offer(self, choices: Choices) -> None:
        """Offer these after the empty one."""
        self.choices = offered([("", self.nothing), *choices])

    @property
    def typed(self) -> str:
        """The code chosen, or nothing."""
        return str(self.data or "")
