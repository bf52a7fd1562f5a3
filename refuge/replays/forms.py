"""The forms of replays: which period with which changes, and what a change is taken to cost."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

from wtforms import Form, HiddenField, SelectMultipleField

from refuge.referrals.forms.fields import SaidDate, Text, WholeNumber
from refuge.replays.service import MOST_CHANGES, CostDetails
from refuge.statistics.periods import Period

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from werkzeug.datastructures import MultiDict

    from allocation.replay.changes import Kind
    from refuge.replays.models import ChangeCost
    from refuge.replays.queries import Possible

LONGEST = timedelta(days=366)
SHORTEST = timedelta(days=28)


class ReplayForm(Form):
    """From which day to which, and what is changed."""

    on: date

    since = SaidDate("From", "Enter the first day", "Such as 1 4 2025", past=True)
    until = SaidDate("To", "Enter the last day", "Such as 31 3 2026. A year at most.", past=True)
    changes = SelectMultipleField("What would have been different?", validate_choice=False)
    key = HiddenField()

    def __init__(
        self, possible: Sequence[Possible], typed: MultiDict[str, str] | None = None, *, on: date, key: str = ""
    ) -> None:
        """Bind what was typed; before that the twelve months until yesterday."""
        self.on = on
        yesterday = on - timedelta(days=1)
        first = yesterday - LONGEST + timedelta(days=2)
        super().__init__(formdata=typed, data={"since": _typed(first), "until": _typed(yesterday), "key": key})
        self.possible = {one.key: one for one in possible}

    def validate(self, extra_validators: Any = None) -> bool:  # noqa: ANN401  as WTForms has it
        """Ask for a period that is over, neither too short nor too long, and for something to change."""
        super().validate(extra_validators)
        for field in (self.since, self.until):
            if not field.errors and field.typed is None:
                field.errors = [f"Enter the {'first' if field is self.since else 'last'} day"]
        if not self.since.errors and not self.until.errors:
            self.until.errors = list(self._wrong_period())
        chosen = self.changes.data or []
        if not chosen:
            self.changes.errors = ["Choose at least one change"]
        elif len(chosen) > MOST_CHANGES:
            self.changes.errors = [f"Choose {MOST_CHANGES} changes at most: you chose {len(chosen)}"]
        elif any(key not in self.possible for key in chosen):
            self.changes.errors = ["Choose again: one of these is no longer possible in this network"]
        return not self.errors

    def _wrong_period(self) -> Sequence[str]:
        since, until = self.since.typed, self.until.typed
        if since is None or until is None:
            return ()
        if until >= self.on:
            return ("Enter a last day that is over",)
        if until - since < SHORTEST - timedelta(days=1):
            return (f"Enter a last day at least {SHORTEST.days} days after the first",)
        if until - since >= LONGEST:
            return ("Enter a last day at most a year after the first",)
        return ()

    def period(self) -> Period:
        """Return the period. Only after `validate`."""
        if self.since.typed is None or self.until.typed is None:
            raise ValueError("Only a valid form has a period.")
        return Period(self.since.typed, self.until.typed)

    def chosen(self) -> list[Possible]:
        """Return the changes. Only after `validate`."""
        return [self.possible[key] for key in self.possible if key in (self.changes.data or [])]


class CostForm(Form):
    """What one kind of change is taken to cost a year, and to give."""

    pounds = WholeNumber("Pounds a year", 0, 999_999, "Enter the pounds a year as a whole number")
    gives = WholeNumber("How many more residents with high needs it supports", 1, 20, "Enter how many, such as 1")
    source = Text("Where the figure is from", 200, "A contract, a quotation, or who estimates it.")
    version = HiddenField()

    def __init__(self, kind: Kind, kept: ChangeCost | None, typed: MultiDict[str, str] | None = None) -> None:
        """Bind what was typed; before that, what holds."""
        self.kind = kind
        data = {
            "pounds": "" if kept is None else str(kept.pounds), "gives": "1" if kept is None else str(kept.gives),
            "source": "" if kept is None else kept.source, "version": "0" if kept is None else str(kept.version),
        }  # fmt: skip
        super().__init__(formdata=typed, data=data)

    def validate(self, extra_validators: Any = None) -> bool:  # noqa: ANN401  as WTForms has it
        """Ask for a figure and for where it is from."""
        super().validate(extra_validators)
        if not self.pounds.errors and self.pounds.typed is None:
            self.pounds.errors = ["Enter the pounds a year as a whole number"]
        if len(self.source.typed) < 5:  # noqa: PLR2004  the same as the database asks for
            self.source.errors = ["Enter where the figure is from"]
        if not str(self.version.data or "").isdecimal():
            self.pounds.errors = ["Open this page again: it was not sent whole"]
        return not self.errors

    def details(self) -> CostDetails:
        """Return what was typed. Only after `validate`."""
        return CostDetails(
            self.kind, self.pounds.typed or 0, self.gives.typed or 1, self.source.typed, int(self.version.data or 0)
        )


def _typed(on: date) -> str:
    return f"{on.day} {on.month} {on.year}"
