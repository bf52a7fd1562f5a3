"""The week's sample of reads, for a privacy officer to look through."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import flash, redirect, render_template, request, url_for

from refuge.accounts.current import user
from refuge.database import now, session
from refuge.errors import Refused
from refuge.london import date_words, instant_words, london_date
from refuge.permissions import Permission, requires
from support_plans.forms.sharing import SampleForm
from support_plans.queries import sampling as queries
from support_plans.queries.privacy import officer_of
from support_plans.service.sampling import note_sample
from support_plans.shown import LOOKS
from support_plans.views.planning.room import blueprint, by_now, refuse, saw

if TYPE_CHECKING:
    from collections.abc import Sequence

    from flask.typing import ResponseReturnValue


@blueprint.route("/privacy/sample", methods=["GET", "POST"])
@requires(Permission.PLAN_SEE)
def sample() -> ResponseReturnValue:
    """Show a privacy officer some of what her agency read last week, and keep that she looked through it."""
    form = SampleForm()
    if request.method == "GET":
        return _page(form)
    if officer_of(session, user()) is None:
        raise Refused("The privacy officer of your agency looks through it.", code="not_officer")
    if not form.validate():
        return _page(form), 422
    by = by_now()
    try:
        note_sample(
            session, queries.last_week(by.at), form.words.typed, asked=form.asked.data == "yes", by=by.person,
            actor=by.actor, at=by.at,
        )  # fmt: skip
        session.commit()
    except Refused as refused:
        refuse(form, refused)
        return _page(form), 409
    flash("Kept: this week is looked through.", "success")
    return redirect(url_for("plans.privacy"))


def _page(form: SampleForm) -> str:
    at = now()
    week_on, own = queries.last_week(at), officer_of(session, user()) is not None
    found = queries.sample(session, user(), week_on) if own else None
    looked = queries.looked_through(session, user(), week_on) if own else None
    saw("sample.seen", "-", week=week_on.isoformat())
    today = london_date(at)
    return render_template(
        "support_plans/sample.html", form=form, own=own, looked=looked, week=date_words(week_on, today=today),
        in_all=found.in_all if found else 0, drawn=_lines(found.drawn if found else []),
        at_night=_lines(found.at_night if found else []), alike=_lines(found.same_surname if found else []),
        many=[(who, date_words(on, today=today), str(count)) for who, on, count in (found.many if found else [])],
    )  # fmt: skip


def _lines(rows: Sequence[queries.Sampled]) -> list[tuple[str, str, str, str]]:
    at = now()
    return [(instant_words(row.at, now=at), row.who, LOOKS.get(row.what, row.what), row.subject_ref) for row in rows]
