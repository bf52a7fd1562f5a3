"""What every page of this room needs: the blueprint, and a session or a refusal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, abort

from refuge.accounts.current import user
from refuge.database import now, session
from refuge.inreach.queries.bookings import one_booking

if TYPE_CHECKING:
    from refuge.inreach.models import Booking

blueprint = Blueprint("inreach", __name__)


def booking_or_404(ref: str, *, lock: bool = False) -> Booking:
    """Return a session that she may open; not found and not hers are the same."""
    return one_booking(session, user(), ref, at=now(), lock=lock) or abort(404)
