"""What follows when a woman no longer agrees to share: rooms above this one say it here, for it may not know them."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol, TypeVar

from sqlalchemy.orm import Session

from refuge.audit.service import Actor
from refuge.referrals.models import Referral


class Follows(Protocol):
    """An act in the transaction of the change. It adds, and does not commit."""

    def __call__(self, session: Session, referral: Referral, *, actor: Actor, at: datetime) -> object:
        """Do what follows for a referral that has just stopped being shared."""


_ACTS: list[Follows] = []
Act = TypeVar("Act", bound=Follows)


def when_not_shared_any_more(act: Act) -> Act:
    """Let an act follow each time, from when its room is loaded. Twice is once."""
    if act not in _ACTS:
        _ACTS.append(act)
    return act


def follow_not_shared(session: Session, referral: Referral, *, actor: Actor, at: datetime) -> None:
    """Do all that follows, in the order in which it was said."""
    for act in _ACTS:
        act(session, referral, actor=actor, at=at)
