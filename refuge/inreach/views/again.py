"""What was called off, booked once more at one of the times that its page offers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import flash, redirect, request, url_for

from refuge import once
from refuge.accounts.current import user
from refuge.accounts.sessions import current_actor
from refuge.database import now, session
from refuge.errors import Refused
from refuge.inreach.forms.fields import read_slot
from refuge.inreach.queries.again import wish_again
from refuge.inreach.queries.bookings import may_change
from refuge.inreach.service.booking import Attending, BookingDetails, book
from refuge.inreach.service.interpreting import interpreter_with
from refuge.inreach.views.room import blueprint, booking_or_404
from refuge.inreach.views.sessions import NOT_HERS, page, refuse_unless
from refuge.london import clock_words, date_words, london_date
from refuge.permissions import Permission, requires

if TYPE_CHECKING:
    from datetime import datetime

    from flask.typing import ResponseReturnValue

    from refuge.inreach.models import Booking


@blueprint.post("/in-reach/sessions/<ref>/again")
@requires(Permission.SESSION_BOOK)
def again(ref: str) -> ResponseReturnValue:
    """Book it at another time, with whom and where it was; the time is judged at this moment."""
    found, at, key = booking_or_404(ref), now(), request.form.get("key", "")
    refuse_unless(may_change(user(), found), NOT_HERS)
    if led := once.led_to(session, user().id, key):
        return redirect(led)
    try:
        made = book(
            session, _details(found, read_slot(request.form.get("slot"))), by=user(), actor=current_actor(), at=at
        )
        address = url_for("inreach.booking", ref=made.ref)
        once.remember(session, user().id, key, address=address, at=at)
        session.commit()
    except Refused as refused:
        session.rollback()
        flash(f"Not booked: {refused.sentence}", "warning")
        return page(booking_or_404(ref)), 409
    flash(
        f"Booked: {date_words(london_date(made.from_at), today=london_date(at))} at {clock_words(made.from_at)}.",
        "success",
    )
    return redirect(address)


def _details(found: Booking, from_at: datetime | None) -> BookingDetails:
    wish = wish_again(session, found)
    if wish is None:
        raise Refused("This was not called off, or nobody who was to come lives there now.", code="session.over")
    if from_at is None:
        raise Refused("Choose one of the times that are offered", field="slot")
    needs = {row.referral_id: row.need_id for row in found.people}
    return BookingDetails(
        kind=found.kind, service=found.service, worker=wish.worker, refuge=wish.refuge, from_at=from_at,
        minutes=wish.minutes, people=[Attending(one, needs[one]) for one in wish.referral_ids],
        needs_room=wish.needs_room, room_id=found.room_id,
        interpreter=interpreter_with(session, wish.referral_ids, wish.worker),
    )  # fmt: skip
