"""Leave and the like: what it touches is shown before it is saved, and it can be changed and withdrawn.

The room of sessions stands above this one and knows what is booked: it gives this page a template global
`touched_by_leave(worker_id, from_at, until_at)`, a list of (words, address or None), as `next_step` does for referrals,
and `mended_after_leave(worker_ref)`, the address where these are mended.
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
from refuge.rota.forms.exceptions import ExceptionForm, typed_of
from refuge.rota.models import AWAY, ExceptionKind
from refuge.rota.queries.cover import Supposed, gaps_made
from refuge.rota.service.exceptions import (
    ExceptionDetails,
    change_exception,
    enter_exception,
    other_half,
    whole_days,
    withdraw_exception,
)
from refuge.rota.views.room import blueprint, own_exception, own_worker, read_version

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence
    from datetime import date, datetime

    from flask.typing import ResponseReturnValue

    from refuge.beds.models import Refuge
    from refuge.rota.cover import Gap
    from refuge.rota.models import RotaException, Worker
    from refuge.rota.queries.cover import Line

EACH = 6
"""Gaps of one promise up to which each is told by itself."""


class Touched(NamedTuple):
    """What an exception touches: gaps in cover that it makes, and what is booked."""

    gaps: list[str]
    booked: list[tuple[str, str | None]]

    def __bool__(self) -> bool:
        """Return whether it touches anything."""
        return bool(self.gaps or self.booked)

    @property
    def mark(self) -> str:
        """A mark of it, so that nobody saves over what she has not been shown."""
        return hashlib.sha256(repr(self).encode()).hexdigest()[:16]


@blueprint.route("/rota/workers/<ref>/away", methods=["GET", "POST"])
@requires(Permission.ROTA_CHANGE)
def exception_new(ref: str) -> ResponseReturnValue:
    """Enter leave, sickness, extra hours or a swap of a worker of her agency."""
    shown, at = own_worker(ref), now()
    form = ExceptionForm(
        beds.refuges(session, user()), working="working" in request.args, today=london_date(at)
    )  # fmt: skip
    if request.method == "GET":
        form.key.data = once.new_key()
        return _page(form, shown)
    return _saved(
        form, shown, [], at,
        lambda details: enter_exception(session, shown, details, by=user(), actor=current_actor(), at=at),
    )  # fmt: skip


@blueprint.route("/rota/exceptions/<ref>/edit", methods=["GET", "POST"])
@requires(Permission.ROTA_CHANGE)
def exception_edit(ref: str) -> ResponseReturnValue:
    """Change leave or another exception of her agency's worker, a swap as a whole; what it touches is shown first."""
    row, at = own_exception(ref), now()
    if row.withdrawn_at is not None:
        flash("This was withdrawn or changed already. Below is what stands now.", "warning")
        return redirect(url_for("rota.worker", ref=row.worker.ref))
    parts = [row, *other_half(session, row)]
    told = typed_of(
        next((one for one in parts if not one.works), None), next((one for one in parts if one.works), None)
    )  # fmt: skip
    form = ExceptionForm(
        beds.refuges(session, user()), working=row.kind not in AWAY, today=london_date(at),
        data={**told, "version": row.version},
    )  # fmt: skip
    if request.method == "GET":
        form.key.data = once.new_key()
        return _page(form, row.worker, row=row)
    version = read_version(form.version.data)
    return _saved(
        form, row.worker, parts, at,
        lambda details: change_exception(
            session, row, details, version=version, by=user(), actor=current_actor(), at=at
        ),
    )  # fmt: skip


def _saved(
    form: ExceptionForm,
    shown: Worker,
    parts: Sequence[RotaException],
    at: datetime,
    save: Callable[[ExceptionDetails], object],
) -> ResponseReturnValue:
    """Show what it touches, save it once that was seen, and lead on; `parts`: what it comes in the place of."""
    row = parts[0] if parts else None
    if led := once.led_to(session, user().id, form.key.data or ""):
        return redirect(led)
    if not form.validate_on_submit():
        return _page(form, shown, row=row), 422
    without = [one.id for one in parts]
    details = _details(form, shown, without)
    touched = _touched(details, shown, without, at)
    if touched and form.seen.data != touched.mark:
        form.seen.data = touched.mark
        return _page(form, shown, touched, row=row)
    try:
        save(details)
        led = _led_to(shown, touched)
        once.remember(session, user().id, form.key.data or "", address=led, at=at)
    except Refused as refusal:
        session.rollback()
        form.refuse(refusal.sentence, refusal.field if refusal.field != "from_on" or form.takes else "extra_on")
        return _page(form, own_worker(shown.ref), row=own_exception(row.ref) if row else None), 422
    session.commit()
    flash(_kept(details, shown, at), "success")
    return redirect(led)


def _led_to(shown: Worker, touched: Touched) -> str:
    """Return where saving leads: to the sessions that are to be mended now, or back to the worker."""
    mended = current_app.jinja_env.globals.get("mended_after_leave")
    if touched.booked and callable(mended):
        return str(mended(shown.ref))
    return url_for("rota.worker", ref=shown.ref)


def _page(
    form: ExceptionForm, shown: Worker, touched: Touched | None = None, *, row: RotaException | None = None
) -> str:
    return render_template("rota/exception_form.html", form=form, worker=shown, touched=touched, row=row)


def _details(form: ExceptionForm, shown: Worker, without: Collection[int]) -> ExceptionDetails:
    away = None
    if form.takes:
        away = form.hours_away or whole_days(session, shown, *form.days_away, without=without)
    return ExceptionDetails(
        ExceptionKind(form.kind.data),
        form.note.typed,
        away,
        form.hours_given if form.gives else None,
        tuple(form.ids[ref] for ref in form.refuges.data or []) if form.gives else (),
    )


def _touched(details: ExceptionDetails, shown: Worker, without: Collection[int], at: datetime) -> Touched:
    """Return what the hours that are taken away touch: only what is still to come can be mended."""
    if details.away is None or details.away[1] <= at:
        return Touched([], [])
    from_at, until_at = details.away
    supposed = Supposed(details.taken(shown), details.given(shown), without)
    first, last = london_date(max(from_at, at)), london_date(until_at - timedelta(minutes=1))
    ask = current_app.jinja_env.globals.get("touched_by_leave")
    return Touched(
        _gap_words(gaps_made(session, user(), supposed, first, last), london_date(at)),
        list(ask(shown.id, from_at, until_at)) if callable(ask) else [],
    )


def _gap_words(gaps: Sequence[tuple[Line, Refuge, Gap]], today: date) -> list[str]:
    """Return gaps in words: each, or of a promise that is missed on many days how many, from when until when."""
    found: dict[str, list[Gap]] = {}
    for line, refuge, gap in gaps:
        found.setdefault(f"{refuge.name}: no {line.row.promised.label.lower()}", []).append(gap)
    said = []
    for what, missed in found.items():
        if len(missed) <= EACH:
            said += [f"{what}, {words.span_words(gap.from_at, gap.until_at, today=today)}" for gap in missed]
            continue
        days = sorted({gap.on for gap in missed})
        said.append(f"{what} on {len(days)} days, {words.full_date(days[0])} to {words.full_date(days[-1])}")
    return said


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
