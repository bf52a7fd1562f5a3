"""Asking another agency for a worker for a resident, and answering such a question."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from flask import abort, flash, redirect, render_template, request, url_for

from refuge.accounts.current import user
from refuge.accounts.sessions import current_actor
from refuge.audit.service import record
from refuge.codes.queries import labels, lists
from refuge.database import now, session
from refuge.errors import Refused
from refuge.london import london_date
from refuge.once import new_key
from refuge.permissions import Permission, requires
from support_plans.forms.askings import AnswerAskingForm, AskWorkerForm
from support_plans.queries import askings as queries
from support_plans.queries import people
from support_plans.service import asking as service
from support_plans.shown_askings import Line, shown_lines
from support_plans.views.planning.room import (
    blueprint,
    by_now,
    done,
    refuse,
    resident_or_404,
    saw,
    saw_to_write,
    sent_before,
    write_page,
)

if TYPE_CHECKING:
    from datetime import datetime

    from flask.typing import ResponseReturnValue

    from support_plans.queries.askings import Asked

USUAL = timedelta(days=90)
LEAD = (
    "Ask her first: without her yes nobody is asked, and a no changes nothing else.",
    "The contact of that agency reads this question, her number and the house. Her plan opens to whom they name.",
)


@blueprint.route("/plans/<ref>/people/ask", methods=["GET", "POST"])
@requires(Permission.PLAN_WRITE)
def ask_for_worker(ref: str) -> ResponseReturnValue:
    """Ask another agency for a worker for her."""
    posted = request.method == "POST"
    referral, reach = resident_or_404(ref, lock=posted)
    if again := sent_before():
        return again
    offered = lists(session, ["consent_how"], on=london_date(reach.at))
    agencies = people.agencies_to_ask(session, user())
    heading, do = "Ask an agency for a worker", "Ask"
    if not posted:
        saw_to_write(referral, "people")
        form = AskWorkerForm(offered, agencies, key=new_key(), until_on=london_date(reach.at + USUAL))
        return write_page(referral, form, heading, do, lead=LEAD)
    form = AskWorkerForm(offered, agencies)
    if not form.validate():
        return write_page(referral, form, heading, do, lead=LEAD), 422
    by = by_now()
    try:
        row = service.ask_for_worker(session, referral, form.details(), by=by.person, actor=by.actor, at=by.at)
        led = url_for("plans.people", ref=ref)
        return done(led, f"Asked ({row.ref}). Today tells you what they answer.")
    except Refused as refused:
        refuse(form, refused)
        return write_page(referral, form, heading, do, lead=LEAD), 409


@blueprint.post("/plans/<ref>/people/asked/<asking>/end")
@requires(Permission.PLAN_WRITE)
def take_asking_back(ref: str, asking: str) -> ResponseReturnValue:
    """Take a question back that nobody has answered yet."""
    referral, _reach = resident_or_404(ref, lock=True)
    row = queries.asking_of(session, user(), referral, asking) or abort(404)
    by = by_now()
    try:
        service.take_back(session, row, by=by.person, actor=by.actor, at=by.at)
        session.commit()
    except Refused as refused:
        session.rollback()
        flash(refused.sentence, "warning")
    else:
        flash("Taken back. Nobody there is asked any more.", "success")
    return redirect(url_for("plans.people", ref=ref))


@blueprint.route("/plans/asked/<ref>", methods=["GET", "POST"])
@requires(Permission.PLAN_WRITE)
def answer_asking(ref: str) -> ResponseReturnValue:
    """Say for her agency who will see a woman and from when, or why nobody can."""
    posted, at = request.method == "POST", now()
    if again := sent_before():
        return again
    found = queries.asking_to_answer(session, user(), ref, at=at, lock=posted) or abort(404)
    offered = lists(session, ["asking_declined"], on=london_date(at))
    workers = [one for one in people.workers(session, user(), at=at) if one.agency_id == user().agency_id]
    workers.sort(key=lambda one: one.discipline is not found.row.discipline)
    if not posted:
        form = AnswerAskingForm(offered, workers, key=new_key(), from_on=london_date(at))
        return _answer_page(found, form, at)
    form = AnswerAskingForm(offered, workers)
    if not form.validate():
        return _answer_page(found, form, at), 422
    try:
        return done(url_for("home.today"), _answer(found, form))
    except Refused as refused:
        refuse(form, refused)
        found = queries.asking_to_answer(session, user(), ref, at=at) or abort(404)
        return _answer_page(found, form, at), 409


def _answer(found: Asked, form: AnswerAskingForm) -> str:
    """Do what was answered, and return the word about it."""
    row, by = found.row, by_now()
    if form.declines:
        service.decline(session, row, form.reason.data, form.words.typed, by=by.person, actor=by.actor, at=by.at)
        return f"{row.from_agency.name} sees why on Today."
    worker, on = form.chosen(), form.from_on.data
    row.answer_words = form.words.typed
    service.accept(session, row, worker, on, by=by.person, actor=by.actor, at=by.at)
    return f"{worker.name} works with {row.referral.ref}. {row.from_agency.name} sees it on Today."


def _answer_page(found: Asked, form: AnswerAskingForm, at: datetime) -> str:
    row = found.row
    saw("asking.seen", row.referral.ref, asking=row.ref)
    ways = labels(session, ["consent_how"])["consent_how"]
    return render_template(
        "support_plans/asked.html", asked=found, form=form, how=ways.get(row.how_given, row.how_given),
        line=shown_lines([found], {}, at=at)[0],
    )  # fmt: skip


@blueprint.app_template_global("workers_asked")
def workers_asked() -> tuple[list[Line], list[Line]] | None:
    """Return what Today says: what waits for her answer, and what others answered to her agency."""
    at = now()
    found = queries.askings(session, user(), at=at)
    if not found:
        return None
    record(session, "today.asked", by=current_actor(), at=at, refs=found.refs)
    why = labels(session, ["asking_declined"])["asking_declined"]
    return shown_lines(found.to_answer, why, at=at), shown_lines(found.told, why, at=at)
