"""The pages of in-reach: the week, booking, one session, plans, series, the calendar feed."""

from refuge.inreach.service import leaving
from refuge.inreach.views import (
    again,
    booking,
    calendar,
    feeds,
    groups,
    leave,
    mending,
    plans,
    series,
    sessions,
    shares,
    today,
    week,
)
from refuge.inreach.views.room import blueprint

__all__ = [
    "again",
    "blueprint",
    "booking",
    "calendar",
    "feeds",
    "groups",
    "leave",
    "leaving",
    "mending",
    "plans",
    "series",
    "sessions",
    "shares",
    "today",
    "week",
]
