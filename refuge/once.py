"""A creating form carries a key: sent twice, on a slow line or by two presses, it does its work once."""

from __future__ import annotations

import re
import secrets
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import ForeignKey, String, UniqueConstraint, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, mapped_column

from refuge.database import Base
from refuge.errors import SentTwice

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

KEY = re.compile(r"[A-Za-z0-9_-]{43}")


class Once(Base):
    """The key that a creating form carried, and where its first sending led."""

    __tablename__ = "once"
    __table_args__ = (UniqueConstraint("person_id", "key"),)

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    key: Mapped[str] = mapped_column(String(43))
    """Drawn when the form was opened: 256 bits, URL-safe."""
    at: Mapped[datetime] = mapped_column(index=True)
    led_to: Mapped[str] = mapped_column(String(200))
    """The address that the first sending was redirected to: refs only."""


def new_key() -> str:
    """Return a key for a form that is being opened."""
    return secrets.token_urlsafe(32)


def led_to(session: Session, person_id: int, key: str) -> str | None:
    """Return where the first sending of this form led, or None if it has not been sent before."""
    return session.scalar(select(Once.led_to).where(Once.person_id == person_id, Once.key == key))


def remember(session: Session, person_id: int, key: str, *, address: str, at: datetime) -> None:
    """Keep where this form led; no key, no memory.

    Of two sendings at once the unique constraint lets one commit: the other raises SentTwice, with nothing of it done.
    """
    if not KEY.fullmatch(key):
        return
    try:
        with session.begin_nested():
            session.add(Once(person_id=person_id, key=key, at=at, led_to=address))
    except IntegrityError as error:
        raise SentTwice(led_to(session, person_id, key) or address) from error
