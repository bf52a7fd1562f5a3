"""Signing in: three short transactions with the slow hash between them, so that nobody waits for a password check.

Whether the address is unknown, the password wrong, the account disabled or not yet begun: the same work and one answer.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import select
from werkzeug.exceptions import ServiceUnavailable

from refuge.accounts.models import Person
from refuge.accounts.passwords import hash_password, is_outdated, matches
from refuge.accounts.sessions import end_session_of_token, start_session
from refuge.accounts.throttle import TooManyTries, count_guess, forgive_guess, marks
from refuge.audit.service import Actor, record

if TYPE_CHECKING:
    from datetime import datetime

    from refuge.database import Database


@dataclass(frozen=True)
class Attempt:
    """Somebody who says that she is one of us."""

    email: str
    password: str
    source: str
    """The network address that she comes from."""
    request_id: str
    previous_token: str | None
    """The token that this browser holds already, if any: that session ends when a new one begins."""


def sign_in(database: Database, attempt: Attempt, *, key: bytes, at: datetime) -> str | None:
    """Return the token of a new session, or None. Raises TooManyTries, or ServiceUnavailable if too many try."""
    with database.reading() as db:
        person = db.scalar(select(Person).where(Person.email == attempt.email))
    try:
        with database.write() as db:
            guess = count_guess(db, marks(key, attempt.email, attempt.source), at=at)
    except TooManyTries:
        _note_failure(database, attempt, person, "sign_in.refused", at=at)
        raise
    stored = person.password_hash if person is not None else None
    try:
        right = matches(stored, attempt.password)
    except ServiceUnavailable:
        with database.write() as db:
            forgive_guess(db, guess)
        raise
    if person is None or not right or person.disabled_at is not None:
        _note_failure(database, attempt, person, "sign_in.failed", at=at)
        return None
    better = hash_password(attempt.password) if is_outdated(stored or "") else None
    return _begin(database, attempt, person, guess, better=better, at=at)


def _note_failure(database: Database, attempt: Attempt, person: Person | None, what: str, *, at: datetime) -> None:
    nobody = Actor("-", "-", "-", attempt.request_id, attempt.source)
    with database.write() as db:
        record(db, what, person.ref if person is not None else "-", by=nobody, at=at)


def _begin(
    database: Database, attempt: Attempt, known: Person, guess: list[int], *, better: str | None, at: datetime
) -> str | None:
    """Start the session, unless she was disabled or chose another password while the hash was computed."""
    with database.write() as db:
        person = db.scalars(select(Person).where(Person.id == known.id).with_for_update(of=Person)).one()
        if person.disabled_at is not None or person.password_hash != known.password_hash:
            return None
        if better is not None:
            person.password_hash = better
        forgive_guess(db, guess)
        if attempt.previous_token is not None:
            end_session_of_token(db, attempt.previous_token, why="replaced", at=at)
        actor = Actor(person.ref, person.agency.ref, person.role, attempt.request_id, attempt.source)
        record(db, "sign_in.succeeded", person.ref, by=actor, at=at)
        return start_session(db, person, at=at)
