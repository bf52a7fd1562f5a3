"""What leave touches: the sessions of a worker that are booked or proposed in the hours that it takes away."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import url_for
from sqlalchemy import select

from refuge.accounts.current import user
from refuge.database import now, session
from refuge.inreach.models import Booking
from refuge.inreach.queries.proposals import open_proposals
from refuge.inreach.views.room import blueprint
from refuge.london import clock_words, date_words, london_date

if TYPE_CHECKING:
    from datetime import datetime


@blueprint.app_template_global("touched_by_leave")
def touched_by_leave(worker_id: int, from_at: datetime, until_at: datetime) -> list[tuple[str, str | None]]:
    """Return each session of hers between two instants in words, with where it is moved or planned again."""
    at = now()
    booked = session.scalars(
        select(Booking)
        .where(Booking.worker_id == worker_id, Booking.live.is_(True), Booking.until_at > at)
        .where(Booking.from_at < until_at, Booking.until_at > from_at)
        .order_by(Booking.from_at),
    ).all()
    found: list[tuple[str, str | None]] = [
        (
            f"{_when(row.from_at, at)}: booked, {row.ref}. Another time is proposed once this is saved",
            url_for("inreach.booking", ref=row.ref),
        )
        for row in booked
    ]
    proposals = open_proposals(session, user().network_id, from_at, until_at, at=at)
    return found + [
        (f"{_when(one.from_at, at)}: proposed. Mend the plan afterwards", url_for("inreach.run", ref=one.run_ref))
        for one in proposals
        if one.worker_id == worker_id
    ]


@blueprint.app_template_global("mended_after_leave")
def mended_after_leave(worker_ref: str) -> str:
    """Return where the sessions that leave has touched are mended, each with a time proposed."""
    return url_for("inreach.to_mend", worker=worker_ref)


def _when(moment: datetime, at: datetime) -> str:
    return f"{date_words(london_date(moment), today=london_date(at))}, {clock_words(moment)}"
