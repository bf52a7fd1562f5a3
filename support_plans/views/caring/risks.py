"""Risk and safety: what tools said, MARAC, and the warnings that stand first on her page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import abort, render_template, request, url_for

from refuge.accounts.current import user
from refuge.accounts.sessions import current_actor
from refuge.codes.queries import labels, lists
from refuge.database import now, session
from refuge.errors import Refused
from refuge.london import date_words, london_date
from refuge.once import new_key
from refuge.permissions import Permission, requires
from refuge.referrals.risk import in_words
from support_plans.forms.risks import LISTS, CautionForm, EndCautionForm, MaracForm, RiskForm
from support_plans.queries import risks as queries
from support_plans.service import risks as service
from support_plans.views.caring.room import blueprint, done, refuse, resident_or_404, saw, sent_before

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from flask.typing import ResponseReturnValue

    from refuge.beds.forms.fields import RoomForm
    from refuge.referrals.models import Referral
    from support_plans.models import MaracReferral, RiskAssessment


RISK = (
    "Assess the risk",
    ["Fill in the tool on its own form, then keep here what it said and what you judge. The higher of the two stands."],
)
MARAC = (
    "Note a referral to MARAC",
    ["Send the referral itself by the route that your area agreed. Keep here that it was made."],
)
WARN = (
    "A warning that staff see first",
    ["Whoever may see her safety sees it at the head of her page until it is taken away."],
)


@blueprint.get("/care/<ref>/risk")
@requires(Permission.PLAN_SEE)
def risk(ref: str) -> ResponseReturnValue:
    """Show warnings, what risk tools said and what was judged, and referrals to MARAC."""
    resident, at = resident_or_404(ref), now()
    found = queries.risks(session, user(), resident, at=at)
    maracs = queries.maracs(session, user(), resident, at=at)
    cautions = queries.cautions(session, user(), resident, at=at)
    saw("risk.seen", resident.ref)
    words, today = labels(session, LISTS), london_date(at)
    return render_template(
        "care/risk.html", resident=resident, cautions=cautions, kinds=words["warning_kind"],
        risks=[_risk_line(row, words["risk_tool"], today) for row in found], latest=found[0] if found else None,
        stands=_stands(found[0]) if found else "Not assessed yet.",
        overdue=bool(found) and found[0].review_on < today,
        review=date_words(found[0].review_on, today=today) if found else "",
        maracs=[_marac_line(row, words["marac_criterion"], today) for row in maracs], own=user().agency_id,
    )  # fmt: skip


def _stands(row: RiskAssessment) -> str:
    return in_words(row.tool, row.yes_count, row.judgement)


def _risk_line(row: RiskAssessment, names: Mapping[str, str], today: date) -> list[str]:
    count = "–" if row.yes_count is None else str(row.yes_count)
    tool = f"{names.get(row.tool, row.tool)}, version {row.tool_version}"
    who = f"{row.taken_by.name}, {row.agency.name}"
    return [date_words(row.taken_on, today=today), tool, count, _stands(row), row.reason, who]


def _marac_line(row: MaracReferral, names: Mapping[str, str], today: date) -> list[str]:
    why = ", ".join(names.get(code, code) for code in row.criteria)
    repeat = "Repeat" if row.repeat else "Not a repeat"
    day, incident = (date_words(on, today=today) for on in (row.referred_on, row.incident_on))
    return [
        day,
        incident,
        why,
        f"{repeat}: {row.definition.label}",
        row.reason,
        f"{row.referred_by.name}, {row.agency.name}",
    ]


@blueprint.route("/care/<ref>/risk/new", methods=["GET", "POST"])
@requires(Permission.PLAN_WRITE)
def assess_risk(ref: str) -> ResponseReturnValue:
    """Keep what a risk tool said and what she judges."""
    resident, at = resident_or_404(ref, lock=request.method == "POST"), now()
    if again := sent_before():
        return again
    offered = lists(session, LISTS, on=london_date(at))
    form = RiskForm(offered, at=at) if request.method == "POST" else RiskForm(offered, at=at, key=new_key())
    if request.method == "GET":
        return _page(RISK, resident, form)
    if not form.validate():
        return _page(RISK, resident, form), 422
    try:
        service.record_risk(session, resident, form.details(), by=user(), actor=current_actor(), at=at)
        return done(url_for("care.risk", ref=ref), "The risk assessment is kept.")
    except Refused as refused:
        refuse(form, refused)
        return _page(RISK, resident, form), 409


@blueprint.route("/care/<ref>/risk/marac", methods=["GET", "POST"])
@requires(Permission.PLAN_WRITE)
def marac(ref: str) -> ResponseReturnValue:
    """Note that she was referred to MARAC."""
    resident, at = resident_or_404(ref, lock=request.method == "POST"), now()
    if again := sent_before():
        return again
    offered = lists(session, LISTS, on=london_date(at))
    form = MaracForm(offered, at=at) if request.method == "POST" else MaracForm(offered, at=at, key=new_key())
    if request.method == "GET":
        return _page(MARAC, resident, form)
    if not form.validate():
        return _page(MARAC, resident, form), 422
    try:
        row = service.refer_to_marac(session, resident, form.details(), by=user(), actor=current_actor(), at=at)
        words = "It counts as a repeat" if row.repeat else "It is no repeat"
        return done(
            url_for("care.risk", ref=ref), f"The referral to MARAC is kept. {words} by the definition that you chose."
        )
    except Refused as refused:
        refuse(form, refused)
        return _page(MARAC, resident, form), 409


@blueprint.route("/care/<ref>/warnings/new", methods=["GET", "POST"])
@requires(Permission.PLAN_WRITE)
def warn(ref: str) -> ResponseReturnValue:
    """Put a warning first on her page."""
    resident, at = resident_or_404(ref, lock=request.method == "POST"), now()
    if again := sent_before():
        return again
    offered = lists(session, LISTS, on=london_date(at))
    form = CautionForm(offered) if request.method == "POST" else CautionForm(offered, key=new_key())
    if request.method == "GET":
        return _page(WARN, resident, form)
    if not form.validate():
        return _page(WARN, resident, form), 422
    service.add_caution(session, resident, form.kind.data, form.words.typed, by=user(), actor=current_actor(), at=at)
    return done(url_for("care.resident", ref=ref), "The warning stands first on her page.")


@blueprint.route("/care/<ref>/warnings/<warning>/end", methods=["GET", "POST"])
@requires(Permission.PLAN_WRITE)
def end_warning(ref: str, warning: str) -> ResponseReturnValue:
    """Take away a warning that no longer holds."""
    resident, at = resident_or_404(ref, lock=request.method == "POST"), now()
    row = queries.caution(session, user(), resident, warning, at=at, lock=request.method == "POST") or abort(404)
    form = EndCautionForm()
    if request.method == "GET":
        saw("caution.seen", row.ref, referral=resident.ref)
        return _page(("Take a warning away", [row.words]), resident, form)
    if not form.validate():
        return _page(("Take a warning away", [row.words]), resident, form), 422
    service.end_caution(session, row, form.why.typed, by=user(), actor=current_actor(), at=at)
    return done(url_for("care.resident", ref=ref), "The warning is taken away.")


def _page(told: tuple[str, list[str]], resident: Referral, form: RoomForm) -> str:
    if request.method == "GET":
        saw("resident.seen", resident.ref, groups=["risk"])
    title, intro = told
    back = ("Back to risk and safety", url_for("care.risk", ref=resident.ref))
    return render_template("care/form.html", title=f"{title}: {resident.ref}", intro=intro, form=form, back=back)
