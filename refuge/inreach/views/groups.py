"""Who comes to a group: one more woman, or one fewer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import flash, redirect, request, url_for
from sqlalchemy import select

from refuge.accounts.current import user
from refuge.accounts.sessions import current_actor
from refuge.database import now, session
from refuge.errors import Refused
from refuge.inreach.forms.sessions import JoinForm
from refuge.inreach.models import Series
from refuge.inreach.queries.bookings import bookings_of_series, may_change
from refuge.inreach.service.groups import add_woman, take_out
from refuge.inreach.service.series import STILL_TO_COME
from refuge.inreach.views.room import blueprint, booking_or_404
from refuge.inreach.views.sessions import NOT_HERS, joining, page, refuse_unless
from refuge.london import date_words, london_date
from refuge.permissions import Permission, requires
from refuge.referrals.views.room import whole

if TYPE_CHECKING:
    from datetime import datetime

    from flask.typing import ResponseReturnValue

    from refuge.inreach.models import Booking
    from refuge.inreach.queries.women import Woman


@blueprint.post("/in-reach/sessions/<ref>/join")
@requires(Permission.SESSION_BOOK)
def join(ref: str) -> ResponseReturnValue:
    """Let one more woman come to a group, and to the later ones of its series if that is asked."""
    found, at = booking_or_404(ref, lock=True), now()
    refuse_unless(may_change(user(), found), NOT_HERS)
    form = JoinForm(joining(found, at))
    woman, room_id = form.chosen, found.room_id
    if not form.validate() or woman is None:
        form.say("woman", "Choose who else comes")
        return page(found, join=form), 422
    try:
        add_woman(
            session, found, woman.referral_id, version=whole(request.form, "version"), actor=current_actor(), at=at
        )
        kept = _later(found, woman, at) if form.later.data else []
        session.commit()
    except Refused as refused:
        session.rollback()
        form.refuse(refused.sentence, "woman")
        return page(booking_or_404(ref), join=form), 409
    again = booking_or_404(ref)
    where = f" It is held in {again.room.name} now." if again.room is not None and again.room_id != room_id else ""
    flash(f"{woman.ref} comes to it now.{where}", "success")
    for sentence in kept:
        flash(sentence, "warning")
    return redirect(url_for("inreach.booking", ref=ref))


def _later(found: Booking, woman: Woman, at: datetime) -> list[str]:
    """Add her to the later sessions of the series; return where that cannot be, and why."""
    series = session.scalar(select(Series).where(Series.id == found.series_id))
    later = [] if series is None else bookings_of_series(session, series, lock=True)
    kept = []
    for one in later:
        there = {row.referral_id for row in one.people}
        if one.from_at <= found.from_at or one.state not in STILL_TO_COME or woman.referral_id in there:
            continue
        try:
            add_woman(session, one, woman.referral_id, version=one.version, actor=current_actor(), at=at)
        except Refused as refused:
            kept.append(f"Not on {date_words(london_date(one.from_at), today=london_date(at))}: {refused.sentence}")
    return kept


@blueprint.post("/in-reach/sessions/<ref>/out")
@requires(Permission.SESSION_BOOK)
def out(ref: str) -> ResponseReturnValue:
    """Take a woman out of a group, which goes on without her."""
    found, at = booking_or_404(ref, lock=True), now()
    refuse_unless(may_change(user(), found), NOT_HERS)
    row = next((one for one in found.people if one.id == whole(request.form, "woman")), None)
    if row is None:
        raise Refused("She is not in this session any more. Look at it again.", code="session.gone")
    try:
        take_out(session, found, row, version=whole(request.form, "version"), actor=current_actor(), at=at)
        session.commit()
    except Refused as refused:
        session.rollback()
        flash(refused.sentence, "warning")
        return page(booking_or_404(ref)), 409
    flash("She is taken out. The group goes on.", "success")
    return redirect(url_for("inreach.booking", ref=ref))
