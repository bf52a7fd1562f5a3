"""When returns are due: each kind of `data/returns.toml`, for each period that is over. Pure."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from functools import cache
from typing import TYPE_CHECKING

from refuge.statistics.periods import Kind, Period, financial_year_of, last_quarters, quarter_of
from refuge.statistics.profiles import DATA

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

LOOKS_BACK = 4
"""Closed quarters that the calendar shows."""
SOON = 14
"""Days before a return is due from which its owner is reminded."""


@dataclass(frozen=True)
class ReturnKind:
    """One sort of return."""

    key: str
    label: str
    each: Kind
    days: int
    """Days after the end of its period, unless the network says otherwise."""


@cache
def return_kinds() -> dict[str, ReturnKind]:
    """Return every kind by key."""
    told = tomllib.loads((DATA / "returns.toml").read_text("utf-8"))
    return {key: ReturnKind(key, one["label"], Kind(one["each"]), one["days"]) for key, one in told.items()}


class Standing(StrEnum):
    """How a return stands today."""

    OVERDUE = "overdue"
    SOON = "soon"
    LATER = "later"
    SENT = "sent"

    @property
    def label(self) -> str:
        """The word on its tag."""
        return {"overdue": "Overdue", "soon": "Due soon", "later": "Later", "sent": "Sent"}[self.value]

    @property
    def kind(self) -> str:
        """The look of the tag."""
        return {"overdue": "danger", "soon": "waiting", "later": "neutral", "sent": "good"}[self.value]


ORDER = (Standing.OVERDUE, Standing.SOON, Standing.LATER, Standing.SENT)
"""What is looked at first."""


@dataclass(frozen=True)
class DueReturn:
    """A return of one period."""

    kind: ReturnKind
    period: Period
    due_on: date

    def standing(self, on: date, *, sent: bool) -> Standing:
        """Return how it stands."""
        if sent:
            return Standing.SENT
        if self.due_on < on:
            return Standing.OVERDUE
        return Standing.SOON if self.due_on - on <= timedelta(days=SOON) else Standing.LATER


def urgency(one: DueReturn, standing: Standing) -> tuple[int, int]:
    """Return where a return stands in a list: overdue on top, the earliest first; of those sent, the latest first."""
    day = one.due_on.toordinal()
    return ORDER.index(standing), -day if standing is Standing.SENT else day


def due_returns(on: date, days: Mapping[str, int]) -> list[DueReturn]:
    """Return what is due of the last closed periods and those that run, earliest first; `days`: the network's own."""
    quarters = [*last_quarters(on, LOOKS_BACK), quarter_of(on)]
    years = [financial_year_of(on).before, financial_year_of(on)]
    found = [
        DueReturn(kind, period, period.until + timedelta(days=days.get(kind.key, kind.days)))
        for kind in return_kinds().values()
        for period in (quarters if kind.each is Kind.QUARTER else years)
    ]
    return sorted(found, key=lambda one: (one.due_on, one.kind.key))
