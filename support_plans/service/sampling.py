"""Noting that an officer looked through a week of her agency's reads."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy.exc import IntegrityError

from refuge.audit.service import record
from refuge.errors import Refused
from support_plans.models import PrivacySample

if TYPE_CHECKING:
    from datetime import date, datetime

    from sqlalchemy.orm import Session

    from refuge.accounts.models import Person
    from refuge.audit.service import Actor

SHORTEST = 10


def note_sample(
    session: Session, week_on: date, words: str, *, asked: bool, by: Person, actor: Actor, at: datetime
) -> PrivacySample:
    """Keep that she looked through it, and what she asked. Raise Refused where that was noted already."""
    if asked and len(words) < SHORTEST:
        raise Refused("Say in a sentence whom you asked and what you were told", field="words")
    row = PrivacySample(
        agency_id=by.agency_id, week_on=week_on, looked_by_id=by.id, looked_at=at, asked=asked, words=words
    )
    try:
        with session.begin_nested():
            session.add(row)
    except IntegrityError as error:
        raise Refused("This week was looked through already. Look at the page again.", code="sample.looked") from error
    record(session, "sample.looked_through", "-", by=actor, at=at, week=week_on.isoformat(), asked=asked)
    return row
