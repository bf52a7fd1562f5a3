"""What forms of this room read from addresses and slots: days and instants as they are written there."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from refuge.london import LONDON

FARTHEST = timedelta(days=366)


def read_day(text: str | None, *, today: date) -> date:
    """Return the day that an address names, or today if it names none that can be shown."""
    try:
        found = date.fromisoformat(text or "")
    except ValueError:
        return today
    return found if abs(found - today) <= FARTHEST else today


def read_slot(text: str | None) -> datetime | None:
    """Return the instant that a slot stands for; None: none was chosen. A time without a zone is London's."""
    try:
        found = datetime.fromisoformat(text or "")
    except ValueError:
        return None
    return found if found.tzinfo is not None else found.replace(tzinfo=LONDON)


def slot_value(at: datetime) -> str:
    """Return how a slot is written in a form."""
    return at.strftime("%Y-%m-%dT%H:%M%z")
