"""Giving a worker a pattern, and ending one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import flash, redirect, render_template, request, url_for

from refuge import once
from refuge.accounts.current import user
from refuge.accounts.sessions import current_actor
from refuge.beds import queries as beds
from refuge.database import now, session
from refuge.errors import Refused
from refuge.london import date_words, london_date
from refuge.permissions import Permission, requires
from refuge.rota import words
from refuge.rota.forms.patterns import EndForm, pattern_form
from refuge.rota.service.patterns import add_pattern, end_pattern, withdraw_pattern
from refuge.rota.views.room import blueprint, own_pattern, own_worker, read_version

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue


@blueprint.route("/rota/workers/<ref>/patterns/new", methods=["GET", "POST"])
@requires(Permission.ROTA_CHANGE)
def pattern_new(ref: str) -> ResponseReturnValue:
    """Give a worker of her agency a pattern."""
    shown, at = own_worker(ref), now()
    form = pattern_form(beds.refuges(session, user()))
    if request.method == "GET":
        form.key.data = once.new_key()
    elif led := once.led_to(session, user().id, form.key.data or ""):
        return redirect(led)
    elif form.validate_on_submit():
        try:
            row = add_pattern(session, shown, form.details(), actor=current_actor(), at=at)
            led = url_for("rota.worker", ref=ref)
            once.remember(session, user().id, form.key.data or "", address=led, at=at)
        except Refused as refusal:
            form.refuse(refusal.sentence, refusal.field)
        else:
            session.commit()
            flash(
                f"Kept: {words.pattern_words(row)}, from {date_words(row.valid_from, today=london_date(at))}.",
                "success",
            )
            return redirect(led)
    page = render_template(
        "rota/pattern_form.html", form=form, worker=shown, this_week=words.weeks_words(london_date(at))
    )
    return page, 422 if form.errors else 200


@blueprint.route("/rota/patterns/<ref>/end", methods=["GET", "POST"])
@requires(Permission.ROTA_CHANGE)
def pattern_end(ref: str) -> ResponseReturnValue:
    """End a pattern of her agency's worker, or take away one that has not begun."""
    row, at = own_pattern(ref), now()
    form = EndForm(data={"version": row.version})
    withdraw = request.form.get("do") == "withdraw"
    if request.method == "POST" and (withdraw or form.validate()):
        version = read_version(form.version.data)
        try:
            if withdraw:
                withdraw_pattern(session, row, version=version, actor=current_actor(), at=at)
            else:
                end_pattern(session, row, form.last_on.data, version=version, actor=current_actor(), at=at)
        except Refused as refusal:
            form.refuse(refusal.sentence, refusal.field)
            form.version.data = str(row.version)
        else:
            session.commit()
            flash("The pattern was taken away." if withdraw else "The last day is kept.", "success")
            return redirect(url_for("rota.worker", ref=row.worker.ref))
    page = render_template(
        "rota/pattern_end.html",
        form=form,
        pattern=row,
        words=f"{words.pattern_words(row)}, at {words.places_words(row.places)}",
        valid=words.valid_words(row.valid_from, row.valid_until, today=london_date(at)),
        begun=row.valid_from <= london_date(at),
    )
    return page, 422 if form.errors else 200
