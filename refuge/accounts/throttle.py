"""Counts guesses at passwords, in the database so that every process counts together, and refuses the eleventh."""

from __future__ import annotations

import hashlib
import hmac
from datetime import timedelta
from ipaddress import IPv6Address, ip_address
from typing import TYPE_CHECKING

from sqlalchemy import delete, func, select

from refuge.accounts.models import SignInAttempt
from refuge.database import lock_for_writing

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from sqlalchemy.orm import Session

GUESSES = 10
"""Wrong guesses that an account may have within the window (Cyber Essentials)."""
GUESSES_OF_SOURCE = 50
"""The same for one network address: many people share an office's."""
WINDOW = timedelta(minutes=5)
KEPT = timedelta(days=1)


class TooManyTries(Exception):  # noqa: N818  an answer that people read, not a fault
    """This account or this address has had its guesses for now."""


def marks(key: bytes, email: str, source: str) -> dict[str, int]:
    """Return what a guess counts against, keyed hashes of the account and of the network address, and how often."""
    return {_keyed(key, f"account {email}"): GUESSES, **marks_of_source(key, source)}


def marks_of_source(key: bytes, source: str) -> dict[str, int]:
    """Return the same for a guess that is about no account: at a secret address."""
    return {_keyed(key, f"source {_neighbourhood(source)}"): GUESSES_OF_SOURCE}


def count_guess(db: Session, against: Mapping[str, int], *, at: datetime) -> list[int]:
    """Count a guess before it is looked at, and return its rows. Raises TooManyTries, and then counts nothing.

    A refused guess is not counted: whoever keeps on guessing delays the owner of an account, but never shuts her out.
    """
    lock_for_writing(db, "sign-in attempts")
    db.execute(delete(SignInAttempt).where(SignInAttempt.at < at - KEPT))
    counted = db.execute(
        select(SignInAttempt.counted_against, func.count())
        .where(SignInAttempt.counted_against.in_(against), SignInAttempt.at > at - WINDOW)
        .group_by(SignInAttempt.counted_against),
    )
    if any(guesses >= against[mark] for mark, guesses in counted):
        raise TooManyTries
    rows = [SignInAttempt(counted_against=mark, at=at) for mark in against]
    db.add_all(rows)
    db.flush()
    return [row.id for row in rows]


def forgive_guess(db: Session, rows: Sequence[int]) -> None:
    """Take one guess back: it was right, or it was never looked at. A whole office signs in from one address."""
    db.execute(delete(SignInAttempt).where(SignInAttempt.id.in_(rows)))


def _keyed(key: bytes, text: str) -> str:
    return hmac.new(key, text.encode("utf-8", "replace"), hashlib.sha256).hexdigest()


def _neighbourhood(source: str) -> str:
    """Return the address, or of a long one the half that a subscriber is given: she has the other half to herself."""
    try:
        address = ip_address(source)
    except ValueError:
        return source
    if isinstance(address, IPv6Address) and address.ipv4_mapped is None:
        return str(IPv6Address(int(address) >> 64 << 64))
    return str(address)
