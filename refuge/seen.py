"""A form that changes something carries a mark of what its page showed: what differs since is told, not overwritten."""

from __future__ import annotations

import hashlib

from refuge.errors import Refused

STALE = "stale"


def mark(*facts: object) -> str:
    """Return a mark of these facts: another when any of them is another. It says nothing of them to who reads it."""
    return hashlib.sha256(repr(facts).encode()).hexdigest()[:16]


def refuse_if_other(seen: str, facts: tuple[object, ...], sentence: str, *, field: str | None = None) -> None:
    """Raise Refused with this sentence if the facts, read under the lock of what is changed, are not those shown."""
    if seen != mark(*facts):
        raise Refused(sentence, code=STALE, field=field)
