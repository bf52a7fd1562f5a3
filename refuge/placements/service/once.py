"""A creating form carries a key: sent twice, on a slow line or by two presses, it does its work once."""

from __future__ import annotations

import re
import secrets
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from refuge.errors import Refused
from refuge.placements.models import Once

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

TWICE = "This form was sent twice at the same moment. The other sending was kept: look at the page again."
KEY = re.compile(r"[A-Za-z0-9_-]{43}")


def new_key() -> str:
    """Return a key for a form that is being opened."""
    return secrets.token_urlsafe(32)


def led_to(session: Session, person_id: int, key: str) -> str | None:
    """Return where the first sending of this form led, or None if it has not been sent before."""
    return session.scalar(select(Once.led_to).where(Once.person_id == person_id, Once.key == key))


def remember(session: Session, person_id: int, key: str, *, address: str, at: datetime) -> None:
    """Keep where this form led; no key, no memory.

    Of two sendings at once the unique constraint lets one commit: Refused for the other, with nothing of it done.
    """
    if not KEY.fullmatch(key):
        return
    try:
        with session.begin_nested():
            session.add(Once(person_id=person_id, key=key, at=at, led_to=address))
    except IntegrityError as error:
        raise Refused(TWICE, code="sent_twice") from error
