"""Who sees what: what she agreed to, what is shared without, and withdrawing it."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from flask import abort, flash, redirect, render_template, request, url_for

from refuge.accounts.current import user
from refuge.codes.queries import labels, lists
from refuge.database import session
from refuge.errors import Refused
from refuge.london import london_date
from refuge.once import new_key
from refuge.permissions import Permission, requires
from support_plans.forms.sharing import ConsentForm, SharingForm, WithoutConsentForm
from support_plans.queries import people
from support_plans.service import sharing as service
from support_plans.shown_sharing import shown_sharings
from support_plans.views.planning.room import (
    blueprint,
    by_now,
    done,
    refuse,
    resident_or_404,
    saw,
    sent_before,
)

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from refuge.referrals.models import Referral
    from support_plans.access import Reach

USUAL = timedelta(days=90)


@blueprint.route("/plans/<ref>/sharing", methods=["GET", "POST"])
@requires(Permission.PLAN_WRITE)
def sharing(ref: str) -> ResponseReturnValue:
    """Show what is shared of her record, and keep what she says about sharing more."""
    posted = request.method == "POST"
    referral, reach = resident_or_404(ref, lock=posted)
    if again := sent_before():
        return again
    offered = lists(session, ["consent_how"], on=london_date(reach.at))
    agencies = people.agencies(session, user())
    if not posted:
        until = london_date(reach.at + USUAL)
        form = ConsentForm(offered, agencies, key=new_key(), until_on=until)
        return _page(referral, reach, form)
    form = ConsentForm(offered, agencies)
    agency = form.chosen_agency()
    if not form.validate() or agency is None:
        return _page(referral, reach, form), 422
    led, by = url_for("plans.sharing", ref=ref), by_now()
    if form.refuses:
        service.note_refusal(session, referral, agency, by=by.person, actor=by.actor, at=by.at)
        return done(led, "Noted. She has the same support whether she agrees or not.")
    try:
        service.share(session, referral, form.details(agency), by=by.person, actor=by.actor, at=by.at)
        return done(led, f"{agency.name} can read this from now on.")
    except Refused as refused:
        refuse(form, refused)
        return _page(referral, reach, form), 409


@blueprint.route("/plans/<ref>/sharing/without", methods=["GET", "POST"])
@requires(Permission.SHARING_OVERRIDE)
def share_without(ref: str) -> ResponseReturnValue:
    """Record that something is shared without her consent: why necessary, why proportionate, who decided."""
    posted = request.method == "POST"
    referral, reach = resident_or_404(ref, lock=posted)
    if again := sent_before():
        return again
    agencies, decided = people.agencies(session, user()), people.people_of_network(session, user())
    if not posted:
        return _page(referral, reach, WithoutConsentForm(agencies, decided, key=new_key()))
    form = WithoutConsentForm(agencies, decided)
    agency = form.chosen_agency()
    if not form.validate() or agency is None:
        return _page(referral, reach, form), 422
    by = by_now()
    try:
        service.share(session, referral, form.details(agency), by=by.person, actor=by.actor, at=by.at)
        return done(url_for("plans.sharing", ref=ref), f"{agency.name} can read this from now on.")
    except Refused as refused:
        refuse(form, refused)
        return _page(referral, reach, form), 409


@blueprint.post("/plans/<ref>/sharing/<sharing>/withdraw")
@requires(Permission.PLAN_WRITE)
def withdraw(ref: str, sharing: str) -> ResponseReturnValue:
    """Note that she takes back what she agreed to; from now on it is closed."""
    referral, reach = resident_or_404(ref, lock=True)
    shown = {row.ref for row in people.sharings(session, reach)}
    row = service.sharing_to_withdraw(session, referral, sharing) if sharing in shown else None
    by = by_now()
    try:
        service.withdraw(session, referral, row or abort(404), by=by.person, actor=by.actor, at=by.at)
        session.commit()
    except Refused as refused:
        session.rollback()
        flash(refused.sentence, "warning")
    else:
        flash("Withdrawn. It is closed from now on.", "success")
    return redirect(url_for("plans.sharing", ref=ref))


def _page(referral: Referral, reach: Reach, form: SharingForm) -> str:
    rows = people.sharings(session, reach)
    saw("plan.sharing_seen", referral.ref, refs=[row.ref for row in rows])
    return render_template(
        "support_plans/sharing.html", resident=referral, form=form, without=isinstance(form, WithoutConsentForm),
        rows=shown_sharings(rows, labels(session, ["consent_how"])["consent_how"], at=reach.at),
    )  # fmt: skip
