"""Who works with her: a keyworker and practitioners, from today on or no longer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import abort, flash, redirect, render_template, request, url_for

from refuge.accounts.current import user
from refuge.codes.queries import labels
from refuge.database import session
from refuge.errors import Refused
from refuge.london import date_words, london_date
from refuge.once import new_key
from refuge.permissions import Permission, requires
from support_plans.forms.sharing import AllocateForm
from support_plans.models import Part
from support_plans.queries import people as queries
from support_plans.queries.askings import askings_about
from support_plans.service import allocating as service
from support_plans.shown_askings import state_of
from support_plans.views.planning.room import (
    blueprint,
    by_now,
    done,
    refuse,
    resident_or_404,
    saw_to_write,
    sent_before,
)

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from refuge.referrals.models import Referral
    from support_plans.access import Reach


@blueprint.route("/plans/<ref>/people", methods=["GET", "POST"])
@requires(Permission.PLAN_WRITE)
def people(ref: str) -> ResponseReturnValue:
    """Show who works with her, and let somebody more do so from today on."""
    posted = request.method == "POST"
    referral, reach = resident_or_404(ref, lock=posted)
    if again := sent_before():
        return again
    workers = [row for row in queries.workers(session, user(), at=reach.at) if service.may_name(user(), row)]
    if not posted:
        saw_to_write(referral, "people")
        return _page(referral, reach, AllocateForm(workers, key=new_key()))
    form = AllocateForm(workers)
    fine, worker = form.validate(), form.chosen()
    if not fine or worker is None:
        return _page(referral, reach, form), 422
    by = by_now()
    try:
        service.allocate(session, referral, worker, Part(form.part.data), by=by.person, actor=by.actor, at=by.at)
        return done(url_for("plans.people", ref=ref), f"{worker.name} works with her from today on.")
    except Refused as refused:
        refuse(form, refused)
        return _page(referral, reach, form), 409


@blueprint.post("/plans/<ref>/people/<worker>/end")
@requires(Permission.PLAN_WRITE)
def release(ref: str, worker: str) -> ResponseReturnValue:
    """Note that a worker works with her no longer."""
    referral, reach = resident_or_404(ref, lock=True)
    standing = queries.allocations(session, referral.id, at=reach.at, coming=True)
    found = next((row.worker for row in standing if row.worker.ref == worker), None) or abort(404)
    by = by_now()
    try:
        service.end_allocation(session, referral, found, by=by.person, actor=by.actor, at=by.at)
        session.commit()
    except Refused as refused:
        session.rollback()
        flash(refused.sentence, "warning")
    else:
        flash(f"{found.name} works with her no longer.", "success")
    return redirect(url_for("plans.people", ref=ref))


def _page(referral: Referral, reach: Reach, form: AllocateForm) -> str:
    today, why = london_date(reach.at), labels(session, ["asking_declined"])["asking_declined"]
    return render_template(
        "support_plans/people.html", resident=referral, form=form,
        rows=[
            (row, service.may_release(user(), row.worker), row.from_on > today and date_words(row.from_on, today=today))
            for row in queries.allocations(session, referral.id, at=reach.at, coming=True)
        ],
        asked=[(row, *state_of(row, why, at=reach.at)) for row in askings_about(session, referral.id)],
    )  # fmt: skip
