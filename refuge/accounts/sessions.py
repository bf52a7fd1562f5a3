"""Who is signed in on this browser: a server-side session that ends at once when it must.

The browser holds a random 256-bit token; the database holds only its hash. Before sign-in, forms are protected by a short-lived
signed cookie that names nobody.
"""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, cast

from flask import after_this_request, current_app, g, request
from flask.sessions import SecureCookieSessionInterface, SessionMixin
from sqlalchemy import select, update
from werkzeug.datastructures import CallbackDict

from refuge.accounts.models import WebSession
from refuge.audit.service import NOBODY, WAITING, Actor, forget_waiting_events
from refuge.database import SAFE_METHODS, close_session, database, now, session

if TYPE_CHECKING:
    from flask import Flask, Request, Response
    from sqlalchemy.orm import Session

    from refuge.accounts.models import Person

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


def live_session(db: Session, token: str, at: datetime) -> WebSession | None:
    """Return the session that this token opens, if it is still live."""
    row = db.scalar(select(WebSession).where(WebSession.token_hash == hash_token(token)))
    return row if row is not None and is_live(row, at) else None


def start_session(db: Session, person: Person, *, at: datetime) -> str:
    """Add a new session for this person and return its token, which is never stored."""
    token = secrets.token_urlsafe(32)
    db.add(WebSession(token_hash=hash_token(token), person=person, started_at=at, last_seen_at=at, held={}))
    return token


def end_sessions(db: Session, person_id: int, *, why: str, at: datetime, keep: int | None = None) -> int:
    """End every live session of this person in every process at once; return how many there were."""
    ended = db.execute(
        update(WebSession)
        .where(WebSession.person_id == person_id, WebSession.ended_at.is_(None), WebSession.id != (keep or 0))
        .values(ended_at=at, ended_by=why),
    )
    return cast("int", ended.rowcount)  # type: ignore[attr-defined]  # an update's result counts rows


def current_actor() -> Actor:
    """Return who acts in this request, for the audit: refs only."""
    row: WebSession | None = g.get("web_session")
    source = request.remote_addr or "-"
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
        token = request.cookies.get(self.token_cookie(app))
        g.web_session = None
        if token and not request.path.startswith(f"{app.static_url_path}/"):
            g.web_session = live_session(session, token, now())
            g.session_lapsed = g.web_session is None
        if g.web_session is not None:
            return HeldSession(dict(g.web_session.held))
        return super().open_session(app, request)

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:  # type: ignore[override]
        """Keep what changed, note that she was here, and chain what she read: an unaudited read is not answered."""
        row: WebSession | None = g.get("web_session")
        seen = _seen_events()
        close_session()
        if row is None or g.get("kept"):
            super().save_session(app, session, response)  # type: ignore[arg-type]  # the anonymous kind
            return
        g.kept = True  # an error page after a failure here must not try again
        values: dict[str, Any] = {"last_seen_at": now()}
        if isinstance(session, HeldSession) and session.modified:
            values["held"] = dict(session)
        with database().write() as db:
            db.execute(update(WebSession).where(WebSession.id == row.id, WebSession.ended_at.is_(None)).values(**values))
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
    name = ServerSessions.token_cookie(cast("Flask", app))

    @after_this_request
    def set_cookie(response: Response) -> Response:
        response.set_cookie(
            name,
            token,
            secure=app.config["SESSION_COOKIE_SECURE"],
            httponly=True,
            samesite="Lax",
            path="/",
        )
        return response


def take_token_away() -> None:
    """Delete this browser's token with the answer to this request, and hide what it showed behind Back.

    Chromium shows a page again on Back, `no-store` or not, unless the cookie changed with the answer that left it.
    """
    app = current_app
    name = ServerSessions.token_cookie(cast("Flask", app))

    @after_this_request
    def delete_cookie(response: Response) -> Response:
        response.delete_cookie(name, secure=app.config["SESSION_COOKIE_SECURE"], httponly=True, samesite="Lax", path="/")
        response.headers["Clear-Site-Data"] = CLEARED_ON_LEAVING
        return response
