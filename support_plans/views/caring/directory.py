"""The directory that the network keeps, and where each woman was sent on to."""

from __future__ import annotations

from datetime import timedelta
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
from refuge.referrals.views.room import whole
from support_plans.categories import Category, open_to
from support_plans.forms.directory import LISTS, OutcomeForm, ServiceForm, SignpostForm
from support_plans.queries import directory as queries
from support_plans.service import directory as service
from support_plans.views.caring.room import blueprint, done, refuse, resident_or_404, saw, sent_before

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from flask.typing import ResponseReturnValue

    from refuge.beds.forms.fields import RoomForm
    from refuge.referrals.models import Referral
    from support_plans.models import Service, Signpost

STALE_AFTER = timedelta(days=180)
"""After how long a service should be checked again (D)."""


@blueprint.get("/directory")
@requires(Permission.DIRECTORY_KEEP)
def directory() -> ResponseReturnValue:
    """Show the services that women are sent on to, each with the day on which it was checked."""
    today, kinds = london_date(now()), labels(session, LISTS)["signpost_kind"]
    kind, words, old = request.args.get("kind", ""), request.args.get("words", "").strip()[:60], "old" in request.args
    rows = queries.services(
        session, user(), kind=kind if kind in kinds else "", words=words,
        checked_before=today - STALE_AFTER if old else None,
    )  # fmt: skip
    shown = [
        (row, kinds.get(row.kind, row.kind), date_words(row.checked_on, today=today), _is_stale(row, today))
        for row in rows
    ]
    return render_template("care/directory.html", rows=shown, kinds=kinds, kind=kind, words=words, old=old)


def _is_stale(row: Service, today: date) -> bool:
    return today - row.checked_on > STALE_AFTER


@blueprint.route("/directory/new", methods=["GET", "POST"])
@requires(Permission.DIRECTORY_KEEP)
def new_service() -> ResponseReturnValue:
    """Add a service to the directory."""
    return _service_form(None)


@blueprint.route("/directory/<ref>", methods=["GET", "POST"])
@requires(Permission.DIRECTORY_KEEP)
def change_service(ref: str) -> ResponseReturnValue:
    """Change a service, or say that it is still so: either way it was checked today."""
    return _service_form(queries.service(session, user(), ref, lock=request.method == "POST") or abort(404))


def _service_form(row: Service | None) -> ResponseReturnValue:
    offered = lists(session, LISTS, on=london_date(now()))
    if request.method == "GET":
        kept = {} if row is None else {name: getattr(row, name) for name in ("name", "kind", "what", "contact")}
        return _service_page(row, ServiceForm(offered, version=str(row.version if row else 0), **kept))
    form = ServiceForm(offered)
    if not form.validate():
        return _service_page(row, form), 422
    try:
        service.keep_service(
            session, row, form.details(), version=whole(request.form, "version"), by=user(), actor=current_actor(),
            at=now(),
        )  # fmt: skip
    except Refused as refused:
        refuse(form, refused)
        return _service_page(row, form), 409
    return done(url_for("care.directory"), "Saved, as checked today.")


def _service_page(row: Service | None, form: ServiceForm) -> str:
    return render_template("care/service.html", row=row, form=form)


@blueprint.post("/directory/<ref>/end")
@requires(Permission.DIRECTORY_KEEP)
def end_service(ref: str) -> ResponseReturnValue:
    """Let a service be chosen no longer."""
    row = queries.service(session, user(), ref, lock=True) or abort(404)
    service.end_service(session, row, version=whole(request.form, "version"), actor=current_actor(), at=now())
    return done(url_for("care.directory"), "It can no longer be chosen.")


@blueprint.get("/care/<ref>/signposts")
@requires(Permission.PLAN_SEE)
def signposts(ref: str) -> ResponseReturnValue:
    """Show where she was sent on to, and what came of it."""
    resident, at = resident_or_404(ref), now()
    rows = queries.signposts(session, user(), resident, at=at)
    saw("signposts.listed", resident.ref, refs=[row.ref for row in rows])
    words, today = labels(session, LISTS)["signpost_outcome"], london_date(at)
    return render_template(
        "care/signposts.html", resident=resident, own=user().agency_id,
        rows=[(row, date_words(row.told_on, today=today), words.get(row.outcome, "")) for row in rows],
    )  # fmt: skip


@blueprint.route("/care/<ref>/signposts/new", methods=["GET", "POST"])
@requires(Permission.PLAN_WRITE)
def send_on(ref: str) -> ResponseReturnValue:
    """Send her on to a service of the directory."""
    resident, offered = (
        resident_or_404(ref, lock=request.method == "POST"),
        _open_to_her(queries.services(session, user())),
    )
    if again := sent_before():
        return again
    if request.method == "GET":
        saw("resident.seen", resident.ref, groups=["signposts"])
        return _form_page(resident, SignpostForm(offered, key=new_key()), "Send her on")
    form = SignpostForm(offered)
    named = next((one for one in offered if one.ref == form.service.data), None)
    if not form.validate() or named is None:
        if named is None:
            form.say("service", "Choose a service. If it is not there, add it to the directory first")
        return _form_page(resident, form, "Send her on"), 422
    service.send_on(session, resident, named, form.why.typed, by=user(), actor=current_actor(), at=now())
    return done(url_for("care.signposts", ref=ref), f"She was told of {named.name}.")


def _open_to_her(rows: Sequence[Service]) -> list[Service]:
    """Return the services whose kind says nothing that her role may not read."""
    mine = open_to(user().role)
    return [row for row in rows if service.ABOUT.get(row.kind, Category.PRACTICAL) in mine]


@blueprint.route("/care/<ref>/signposts/<signpost>/outcome", methods=["GET", "POST"])
@requires(Permission.PLAN_WRITE)
def say_outcome(ref: str, signpost: str) -> ResponseReturnValue:
    """Say what came of it."""
    posted, at = request.method == "POST", now()
    resident = resident_or_404(ref, lock=posted)
    row = queries.signpost(session, user(), resident, signpost, at=at, lock=posted) or abort(404)
    title = row.service.name
    offered = lists(session, LISTS, on=london_date(at))
    if not posted:
        saw("signpost.seen", row.ref, referral=resident.ref)
        return _form_page(resident, OutcomeForm(offered, **_kept(row)), title)
    form = OutcomeForm(offered)
    if not form.validate():
        return _form_page(resident, form, title), 422
    try:
        service.say_outcome(
            session, row, form.outcome.data, form.learnt_on(), form.words.typed,
            version=whole(request.form, "version"), actor=current_actor(), at=at,
        )  # fmt: skip
    except Refused as refused:
        refuse(form, refused)
        return _form_page(resident, form, title), 409
    return done(url_for("care.signposts", ref=ref), "Saved.")


def _kept(row: Signpost) -> dict[str, object]:
    on = row.outcome_on or london_date(now())
    return {"version": str(row.version), "outcome": row.outcome or None, "on": on, "words": row.outcome_words}


def _form_page(resident: Referral, form: RoomForm, title: str) -> str:
    back = ("Back to where she was sent on", url_for("care.signposts", ref=resident.ref))
    return render_template("care/form.html", title=f"{title}: {resident.ref}", intro=[], form=form, back=back)
