"""Passwords: argon2id, at most a few at once, and rules that do not annoy."""

from __future__ import annotations

from argon2 import PasswordHasher
from argon2.exceptions import VerificationError

hasher = PasswordHasher()


def hash_password(password: str) -> str:
    """Return the argon2id hash of a password."""
    return hasher.hash(password)


def matches(stored: str | None, password: str) -> bool:
    """Return whether this is the password."""
    try:
        return hasher.verify(stored or "", password)
    except VerificationError:
        return False
