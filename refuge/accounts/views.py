"""Signing in and out, leaving, and looking after the people who sign in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, g, redirect, render_template, request, url_for
from sqlalchemy import select

from refuge.accounts.models import Person
from refuge.accounts.passwords import matches
from refuge.accounts.sessions import give_token, start_session, take_token_away
from refuge.database import now, session
from refuge.permissions import Permission, open_to_everyone, requires, signed_in

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

blueprint = Blueprint("accounts", __name__)


@blueprint.route("/sign-in", methods=["GET", "POST"])
@open_to_everyone
def sign_in() -> ResponseReturnValue:
    """Sign in."""
    if request.method == "POST":
        person = session.scalar(select(Person).where(Person.email == request.form["email"].strip().lower()))
        if person is not None and matches(person.password_hash, request.form["password"]):
            token = start_session(session, person, at=now())
            session.commit()
            give_token(token)
            return redirect(url_for("home.today"))
    return render_template("accounts/sign_in.html")


@blueprint.post("/sign-out")
@signed_in
def sign_out() -> ResponseReturnValue:
    """Sign out."""
    g.web_session.ended_at = now()
    g.web_session.ended_by = "signed_out"
    session.commit()
    take_token_away()
    return redirect(url_for("accounts.sign_in"))


@blueprint.get("/people")
@requires(Permission.PERSON_MANAGE)
def people() -> ResponseReturnValue:
    """Show the agencies and the people who sign in."""
    return render_template("accounts/people.html")
