"""A worker's calendar feed: its secret address is shown once, and ends when she asks for another or for none."""

from __future__ import annotations

import secrets
from hashlib import sha256
from typing import TYPE_CHECKING

from sqlalchemy import select

from refuge.audit.service import record
from refuge.inreach.models import CalendarFeed

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

    from refuge.accounts.models import Person
    from refuge.audit.service import Actor
    from refuge.rota.models import Worker


def hash_of(token: str) -> str:
    """Return what is kept of a token."""
    return sha256(token.encode()).hexdigest()


def make_feed(session: Session, worker: Worker, *, by: Person, actor: Actor, at: datetime) -> str:
    """End the worker's feed, if she has one, and make another; return its token, which is kept nowhere."""
    end_feed(session, worker, actor=actor, at=at)
    token = secrets.token_urlsafe(32)
    session.add(CalendarFeed(worker_id=worker.id, token_hash=hash_of(token), made_by_id=by.id, made_at=at))
    session.flush()
    record(session, "feed.made", worker.ref, by=actor, at=at)
    return token


def end_feed(session: Session, worker: Worker, *, actor: Actor, at: datetime) -> bool:
    """End the worker's feed; return whether she had one."""
    feeds = session.scalars(
        select(CalendarFeed).where(CalendarFeed.worker_id == worker.id, CalendarFeed.ended_at.is_(None)),
    ).all()
    for feed in feeds:
        feed.ended_at = at
    session.flush()
    if feeds:
        record(session, "feed.ended", worker.ref, by=actor, at=at)
    return bool(feeds)
