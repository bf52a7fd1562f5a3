"""Reading on which days a promise of cover was not kept: whose hours they would have been is not read."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from refuge.london import LONDON, london_date
from refuge.rota.queries.calendar import network_bank_holidays
from refuge.rota.queries.cover import gaps_of
from refuge.statistics.care import Gap

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime

    from sqlalchemy.orm import Session

    from refuge.statistics.periods import Period

LONGEST = 366
"""Days that figures of the rota are counted over at most: a leap year."""
SATURDAY, OPENS, CLOSES, HOUR = 5, 9, 17, 60


def gaps(
    session: Session, network_id: int, period: Period, *, at: datetime, agency_id: int | None = None
) -> Sequence[Gap] | None:
    """Return each day and promise with hours that nobody gave, until yesterday; None of a period that is too long."""
    last = min(period.until, london_date(at) - timedelta(days=1))
    if (last - period.since).days >= LONGEST:
        return None
    if last < period.since:
        return ()
    holidays = network_bank_holidays(session, network_id, period.since, last)
    minutes: dict[tuple[int, date], float] = {}
    out: dict[tuple[int, date], bool] = {}
    for promise, gap in gaps_of(session, network_id, period.since, last, agency_id=agency_id):
        key = promise, gap.on
        minutes[key] = minutes.get(key, 0) + gap.length.total_seconds() / HOUR
        out[key] = out.get(key, False) or gap.on in holidays or _out_of_hours(gap.from_at, gap.until_at)
    return [Gap(out[key], round(length)) for key, length in minutes.items()]


def _out_of_hours(since: datetime, until: datetime) -> bool:
    begins, ends = since.astimezone(LONDON), until.astimezone(LONDON)
    in_hours = begins.weekday() < SATURDAY and begins.hour >= OPENS and begins.date() == ends.date()
    return not (in_hours and ends.hour * HOUR + ends.minute <= CLOSES * HOUR)
