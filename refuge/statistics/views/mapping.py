"""The annual return's mapping: what it says, and that a person compared it with a year's form."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import flash, redirect, render_template, request, url_for

from refuge.accounts.current import user
from refuge.accounts.sessions import current_actor
from refuge.database import now, session
from refuge.errors import Refused
from refuge.london import london_date
from refuge.permissions import Permission, requires
from refuge.statistics.crosswalk import crosswalk
from refuge.statistics.forms_beside import MappingForm
from refuge.statistics.periods import financial_year_of
from refuge.statistics.queries import beside
from refuge.statistics.queries.words import words
from refuge.statistics.service import beside as service
from refuge.statistics.views.room import blueprint

if TYPE_CHECKING:
    from datetime import date

    from flask.typing import ResponseReturnValue

UNSAID = "-"
"""The key of a turn-away without a reason."""


def mark_of(day: date) -> str:
    """Return what is said of the mapping for the form of the year in which a day falls."""
    year = financial_year_of(day)
    check = beside.mapping_check(session, user().network_id, crosswalk().version, year.since)
    if check is None:
        return crosswalk().mark(year, None)
    return crosswalk().mark(year, (check.checked_by.name, check.checked_on))


@blueprint.route("/statistics/mapping", methods=["GET", "POST"])
@requires(Permission.RETURN_KEEP)
def mapping() -> ResponseReturnValue:
    """Show the mapping, and let a manager confirm that she compared it with a year's form."""
    at = now()
    on = london_date(at)
    form = MappingForm(request.form if request.method == "POST" else None, on=on, version=crosswalk().version)
    if request.method == "GET":
        return _page(form)
    if not form.validate():
        return _page(form), 422
    try:
        service.confirm_mapping(
            session, crosswalk().version, form.years[form.year.typed].since, on=form.checked_on.typed or on, by=user(),
            actor=current_actor(), at=at,
        )  # fmt: skip
        session.commit()
    except Refused as refusal:
        session.rollback()
        form.year.errors = [refusal.sentence]
        return _page(form), 409
    flash("Kept. The workbook of that year says so from now on.", "success")
    return redirect(url_for("statistics.mapping"))


def _page(form: MappingForm) -> str:
    told = crosswalk()
    reasons = words(session)["turnaway_reason"]
    rows = [
        (f"{reason} {reasons.get(reason, '')}".strip() if reason != UNSAID else "No reason was kept",
         told.categories[category])
        for reason, category in told.reasons.items()
    ]  # fmt: skip
    return render_template(
        "statistics/mapping.html", form=form, told=told, rows=rows,
        marks=[(year.label, mark_of(year.since)) for year in form.years.values()],
    )  # fmt: skip
