"""The people who sign in: adding, disabling, moving, and links to hand over. For system administrators only."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import abort, flash, redirect, render_template, url_for

from refuge.accounts import queries, service
from refuge.accounts.current import user
from refuge.accounts.forms import MoveForm, PersonForm, refuse
from refuge.accounts.sessions import current_actor
from refuge.accounts.views.blueprint import blueprint
from refuge.audit.service import record
from refuge.database import now, session
from refuge.errors import Refused
from refuge.permissions import Permission, requires
from refuge.seen import mark

if TYPE_CHECKING:
    from collections.abc import Sequence

    from flask.typing import ResponseReturnValue

    from refuge.accounts.models import Agency, Person


@blueprint.get("/people")
@requires(Permission.PERSON_MANAGE)
def people() -> ResponseReturnValue:
    """Show the agencies and the people who sign in."""
    record(session, "people.listed", by=current_actor(), at=now())
    return render_template("accounts/people.html", agencies=queries.people_by_agency(session, user()))


@blueprint.get("/people/<ref>")
@requires(Permission.PERSON_MANAGE)
def person(ref: str) -> ResponseReturnValue:
    """Show one person's account."""
    shown, at = _find(ref), now()
    record(session, "person.seen", shown.ref, by=current_actor(), at=at)
    return render_template(
        "accounts/person.html",
        person=shown,
        sessions=queries.live_sessions(session, shown.id, at=at),
        link_until=queries.waiting_link_until(session, shown.id, at=at),
        herself=shown.id == user().id,
    )


@blueprint.route("/people/new", methods=["GET", "POST"])
@requires(Permission.PERSON_MANAGE)
def new_person() -> ResponseReturnValue:
    """Add a person and show her link, once."""
    form = PersonForm()
    agencies = queries.agencies(session)
    form.offer(agencies)
    if form.validate_on_submit():
        told, actor, at = form.details(), current_actor(), now()
        agency = _agency(agencies, told.place.agency_ref)
        try:
            added = service.add_person(
                session, agency, told.place.role, name=told.name, email=told.email, by=actor, at=at
            )
            token = service.make_link(session, added, by=actor, at=at)
        except Refused as refusal:
            refuse(form, refusal.sentence, refusal.field or "role")
        else:
            session.commit()
            return _show_link(added, token)
    return render_template("accounts/person_new.html", form=form, agencies=agencies)


@blueprint.route("/people/<ref>/place", methods=["GET", "POST"])
@requires(Permission.PERSON_MANAGE)
def place(ref: str) -> ResponseReturnValue:
    """Change a person's role or agency."""
    shown = _find(ref)
    form = MoveForm(data={"agency": shown.agency.ref, "role": shown.role, "seen": mark(*service.place_of(shown))})
    agencies = queries.agencies(session)
    form.offer(agencies)
    if form.validate_on_submit():
        told = form.place()
        agency = _agency(agencies, told.agency_ref)
        try:
            seen = form.seen.data or ""
            service.change_place(session, shown, agency, told.role, seen=seen, by=current_actor(), at=now())
        except Refused as refusal:
            form.seen.data = mark(*service.place_of(shown))
            session.rollback()
            refuse(form, refusal.sentence, refusal.field or "role")
        else:
            session.commit()
            flash("Changed. She signs in again to see what she may now.", "success")
            return redirect(url_for("accounts.person", ref=ref))
    return render_template("accounts/place.html", form=form, person=shown)


@blueprint.post("/people/<ref>/link")
@requires(Permission.PERSON_MANAGE)
def link(ref: str) -> ResponseReturnValue:
    """Make a new one-time link and show it, once."""
    shown = _find(ref)
    if shown.id == user().id:
        raise Refused("You can change your own password on the page of your account.")
    token = service.make_link(session, shown, by=current_actor(), at=now())
    session.commit()
    return _show_link(shown, token)


@blueprint.post("/people/<ref>/disable")
@requires(Permission.PERSON_MANAGE)
def disable(ref: str) -> ResponseReturnValue:
    """Let a person sign in no more."""
    service.disable_person(session, _find(ref), by=current_actor(), at=now())
    session.commit()
    flash("Disabled, and signed out everywhere.", "success")
    return redirect(url_for("accounts.person", ref=ref))


@blueprint.post("/people/<ref>/enable")
@requires(Permission.PERSON_MANAGE)
def enable(ref: str) -> ResponseReturnValue:
    """Let a person sign in again."""
    service.enable_person(session, _find(ref), by=current_actor(), at=now())
    session.commit()
    flash("Enabled. She signs in with the password she had, or make her a new link.", "success")
    return redirect(url_for("accounts.person", ref=ref))


@blueprint.post("/people/<ref>/sign-out")
@requires(Permission.PERSON_MANAGE)
def sign_her_out(ref: str) -> ResponseReturnValue:
    """Sign a person out everywhere."""
    service.end_her_sessions(session, _find(ref), by=current_actor(), at=now())
    session.commit()
    flash("Signed out everywhere.", "success")
    return redirect(url_for("accounts.person", ref=ref))


def _find(ref: str) -> Person:
    return queries.person_by_ref(session, user(), ref) or abort(404)


def _agency(agencies: Sequence[Agency], ref: str) -> Agency:
    return next(agency for agency in agencies if agency.ref == ref)


def _show_link(shown: Person, token: str) -> ResponseReturnValue:
    """Show a link in the answer to the POST itself: kept for a redirect, its token would be stored in clear."""
    address = url_for("accounts.welcome", token=token, _external=True)
    return render_template("accounts/link.html", person=shown, address=address)
