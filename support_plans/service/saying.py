"""Asking what somebody thinks of us by a form of her own: no sign-in, no name, one answer, for a short time."""

from __future__ import annotations

import secrets
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import select, update

from refuge.accounts.models import Person
from refuge.accounts.sessions import hash_token
from refuge.audit.service import SYSTEM, record
from support_plans.models import FeedbackLink
from support_plans.service.incidents import FeedbackDetails, keep_feedback

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import ColumnElement
    from sqlalchemy.orm import Session

    from refuge.audit.service import Actor
    from support_plans.models import Giver

HERE = timedelta(hours=1)
"""How long a form lives that is filled in on this device now."""
SENT = timedelta(days=7)
"""How long one lives whose address is given away."""


def make_feedback_link(
    session: Session, giver: Giver, lives: timedelta, *, by: Person, actor: Actor, at: datetime
) -> str:
    """Make a form for one answer about the agency of `by`, and return its token, which is kept nowhere."""
    token = secrets.token_urlsafe(32)
    session.add(
        FeedbackLink(
            token_hash=hash_token(token), network_id=by.network_id, agency_id=by.agency_id, giver=giver,
            made_by_id=by.id, made_at=at, expires_at=at + lives,
        ),
    )  # fmt: skip
    session.flush()
    record(session, "feedback.asked", "-", by=actor, at=at, giver=giver)
    return token


def usable_feedback_link(session: Session, token: str, *, at: datetime) -> FeedbackLink | None:
    """Return the form of this token, if it can be used still."""
    return session.scalar(select(FeedbackLink).where(*_usable(token, at)))


def say(session: Session, token: str, details: FeedbackDetails, *, at: datetime) -> bool:
    """Keep what was said; False if the form was used meanwhile. The update settles a race."""
    used = session.execute(
        update(FeedbackLink)
        .where(*_usable(token, at))
        .values(used_at=at)
        .returning(FeedbackLink.made_by_id, FeedbackLink.giver),
    ).one_or_none()
    if used is None:
        return False
    asked_by = session.get_one(Person, used.made_by_id)
    keep_feedback(session, replace(details, giver=used.giver), by=asked_by, actor=SYSTEM, at=at)
    return True


def _usable(token: str, at: datetime) -> tuple[ColumnElement[bool], ...]:
    return (
        FeedbackLink.token_hash == hash_token(token), FeedbackLink.used_at.is_(None), FeedbackLink.expires_at > at,
        FeedbackLink.made_at <= at,
    )  # fmt: skip
