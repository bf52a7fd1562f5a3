"""Passwords: argon2id, at most two at once in a process, and rules that refuse what can be guessed and nothing else."""

from __future__ import annotations

import re
from contextlib import contextmanager
from threading import BoundedSemaphore
from typing import TYPE_CHECKING

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from werkzeug.exceptions import ServiceUnavailable
from zxcvbn import zxcvbn

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

SHORTEST = 15
"""Characters, while a password is the only factor (`security.md` AUT-03)."""
LONGEST = 200
AT_ONCE = 2
"""Each hash takes 64 MiB while it is computed."""
PATIENCE = 3.0
"""Seconds that a sign-in waits for its turn before it is asked to come back."""
SERVICE_WORDS = ("allocation", "refuge")
STRONG = 4
"""zxcvbn's highest score: more than ten thousand million guesses."""
JUDGED = 72
"""Characters that zxcvbn looks at; its time grows with the square."""

hasher = PasswordHasher()
_turns = BoundedSemaphore(AT_ONCE)
_DUMMY = hasher.hash("nobody has this password")
"""Checked where there is no password to check, so that an unknown e-mail address takes as long as a wrong password."""


@contextmanager
def _turn() -> Iterator[None]:
    if not _turns.acquire(timeout=PATIENCE):
        raise ServiceUnavailable
    try:
        yield
    finally:
        _turns.release()


def hash_password(password: str) -> str:
    """Return the argon2id hash of a password. Raises ServiceUnavailable if too many are computed already."""
    with _turn():
        return hasher.hash(password)


def matches(stored: str | None, password: str) -> bool:
    """Return whether this is the password; takes as long when nothing is stored. Raises ServiceUnavailable."""
    with _turn():
        try:
            hasher.verify(stored or _DUMMY, password)
        except (VerificationError, InvalidHashError):
            return False
        return bool(stored)


def is_outdated(stored: str) -> bool:
    """Return whether a hash was made with weaker settings than today's."""
    return hasher.check_needs_rehash(stored)


def weakness(password: str, about_her: Iterable[str] = ()) -> str | None:
    """Return the sentence that says why this password is refused, or None. `about_her` is her name, agency, address."""
    if len(password) < SHORTEST:
        return f"Choose a password of {SHORTEST} characters or more. Four or five words that do not belong together do."
    if len(password) > LONGEST:
        return f"Choose a password of {LONGEST} characters or fewer."
    told = password.casefold()
    own = _words(about_her)
    if any(word in told for word in (*SERVICE_WORDS, *own)):
        return "Leave your name, your agency and the name of this service out of the password: they are guessed first."
    if zxcvbn(password[:JUDGED], user_inputs=own)["score"] < STRONG:
        return "That password is easy to guess. Use four or five words that do not belong together."
    return None


def _words(texts: Iterable[str]) -> list[str]:
    """Return the words of a name or an address that are long enough to mean something."""
    return [word for text in texts for word in re.findall(r"\w{4,}", text.casefold())]
