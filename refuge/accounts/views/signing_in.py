"""Signing in, signing out, and leaving at once."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import structlog
from flask import abort, current_app, g, redirect, render_template, request, url_for
from flask_login import current_user
from sqlalchemy.exc import SQLAlchemyError

from refuge.accounts.forms import SignInForm
from refuge.accounts.sessions import (
    ServerSessions,
    current_actor,
    end_session,
    give_token,
    source_of_request,
    take_token_away,
)
from refuge.accounts.signing_in import Attempt
from refuge.accounts.signing_in import sign_in as begin_session
from refuge.accounts.throttle import TooManyTries
from refuge.accounts.views.blueprint import blueprint
from refuge.audit.service import record
from refuge.database import close_session, database, now
from refuge.permissions import open_to_everyone, signed_in

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

log = structlog.get_logger()
ENDED = {
    "idle": "You were signed out after 15 minutes without use. What you typed in a referral is kept.",
    "long": "You were signed out after 12 hours. What you typed in a referral is kept.",
    "ended": "You were signed out. What you typed in a referral is kept.",
}
"""Why the sign-in page is shown, by what `ended` says in its address."""
NOT_RIGHT = "The e-mail address or the password is not right. Check both and try again."
TOO_MANY = "Too many tries. Wait five minutes, then try again."


@blueprint.route("/sign-in", methods=["GET", "POST"])
@open_to_everyone
def sign_in() -> ResponseReturnValue:
    """Sign in."""
    form = SignInForm()
    if form.validate_on_submit():
        return _try(form)
    ended = request.args.get("ended") if request.method == "GET" else None
    if current_user.is_authenticated and ended == "idle":
        end_here("session.idle", why="idle")  # the page went blank by itself: what it showed must not come back
    elif current_user.is_authenticated and request.method == "GET":
        return redirect(url_for("home.today"))
    return render_template("accounts/sign_in.html", form=form, ended=ENDED.get(ended or ""))


def _try(form: SignInForm) -> ResponseReturnValue:
    close_session()  # a password is never checked inside a transaction
    credentials = form.details()
    attempt = Attempt(
        credentials.email, credentials.password, source_of_request(), g.request_id,
        request.cookies.get(ServerSessions.token_cookie(current_app)),
    )  # fmt: skip
    key = current_app.config["CONFIG"].derived_key("sign-in attempts")
    try:
        token = begin_session(database(), attempt, key=key, at=now())
    except TooManyTries:
        form.password.errors = [TOO_MANY]
        return render_template("accounts/sign_in.html", form=form, ended=None), 429
    if token is None:
        form.password.errors = [NOT_RIGHT]
        return render_template("accounts/sign_in.html", form=form, ended=None)
    give_token(token)
    return redirect(own_path(request.args.get("next")) or url_for("home.today"))


def own_path(address: str | None) -> str | None:
    """Return an address if it is a path of ours, else None: nobody is sent elsewhere after signing in."""
    if not address or not address.isascii() or not address.isprintable() or "\\" in address:
        return None
    parts = urlsplit(address)
    own = not parts.scheme and not parts.netloc and address.startswith("/") and not address.startswith("//")
    return address if own else None


@blueprint.post("/sign-out")
@signed_in
def sign_out() -> ResponseReturnValue:
    """Sign out."""
    end_here("session.signed_out", why="signed_out")
    return redirect(url_for("accounts.signed_out"))


@blueprint.get("/signed-out")
@open_to_everyone
def signed_out() -> ResponseReturnValue:
    """Say that she is signed out."""
    return render_template("accounts/signed_out.html")


@blueprint.route("/leave", methods=["GET", "POST"])
@open_to_everyone
def leave() -> ResponseReturnValue:
    """Leave at once: end the session, take the token and go somewhere that says nothing.

    A GET ends a session here, on purpose: leaving must work from a link, without scripts, whatever else is broken. All
    that another site can do with it is to sign somebody out.
    """
    if request.method == "HEAD" or "prefetch" in request.headers.get("Sec-Purpose", ""):
        abort(503)  # nobody has pressed anything yet
    if current_user.is_authenticated:
        try:
            end_here("session.left", why="left")
        except SQLAlchemyError as error:
            kind = type(error).__name__  # the trace would hold values of a record
            log.error("leaving without the database", error=kind, reference=g.request_id)  # noqa: TRY400  see above
    take_token_away()
    return redirect(current_app.config["CONFIG"].leave_to, 303)


@blueprint.get("/safety")
@open_to_everyone
def safety() -> ResponseReturnValue:
    """Say plainly what leaving does, and what it does not do."""
    return render_template("accounts/safety.html")


def end_here(action: str, *, why: str) -> None:
    """End this browser's session in a transaction of its own: the request may be one that only reads."""
    actor = current_actor()
    close_session()
    at = now()
    with database().write() as db:
        end_session(db, g.web_session.id, why=why, at=at)
        record(db, action, actor.ref, by=actor, at=at)
    take_token_away()
