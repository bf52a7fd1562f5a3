"""What matching is given: beds, households that wait, who lives where, what people decided, and the network's rules.

Everything is known by a ref and a code. There is no name, no address and no clock in here: `on` is the day it is about.
A problem is plain data, so it can be kept whole, sent as JSON, and solved again years later to the same answer.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from enum import IntEnum, StrEnum


class Answer(StrEnum):
    """Yes, no, or nobody asked: never the same thing."""

    YES = "yes"
    NO = "no"
    NOT_ASKED = "not_asked"


class Level(IntEnum):
    """How much support a woman needs with one thing, or a refuge can give with it."""

    NONE = 0
    LOW = 1
    MEDIUM = 2
    HIGH = 3


class Risk(IntEnum):
    """How high the risk to her is."""

    NOT_ASSESSED = 0
    STANDARD = 1
    MEDIUM = 2
    HIGH = 3


class Funding(StrEnum):
    """How her place can be paid for."""

    PUBLIC_FUNDS = "public_funds"
    """She has recourse to public funds."""
    OTHER_ROUTE = "other_route"
    """She has no recourse, and another way of paying is confirmed."""
    FUNDED_PLACE = "funded_place"
    """She has no recourse and no other way is confirmed: only a place that the refuge funds will do."""
    NOT_KNOWN = "not_known"


class Check(StrEnum):
    """How far a check before admission has come."""

    DONE = "done"
    OUTSTANDING = "outstanding"
    CONCERN = "concern"
    """Done, and a manager must read it first."""


NEEDS = ("mental_health", "self_harm", "alcohol", "drugs")
"""The needs for which a refuge states the highest level that it can support."""
HARM = ("arson", "violence")
"""What a refuge may exclude, and what may be known of her past."""


@dataclass(frozen=True)
class Child:
    """A child who comes with her."""

    age: int = field(metadata={"limits": (0, 17)})
    """In years; 0 is a baby under one."""
    son: Answer = Answer.NOT_ASKED


@dataclass(frozen=True)
class Household:
    """A woman who waits for a place, any adults who depend on her, and her children: placed together or not at all."""

    ref: str
    risk: Risk = Risk.NOT_ASSESSED
    waiting_days: int = 0
    """Whole days since the referral was received."""
    needed_by: date | None = None
    """The day by which she needs a bed; None: at once."""
    adult_dependants: int = 0
    children: tuple[Child, ...] = ()
    children_known: bool = True
    """Whether anybody asked if children come; if not, an empty list says nothing."""
    needs: dict[str, Level | None] = field(default_factory=dict)
    """By name of `NEEDS`: the level, or None where nobody asked. A need left out was not asked."""
    access: tuple[str, ...] = ()
    """Of `step_free`, `adapted`, `ground_floor`."""
    access_known: bool = True
    unsafe_areas: tuple[str, ...] = ()
    """Codes of areas where she would not be safe."""
    unsafe_elsewhere: bool = False
    """Whether she named an unsafe place that no code stands for, so that somebody must read it."""
    only_refuges: tuple[str, ...] | None = None
    """The refuges that she agreed may see her referral; None: all of them."""
    funding: Funding = Funding.NOT_KNOWN
    specialisms: dict[str, Answer] = field(default_factory=dict)
    """By specialism of a refuge: whether its specification is for her. One left out was not asked."""
    checks: dict[str, Check] = field(default_factory=dict)
    """By check: how far it has come. One left out is outstanding."""
    pets: int | None = None
    """How many come; None: not asked."""
    needs_self_contained: bool = False
    harm: tuple[str, ...] = ()
    """Of `HARM`: what is known of her past."""
    harm_known: bool = True
    asked_to_leave: dict[str, date] = field(default_factory=dict)
    """By refuge: the first day on which she can come back, after she was asked to leave."""
    maybe_asked_to_leave: tuple[str, ...] = ()
    """Refuges that asked a woman to leave who may be the same, while nobody has decided whether she is."""
    prefers_by_and_for: bool = False
    prefers_self_contained: bool = False
    preferred_areas: tuple[str, ...] = ()
    language: str | None = None
    """The language that she would rather speak."""
    last_proposed: str | None = None
    """The bed that the last run proposed for her."""

    @property
    def adults(self) -> int:
        """How many adults come, her included."""
        return 1 + self.adult_dependants

    @property
    def needs_high_support(self) -> bool:
        """Whether any need is known to be high: then she takes one of a refuge's high-support places."""
        return any(level is Level.HIGH for level in self.needs.values())


@dataclass(frozen=True)
class Refuge:
    """What one refuge gives and where it stops."""

    ref: str
    area: str
    specialism: str = "general"
    """`complex_needs`, `by_and_for_bme` or `general`; `general` is for everybody."""
    support: dict[str, Level] = field(default_factory=dict)
    """By name of `NEEDS`: the highest level that it can support; NONE where it is left out."""
    round_the_clock: bool = False
    """Whether staff are in the house at every hour of every day."""
    high_support_places: int = 0
    """How many residents at a time may need support at the high level."""
    nrpf_places: int = 0
    """How many places are funded for women with no recourse to public funds, at a time."""
    son_age_limit: int | None = None
    """Oldest age at which a son can come; None: any child."""
    takes_pets: bool = False
    excludes: tuple[str, ...] = ()
    """Of `HARM`."""
    checks: tuple[str, ...] = ()
    """Checks that must be done before she is admitted."""
    languages: tuple[str, ...] = ()


@dataclass(frozen=True)
class Bed:
    """One bed space that is free or may be free soon, let to one household."""

    ref: str
    refuge: str
    free_on: date | None
    """From which day it can be moved into; None: nobody can say."""
    adults: int = 1
    children: int = 0
    """How many children it sleeps, cots not counted."""
    cots: int = 0
    """How many cots fit beside that, for babies under 2."""
    self_contained: bool = False
    step_free: bool = False
    adapted: bool = False
    ground_floor: bool = False


@dataclass(frozen=True)
class Occupant:
    """A household that has its place already: it lives there, or a bed is held for it."""

    ref: str
    refuge: str
    bed: str | None = None
    """Its bed, if that is one of the problem's: whoever follows it there does not live beside it."""
    high_support: bool = False
    funded_place: bool = False


@dataclass(frozen=True)
class Decision:
    """What a person decided before this run, which the run keeps: this household has this bed, or none for now."""

    household: str
    bed: str | None


class Strictness(StrEnum):
    """How a network holds one rule."""

    NO = "no"
    """Whoever breaks it cannot be placed there."""
    ASK = "ask"
    """Somebody must ask or decide before it can be offered."""
    OFF = "off"
    """The network does not hold this rule."""


@dataclass(frozen=True)
class Rules:
    """The network's rules and limits, with the version that they were agreed in."""

    version: str = "1"
    strictness: dict[str, Strictness] = field(default_factory=dict)
    """By code of a barrier; `no` where it is left out. Some rules cannot be softened (`eligibility.FIXED`)."""
    days_ahead: int = 0
    """How many days after the day she needs it a bed may become free and still be proposed."""
    round_the_clock_from: dict[str, Level] = field(default_factory=lambda: {"self_harm": Level.HIGH})
    """By name of `NEEDS`: from which level staff must be there round the clock."""


@dataclass(frozen=True)
class Limits:
    """How long the solver may think: in its own deterministic time, so that the same problem gives the same answer."""

    effort: float = 30.0
    """About seconds on an ordinary machine."""


DEFAULT_GOALS = (
    "place_those_at_highest_risk",
    "place_as_many_as_possible",
    "place_those_who_waited_longest",
    "fit_the_need",
    "spare_scarce_beds",
    "leave_few_open_questions",
    "keep_the_last_proposal",
)
"""In strict order: a later goal never costs an earlier one anything."""


@dataclass(frozen=True)
class Problem:
    """Everything that one run of matching is about."""

    on: date
    """The London day of the run."""
    refuges: tuple[Refuge, ...]
    beds: tuple[Bed, ...]
    households: tuple[Household, ...]
    occupants: tuple[Occupant, ...] = ()
    conflicts: tuple[tuple[str, str], ...] = ()
    """Pairs of refs, of households or occupants, that must not be in one refuge."""
    decisions: tuple[Decision, ...] = ()
    rules: Rules = field(default_factory=Rules)
    goals: tuple[str, ...] = DEFAULT_GOALS
    goals_version: str = "1"
    limits: Limits = field(default_factory=Limits)
