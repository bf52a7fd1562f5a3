"""What the plan asks of the planning of sessions, and the times at which she cannot come."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import abort, render_template, request

from refuge.accounts.current import user
from refuge.codes.queries import labels, lists
from refuge.database import session
from refuge.errors import Refused
from refuge.london import london_date
from refuge.once import new_key
from refuge.permissions import Permission, requires
from refuge.referrals.views.room import whole
from support_plans.forms.needs import LISTS, EndNeedForm, NeedForm, TimeForm, kept
from support_plans.queries import people
from support_plans.queries import plans as queries
from support_plans.service import needs as service
from support_plans.shown import shown_need, shown_time
from support_plans.views.planning.room import (
    blueprint,
    by_now,
    done,
    plan_url,
    refuse,
    resident_or_404,
    saw_to_write,
    sent_before,
    write_page,
)

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from refuge.referrals.models import Referral
    from support_plans.access import Reach
    from support_plans.models import SessionNeed

ASK = "Sessions that she needs"


def _form(reach: Reach, **more: object) -> NeedForm:
    offered = lists(session, LISTS, on=london_date(reach.at))
    return NeedForm(offered, people.workers(session, user(), at=reach.at), at=reach.at, **more)


def _page(referral: Referral, form: NeedForm, saved: SessionNeed | None = None) -> str:
    words = labels(session, LISTS)
    shown = [] if saved is None else [("As it is saved now", shown_need(saved, words, by_now().at).facts)]
    return render_template("support_plans/need.html", resident=referral, form=form, heading=ASK, saved=shown)


@blueprint.route("/plans/<ref>/sessions/new", methods=["GET", "POST"])
@requires(Permission.PLAN_WRITE)
def ask(ref: str) -> ResponseReturnValue:
    """Let the plan ask for sessions: planning reads it from here, nobody types it again."""
    posted = request.method == "POST"
    referral, reach = resident_or_404(ref, lock=posted)
    if again := sent_before():
        return again
    if not posted:
        saw_to_write(referral, "sessions")
        spoken = {"interpreter": "needed", "language": referral.language} if referral.interpreter.value == "yes" else {}
        return _page(referral, _form(reach, key=new_key(), **spoken))
    form = _form(reach)
    if not form.validate():
        return _page(referral, form), 422
    by = by_now()
    try:
        service.ask_for_sessions(session, referral, form.details(), by=by.person, actor=by.actor, at=by.at)
        return done(plan_url(referral, "sessions"), "Asked for. Planning finds times for them.")
    except Refused as refused:
        refuse(form, refused)
        return _page(referral, form), 409


@blueprint.route("/plans/<ref>/sessions/<need>", methods=["GET", "POST"])
@requires(Permission.PLAN_WRITE)
def change(ref: str, need: str) -> ResponseReturnValue:
    """Change which sessions she needs."""
    posted = request.method == "POST"
    referral, reach = resident_or_404(ref, lock=posted)
    found = queries.need(session, reach, need, lock=posted) or abort(404)
    if not posted:
        saw_to_write(referral, "sessions")
        return _page(referral, _form(reach, **_told(found, reach)))
    form = _form(reach)
    if not form.validate():
        return _page(referral, form), 422
    by = by_now()
    try:
        changed = service.change_need(
            session, referral, found, form.details(), version=whole(request.form, "version"), actor=by.actor, at=by.at
        )
        return done(plan_url(referral, "sessions"), "Changed." if changed else "Nothing was changed.")
    except Refused as refused:
        refuse(form, refused)
        saved = queries.need(session, reach, need) or abort(404)
        form.version.data = str(saved.version)
        return _page(referral, form, saved), 409


def _told(need: SessionNeed, reach: Reach) -> dict[str, object]:
    refs = {one.id: one.ref for one in people.workers(session, user(), at=reach.at)}
    return {
        "service": need.service, "discipline": need.discipline.value, "minutes": need.minutes,
        "every": "" if need.every_days is None else str(need.every_days), "how_many": need.how_many,
        "earliest_on": need.earliest_on, "latest_on": need.latest_on, "until_on": need.until_on,
        "urgency": need.urgency.value, "preferred": refs.get(need.preferred_worker_id or 0, ""),
        "excluded": refs.get(need.excluded_worker_id or 0, ""), "interpreter": need.interpreter.value,
        "language": need.interpreter_language, "same_gender": need.interpreter_same_gender,
        "not_from_community": need.interpreter_not_from_community, "childcare": need.childcare,
        "version": str(need.version),
    }  # fmt: skip


@blueprint.route("/plans/<ref>/sessions/<need>/end", methods=["GET", "POST"])
@requires(Permission.PLAN_WRITE)
def end(ref: str, need: str) -> ResponseReturnValue:
    """Note that she needs these sessions no longer."""
    posted = request.method == "POST"
    referral, reach = resident_or_404(ref, lock=posted)
    found = queries.need(session, reach, need, lock=posted) or abort(404)
    if again := sent_before():
        return again
    shown = shown_need(found, labels(session, LISTS), reach.at)
    lead = [f"{shown.what}, {shown.facts}"]
    if not posted:
        saw_to_write(referral, "sessions")
        form = EndNeedForm(key=new_key())
        return write_page(referral, form, "End these sessions", "End them", lead=lead)
    form = EndNeedForm()
    if not form.validate():
        return write_page(referral, form, "End these sessions", "End them", lead=lead), 422
    by = by_now()
    try:
        service.end_need(session, found, why=form.why.typed, actor=by.actor, at=by.at)
        return done(plan_url(referral, "sessions"), "Ended. What is booked already is called off on its own page.")
    except Refused as refused:
        refuse(form, refused)
        return write_page(referral, form, "End these sessions", "End them", lead=lead), 409


@blueprint.route("/plans/<ref>/times", methods=["GET", "POST"])
@requires(Permission.PLAN_WRITE)
def times(ref: str) -> ResponseReturnValue:
    """Show the times at which she cannot come, and add or take away one."""
    posted = request.method == "POST"
    referral, reach = resident_or_404(ref, lock=posted)
    if again := sent_before():
        return again
    if not posted:
        saw_to_write(referral, "times")
    offered = lists(session, LISTS, on=london_date(reach.at))
    form = TimeForm(offered, **({} if posted else {"key": new_key()}))
    rows = queries.parts_of(session, reach).times
    wanted = [kept(row) for row in rows]
    gone = request.form.get("gone") if posted else None
    if posted and gone is not None:
        wanted = [time for time, row in zip(wanted, rows, strict=True) if str(row.id) != gone]
    elif posted and form.validate():
        wanted.append(form.time())
    else:
        words = labels(session, LISTS)
        shown = [(row.id, shown_time(row, words, reach.at)) for row in rows]
        page = render_template("support_plans/times.html", resident=referral, form=form, rows=shown)
        return (page, 422) if posted else page
    by = by_now()
    service.set_times(session, referral, wanted, by=by.person, actor=by.actor, at=by.at)
    return done(plan_url(referral, "times"), "Her times are kept.")
