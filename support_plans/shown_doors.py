"""The ways on from a resident's page, each with a line that says how things stand behind it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from flask import url_for

from refuge.london import date_words, london_date
from refuge.referrals.risk import level
from support_plans.kinds import KINDS
from support_plans.leaving import still_open
from support_plans.queries.assessments import assessments
from support_plans.queries.directory import signposts
from support_plans.queries.leavings import facts_of, leaving_of
from support_plans.queries.records import records
from support_plans.queries.risks import risks
from support_plans.scoring import TOOLS
from support_plans.shown_scores import total_words

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime

    from sqlalchemy.orm import Session

    from refuge.accounts.models import Person
    from refuge.referrals.models import Referral
    from support_plans.models import CareRecord


class Door(NamedTuple):
    """One way on."""

    name: str
    url: str
    line: str
    late: bool = False


def doors(session: Session, reader: Person, referral: Referral, *, at: datetime) -> list[Door]:
    """Return the ways on. The number of queries does not grow with what stands behind them."""
    today, written = london_date(at), records(session, reader, referral, at=at)
    hers, of_children = [row for row in written if not row.child], [row for row in written if row.child]
    found = [
        _risk(session, reader, referral, at),
        _scores(session, reader, referral, at),
        Door(
            "Safety plan and specialist records", url_for("care.records", ref=referral.ref),
            _names(hers), late=_late(hers, today),
        ),
    ]  # fmt: skip
    if referral.children:
        children = len(referral.children)
        words = f"{children} {'child' if children == 1 else 'children'}. {_names(of_children)}"
        found.append(
            Door("Children", url_for("care.children", ref=referral.ref), words, late=_late(of_children, today))
        )
    sent = signposts(session, reader, referral, at=at)
    names = ", ".join(row.service.name for row in sent) or "Nowhere yet that you may see"
    found.append(Door("Sent on", url_for("care.signposts", ref=referral.ref), names))
    found.append(_leaving(session, referral, today))
    return found


def _leaving(session: Session, referral: Referral, today: date) -> Door:
    url, row = url_for("care.leaving", ref=referral.ref), leaving_of(session, referral.id)
    if row is not None and row.ended_at is not None:
        return Door("Leaving", url, "She has left")
    left = still_open(facts_of(session, referral.id, row))
    words = "Nothing open" if not left else f"{len(left)} {'step' if len(left) == 1 else 'steps'} open"
    if row is None:
        return Door("Leaving", url, "Not begun")
    late = row.planned_on is not None and row.planned_on < today
    return Door("Leaving", url, words, late=late)


def _risk(session: Session, reader: Person, referral: Referral, at: datetime) -> Door:
    url, found = url_for("care.risk", ref=referral.ref), risks(session, reader, referral, at=at)
    if not found:
        return Door("Risk and safety", url, "Not assessed here yet, or not shared with you")
    latest, today = found[0], london_date(at)
    stands = level(latest.tool, latest.yes_count, latest.judgement).label
    late = latest.review_on < today
    again = "Was to be looked at again" if late else "Looked at again"
    words = f"{stands}. {again} {date_words(latest.review_on, today=today)}"
    return Door("Risk and safety", url, words, late=late)


def _scores(session: Session, reader: Person, referral: Referral, at: datetime) -> Door:
    url, found = url_for("care.scores", ref=referral.ref), assessments(session, reader, referral, at=at)
    if not found:
        return Door("Scores over time", url, "None yet that you may see")
    latest = {row.tool: row for row in found}
    words = ", ".join(f"{TOOLS[tool].name} {total_words(row).lower()}" for tool, row in latest.items())
    return Door("Scores over time", url, f"Latest: {words}")


def _names(rows: Sequence[CareRecord]) -> str:
    """Return which records there are, each once."""
    return ", ".join(dict.fromkeys(KINDS[row.kind].name for row in rows)) or "Nothing yet that you may see"


def _late(rows: Sequence[CareRecord], today: date) -> bool:
    return any(row.review_on is not None and row.review_on < today for row in rows)
