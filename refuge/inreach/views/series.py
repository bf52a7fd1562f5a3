"""A series: what was booked, and which days were left out and why."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from flask import abort, render_template

from refuge.accounts.current import user
from refuge.accounts.sessions import current_actor
from refuge.audit.service import record
from refuge.database import now, session
from refuge.inreach.queries.bookings import bookings_of_series, one_series
from refuge.inreach.queries.women import women_of
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
    skipped = [(long_date_words(date.fromisoformat(on)), why) for on, why in sorted(found.skipped.items())]
    return render_template("inreach/series.html", series=found, lines=lines, skipped=skipped, women=refs)
