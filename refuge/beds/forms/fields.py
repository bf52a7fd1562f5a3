"""Fields that forgive how people type, and say what to do when they cannot."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, time
from typing import Any

from flask_wtf import FlaskForm
from govuk_frontend_wtf.wtforms_widgets import GovDateInput, GovTextArea, GovTextInput
from wtforms import Field, IntegerField, StringField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its stubs
from wtforms.form import BaseForm
from wtforms.validators import ValidationError

OFF = {"autocomplete": "off"}
PARTS = 3
MINUTES = 60
MIDNIGHT = 24 * MINUTES
CLOCK = re.compile(r"(\d{1,2})(?:[:.]?(\d{2}))?")
FIRST_YEAR, LAST_YEAR = 2000, 2100
SHOWN = ("version", "seen")
"""What a form carries of what its page showed."""
UNNAMED = frozenset({"csrf_token", "key", "version"})
"""What travels in a form and has no place on the page where a sentence could stand."""


def offered(choices: Iterable[tuple[str, str]]) -> list[SelectChoice]:
    """Return codes and words as choices of a field."""
    return [SelectChoice(code, words) for code, words in choices]


class RoomForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF has no types
    """A form of this room."""

    def process(self, formdata: Any = None, *more: Any, **told: Any) -> None:  # noqa: ANN401  as WTForms has it
        """Read what was sent. A form that does not say what it was shown does not say that it was shown the newest."""
        super().process(formdata, *more, **told)
        sent = self.meta.wrap_formdata(self, formdata)
        for name in SHOWN if sent is not None else ():
            if name in self and name not in sent:
                self[name].data = ""

    def refuse(self, sentence: str, field: str | None = None) -> None:
        """Put what the service refused beside its field, or beside the first."""
        first = next(name for name in self._fields if name not in UNNAMED)
        self[field if field in self._fields else first].errors = [sentence]

    def say(self, field: str, sentence: str) -> bool:
        """Put a sentence beside a field; return False, for the form is not valid then."""
        self[field].errors = [sentence]
        return False


class Text(StringField):
    """A line of text that is needed, or not."""

    widget = GovTextInput()

    def __init__(self, label: str, most: int, needed: str = "", **more: Any) -> None:  # noqa: ANN401  as WTForms takes them
        """Take at most so many characters; `needed` tells what to enter if it may not be empty."""
        more.setdefault("render_kw", OFF)
        super().__init__(label, filters=[_tidy], **more)
        self.most, self.needed = most, needed

    @property
    def typed(self) -> str:
        """The text; empty if there is none."""
        return self.data or ""

    def pre_validate(self, form: BaseForm) -> None:
        """Refuse what is missing or would not fit."""
        del form
        if self.needed and not self.data:
            raise ValidationError(self.needed)
        if self.data and len(self.data) > self.most:
            raise ValidationError(f"{self.label.text}: shorten it to {self.most} characters, you have {len(self.data)}")


class Words(Text):
    """Several lines of text."""

    widget = GovTextArea()


def _tidy(text: str | None) -> str:
    return (text or "").strip()


class Count(IntegerField):
    """A whole number between two bounds; or nothing, if it may be."""

    widget = GovTextInput()

    def __init__(
        self, label: str, least: int, most: int, say: str, *, maybe: bool = False, **more: Any  # noqa: ANN401  as WTForms takes them
    ) -> None:  # fmt: skip
        """Take a number from `least` to `most`; `say` tells people what to enter."""
        super().__init__(label, render_kw={**OFF, "inputmode": "numeric"}, **more)
        self.least, self.most, self.say, self.maybe = least, most, say, maybe

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Read the number; what is none is told about in `pre_validate`."""
        text = str(valuelist[0]).strip() if valuelist else ""
        self.data = int(text) if re.fullmatch(r"[0-9]{1,6}", text) else None

    @property
    def number(self) -> int:
        """The number, of a field that may not be empty and was found valid."""
        return self.data or 0

    def pre_validate(self, form: BaseForm) -> None:
        """Refuse what is no such number."""
        del form
        empty = not self.raw_data or not str(self.raw_data[0]).strip()
        if empty and self.maybe:
            return
        if self.data is None or not self.least <= self.data <= self.most:
            raise ValidationError(f"{self.say}, from {self.least} to {self.most}")


class Clock(StringField):
    """A time of day as minutes after midnight: `09:00`, `9`, `0930`, `24:00`. Empty is none."""

    widget = GovTextInput()
    minutes: int | None = None

    def pre_validate(self, form: BaseForm) -> None:
        """Read the time."""
        del form
        text = (self.data or "").strip().lower().replace(" ", "")
        if not text:
            return
        self.minutes = read_clock(text)
        if self.minutes is None:
            raise ValidationError("Enter a time like 09:00 or 17:30")

    @property
    def time(self) -> time | None:
        """The time of day, if it is not the end of one."""
        if self.minutes is None or self.minutes == MIDNIGHT:
            return None
        return time(self.minutes // MINUTES, self.minutes % MINUTES)


def read_clock(text: str) -> int | None:
    """Return minutes after midnight, or None if the text is no time."""
    found = CLOCK.fullmatch(text)
    if found is None or int(found[2] or 0) >= MINUTES:
        return None
    minutes = int(found[1]) * MINUTES + int(found[2] or 0)
    return minutes if minutes <= MIDNIGHT else None


class Day(Field):
    """A date in three boxes. Empty is none."""

    widget = GovDateInput()

    def _value(self) -> str:
        return ""

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Read day, month and year; whatever was posted, there are three boxes to show again."""
        parts = [str(value).strip() for value in valuelist][:PARTS]
        self.raw_data = [*parts, *[""] * (PARTS - len(parts))]
        self.data = _read_day(self.raw_data)

    def pre_validate(self, form: BaseForm) -> None:
        """Refuse what is no date."""
        del form
        if any(self.raw_data or []) and self.data is None:
            raise ValidationError("Enter a real date, for example 27 11 2026")


def _read_day(parts: list[str]) -> date | None:
    if not all(re.fullmatch(r"[0-9]{1,4}", part) for part in parts):
        return None
    day, month, year = (int(part) for part in parts)
    try:
        found = date(year if year >= FIRST_YEAR else year + FIRST_YEAR, month, day)
    except ValueError:
        return None
    return found if found.year < LAST_YEAR else None
