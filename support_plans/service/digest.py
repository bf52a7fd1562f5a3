"""Once a day, at the time she chose, a person is told that something waits for her: not what, and not about whom."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from sqlalchemy import select

from refuge.accounts.models import Person
from refuge.london import LONDON, london_date
from refuge.permissions import Permission, Role, may
from refuge.post.models import Digest, DigestSetting
from refuge.post.service import USUAL, claim_digest, is_quiet, post
from refuge.post.words import Template
from support_plans.queries.morning import morning

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

ROLES = [role for role in Role if may(role, Permission.TASK_SEE)]


class Looks(Protocol):
    """Looks whether something waits for a person."""

    def __call__(self, session: Session, reader: Person, *, at: datetime) -> object:
        """Return what waits: something that is false where nothing does."""


def who_is_due(session: Session, *, at: datetime) -> list[int]:
    """Return the ids of the people whose time of day has come and whose word of today nobody has seen to."""
    local = at.astimezone(LONDON)
    minute = local.hour * 60 + local.minute
    if is_quiet(minute):
        return []
    seen = select(Digest.person_id).where(Digest.on_day == london_date(at))
    chosen = {row.person_id: row for row in session.scalars(select(DigestSetting))}
    people = session.scalars(
        select(Person.id)
        .where(Person.role.in_(ROLES), Person.disabled_at.is_(None), Person.id.not_in(seen))
        .order_by(Person.id),
    )
    return [who for who in people if _is_time(chosen.get(who), minute)]


def _is_time(chosen: DigestSetting | None, minute: int) -> bool:
    return minute >= USUAL if chosen is None else chosen.wanted and minute >= chosen.at_minute


def let_know(session: Session, person_id: int, *, also: Looks | None = None, at: datetime) -> bool:
    """See to a person's word of today, unless another process has; return whether an e-mail was put in the tray.

    `also`: what else may wait for her, of the rooms that stand above this one.
    """
    if not claim_digest(session, person_id, london_date(at), at=at):
        return False
    person = session.get_one(Person, person_id)
    more = None if also is None else also(session, person, at=at)
    if not morning(session, person, at=at) and not more:
        return False
    post(session, person, Template.DIGEST, at=at)
    return True
