"""The pages of in-reach: the week, booking, one session, plans, series, the calendar feed."""

from refuge.inreach.service import leaving
from refuge.inreach.views import booking, calendar, feeds, leave, mending, plans, series, sessions, today, week
from refuge.inreach.views.room import blueprint

__all__ = [
    "blueprint",
    "booking",
    "calendar",
    "feeds",
    "leave",
    "leaving",
    "mending",
    "plans",
    "series",
    "sessions",
    "today",
    "week",
]
