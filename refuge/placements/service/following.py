"""What follows when a woman has left: rooms above this one say it here, for it may not know them (decision 10)."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol, TypeVar

from sqlalchemy.orm import Session

from refuge.audit.service import Actor
from refuge.beds.models import Stay


class Follows(Protocol):
    """An act in the transaction of the move-on. It adds, and does not commit."""

    def __call__(self, session: Session, stay: Stay, *, actor: Actor, at: datetime) -> object:
        """Do what follows for a stay that has just been ended."""


_ACTS: list[Follows] = []
Act = TypeVar("Act", bound=Follows)


def when_she_left(act: Act) -> Act:
    """Let an act follow every move-on, from when its room is loaded. Twice is once."""
    if act not in _ACTS:
        _ACTS.append(act)
    return act


def do_what_follows(session: Session, stay: Stay, *, actor: Actor, at: datetime) -> None:
    """Do all that follows, in the order in which it was said."""
    for act in _ACTS:
        act(session, stay, actor=actor, at=at)
