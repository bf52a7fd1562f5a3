"""What stands beside the demonstration's figures: partners' scores of harm, and returns that were sent in time."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from refuge.audit.service import SYSTEM
from refuge.london import london_date
from refuge.statistics.facts import NEEDS
from refuge.statistics.periods import last_quarters
from refuge.statistics.returns import due_returns
from refuge.statistics.service.beside import choose_public, mark_sent, score_harm, set_return

if TYPE_CHECKING:
    from refuge.demo.loading import Loading

FARAH = "farah@wall.example"
SCORES = {
    FARAH: (15, 14, 17, 12, 13),
    "nasreen@panahghar.example": (14, 11, 18, 13, 12),
    "mary@lpt.example": (17, 15, 12, 11, 10),
    "grace@council.example": (13, 12, 14, 15, 14),
}
"""What each scores the themes of the last quarter, 0 to 18, in the order of the page."""
WHY = {
    ("nasreen@panahghar.example", "nrpf"): "Without public funds there is often no other safe place to go.",
    ("mary@lpt.example", "mental_health"): "A crisis while waiting is the most frequent reason for an urgent call.",
}
"""What some of them base a score on."""
BEFORE = 4
"""Days before it was due that a return was sent."""


def load_beside(loading: Loading) -> None:
    """Score harm as four partners, and send all returns but the last that was due."""
    quarter = last_quarters(london_date(loading.at), 1)[0]
    for email, scores in SCORES.items():
        told = {theme: (score, WHY.get((email, theme), "")) for theme, score in zip(NEEDS, scores, strict=True)}
        score_harm(
            loading.db, told, {}, round_on=quarter.since, by=loading.people[email],
            actor=SYSTEM, at=loading.at,
        )  # fmt: skip
    farah = loading.people[FARAH]
    set_return(loading.db, "quarter_report", 30, farah, seen=0, by=farah, actor=SYSTEM, at=loading.at)
    choose_public(loading.db, shown=True, seen=0, by=farah, actor=SYSTEM, at=loading.at)
    past = [one for one in due_returns(loading.today, {}) if one.due_on < loading.today]
    for one in past[:-1]:
        mark_sent(
            loading.db, one, on=one.due_on - timedelta(days=BEFORE), to="Leicestershire County Council", edition=None,
            seen=0, by=farah, actor=SYSTEM, at=loading.at,
        )  # fmt: skip
