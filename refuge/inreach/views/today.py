"""What Today shows a worker of in-reach: the sessions of today, and outcomes to note."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from refuge.accounts.current import user
from refuge.accounts.sessions import current_actor
from refuge.audit.service import record
from refuge.codes.queries import labels, lists
from refuge.database import now, session
from refuge.inreach.queries.own import next_sessions, outcomes_to_note
from refuge.inreach.queries.weeks import to_tap, who_words
from refuge.inreach.queries.women import women_of
from refuge.inreach.shown_session import state_words
from refuge.inreach.views.room import blueprint
from refuge.london import clock_words, day_begins, day_words, london_date
from refuge.permissions import Permission
from refuge.rota.queries import worker_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from refuge.codes.models import Code
    from refuge.inreach.models import Booking
    from refuge.inreach.queries.women import Woman


@dataclass(frozen=True)
class Line:
    """One session on a list."""

    ref: str
    day: str
    clock: str
    who: str
    service: str
    where: str
    state: tuple[str, str]
    version: int = 0
    to_tap: int | None = None
    """Whose outcome can be noted by one tap."""


@dataclass(frozen=True)
class MyDay:
    """What a worker should do next."""

    next: Sequence[Line]
    to_note: Sequence[Line]
    outcomes: Sequence[Code]


@blueprint.app_template_global("sessions_today")
def sessions_today() -> MyDay | None:
    """Return what Today shows the reader as a worker; None if her role has no sessions of its own."""
    if not user().may(Permission.SESSION_RECORD) or worker_of(session, user()) is None:
        return None
    at = now()
    today = london_date(at)
    coming = next_sessions(session, user(), at=at, until=day_begins(today + timedelta(days=1)))
    past = outcomes_to_note(session, user(), at=at)
    people = {row.referral_id for booking in (*coming, *past) for row in booking.people}
    women = women_of(session, user(), people, at=at)
    words = labels(session, ["session_service"])["session_service"]
    if women:
        refs = sorted(woman.ref for woman in women.values())
        record(session, "today.sessions", by=current_actor(), at=at, refs=refs)
    return MyDay(
        next=[_line(booking, women, words, at) for booking in coming],
        to_note=[_line(booking, women, words, at) for booking in past],
        outcomes=lists(session, ["session_outcome"], on=today)["session_outcome"] if past else (),
    )


def _line(booking: Booking, women: Mapping[int, Woman], words: Mapping[str, str], at: datetime) -> Line:
    return Line(
        booking.ref, day_words(london_date(booking.from_at), today=london_date(at)), clock_words(booking.from_at),
        who_words(booking.kind, [row.referral_id for row in booking.people], women),
        words.get(booking.service, booking.service), booking.refuge.name, state_words(booking, at), booking.version,
        to_tap(user(), booking, at=at),
    )  # fmt: skip
