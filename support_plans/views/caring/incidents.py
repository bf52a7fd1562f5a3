"""Incidents, concerns and complaints with their clocks, a woman who is not back, and what is said of us."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from typing import TYPE_CHECKING, NamedTuple

from flask import abort, render_template, request, url_for

from refuge.accounts.current import user
from refuge.accounts.sessions import current_actor
from refuge.codes.queries import labels, lists
from refuge.database import now, session
from refuge.errors import Refused
from refuge.london import clock_words, date_words, instant_words, london_date
from refuge.once import new_key
from refuge.permissions import Permission, requires
from refuge.referrals.views.room import whole
from support_plans import access
from support_plans.forms.incidents import THEMES, CloseForm, FeedbackForm, IncidentForm, NoteForm
from support_plans.incidents import NOT_BACK, NOTE, IncidentKind
from support_plans.queries import incidents as queries
from support_plans.queries.tasks import colleagues
from support_plans.service import incidents as service
from support_plans.views.caring.room import blueprint, chosen, done, refuse, saw, sent_before

if TYPE_CHECKING:
    from collections.abc import Mapping

    from flask.typing import ResponseReturnValue

    from support_plans.models import Incident, IncidentStep

LATELY = timedelta(days=30)


class Told(NamedTuple):
    """How an incident stands."""

    tag: str
    kind: str
    words: str


def _told(row: Incident) -> Told:
    at = now()
    if row.closed_at is not None:
        return Told("Closed", "closed", instant_words(row.closed_at, now=at))
    if row.answer_by < at:
        return Told("Overdue", "danger", f"was to be answered by {instant_words(row.answer_by, now=at)}")
    return Told("Open", "waiting", f"to be answered by {instant_words(row.answer_by, now=at)}")


@blueprint.get("/incidents")
@requires(Permission.INCIDENT_KEEP)
def incidents() -> ResponseReturnValue:
    """Show what is open, the one to answer first first, and what was closed this month."""
    at = now()
    rows = queries.incidents(session, user(), at=at, since=at - LATELY)
    saw("incidents.listed", "-", refs=[row.ref for row in rows])
    return render_template("care/incidents.html", rows=[(row, _told(row)) for row in rows])


@blueprint.route("/incidents/new", methods=["GET", "POST"])
@requires(Permission.INCIDENT_KEEP)
def log_incident() -> ResponseReturnValue:
    """Log something that happened."""
    at, people = now(), colleagues(session, user())
    if again := sent_before():
        return again
    if request.method == "GET":
        kind = request.args.get("kind", "")
        about = request.args.get("about", "")[:12]
        return _log_page(IncidentForm(people, at=at, key=new_key(), kind=kind or None, about=about, owner=user().ref))
    form = IncidentForm(people, at=at)
    if not form.validate():
        return _log_page(form), 422
    owner, about = chosen(people, form.owner.data), form.about.typed.upper()
    woman = access.resident(session, user(), about, at=at) if about else None
    if owner is None or (about and woman is None):
        field = "owner" if owner is None else "about"
        form.say(
            field, "Choose who sees to it" if owner is None else "No woman whose record you may open has this number"
        )
        return _log_page(form), 422
    details = service.IncidentDetails(IncidentKind(form.kind.data), form.words.typed, form.happened_at(at), owner)
    try:
        row = service.log_incident(session, details, referral=woman, by=user(), actor=current_actor(), at=at)
        return done(url_for("care.incident", ref=row.ref), "It is logged, and its clock runs.")
    except Refused as refused:
        refuse(form, refused)
        return _log_page(form), 409


def _log_page(form: IncidentForm) -> str:
    back = ("Back to incidents", url_for("care.incidents"))
    intro = ["If somebody is in danger now, ring 999 first."]
    return render_template(
        "care/form.html", title="Log an incident, a concern or a complaint", intro=intro, form=form, back=back
    )


@blueprint.get("/incidents/<ref>")
@requires(Permission.INCIDENT_KEEP)
def incident(ref: str) -> ResponseReturnValue:
    """Show one of them: what happened, its clock, what was done, and what is to be done next."""
    row = queries.incident(session, user(), ref, at=now()) or abort(404)
    saw("incident.seen", row.ref)
    return _page(row, NoteForm(), CloseForm(version=str(row.version)))


def _page(row: Incident, note: NoteForm, close: CloseForm, status: int = 200) -> ResponseReturnValue:
    at, steps = now(), queries.steps(session, row)
    shown = note if note.errors else close
    return render_template(
        "care/incident.html", row=row, told=_told(row), steps=[(one, instant_words(one.at, now=at)) for one in steps],
        checks=_checks(row, {one.step: one for one in steps}), note=note, close=close, form=shown,
        words={check.code: check.words for check in NOT_BACK}, happened=instant_words(row.happened_at, now=at),
        further=queries.escalations(session, row),
    ), status  # fmt: skip


def _checks(row: Incident, steps: Mapping[str, IncidentStep]) -> list[tuple[str, str, str, str, bool]]:
    """Return code, words, by when, when it was done, and whether it is late, of each step of the checklist."""
    if row.kind is not IncidentKind.NOT_BACK:
        return []
    at, found = now(), []
    for check in NOT_BACK:
        due, step = row.logged_at + check.after, steps.get(check.code)
        late = (step.at if step else at) > due + timedelta(minutes=1)
        when = f"{clock_words(step.at)}, {step.by.name}" if step else ""
        found.append((check.code, check.words, clock_words(due), when, late))
    return found


@blueprint.post("/incidents/<ref>/steps/<step>")
@requires(Permission.INCIDENT_KEEP)
def do_step(ref: str, step: str) -> ResponseReturnValue:
    """Keep that something was done, now."""
    at, form = now(), NoteForm()
    row = queries.incident(session, user(), ref, at=at, lock=True) or abort(404)
    if step == NOTE and not form.validate():
        return _page(row, form, CloseForm(formdata=None, version=str(row.version)), 422)
    service.do_step(
        session, row, step, form.words.typed if step == NOTE else "", by=user(), actor=current_actor(), at=at
    )
    return done(url_for("care.incident", ref=ref), "Kept, with the time.")


@blueprint.post("/incidents/<ref>/close")
@requires(Permission.INCIDENT_KEEP)
def close_incident(ref: str) -> ResponseReturnValue:
    """Close it, with what came of it."""
    at, form = now(), CloseForm()
    row = queries.incident(session, user(), ref, at=at, lock=True) or abort(404)
    if not form.validate():
        return _page(row, NoteForm(formdata=None), form, 422)
    try:
        service.close_incident(
            session, row, form.outcome.typed, version=whole(request.form, "version"), by=user(),
            actor=current_actor(), at=at,
        )  # fmt: skip
    except Refused as refused:
        refuse(form, refused)
        again = queries.incident(session, user(), ref, at=at) or abort(404)
        form.version.data = str(again.version)
        return _page(again, NoteForm(formdata=None), form, 409)
    return done(url_for("care.incidents"), "It is closed.")


# ── What is said of us


def _quarter(on: date) -> tuple[date, date]:
    """Return the first day of a quarter and of the next one."""
    begins = date(on.year, 3 * ((on.month - 1) // 3) + 1, 1)
    return begins, date(begins.year + (begins.month == 10), (begins.month + 2) % 12 + 1, 1)  # noqa: PLR2004  October


@blueprint.get("/feedback")
@requires(Permission.FEEDBACK_KEEP)
def feedback() -> ResponseReturnValue:
    """Show what was said of her agency this quarter, by theme, and how often the quarter before."""
    today = london_date(now())
    begins, ends = _quarter(today)
    before = _quarter(begins - timedelta(days=1))
    rows = queries.feedback(session, user(), since=begins, until=ends)
    earlier = queries.feedback(session, user(), since=before[0], until=before[1])
    words = labels(session, THEMES)["feedback_theme"]
    counts, old = (Counter(theme for row in group for theme in row.themes) for group in (rows, earlier))
    ratings = [row.rating for row in rows if row.rating is not None]
    return render_template(
        "care/feedback.html", begins=date_words(begins, today=today),
        rows=[(row, date_words(row.on_day, today=today), [words.get(one, one) for one in row.themes]) for row in rows],
        themes=[[words.get(theme, theme), str(count), str(old[theme])] for theme, count in counts.most_common()],
        count=len(rows), rating=f"{sum(ratings) / len(ratings):.1f}" if ratings else "–",
    )  # fmt: skip


@blueprint.route("/feedback/new", methods=["GET", "POST"])
@requires(Permission.FEEDBACK_KEEP)
def keep_feedback() -> ResponseReturnValue:
    """Keep what a resident or a partner says of us, without who it was."""
    at = now()
    if again := sent_before():
        return again
    offered = lists(session, THEMES, on=london_date(at))
    if request.method == "GET":
        return _feedback_page(FeedbackForm(offered, at=at, key=new_key()))
    form = FeedbackForm(offered, at=at)
    if not form.validate():
        return _feedback_page(form), 422
    try:
        service.keep_feedback(session, form.details(), by=user(), actor=current_actor(), at=at)
        return done(url_for("care.feedback"), "Kept. Thank whoever said it.")
    except Refused as refused:
        refuse(form, refused)
        return _feedback_page(form), 409


def _feedback_page(form: FeedbackForm) -> str:
    back = ("Back to feedback", url_for("care.feedback"))
    return render_template(
        "care/form.html", title="What somebody says of us", intro=["No name is kept with it."], form=form, back=back
    )
