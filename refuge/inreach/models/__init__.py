"""What in-reach keeps: bookings and who comes to them, series, runs of the planner, calendar feeds, tasks."""

from refuge.inreach.models.bookings import (
    Booking,
    BookingKind,
    BookingPerson,
    BookingState,
    Series,
)
from refuge.inreach.models.feeds import CalendarFeed
from refuge.inreach.models.runs import SessionRun
from refuge.inreach.models.tasks import InreachTask, TaskKind

__all__ = [
    "Booking",
    "BookingKind",
    "BookingPerson",
    "BookingState",
    "CalendarFeed",
    "InreachTask",
    "Series",
    "SessionRun",
    "TaskKind",
]
