"""One's own account: where she is signed in, and her password."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import abort, flash, g, redirect, render_template, url_for

from refuge.accounts import queries, service
from refuge.accounts.current import user
from refuge.accounts.forms import ChangePasswordForm
from refuge.accounts.passwords import hash_password, matches
from refuge.accounts.sessions import current_actor, end_session, end_sessions, give_token, renew_token
from refuge.accounts.views.blueprint import blueprint
from refuge.audit.service import record
from refuge.database import close_session, now, session
from refuge.permissions import signed_in

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue


@blueprint.get("/account")
@signed_in
def account() -> ResponseReturnValue:
    """Show who she is here and where she is signed in."""
    sessions = queries.live_sessions(session, user().id, at=now())
    return render_template("accounts/account.html", sessions=sessions, here=g.web_session.id)


@blueprint.route("/account/password", methods=["GET", "POST"])
@signed_in
def password() -> ResponseReturnValue:
    """Change her password."""
    form = ChangePasswordForm()
    form.person = user()
    if form.validate_on_submit() and _change_password(form):
        flash("Your password is changed. You are signed out everywhere else.", "success")
        return redirect(url_for("accounts.account"))
    return render_template("accounts/password.html", form=form)


def _change_password(form: ChangePasswordForm) -> bool:
    person, actor = user(), current_actor()
    close_session()  # a password is never checked inside a transaction
    if not matches(person.password_hash, form.current.data or ""):
        form.current.errors = ["That is not your current password"]
        return False
    new = hash_password(form.details())
    row, known = g.web_session, person.password_hash
    if not service.change_password(session, person.id, new, known=known, keep=row.id, by=actor, at=now()):
        form.current.errors = ["Your password was changed elsewhere just now. Sign in again."]
        return False
    token = renew_token(session, row)
    session.commit()
    give_token(token)
    return True


@blueprint.post("/account/sessions/<handle>/end")
@signed_in
def end_one(handle: str) -> ResponseReturnValue:
    """Sign out of one other browser."""
    at = now()
    mine = {row.handle: row for row in queries.live_sessions(session, user().id, at=at)}
    row = mine.get(handle)
    if row is None or row.id == g.web_session.id:
        abort(404)
    end_session(session, row.id, why="by_herself", at=at)
    record(session, "session.ended", user().ref, by=current_actor(), at=at, sessions=1)
    session.commit()
    flash("That browser is signed out.", "success")
    return redirect(url_for("accounts.account"))


@blueprint.post("/account/sessions/end")
@signed_in
def end_others() -> ResponseReturnValue:
    """Sign out of every other browser."""
    at = now()
    ended = end_sessions(session, user().id, why="by_herself", at=at, keep=g.web_session.id)
    record(session, "session.ended", user().ref, by=current_actor(), at=at, sessions=ended)
    session.commit()
    flash("You are signed out everywhere else.", "success")
    return redirect(url_for("accounts.account"))
