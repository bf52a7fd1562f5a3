"""What planning is given: workers and their shifts, rooms, who lives where, the sessions wanted and those booked.

Everything is known by a ref and a code; there is no name and no clock in here. Every instant is a whole number of
minutes of UTC since the midnight with which the first day begins in London, so that an hour is an hour in the nights
when clocks change; `days` says where each London day begins and ends (`calendar.py` turns instants into minutes).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from enum import IntEnum, StrEnum

MINUTE = {"limits": (-1_000_000, 1_000_000)}
"""An instant may lie before the first day: what began earlier may still last."""


class Risk(IntEnum):
    """How high the risk to her is."""

    NOT_ASSESSED = 0
    STANDARD = 1
    MEDIUM = 2
    HIGH = 3


class Urgency(IntEnum):
    """How pressing a session is."""

    ROUTINE = 0
    SOON = 1
    URGENT = 2


class Kind(StrEnum):
    """What a session is for, as far as goals tell them apart."""

    SESSION = "session"
    ASSESSMENT = "assessment"
    """With a deadline that the network promised: in the goals it comes before all other sessions."""


class Booking(StrEnum):
    """How far the booking of an interpreter has come."""

    NEEDED = "needed"
    BOOKED = "booked"
    CONFIRMED = "confirmed"


@dataclass(frozen=True)
class Span:
    """From one instant until another, which is no longer part of it."""

    from_at: int = field(metadata=MINUTE)
    until_at: int = field(metadata=MINUTE)


@dataclass(frozen=True)
class Day:
    """One London day: it lasts 1380 minutes when clocks go forward, 1500 when they go back, and else 1440."""

    on: date
    from_at: int
    until_at: int


@dataclass(frozen=True)
class House:
    """A refuge in which sessions take place."""

    ref: str
    childcare: tuple[Span, ...] | None = None
    """When somebody minds children there; None: nobody knows, so it must be asked for each session."""


@dataclass(frozen=True)
class Room:
    """A room in which one session at a time takes place."""

    ref: str
    house: str
    capacity: int = field(default=2, metadata={"limits": (1, 1000)})
    """How many people it holds, the worker included."""
    open: tuple[Span, ...] = ()
    blocked: tuple[Span, ...] = ()
    """When it is used for something else. Booked sessions need not be told again."""


@dataclass(frozen=True)
class Shift:
    """When a worker is on the rota, in one of these houses at a time."""

    from_at: int = field(metadata=MINUTE)
    until_at: int = field(metadata=MINUTE)
    houses: tuple[str, ...]
    """Where it can be spent. With more than one, travel between them is part of the shift."""


@dataclass(frozen=True)
class Break:
    """A time without a session or travel that a worker has in each long shift."""

    minutes: int = 30
    in_shifts_from: int = 360
    """How many minutes a shift lasts at least to have one."""
    not_in_first: int = 120
    """How many minutes after the shift began it begins, at the earliest."""
    not_in_last: int = 120
    """How many minutes before the shift ends it ends, at the latest."""


@dataclass(frozen=True)
class Worker:
    """A practitioner who comes to the houses."""

    ref: str
    discipline: str
    shifts: tuple[Shift, ...] = ()
    gender: str | None = None
    languages: tuple[str, ...] = ()
    blocked: tuple[Span, ...] = ()
    """When she is not free, wherever she is. Booked sessions need not be told again."""
    longest_contact_minutes: int = 360
    """How many minutes of sessions she has at most on one day."""
    gap_minutes: int = 15
    """How many minutes lie between two of her sessions at least, for notes; travel comes on top of that."""
    free_percent: int = field(default=0, metadata={"limits": (0, 100)})
    """How much of each day's shifts is kept free of sessions, for advice and drop-in."""
    long_break: Break | None = None
    changes_a_day: int = field(default=1, metadata={"limits": (0, 3)})
    """How often she goes from one house to another on one day, at most."""


@dataclass(frozen=True)
class Travel:
    """How long a worker takes from one house to another; the way back takes as long unless it is told too."""

    from_house: str
    to_house: str
    minutes: int


@dataclass(frozen=True)
class Resident:
    """A woman who lives in a house."""

    ref: str
    house: str
    risk: Risk = Risk.NOT_ASSESSED
    cannot: tuple[Span, ...] = ()
    """When she can't come: school run, court, contact, worship, work; or because she does not live there then."""
    prefers: tuple[Span, ...] = ()
    """When she would rather come; empty: she has no preference."""


@dataclass(frozen=True)
class Interpreter:
    """An interpreter whom a session needs, unless its worker speaks the language herself."""

    language: str
    booking: Booking = Booking.NEEDED
    windows: tuple[Span, ...] = ()
    """When a booked or confirmed interpreter is there: the session takes place inside one of them."""


@dataclass(frozen=True)
class Wanted:
    """A session that is due, and may be placed or stay unplaced."""

    ref: str
    residents: tuple[str, ...]
    """Who it is for. All of them come, but to a group with a capacity whoever can."""
    minutes: int = field(metadata={"limits": (1, 1440)})
    need: str = ""
    """The ref of the need that it meets: sessions of one need keep their order and their spacing. Empty: its own."""
    kind: Kind = Kind.SESSION
    service: str = ""
    """A code for people; no rule looks at it."""
    urgency: Urgency = Urgency.ROUTINE
    days_since_seen: int = 0
    """How many days ago she last had such a session, or asked for the first."""
    disciplines: tuple[str, ...] = ()
    """Which kinds of worker can give it; empty: any."""
    workers: tuple[str, ...] | None = None
    """Which workers can give it; None: any of the disciplines."""
    excluded_workers: tuple[str, ...] = ()
    """Whom she would not see."""
    preferred_worker: str | None = None
    """Whom she would rather see."""
    previous_worker: str | None = None
    """Who gave the last such session."""
    worker_gender: str | None = None
    """The gender that the worker must have; None: any."""
    earliest_at: int = field(default=0, metadata=MINUTE)
    """When it can begin, at the earliest."""
    latest_at: int | None = field(default=None, metadata=MINUTE)
    """When it must have ended, for it makes no sense later; None: the end of the last day."""
    deadline_at: int | None = field(default=None, metadata=MINUTE)
    """When it should have ended. It holds wherever it can be met at all; only where it cannot is later allowed."""
    days_apart: int = 0
    """How many days lie at least between it and any other session of its need: 1 is the next day."""
    interpreter: Interpreter | None = None
    childcare: bool = False
    """Whether somebody must mind her children meanwhile."""
    needs_room: bool = True
    capacity: int | None = field(default=None, metadata={"limits": (1, 1000)})
    """A group: how many residents can come at most. None: not a group, everybody named must come."""
    fewest: int = 1
    """A group: how many residents must be able to come for it to take place."""
    house: str | None = None
    """Where it takes place; None: where the first of its residents lives."""

    @property
    def hoped_worker(self) -> str | None:
        """Whom it is hoped she sees: the worker she would rather see, or else the one she saw."""
        return self.preferred_worker or self.previous_worker

    @property
    def needs_ref(self) -> str:
        """The need that it meets, or itself."""
        return self.need or self.ref


@dataclass(frozen=True)
class Booked:
    """A session that is confirmed: it is never moved, and everything else goes around it."""

    ref: str
    worker: str
    house: str
    from_at: int = field(metadata=MINUTE)
    until_at: int = field(metadata=MINUTE)
    residents: tuple[str, ...] = ()
    room: str | None = None
    need: str = ""
    """The need that it meets, for the spacing to others of that need."""


@dataclass(frozen=True)
class Decision:
    """What a person chose for a session wanted: a worker, a room and a beginning, or to leave it for now."""

    session: str
    worker: str | None = None
    """None: it is left for now."""
    from_at: int = field(default=0, metadata=MINUTE)
    room: str | None = None


@dataclass(frozen=True)
class Proposed:
    """What was proposed for a session last time."""

    session: str
    worker: str
    from_at: int = field(metadata=MINUTE)
    room: str | None = None


@dataclass(frozen=True)
class Limits:
    """How long the solver may think: in its own deterministic time, so that the same problem gives the same answer."""

    effort: float = 30.0
    """About seconds on an ordinary machine."""


DEFAULT_GOALS = (
    "assess_those_at_high_risk_in_time",
    "assess_those_at_medium_risk_in_time",
    "assess_everyone_else_in_time",
    "place_urgent_sessions",
    "place_sessions_due_soon",
    "place_routine_sessions",
    "see_those_not_seen_longest",
    "keep_the_same_worker",
    "let_many_come_to_groups",
    "keep_to_preferred_times",
    "change_house_seldom",
    "come_early",
    "keep_the_last_proposal",
)
"""In strict order: a later goal never costs an earlier one anything."""


@dataclass(frozen=True)
class Problem:
    """Everything that one plan is about."""

    days: tuple[Day, ...]
    """The days of the plan, one after the other; minute 0 is the beginning of the first."""
    houses: tuple[House, ...]
    workers: tuple[Worker, ...]
    residents: tuple[Resident, ...]
    wanted: tuple[Wanted, ...]
    rooms: tuple[Room, ...] = ()
    travel: tuple[Travel, ...] = ()
    """By pair of houses. Two houses without an entry are never visited by one worker on one day."""
    booked: tuple[Booked, ...] = ()
    decisions: tuple[Decision, ...] = ()
    last: tuple[Proposed, ...] = ()
    """What was proposed last time and not acted on since."""
    slot_minutes: int = field(default=15, metadata={"limits": (1, 60)})
    """Sessions begin at multiples of this, counted from the hour."""
    rules_version: str = "1"
    goals: tuple[str, ...] = DEFAULT_GOALS
    goals_version: str = "1"
    limits: Limits = field(default_factory=Limits)
