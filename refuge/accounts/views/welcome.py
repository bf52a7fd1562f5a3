"""Choosing a password by a one-time link, whose address is the only secret."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import flash, redirect, render_template, url_for

from refuge.accounts import queries, service
from refuge.accounts.forms import ChoosePasswordForm
from refuge.accounts.passwords import hash_password
from refuge.accounts.sessions import current_actor
from refuge.accounts.views.blueprint import blueprint
from refuge.database import close_session, now, session
from refuge.permissions import open_to_everyone

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue


@blueprint.route("/welcome/<token>", methods=["GET", "POST"])
@open_to_everyone
def welcome(token: str) -> ResponseReturnValue:
    """Choose a password. It does not sign her in: she shows at once that she knows it."""
    link = queries.usable_link(session, token, at=now())
    if link is None:
        return render_template("accounts/welcome_over.html"), 404
    form = ChoosePasswordForm()
    form.person = link.person
    if form.validate_on_submit():
        close_session()  # a password is never hashed inside a transaction
        hashed = hash_password(form.details())
        if service.use_link(session, token, hashed, by=current_actor(), at=now()) is None:
            return render_template("accounts/welcome_over.html"), 404
        session.commit()
        flash("Your password is saved. Sign in with it now.", "success")
        return redirect(url_for("accounts.sign_in"))
    return render_template("accounts/welcome.html", form=form, person=link.person)
