"""What is kept apart: immigration status, the person who harms her, offences. Each behind its own permission."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import render_template, request

from refuge.database import session
from refuge.errors import Refused
from refuge.london import instant_words
from refuge.permissions import Permission, requires
from refuge.referrals.views.room import whole
from support_plans.categories import LABELS, Category
from support_plans.forms.plans import ApartForm
from support_plans.queries import people
from support_plans.service.apart import write_apart
from support_plans.views.planning.room import blueprint, by_now, done, plan_url, refuse, resident_or_404, saw

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from refuge.referrals.models import Referral
    from support_plans.access import Reach


@blueprint.route("/plans/<ref>/apart/immigration", methods=["GET", "POST"])
@requires(Permission.IMMIGRATION_SEE)
def immigration(ref: str) -> ResponseReturnValue:
    """Show what is known about her immigration status, and keep it."""
    return _apart(ref, Category.IMMIGRATION)


@blueprint.route("/plans/<ref>/apart/perpetrator", methods=["GET", "POST"])
@requires(Permission.PERPETRATOR_SEE)
def perpetrator(ref: str) -> ResponseReturnValue:
    """Show what is known about the person who harms her, and keep it."""
    return _apart(ref, Category.PERPETRATOR)


@blueprint.route("/plans/<ref>/apart/offence", methods=["GET", "POST"])
@requires(Permission.OFFENCE_SEE)
def offence(ref: str) -> ResponseReturnValue:
    """Show what is known about criminal offences, and keep it."""
    return _apart(ref, Category.OFFENCE)


def _apart(ref: str, category: Category) -> ResponseReturnValue:
    posted = request.method == "POST"
    referral, reach = resident_or_404(ref, lock=posted)
    row = people.apart(session, reach, category)
    if not posted:
        form = ApartForm(obj=row)
        form.version.data = str(0 if row is None else row.version)
        return _page(referral, reach, category, form)
    form = ApartForm()
    if not form.validate():
        return _page(referral, reach, category, form), 422
    try:
        write_apart(
            session, referral, category, form.words.typed, row=row, version=whole(request.form, "version"), by=by_now()
        )
        return done(plan_url(referral), "It is kept, apart from the plan.")
    except Refused as refused:
        refuse(form, refused)
        row = people.apart(session, reach, category)
        form.version.data = str(0 if row is None else row.version)
        saved = [] if row is None else [("As it is saved now", row.words)]
        return _page(referral, reach, category, form, saved), 409


def _page(
    referral: Referral, reach: Reach, category: Category, form: ApartForm, saved: list[tuple[str, str]] | None = None
) -> str:
    saw("plan.apart_seen", referral.ref, category=category.value)
    others = people.apart_of_others(session, reach, category)
    return render_template(
        "support_plans/apart.html", resident=referral, form=form, heading=LABELS[category], saved=saved or [],
        others=[(row.agency.name, instant_words(row.changed_at, now=reach.at), row.words) for row in others],
    )  # fmt: skip
