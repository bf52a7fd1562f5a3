"""The calendar feed: a worker makes its secret address, ends it, and her own calendar reads it without signing in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import abort, flash, redirect, render_template, url_for

from refuge.accounts.current import user
from refuge.accounts.sessions import current_actor
from refuge.database import now, session
from refuge.errors import Refused
from refuge.inreach.feed import TYPE, calendar_of
from refuge.inreach.queries.feeds import entries_of, feed_by_hash, live_feed
from refuge.inreach.service.feeds import end_feed, hash_of, make_feed
from refuge.inreach.views.room import blueprint
from refuge.london import instant_words
from refuge.permissions import Permission, open_to_everyone, requires
from refuge.rota.queries import worker_of

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from refuge.rota.models import Worker

NO_WORKER = "You are not on a rota of this network, so you have no sessions to read in a calendar."


def _me() -> Worker:
    worker = worker_of(session, user())
    if worker is None:
        raise Refused(NO_WORKER, code="feed.no_worker")
    return worker


@blueprint.get("/in-reach/feed")
@requires(Permission.SESSION_RECORD)
def feed() -> ResponseReturnValue:
    """Say whether she has a feed, and what it gives away."""
    worker = worker_of(session, user())
    found = live_feed(session, worker) if worker is not None else None
    made = instant_words(found.made_at, now=now()) if found is not None else ""
    return render_template("inreach/feed.html", worker=worker, made=made, address=None, none=NO_WORKER)


@blueprint.post("/in-reach/feed")
@requires(Permission.SESSION_RECORD)
def make() -> ResponseReturnValue:
    """Make a secret address, and show it this once. An older one ends."""
    worker, at = _me(), now()
    token = make_feed(session, worker, by=user(), actor=current_actor(), at=at)
    session.commit()
    address = url_for("inreach.read", token=token, _external=True)
    made = instant_words(at, now=at)
    return render_template("inreach/feed.html", worker=worker, made=made, address=address, none=NO_WORKER)


@blueprint.post("/in-reach/feed/end")
@requires(Permission.SESSION_RECORD)
def end() -> ResponseReturnValue:
    """End the secret address: from now on it gives nothing."""
    ended = end_feed(session, _me(), actor=current_actor(), at=now())
    session.commit()
    flash("The address has ended. Nobody can read it any more." if ended else "There was no address.", "success")
    return redirect(url_for("inreach.feed"))


@blueprint.get("/calendar/<token>.ics")
@open_to_everyone
def read(token: str) -> ResponseReturnValue:
    """Give a worker's times and house codes to whoever knows the address. Nothing about anybody is in it."""
    at = now()
    found = feed_by_hash(session, hash_of(token), at=at) or abort(404)
    return calendar_of(entries_of(session, found.worker_id, at=at)), 200, {"Content-Type": TYPE}
