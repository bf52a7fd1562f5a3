"""A series: what was booked, which days were left out and why; changed or ended from a day on."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from flask import abort, flash, redirect, render_template, request, url_for
from sqlalchemy import select

from refuge.accounts.current import user
from refuge.accounts.sessions import current_actor
from refuge.audit.service import record
from refuge.beds.forms.fields import offered
from refuge.database import now, session
from refuge.errors import Refused
from refuge.inreach.forms.fields import read_day
from refuge.inreach.forms.sessions import CHOSEN, SeriesForm
from refuge.inreach.queries.bookings import bookable_workers, bookings_of_series, may_change, one_series
from refuge.inreach.queries.women import women_of
from refuge.inreach.service.series import STILL_TO_COME, SeriesChange, change_series, end_series, version_of
from refuge.inreach.shown_session import state_words
from refuge.inreach.views.room import blueprint
from refuge.london import LONDON, clock_words, london_date, long_date_words
from refuge.permissions import Permission, requires
from refuge.referrals.views.room import whole
from refuge.rota.models import SessionRoom

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from flask.typing import ResponseReturnValue

    from refuge.inreach.models import Booking, Series
    from refuge.rota.models import Worker

NOT_HERS = "Only the worker’s agency or the house where it is changes or ends a series."


@blueprint.get("/in-reach/series/<ref>")
@requires(Permission.SESSION_SEE)
def series(ref: str) -> ResponseReturnValue:
    """Show a series: each session, the days that were left out, and how all later ones are changed or ended."""
    found = one_series(session, user(), ref, at=now()) or abort(404)
    return _page(found, bookings_of_series(session, found))


def _page(found: Series, bookings: Sequence[Booking], form: SeriesForm | None = None) -> str:
    at = now()
    people = {row.referral_id for booking in bookings for row in booking.people}
    refs = sorted(woman.ref for woman in women_of(session, user(), people, at=at).values())
    record(session, "series.seen", found.ref, by=current_actor(), at=at, refs=refs)
    lines = [
        (booking.ref, long_date_words(london_date(booking.from_at)), clock_words(booking.from_at), booking.worker.name,
         state_words(booking, at))
        for booking in bookings
    ]  # fmt: skip
    to_come = _to_come(bookings, at)
    may = bool(to_come) and all(may_change(user(), one) for one in to_come)
    form = form or _form(bookings, at) if may else None
    booked = {london_date(one.from_at) for one in bookings if one.live}
    told = [(date.fromisoformat(on), why) for on, why in sorted(found.skipped.items())]
    return render_template(
        "inreach/series.html", series=found, lines=lines, women=refs, form=form, ends=_ends(to_come) if may else [],
        skipped=[(long_date_words(on), why) for on, why in told if on not in booked],
        kept=[(long_date_words(on), why) for on, why in told if on in booked],
    )  # fmt: skip


def _to_come(bookings: Sequence[Booking], at: datetime) -> list[Booking]:
    return [one for one in bookings if one.state in STILL_TO_COME and one.from_at > at]


def _ends(to_come: Sequence[Booking]) -> list[tuple[str, str]]:
    return [(str(london_date(one.from_at)), long_date_words(london_date(one.from_at))) for one in to_come]


def _form(bookings: Sequence[Booking], at: datetime, *, typed: bool = False) -> SeriesForm:
    """Return the form of a change, filled in with what is booked next."""
    to_come = _to_come(bookings, at)
    first = to_come[0] if to_come else bookings[-1]
    begins = first.from_at.astimezone(LONDON)
    plain = {
        "worker": first.worker.ref, "weekday": str(begins.weekday()), "time": clock_words(first.from_at),
        "version": str(version_of(bookings)),
    }  # fmt: skip
    form = SeriesForm(data=plain) if typed else SeriesForm(formdata=None, data=plain)
    form.from_on.choices = offered(_ends(to_come))
    form.worker.choices = offered([(one.ref, one.name) for one in _workers(first, at)])
    rooms = session.scalars(
        select(SessionRoom).where(SessionRoom.refuge_id == first.refuge_id, SessionRoom.retired_on.is_(None)),
    ).unique()
    form.room.choices = offered([("", "Each keeps its room, if it is free"), *((one.ref, one.name) for one in rooms)])
    return form


def _workers(first: Booking, at: datetime) -> list[Worker]:
    """Return who can give these sessions: their worker, and others of her discipline whom the reader books."""
    others = bookable_workers(session, user(), on=london_date(at))
    return [first.worker] + [
        one for one in others if one.discipline is first.worker.discipline and one.id != first.worker_id
    ]


@blueprint.post("/in-reach/series/<ref>/change")
@requires(Permission.SESSION_BOOK)
def series_change(ref: str) -> ResponseReturnValue:
    """Move the sessions of a series from a day on to another time, worker or room; say which stay as they were."""
    at = now()
    found, bookings = _locked(ref, at)
    form = _form(bookings, at, typed=True)
    if not form.validate():
        return _page(found, bookings, form), 422
    first = next(iter(_to_come(bookings, at)), bookings[-1])
    worker = next(one for one in _workers(first, at) if one.ref == form.worker.data)
    room_id = session.scalar(select(SessionRoom.id).where(SessionRoom.ref == form.room.data))
    change = SeriesChange(
        date.fromisoformat(form.from_on.data), worker, int(form.weekday.data), form.time.minutes or 0, room_id
    )
    try:
        moved, kept = change_series(
            session, found, bookings, change, version=whole(request.form, "version"), actor=current_actor(), at=at
        )
        session.commit()
    except Refused as refused:
        session.rollback()
        form.refuse(refused.sentence, refused.field)
        again = one_series(session, user(), ref, at=at) or abort(404)
        shown = bookings_of_series(session, again)
        form.version.data = str(version_of(shown))
        return _page(again, shown, form), 409
    left = f" {len(kept)} stay as they were: see why below." if kept else ""
    flash(f"{moved} {'session is' if moved == 1 else 'sessions are'} changed.{left} Tell her.", "success")
    return redirect(url_for("inreach.series", ref=ref))


def _locked(ref: str, at: datetime) -> tuple[Series, Sequence[Booking]]:
    """Return a series and its sessions to be changed; a refusal where one to come is not hers to change."""
    found = one_series(session, user(), ref, at=at) or abort(404)
    bookings = bookings_of_series(session, found, lock=True)
    if not all(may_change(user(), one) for one in bookings if one.state in STILL_TO_COME):
        raise Refused(NOT_HERS, code="session.not_hers")
    return found, bookings


@blueprint.post("/in-reach/series/<ref>/end")
@requires(Permission.SESSION_BOOK)
def series_end(ref: str) -> ResponseReturnValue:
    """Call off the sessions of a series from a day on: this one and all later."""
    at = now()
    found, bookings = _locked(ref, at)
    why = request.form.get("why", "")
    if why not in CHOSEN:
        raise Refused("Choose why the sessions are called off", code="series.why")
    from_on = read_day(request.form.get("from_on"), today=london_date(at))
    ended = end_series(session, found, bookings, why, from_on=from_on, actor=current_actor(), at=at)
    session.commit()
    flash(f"{ended} {'session is' if ended == 1 else 'sessions are'} called off. Those before stay.", "success")
    return redirect(url_for("inreach.series", ref=ref))
