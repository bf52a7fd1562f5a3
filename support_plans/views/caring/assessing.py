"""Taking a questionnaire, reading one, and her scores over time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import abort, render_template, request, url_for

from refuge.accounts.current import user
from refuge.accounts.sessions import current_actor
from refuge.database import now, session
from refuge.errors import Refused
from refuge.london import date_words, london_date
from refuge.once import new_key
from refuge.permissions import Permission, requires
from support_plans.forms.assessing import form_for
from support_plans.queries import assessments as queries
from support_plans.queries.tasks import colleagues
from support_plans.scoring import TOOLS
from support_plans.service.assessing import record_assessment
from support_plans.shown_scores import band_words, charts, said, tables, total_words
from support_plans.views.caring.room import blueprint, done, refuse, resident_or_404, saw, sent_before

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from refuge.referrals.models import Referral
    from support_plans.forms.assessing import AssessmentForm
    from support_plans.models import Assessment
    from support_plans.scoring import Tool


@blueprint.get("/care/<ref>/scores")
@requires(Permission.PLAN_SEE)
def scores(ref: str) -> ResponseReturnValue:
    """Show her scores over time: a chart for each questionnaire, and the table beside it."""
    resident, at = resident_or_404(ref), now()
    rows = queries.assessments(session, user(), resident, at=at)
    saw("assessments.listed", resident.ref, refs=[row.ref for row in rows])
    today = london_date(at)
    return render_template(
        "care/scores.html", resident=resident, tools=list(TOOLS.values()), charts=charts(rows, today=today),
        tables=tables(rows, today=today, ref=ref),
    )  # fmt: skip


@blueprint.get("/care/<ref>/scores/<assessment>")
@requires(Permission.PLAN_SEE)
def score(ref: str, assessment: str) -> ResponseReturnValue:
    """Show one questionnaire: each answer, what they add up to, and the source of the wording."""
    resident, at = resident_or_404(ref), now()
    row = queries.assessment(session, user(), resident, assessment, at=at) or abort(404)
    saw("assessment.seen", row.ref, referral=resident.ref)
    return render_template(
        "care/score.html", resident=resident, row=row, tool=TOOLS[row.tool], said=said(row), total=total_words(row),
        band=band_words(row), taken=date_words(row.taken_on, today=london_date(at)),
        replaced_by=queries.replaced_by(session, row), own=row.agency_id == user().agency_id,
    )  # fmt: skip


@blueprint.route("/care/<ref>/scores/new/<tool>", methods=["GET", "POST"])
@requires(Permission.PLAN_WRITE)
def take(ref: str, tool: str) -> ResponseReturnValue:
    """Fill in a questionnaire with her."""
    resident = resident_or_404(ref, lock=request.method == "POST")
    if request.method == "GET":
        saw("resident.seen", resident.ref, groups=["assessment"])
    return _form(resident, TOOLS.get(tool) or abort(404), None)


@blueprint.route("/care/<ref>/scores/<assessment>/correct", methods=["GET", "POST"])
@requires(Permission.PLAN_WRITE)
def correct(ref: str, assessment: str) -> ResponseReturnValue:
    """Correct a questionnaire: a new one replaces it, and both are kept."""
    resident = resident_or_404(ref, lock=request.method == "POST")
    old = queries.assessment(session, user(), resident, assessment, at=now(), own=True) or abort(404)
    if request.method == "GET":
        saw("assessment.seen", old.ref, referral=resident.ref)
    return _form(resident, TOOLS[old.tool], old)


def _form(resident: Referral, tool: Tool, old: Assessment | None) -> ResponseReturnValue:
    at, people = now(), colleagues(session, user())
    if again := sent_before():
        return again
    kind = form_for(tool)
    if request.method == "GET":
        return _page(resident, tool, kind(people, at=at, key=new_key(), **_kept(old)), old)
    form = kind(people, at=at)
    if not form.validate():
        return _page(resident, tool, form, old), 422
    try:
        _refuse_if_corrected(old)
        row = record_assessment(
            session, resident, tool, form.details(), by=user(), actor=current_actor(), at=at, replaces=old,
        )  # fmt: skip
        return done(url_for("care.score", ref=resident.ref, assessment=row.ref), f"{tool.name} is kept.")
    except Refused as refused:
        refuse(form, refused)
        return _page(resident, tool, form, old), 409


def _refuse_if_corrected(old: Assessment | None) -> None:
    if old is not None and (newer := queries.replaced_by(session, old)):
        raise Refused(f"Somebody corrected this one already: see {newer}. Correct that one instead.", field="note")


def _kept(old: Assessment | None) -> dict[str, object]:
    """Return what a correction begins with."""
    if old is None:
        return {}
    answers: dict[str, object] = {key: str(points) for key, points in old.answers.items()}
    if not TOOLS[old.tool].worded:
        answers = {**old.answers, "total": old.total}
    return {**answers, "taken_on": old.taken_on, "occasion": old.occasion.value, "note": old.note}


def _page(resident: Referral, tool: Tool, form: AssessmentForm, old: Assessment | None) -> str:
    return render_template("care/take.html", resident=resident, tool=tool, form=form, old=old)
