"""A worker's sessions as a calendar that any programme reads: times and house codes, nothing about anybody. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from icalendar import Calendar, Event

TYPE = "text/calendar; charset=utf-8"
HOURLY = timedelta(hours=1)
PRODUCT = "-//Allocations//Sessions//EN"


@dataclass(frozen=True)
class FeedEntry:
    """One session as a calendar may know it."""

    ref: str
    from_at: datetime
    until_at: datetime
    house: str
    confirmed: bool
    version: int
    stamped_at: datetime


def calendar_of(entries: Iterable[FeedEntry]) -> bytes:
    """Return the calendar. Every time is given in UTC, so that no clock change can move a session."""
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", "Sessions")
    calendar.add("refresh-interval", HOURLY, parameters={"VALUE": "DURATION"})
    for entry in entries:
        calendar.add_component(_event(entry))
    return bytes(calendar.to_ical())


def _event(entry: FeedEntry) -> Event:
    event = Event()
    event.add("uid", f"{entry.ref.lower()}@sessions.invalid")
    event.add("dtstamp", entry.stamped_at)
    event.add("dtstart", entry.from_at)
    event.add("dtend", entry.until_at)
    event.add("summary", entry.house)
    event.add("status", "CONFIRMED" if entry.confirmed else "TENTATIVE")
    event.add("sequence", entry.version)
    event.add("class", "PRIVATE")
    event.add("transp", "OPAQUE")
    return event
