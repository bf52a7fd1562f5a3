"""The rows of the referral form that can be added: her children, and the people whom she must not meet."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from werkzeug.datastructures import MultiDict
from wtforms import FieldList, Form

from refuge.referrals.forms.fields import Listed, Text, WholeNumber
from refuge.referrals.models import ChildSex

if TYPE_CHECKING:
    from collections.abc import Iterable

MOST_CHILDREN = 15
MOST_PEOPLE = 20
FIRST = {"children": "age", "must_not_meet": "who"}
"""The rows, each with the first thing that is asked of it."""
LAST_PLACE = 999
NAME = re.compile(r"(?:children|must_not_meet)-[0-9]{1,3}-[a-z]+")


class ChildForm(Form):
    """One child."""

    age = WholeNumber("Age in years", 0, 17, "Enter the child’s age in years")
    sex = Listed("Girl or boy", "Not asked")

    def __init__(self, *args: Any, **more: Any) -> None:  # noqa: ANN401  as WTForms makes it
        """Offer the two words."""
        super().__init__(*args, **more)
        self.sex.offer([(ChildSex.GIRL.value, "Girl"), (ChildSex.BOY.value, "Boy")])

    def validate(self, extra_validators: Any = None) -> bool:  # noqa: ANN401  as WTForms has it
        """Ask for the age of a child that was begun."""
        fine = super().validate(extra_validators)
        if fine and self.sex.typed and self.age.typed is None:
            self.age.errors = ["Enter the child’s age in years, 0 for a baby under one"]
            return False
        return fine


class MeetForm(Form):
    """One person whom she must not meet."""

    who = Text("Name, or the number of a referral", 120)
    why = Text("Why", 400)

    def validate(self, extra_validators: Any = None) -> bool:  # noqa: ANN401  as WTForms has it
        """Ask who it is where only a reason was typed."""
        fine = super().validate(extra_validators)
        if fine and self.why.typed and not self.who.typed:
            self.who.errors = ["Enter a name, or the number of a referral"]
            return False
        return fine


def sound(pairs: Iterable[tuple[str, str]]) -> MultiDict[str, str]:
    """Return what was typed without rows under names that no page of ours sends: no row is the two-thousandth."""
    return MultiDict([(name, value) for name, value in pairs if _is_sound(name)])


def _is_sound(name: str) -> bool:
    return not name.startswith(tuple(FIRST)) or name == "children_come" or NAME.fullmatch(name) is not None


def add_row(typed: MultiDict[str, str], rows: str) -> None:
    """Add an empty row to what was typed, for a page without a script."""
    if rows not in FIRST:
        return
    taken = {int(name.split("-")[1]) for name in typed if NAME.fullmatch(name) and name.startswith(f"{rows}-")}
    after = max(taken, default=0) + 1
    free = range(after, LAST_PLACE + 1) or [place for place in range(LAST_PLACE) if place not in taken]
    for place in free[:1]:
        typed.add(f"{rows}-{place}-{FIRST[rows]}", "")


def begun(rows: FieldList[Any]) -> list[Form]:
    """Return the rows in which something was typed."""
    return [row.form for row in rows.entries if any(str(field.data or "").strip() for field in row.form)]


def refuse_more(rows: FieldList[Any], most: int, sentence: str) -> None:
    """Refuse more rows than are kept, beside the first that is too many."""
    told = begun(rows)
    if len(told) > most:
        say_beside(rows, told[most], sentence)


def say_beside(rows: FieldList[Any], row: Form, sentence: str) -> None:
    """Put a refusal beside the first field of a row, and into the summary of the page."""
    next(iter(row)).errors = [sentence]
    rows.errors = [entry.errors for entry in rows.entries]
