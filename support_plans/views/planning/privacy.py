"""Breaking the glass, what a privacy officer is alerted to, and who that is; and what a network decides about plans."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import abort, current_app, flash, redirect, render_template, request, url_for

from refuge.accounts.current import user
from refuge.accounts.passwords import matches
from refuge.accounts.queries import people_by_agency
from refuge.accounts.sessions import current_actor, source_of_request
from refuge.accounts.throttle import TooManyTries, count_guess, forgive_guess, marks
from refuge.audit.service import record
from refuge.codes.queries import labels, lists
from refuge.database import close_session, database, now, session
from refuge.errors import Refused
from refuge.london import instant_words, london_date
from refuge.permissions import Permission, requires
from refuge.seen import mark, refuse_if_other
from support_plans.areas import areas_of
from support_plans.forms.sharing import GlassForm, GlassReviewForm, SettingsForm
from support_plans.models import REVIEWED_WITHIN, AlertKind, GlassReview
from support_plans.queries import looks, people
from support_plans.queries import privacy as queries
from support_plans.service import glass as service
from support_plans.service.settings import add_area, set_due_days
from support_plans.shown import LOOKS
from support_plans.views.planning.room import blueprint, by_now, plan_url, saw

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from support_plans.models import BrokenGlass

WRONG = "That is not your password"


@blueprint.route("/glass", methods=["GET", "POST"])
@requires(Permission.GLASS_BREAK)
def glass() -> ResponseReturnValue:
    """Open one plan for an hour without the usual right: with a reason, her password, an alert and a review."""
    form = GlassForm(lists(session, ["glass_reason"], on=london_date(now())))
    if request.method == "GET":
        return render_template("support_plans/glass.html", form=form)
    if not form.validate() or not _knows_password(form):
        return render_template("support_plans/glass.html", form=form), 422
    by = by_now()
    found = queries.resident_to_break_for(session, user(), form.ref.typed.upper(), at=by.at)
    if found is None:
        form.say("ref", "Nobody who lives in a refuge of this network has this number. Check it")
        return render_template("support_plans/glass.html", form=form), 422
    try:
        row = service.break_glass(
            session, found, form.reason.data, form.words.typed, by=by.person, actor=by.actor, at=by.at
        )
        session.commit()
    except Refused as refused:
        session.rollback()
        form.refuse(refused.sentence, refused.field)
        return render_template("support_plans/glass.html", form=form), 422
    flash(f"Open until {instant_words(row.until_at, now=by.at)}. Somebody else will ask you why.", "warning")
    return redirect(plan_url(found))


def _knows_password(form: GlassForm) -> bool:
    """Ask for her password again, with the limits of signing in. Never checked inside a transaction."""
    person, at = user(), now()
    close_session()
    key = current_app.config["CONFIG"].derived_key("sign-in attempts")
    try:
        with database().write() as db:
            guess = count_guess(db, marks(key, person.email, source_of_request()), at=at)
    except TooManyTries:
        return form.say("password", "Too many tries. Wait five minutes, then try again")
    if not matches(person.password_hash, form.password.data or ""):
        with database().write() as db:
            record(db, "glass.refused", person.ref, by=current_actor(), at=at)
        return form.say("password", WRONG)
    with database().write() as db:
        forgive_guess(db, guess)
    return True


@blueprint.get("/privacy")
@requires(Permission.PLAN_SEE)
def privacy() -> ResponseReturnValue:
    """Show a privacy officer what her agency was alerted to; to anybody else who that is."""
    at = now()
    rows = queries.glasses(session, user())
    sealed = [row for row in queries.alerts(session, user()) if row.kind is AlertKind.SEALED_NOTE]
    saw("privacy.listed", "-", refs=[row.ref for row in rows])
    return render_template(
        "support_plans/privacy.html", rows=[_line(row) for row in rows],
        sealed=[(row.about_ref, instant_words(row.at, now=at)) for row in sealed],
        officer=queries.officers(session).get(user().agency_id), own=queries.officer_of(session, user()) is not None,
    )  # fmt: skip


def _line(row: BrokenGlass) -> tuple[str, str, str, str]:
    at = now()
    if row.found is not None:
        return row.ref, instant_words(row.at, now=at), row.found.label, "closed"
    late = at >= row.at + REVIEWED_WITHIN
    return (
        row.ref,
        instant_words(row.at, now=at),
        "Review overdue" if late else "To review",
        "danger" if late else "waiting",
    )


@blueprint.route("/privacy/<ref>", methods=["GET", "POST"])
@requires(Permission.PLAN_SEE)
def review_glass(ref: str) -> ResponseReturnValue:
    """Show what somebody opened without the usual right and why, and keep what the review found."""
    posted = request.method == "POST"
    row = queries.glass(session, user(), ref, lock=posted) or abort(404)
    form = GlassReviewForm()
    if not posted:
        return _glass_page(row, form)
    if not form.validate():
        return _glass_page(row, form), 422
    by = by_now()
    try:
        service.review_glass(
            session, row, GlassReview(form.found.data), form.review_words.typed, by=by.person, actor=by.actor, at=by.at
        )
        session.commit()
    except Refused as refused:
        session.rollback()
        form.refuse(refused.sentence, refused.field)
        return _glass_page(queries.glass(session, user(), ref) or abort(404), form), 409
    flash("The review is kept.", "success")
    return redirect(url_for("plans.privacy"))


def _glass_page(row: BrokenGlass, form: GlassReviewForm) -> str:
    at = now()
    saw("glass.seen", row.ref)
    reasons = labels(session, ["glass_reason"])["glass_reason"]
    opened = [
        (instant_words(one.at, now=at), LOOKS.get(one.what, one.what), one.subject_ref)
        for one in looks.done_under_glass(session, row)
    ]
    return render_template(
        "support_plans/glass_review.html", form=form, row=row, own=row.person_id == user().id,
        when=instant_words(row.at, now=at), reason=reasons.get(row.reason, row.reason), opened=opened,
        reviewed="" if row.reviewed_at is None else instant_words(row.reviewed_at, now=at),
    )  # fmt: skip


@blueprint.post("/privacy/<ref>/away")
@requires(Permission.PLAN_SEE)
def put_away(ref: str) -> ResponseReturnValue:
    """Note that the officer has looked at a try to open a sealed note."""
    waiting = {row.about_ref for row in queries.alerts(session, user()) if row.kind is AlertKind.SEALED_NOTE}
    if ref not in waiting:
        abort(404)
    at = now()
    service.put_away(session, ref, at=at, agency_id=user().agency_id)
    record(session, "alert.seen", ref, by=current_actor(), at=at)
    session.commit()
    flash("Noted.", "success")
    return redirect(url_for("plans.privacy"))


@blueprint.route("/people/officers", methods=["GET", "POST"])
@requires(Permission.PERSON_MANAGE)
def officers() -> ResponseReturnValue:
    """Name the privacy officer of each agency that works with residents."""
    found = people_by_agency(session, user())
    working = [(agency, rows) for agency, rows in found if people.works_with_residents(agency)]
    if request.method == "POST":
        everybody = {row.person.ref: row.person for _, rows in working for row in rows if row.person.is_active}
        person = everybody.get(request.form.get("person", "")) or abort(400)
        by = by_now()
        service.lock_agency(session, person.agency)
        named = queries.officers(session).get(person.agency_id)
        refuse_if_other(
            request.form.get("seen", ""), (named and named.person.ref,),
            f"Somebody else has just named {named.person.name if named else 'nobody'}. Nothing of yours is saved: look "
            "at the page again.",
        )  # fmt: skip
        service.name_officer(session, person, by=by.person, actor=by.actor, at=by.at)
        session.commit()
        flash(f"{person.name} is the privacy officer of {person.agency.name}.", "success")
        return redirect(url_for("plans.officers"))
    saw("officers.listed", "-")
    return render_template(
        "support_plans/officers.html", agencies=working, officers=queries.officers(session), mark=mark
    )


@blueprint.route("/plans/settings", methods=["GET", "POST"])
@requires(Permission.RULES_CHANGE)
def settings() -> ResponseReturnValue:
    """Set by when a plan is agreed, and add an area of need to the network's own."""
    network, at = user().agency.network, now()
    posted = request.method == "POST"
    form = SettingsForm() if posted else SettingsForm(due_days=network.plan_due_days, seen=mark(network.plan_due_days))
    areas = areas_of(session, network.id, at=at).values()
    own = [area for area in areas if area.of_network]
    if not posted or not form.validate():
        page = render_template("support_plans/settings.html", form=form, own=own)
        return (page, 422) if posted else page
    by = by_now()
    try:
        seen = form.seen.data or ""
        changed = set_due_days(session, by.person, form.due_days.number, seen=seen, actor=by.actor, at=at)
        if form.area.typed:
            changed = True
            add_area(session, by.person, form.area.typed, form.category.data, areas=areas, actor=by.actor, at=at)
        session.commit()
    except Refused as refused:
        session.rollback()
        form.refuse(refused.sentence, refused.field)
        form.seen.data = mark(network.plan_due_days)
        return render_template("support_plans/settings.html", form=form, own=own), 409
    flash("Kept." if changed else "Nothing was changed.", "success")
    return redirect(url_for("plans.settings"))
