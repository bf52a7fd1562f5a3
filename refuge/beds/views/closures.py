"""Closing a bed of her own agency, opening it again, and when it is expected back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import flash, redirect, render_template, request, url_for

from refuge import once
from refuge.accounts.current import user
from refuge.accounts.sessions import current_actor
from refuge.beds import queries
from refuge.beds.forms.closures import CloseForm, ReadyForm
from refuge.beds.service import closures as service
from refuge.beds.views.blueprint import blueprint, own_bed
from refuge.codes.queries import lists
from refuge.database import now, session
from refuge.errors import Refused
from refuge.london import london_date
from refuge.permissions import Permission, requires

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue


@blueprint.route("/beds/<ref>/close", methods=["GET", "POST"])
@requires(Permission.BED_CLOSE)
def close(ref: str) -> ResponseReturnValue:
    """Close a bed, with a reason."""
    bed = own_bed(ref)
    at = now()
    if led := once.led_to(session, user().id, request.form.get("key", "")):
        return redirect(led)
    form = CloseForm(lists(session, ["closure_reason"], on=london_date(at))["closure_reason"], at=at)
    if request.method == "GET":
        form.key.data = once.new_key()
    if form.validate_on_submit():
        try:
            service.close_bed(session, bed, form.details(), by=user(), actor=current_actor(), at=at)
            led = url_for("beds.bed", ref=ref)
            once.remember(session, user().id, form.key.data or "", address=led, at=at)
        except Refused as refusal:
            form.refuse(refusal.sentence, "start")
        else:
            flash(f"{bed.name} is closed." if form.start.data == "now" else f"{bed.name} will close then.", "success")
            session.commit()
            return redirect(led)
    return render_template("beds/close.html", form=form, bed=bed)


@blueprint.post("/beds/<ref>/open")
@requires(Permission.BED_CLOSE)
def reopen(ref: str) -> ResponseReturnValue:
    """Open a closed bed again."""
    bed = own_bed(ref)
    service.open_bed(session, bed, seen=request.form.get("seen", ""), actor=current_actor(), at=now())
    flash(f"{bed.name} is open again.", "success")
    session.commit()
    return redirect(url_for("beds.bed", ref=ref))


@blueprint.route("/beds/<ref>/ready", methods=["GET", "POST"])
@requires(Permission.BED_CLOSE)
def ready(ref: str) -> ResponseReturnValue:
    """Change the day on which a closed bed is expected back."""
    bed = own_bed(ref)
    closure = next((one for one in queries.closures_of(session, user(), bed) if one.ended_at is None), None)
    form = ReadyForm(expected_ready=None if closure is None else closure.expected_ready)
    if request.method == "GET" and closure is not None:
        form.seen.data = service.seen_as(closure)
    if form.validate_on_submit():
        try:
            seen = form.seen.data or ""
            service.change_ready(session, bed, form.details(), seen=seen, actor=current_actor(), at=now())
        except Refused as refusal:
            if closure is not None:
                form.seen.data = service.seen_as(closure)
            form.refuse(refusal.sentence, refusal.field)
        else:
            flash("The date has been saved.", "success")
            session.commit()
            return redirect(url_for("beds.bed", ref=ref))
    return render_template("beds/ready.html", form=form, bed=bed)
