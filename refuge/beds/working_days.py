"""Working days in England: Monday to Friday without bank holidays."""

from __future__ import annotations

from datetime import date, timedelta
from functools import lru_cache

import holidays

SATURDAY = 5
BANK_HOLIDAYS = holidays.country_holidays("GB", subdiv="ENG")


def is_working_day(on: date) -> bool:
    """Return whether offices in England work on this day."""
    return on.weekday() < SATURDAY and on not in BANK_HOLIDAYS


@lru_cache(maxsize=4096)
def add_working_days(start: date, count: int) -> date:
    """Return the day that is `count` working days after `start`; `start` itself is not counted."""
    on = start
    while count > 0:
        on += timedelta(days=1)
        count -= is_working_day(on)
    return on
