"""Sessions that can no longer be held as they are booked: why, the smallest repair of each, and one tap to make it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from flask import abort, flash, redirect, render_template, request, url_for

from refuge.accounts.current import user
from refuge.accounts.sessions import current_actor
from refuge.audit.service import record
from refuge.codes.queries import labels
from refuge.database import now, session
from refuge.errors import Refused
from refuge.inreach.forms.fields import read_slot, slot_value
from refuge.inreach.queries.bookings import bookable_workers, may_change, one_booking
from refuge.inreach.queries.broken import broken_sessions, mends_of
from refuge.inreach.queries.weeks import who_words
from refuge.inreach.queries.women import women_of
from refuge.inreach.service import booking as service
from refuge.inreach.views.room import blueprint
from refuge.london import clock_words, date_words, london_date
from refuge.permissions import Permission, requires
from refuge.rota.queries import workers as rota

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from flask.typing import ResponseReturnValue

    from refuge.inreach.models import Booking
    from refuge.inreach.queries.broken import Mend
    from refuge.inreach.queries.women import Woman
    from refuge.rota.models import Worker

MOST = 12
"""Sessions that one page mends; the others follow when these are done."""
GONE = "One of these sessions was changed meanwhile, or is not yours to move. Look at the list again."


@dataclass(frozen=True)
class Line:
    """One session to mend."""

    ref: str
    who: str
    was: str
    why: str
    proposed: str
    """When, where and with whom instead; empty if nothing is free near it."""
    value: str
    """What the button sends."""


@blueprint.get("/in-reach/to-mend")
@requires(Permission.SESSION_BOOK)
def to_mend() -> ResponseReturnValue:
    """List what cannot be held any more, each with the nearest free time; of one worker, if the address names her."""
    at = now()
    worker = _worker_asked()
    found = broken_sessions(session, user(), at=at, worker_id=worker.id if worker else None)
    shown = found[:MOST]
    mends = mends_of(session, user(), shown, at=at)
    women = women_of(session, user(), {row.referral_id for one in shown for row in one.booking.people}, at=at)
    words = labels(session, ["session_service"])["session_service"]
    refs = sorted(woman.ref for woman in women.values())
    record(session, "mending.seen", by=current_actor(), at=at, refs=refs)
    lines = [_line(mend, women, words, at) for mend in mends]
    return render_template("inreach/to_mend.html", lines=lines, more=len(found) - len(shown), worker=worker)


def _worker_asked() -> Worker | None:
    ref = request.values.get("worker")
    return (rota.find_worker(session, user(), ref) or abort(404)) if ref else None


def _line(mend: Mend, women: Mapping[int, Woman], words: Mapping[str, str], at: datetime) -> Line:
    booking, slot = mend.broken.booking, mend.slot
    who = who_words(booking.kind, [row.referral_id for row in booking.people], women)
    was = f"{_when(booking.from_at, at)} at {booking.refuge.name} with {booking.worker.name}"
    proposed = value = ""
    if slot is not None:
        room = f", {slot.room}" if slot.room else ""
        proposed = f"{_when(slot.from_at, at)} at {mend.broken.house.name}{room} with {mend.worker.name}"
        value = f"{booking.ref} {booking.version} {mend.worker.ref} {slot_value(slot.from_at)}"
    title = f"{who}, {words.get(booking.service, booking.service)}"
    return Line(booking.ref, title, was, mend.broken.why, proposed, value)


def _when(moment: datetime, at: datetime) -> str:
    return f"{date_words(london_date(moment), today=london_date(at))}, {clock_words(moment)}"


@blueprint.post("/in-reach/to-mend")
@requires(Permission.SESSION_BOOK)
def mend() -> ResponseReturnValue:
    """Move the sessions to the times that were proposed and shown; say which could not be."""
    at, worker = now(), _worker_asked()
    workers = {one.ref: one for one in bookable_workers(session, user(), on=london_date(at))}
    moved, refused = 0, []
    for value in request.form.getlist("move"):
        try:
            moved += _move(value, workers, at)
        except Refused as refusal:
            refused.append(refusal.sentence)
    session.commit()
    if moved:
        flash(f"{moved} {'session is' if moved == 1 else 'sessions are'} moved. Tell her the new time.", "success")
    for sentence in dict.fromkeys(refused):
        flash(f"Not moved: {sentence}", "warning")
    return redirect(url_for("inreach.to_mend", worker=worker.ref if worker else None))


def _move(value: str, workers: Mapping[str, Worker], at: datetime) -> bool:
    """Move one session as its button says: `session version worker time`."""
    ref, version, worker_ref, to = (value.split(" ") + [""] * 4)[:4]
    found, slot = one_booking(session, user(), ref, at=at, lock=True), read_slot(to)
    if found is None or slot is None or not version.isdigit() or not may_change(user(), found):
        raise Refused(GONE, code="session.gone")
    worker = _worker_of(found, worker_ref, workers)
    return service.move(session, found, worker, slot, version=int(version), actor=current_actor(), at=at)


def _worker_of(found: Booking, ref: str, workers: Mapping[str, Worker]) -> Worker:
    """Return the worker whom the button names: her own, or one of her discipline whom the reader books."""
    if ref == found.worker.ref:
        return found.worker
    worker = workers.get(ref)
    if worker is None or worker.discipline is not found.worker.discipline:
        raise Refused(GONE, code="session.gone")
    return worker
