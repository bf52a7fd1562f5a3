"""Leave and the like: what it touches is shown before it is saved, and it can be withdrawn.

The room of sessions stands above this one and knows what is booked: it gives this page a template global
`touched_by_leave(worker_id, from_at, until_at)`, a list of (words, address or None), as `next_step` does for referrals.
"""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import TYPE_CHECKING, NamedTuple

from flask import current_app, flash, redirect, render_template, request, url_for

from refuge import once
from refuge.accounts.current import user
from refuge.accounts.sessions import current_actor
from refuge.beds import queries as beds
from refuge.database import now, session
from refuge.errors import Refused
from refuge.london import london_date
from refuge.permissions import Permission, requires
from refuge.rota import words
from refuge.rota.forms.exceptions import ExceptionForm
from refuge.rota.models import ExceptionKind
from refuge.rota.queries.cover import Supposed, gaps_made
from refuge.rota.service.exceptions import ExceptionDetails, enter_exception, whole_days, withdraw_exception
from refuge.rota.views.room import blueprint, own_exception, own_worker, read_version

if TYPE_CHECKING:
    from datetime import datetime

    from flask.typing import ResponseReturnValue

    from refuge.rota.models import Worker


class Touched(NamedTuple):
    """What an exception touches: gaps in cover that it makes, and what is booked."""

    gaps: list[str]
    booked: list[tuple[str, str | None]]

    @property
    def mark(self) -> str:
        """A mark of it, so that nobody saves over what she has not been shown."""
        return hashlib.sha256(repr(self).encode()).hexdigest()[:16]


@blueprint.route("/rota/workers/<ref>/away", methods=["GET", "POST"])
@requires(Permission.ROTA_CHANGE)
def exception_new(ref: str) -> ResponseReturnValue:
    """Enter leave, sickness, extra hours or a swap of a worker of her agency."""
    shown, at = own_worker(ref), now()
    working = "working" in request.args
    form = ExceptionForm(beds.refuges(session, user()), working=working, today=london_date(at))
    if request.method == "GET":
        form.key.data = once.new_key()
        return _page(form, shown)
    if led := once.led_to(session, user().id, form.key.data or ""):
        return redirect(led)
    if not form.validate_on_submit():
        return _page(form, shown), 422
    details = _details(form, shown)
    touched = _touched(details, shown, at)
    if (touched.gaps or touched.booked) and form.seen.data != touched.mark:
        form.seen.data = touched.mark
        return _page(form, shown, touched)
    try:
        enter_exception(session, shown, details, by=user(), actor=current_actor(), at=at)
        led = url_for("rota.worker", ref=ref)
        once.remember(session, user().id, form.key.data or "", address=led, at=at)
    except Refused as refusal:
        form.refuse(refusal.sentence, refusal.field if refusal.field != "from_on" or form.takes else "extra_on")
        return _page(form, shown), 422
    session.commit()
    flash(_kept(details, shown, at), "success")
    return redirect(led)


def _page(form: ExceptionForm, shown: Worker, touched: Touched | None = None) -> str:
    return render_template("rota/exception_form.html", form=form, worker=shown, touched=touched)


def _details(form: ExceptionForm, shown: Worker) -> ExceptionDetails:
    away = (form.hours_away or whole_days(session, shown, *form.days_away)) if form.takes else None
    return ExceptionDetails(
        ExceptionKind(form.kind.data),
        form.note.typed,
        away,
        form.hours_given if form.gives else None,
        tuple(form.ids[ref] for ref in form.refuges.data or []) if form.gives else (),
    )


def _touched(details: ExceptionDetails, shown: Worker, at: datetime) -> Touched:
    """Return what the hours that are taken away touch: only what is still to come can be mended."""
    if details.away is None or details.away[1] <= at:
        return Touched([], [])
    from_at, until_at = details.away
    supposed = Supposed(details.taken(shown), details.given(shown))
    first, last = london_date(max(from_at, at)), london_date(until_at - timedelta(minutes=1))
    gaps = [
        f"{refuge.name}: no {line.row.promised.label.lower()}, "
        + words.span_words(gap.from_at, gap.until_at, today=london_date(at))
        for line, refuge, gap in gaps_made(session, user(), supposed, first, last)
    ]
    ask = current_app.jinja_env.globals.get("touched_by_leave")
    return Touched(gaps, list(ask(shown.id, from_at, until_at)) if callable(ask) else [])


def _kept(details: ExceptionDetails, shown: Worker, at: datetime) -> str:
    today = london_date(at)
    spans = [words.span_words(*span, today=today) for span in (details.away, details.extra) if span is not None]
    return f"Kept for {shown.name}: {details.kind.label.lower()}, {'; instead '.join(spans)}."


@blueprint.route("/rota/exceptions/<ref>/withdraw", methods=["GET", "POST"])
@requires(Permission.ROTA_CHANGE)
def exception_withdraw(ref: str) -> ResponseReturnValue:
    """Withdraw leave or another exception of her agency's worker."""
    row, at = own_exception(ref), now()
    if request.method == "POST":
        version = read_version(request.form.get("version"))
        withdraw_exception(session, row, version=version, by=user(), actor=current_actor(), at=at)
        session.commit()
        flash("Withdrawn: her pattern holds again at that time.", "success")
        return redirect(url_for("rota.worker", ref=row.worker.ref))
    span = words.span_words(row.from_at, row.until_at, today=london_date(at))
    return render_template("rota/exception_withdraw.html", row=row, worker=row.worker, span=span)
