"""A household as a line of matching shows it: what decides where she can go, and nothing that identifies her. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from refuge.london import date_words, london_date
from refuge.referrals import risk
from refuge.referrals.models import NeedLevel, ReferralState
from refuge.referrals.shown import RISKS, StateWords, household_words, state_words, waited

if TYPE_CHECKING:
    from datetime import datetime

    from refuge.referrals.models import Referral

LISTS = ("need", "area", "access_need", "language", "outcome", "withdrawal", "turnaway_reason")
"""The code lists that these lines are worded with."""
SUPPORT = ("mental_health", "self_harm", "alcohol", "drugs")
Labels = Mapping[str, Mapping[str, str]]


@dataclass(frozen=True)
class Who:
    """A household in a line of matching."""

    ref: str
    risk: str
    risk_kind: str
    rank: int
    """3 for high risk to 0 for not assessed."""
    waited: str
    days: int
    facts: tuple[str, ...]
    state: StateWords | None
    """None while she waits; else what has become of her since the run."""


def who(row: Referral, labels: Labels, *, at: datetime) -> Who:
    """Return what a line says of a household. Never how her place is paid for: that is a record of its own."""
    level = risk.level(row.risk_tool, row.risk_count, row.judgement)
    return Who(
        ref=row.ref, risk=f"{level.label} risk" if level.rank else "Risk not assessed", risk_kind=RISKS[level],
        rank=level.rank, waited=_waiting(row, at), days=(london_date(at) - london_date(row.received_at)).days,
        facts=tuple(filter(None, _facts(row, labels, at))),
        state=None if row.state is ReferralState.WAITING else state_words(row, labels),
    )  # fmt: skip


def _waiting(row: Referral, at: datetime) -> str:
    words = waited(row, at)
    return f"waiting {words}" if words else ""


def _facts(row: Referral, labels: Labels, at: datetime) -> list[str]:
    by = f"needs a place by {date_words(row.needed_by, today=london_date(at))}" if row.needed_by else ""
    access = ", ".join(labels["access_need"].get(code, code).lower() for code in row.access)
    unsafe = ", ".join(labels["area"].get(area.area, area.area) for area in row.unsafe_areas)
    return [
        household_words(row),
        _needs(row, labels),
        f"needs {access}" if access else "",
        f"not safe in {unsafe}" if unsafe else "",
        "cannot share" if row.needs_self_contained else "",
        f"speaks {labels['language'].get(row.language, row.language)}" if row.language not in {"", "en"} else "",
        "brings a pet" if row.pets == 1 else f"brings {row.pets} pets" if row.pets else "",
        by,
    ]


def _needs(row: Referral, labels: Labels) -> str:
    said = {need.need: need.level for need in row.needs}
    known = [
        f"{labels['need'].get(need, need).lower()} {said[need].label.lower()}"
        for need in SUPPORT
        if said.get(need) not in {None, NeedLevel.NO, NeedLevel.NOT_ASKED}
    ]
    return ", ".join(known)
