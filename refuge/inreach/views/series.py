"""A series: what was booked, which days were left out and why, and its end from a day on."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from flask import abort, flash, redirect, render_template, request, url_for

from refuge.accounts.current import user
from refuge.accounts.sessions import current_actor
from refuge.audit.service import record
from refuge.database import now, session
from refuge.errors import Refused
from refuge.inreach.forms.fields import read_day
from refuge.inreach.forms.sessions import CHOSEN
from refuge.inreach.queries.bookings import bookings_of_series, may_change, one_series
from refuge.inreach.queries.women import women_of
from refuge.inreach.service.series import STILL_TO_COME, end_series
from refuge.inreach.shown_session import state_words
from refuge.inreach.views.room import blueprint
from refuge.london import clock_words, london_date, long_date_words
from refuge.permissions import Permission, requires

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue


@blueprint.get("/in-reach/series/<ref>")
@requires(Permission.SESSION_SEE)
def series(ref: str) -> ResponseReturnValue:
    """Show a series: each session, and the days that were left out."""
    at = now()
    found = one_series(session, user(), ref, at=at) or abort(404)
    bookings = bookings_of_series(session, found)
    people = {row.referral_id for booking in bookings for row in booking.people}
    women = women_of(session, user(), people, at=at)
    refs = sorted(woman.ref for woman in women.values())
    record(session, "series.seen", found.ref, by=current_actor(), at=at, refs=refs)
    lines = [
        (booking.ref, long_date_words(london_date(booking.from_at)), clock_words(booking.from_at), booking.worker.name,
         state_words(booking, at))
        for booking in bookings
    ]  # fmt: skip
    to_come = [one for one in bookings if one.state in STILL_TO_COME and one.from_at > at]
    ends = [(str(london_date(one.from_at)), long_date_words(london_date(one.from_at))) for one in to_come]
    may_end = bool(to_come) and all(may_change(user(), one) for one in to_come)
    skipped = [(long_date_words(date.fromisoformat(on)), why) for on, why in sorted(found.skipped.items())]
    return render_template(
        "inreach/series.html", series=found, lines=lines, skipped=skipped, women=refs, ends=ends if may_end else []
    )


@blueprint.post("/in-reach/series/<ref>/end")
@requires(Permission.SESSION_BOOK)
def series_end(ref: str) -> ResponseReturnValue:
    """Call off the sessions of a series from a day on: this one and all later."""
    at = now()
    found = one_series(session, user(), ref, at=at) or abort(404)
    bookings = bookings_of_series(session, found, lock=True)
    if not all(may_change(user(), one) for one in bookings if one.state in STILL_TO_COME):
        raise Refused("Only the worker’s agency or the house where it is ends a series.", code="session.not_hers")
    why = request.form.get("why", "")
    if why not in CHOSEN:
        raise Refused("Choose why the sessions are called off", code="series.why")
    from_on = read_day(request.form.get("from_on"), today=london_date(at))
    ended = end_series(session, found, bookings, why, from_on=from_on, actor=current_actor(), at=at)
    session.commit()
    flash(f"{ended} {'session is' if ended == 1 else 'sessions are'} called off. Those before stay.", "success")
    return redirect(url_for("inreach.series", ref=ref))
