"""What follows when a woman has left or changed house: rooms above this one say it here (decision 10)."""

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


class FollowsMove(Protocol):
    """An act in the transaction of a move to a bed in another house. It adds, and does not commit."""

    def __call__(self, session: Session, left: Stay, came: Stay, *, actor: Actor, at: datetime) -> object:
        """Do what follows for a stay that has been ended, and the one that goes on in another house."""


_ACTS_OF_MOVE: list[FollowsMove] = []
ActOfMove = TypeVar("ActOfMove", bound=FollowsMove)


def when_she_changed_house(act: ActOfMove) -> ActOfMove:
    """Let an act follow every move to another house, from when its room is loaded. Twice is once."""
    if act not in _ACTS_OF_MOVE:
        _ACTS_OF_MOVE.append(act)
    return act


def do_what_follows_change(session: Session, left: Stay, came: Stay, *, actor: Actor, at: datetime) -> None:
    """Do all that follows a move to another house, in the order in which it was said."""
    for act in _ACTS_OF_MOVE:
        act(session, left, came, actor=actor, at=at)
