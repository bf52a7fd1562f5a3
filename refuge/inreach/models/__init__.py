"""What in-reach keeps: bookings and who comes to them, series, runs of the planner, calendar feeds."""

from refuge.inreach.models.bookings import (
    Booking,
    BookingKind,
    BookingPerson,
    BookingState,
    Series,
)
from refuge.inreach.models.feeds import CalendarFeed
from refuge.inreach.models.runs import SessionRun, SessionRunContent

__all__ = [
    "Booking",
    "BookingKind",
    "BookingPerson",
    "BookingState",
    "CalendarFeed",
    "Series",
    "SessionRun",
    "SessionRunContent",
]
