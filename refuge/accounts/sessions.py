"""Who is signed in on this browser: a server-side session that ends at once when it must.

The browser holds a random 256-bit token; the database holds only its hash. Before sign-in, forms are protected by a
short-lived signed cookie that names nobody.
"""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, cast

from flask import after_this_request, current_app, g, request
from flask.sessions import SecureCookieSessionInterface, SessionMixin
from sqlalchemy import select, update
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.datastructures import CallbackDict

from refuge.accounts.models import WebSession
from refuge.audit.service import NOBODY, WAITING, Actor, forget_waiting_events
from refuge.database import SAFE_METHODS, close_session, database, now

if TYPE_CHECKING:
    from flask import Flask, Request, Response
    from sqlalchemy import ColumnElement
    from sqlalchemy.orm import Session

    from refuge.accounts.models import Person

LONGEST_ADDRESS = 45
IDLE = timedelta(minutes=15)
ABSOLUTE = timedelta(hours=12)
CLEARED_ON_LEAVING = '"cache", "storage"'


def hash_token(token: str) -> str:
    """Return the SHA-256 of a token in hexadecimal: all that the database keeps of it."""
    return hashlib.sha256(token.encode()).hexdigest()


def is_live(row: WebSession, at: datetime) -> bool:
    """Return whether a session may still be used: not ended, not idle, not too old, its person not disabled."""
    return (
        row.ended_at is None
        and at - row.last_seen_at < IDLE
        and at - row.started_at < ABSOLUTE
        and row.person.disabled_at is None
    )


def find_session(db: Session, token: str) -> WebSession | None:
    """Return the session that this token belongs to, live or not."""
    return db.scalar(select(WebSession).where(WebSession.token_hash == hash_token(token)))


def why_over(row: WebSession | None) -> str:
    """Return why a session can no longer be used, in a word that the sign-in page explains."""
    if row is None or row.ended_at is not None or row.person.disabled_at is not None:
        return "ended"
    return "idle" if now() - row.last_seen_at >= IDLE else "long"


def start_session(db: Session, person: Person, *, at: datetime) -> str:
    """Add a new session for this person and return its token, which is never stored."""
    token = secrets.token_urlsafe(32)
    db.add(WebSession(token_hash=hash_token(token), person=person, started_at=at, last_seen_at=at, held={}))
    return token


def renew_token(db: Session, row: WebSession) -> str:
    """Give a session a new token and return it; the old one opens nothing from the next request on."""
    token = secrets.token_urlsafe(32)
    db.execute(update(WebSession).where(WebSession.id == row.id).values(token_hash=hash_token(token)))
    return token


def end_sessions(db: Session, person_id: int, *, why: str, at: datetime, keep: int | None = None) -> int:
    """End every live session of this person in every process at once; return how many there were."""
    return _end(db, WebSession.person_id == person_id, WebSession.id != (keep or 0), why=why, at=at)


def end_session(db: Session, row_id: int, *, why: str, at: datetime) -> bool:
    """End one session; return whether it was not ended before."""
    return _end(db, WebSession.id == row_id, why=why, at=at) > 0


def end_session_of_token(db: Session, token: str, *, why: str, at: datetime) -> bool:
    """End the session that this token opens; return whether there was one."""
    return _end(db, WebSession.token_hash == hash_token(token), why=why, at=at) > 0


def _end(db: Session, *which: ColumnElement[bool], why: str, at: datetime) -> int:
    ended = update(WebSession).where(*which, WebSession.ended_at.is_(None)).values(ended_at=at, ended_by=why)
    return len(db.scalars(ended.returning(WebSession.id)).all())


def source_of_request() -> str:
    """Return the network address that this request came from, no longer than an address can be."""
    return (request.remote_addr or "-")[:LONGEST_ADDRESS]


def current_actor() -> Actor:
    """Return who acts in this request, for the audit: refs only."""
    row: WebSession | None = g.get("web_session")
    source = source_of_request()
    if row is None:
        return Actor(NOBODY.ref, NOBODY.agency_ref, NOBODY.role, g.request_id, source)
    person = row.person
    return Actor(person.ref, person.agency.ref, person.role, g.request_id, source)


class HeldSession(CallbackDict[str, Any], SessionMixin):
    """What Flask knows as `session` for a signed-in browser; kept in the database."""

    def __init__(self, held: dict[str, Any]) -> None:
        """Start from what the row holds."""
        self.modified = False

        def changed(_: object) -> None:
            self.modified = True

        super().__init__(held, changed)


class ServerSessions(SecureCookieSessionInterface):
    """Opens and keeps the session of each request."""

    salt = "before sign-in"

    @staticmethod
    def token_cookie(app: Flask) -> str:
        """Return the name of the cookie that holds the token."""
        return "__Host-allocations" if app.config["SESSION_COOKIE_SECURE"] else "allocations"

    def open_session(self, app: Flask, request: Request) -> SessionMixin | None:  # type: ignore[override]  # two kinds
        """Return the signed-in session of this browser, or the anonymous one."""
        g.web_session = None
        token = request.cookies.get(self.token_cookie(app))
        if token and not request.path.startswith(f"{app.static_url_path}/"):
            try:
                # Read apart from the request's own transaction: who she is outlives a rollback, and a POST that turns
                # out to change nothing never waited to write.
                with database().reading() as db:
                    row = find_session(db, token)
            except SQLAlchemyError as error:  # raised again by the first thing that runs before a view
                g.fault = error
                return self.session_class()
            if row is not None and is_live(row, now()):
                g.web_session = row
                return HeldSession(dict(row.held))
            g.session_over = why_over(row)
        return super().open_session(app, request)

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        """Keep what changed, note that she was here, and chain what she read: an unaudited read is not answered."""
        seen = _seen_events()
        close_session()
        if not isinstance(session, HeldSession):
            super().save_session(app, session, response)
            if "session_over" in g and "token_given" not in g:
                _forget_token(app, response)
            return
        if g.get("kept"):
            return  # an error page after a failure here must not try again
        g.kept = True
        values: dict[str, Any] = {"last_seen_at": now()}
        if session.modified:
            values["held"] = dict(session)
        with database().write() as db:
            live = (WebSession.id == g.web_session.id, WebSession.ended_at.is_(None))
            db.execute(update(WebSession).where(*live).values(**values))
            db.info[WAITING] = seen


def _seen_events() -> list[dict[str, Any]]:
    """Return the audit events of what this request read. A changing request has chained its own when it committed."""
    db: Session | None = g.get("session")
    if db is None or request.method not in SAFE_METHODS:
        return []
    seen = db.info.pop(WAITING, [])
    forget_waiting_events(db)
    return cast("list[dict[str, Any]]", seen)


def give_token(token: str) -> None:
    """Give this browser its token with the answer to this request."""
    app = current_app
    g.token_given = True

    @after_this_request
    def set_cookie(response: Response) -> Response:
        name = ServerSessions.token_cookie(app)
        response.set_cookie(name, token, **_cookie_flags(app))
        return response


def take_token_away() -> None:
    """Delete this browser's token with the answer to this request, and hide what it showed behind Back.

    Chromium shows a page again on Back, `no-store` or not, unless the cookie changed with the answer that left it.
    """
    app = current_app

    @after_this_request
    def delete_cookie(response: Response) -> Response:
        _forget_token(app, response)
        return response


def _forget_token(app: Flask, response: Response) -> None:
    response.delete_cookie(ServerSessions.token_cookie(app), **_cookie_flags(app))
    response.headers["Clear-Site-Data"] = CLEARED_ON_LEAVING


def _cookie_flags(app: Flask) -> dict[str, Any]:
    return {"secure": app.config["SESSION_COOKIE_SECURE"], "httponly": True, "samesite": "Lax", "path": "/"}
