"""What became of the beds that were held in a period: used, lapsed, or let go and why. Exact; it names nobody."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import func, select

from refuge.beds.models import Bed, Hold, HoldEnd, Refuge
from refuge.codes.queries import labels
from refuge.london import day_begins
from refuge.permissions import Permission

if TYPE_CHECKING:
    from datetime import date, datetime

    from sqlalchemy.orm import Session

    from refuge.accounts.models import Person

USED, LAPSED, STANDS = "She moved in", "It lapsed", "It still stands"
UNKNOWN = "Let go: why was not kept then"


class HoldCount(NamedTuple):
    """One way in which holds ended, in words, and how many did."""

    words: str
    number: int


def hold_counts(session: Session, reader: Person, *, since: date, until: date, at: datetime) -> list[HoldCount]:
    """Count the holds on beds of the reader's network begun from the one London day to the other, both included."""
    if not reader.may(Permission.TURNAWAY_COUNT):
        return []
    passed = (Hold.until_at <= at).label("passed")  # grouped by its name: PostgreSQL takes two such terms for different
    rows = session.execute(
        select(Hold.ended_how, Hold.release_reason, passed, func.count())
        .join(Bed, Bed.id == Hold.bed_id)
        .join(Refuge, Refuge.id == Bed.refuge_id)
        .where(
            Refuge.network_id == reader.network_id,
            Hold.from_at >= day_begins(since),
            Hold.from_at < day_begins(until + timedelta(days=1)),
        )
        .group_by(Hold.ended_how, Hold.release_reason, passed)
    )
    reasons, counted = labels(session, ["release_reason"])["release_reason"], dict.fromkeys([USED, LAPSED, STANDS], 0)
    for how, reason, over, count in rows:
        words = _words(how, reasons.get(reason, reason), over=bool(over))
        counted[words] = counted.get(words, 0) + count
    first = [HoldCount(words, counted.pop(words)) for words in (USED, LAPSED, STANDS)]
    return [*first, *sorted((HoldCount(*pair) for pair in counted.items()), key=lambda one: (-one.number, one.words))]


def _words(how: HoldEnd | None, reason: str, *, over: bool) -> str:
    if how is HoldEnd.USED:
        return USED
    if how is HoldEnd.RELEASED:
        return f"Let go: {reason[:1].lower()}{reason[1:]}" if reason else UNKNOWN
    return LAPSED if over else STANDS
