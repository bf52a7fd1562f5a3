"""What stands in the way of a woman and a bed at the moment of deciding: judged under locks, said in words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy.orm import attributes

from allocation.beds.eligibility import BARRIERS, Context
from allocation.beds.solution import Verdict
from refuge.beds.occupancy import gone_by
from refuge.beds.queries import life_of_bed
from refuge.beds.service.occupy import TAKEN, lock_bed, settled_by_database
from refuge.beds.service.refuges import lock_refuge
from refuge.errors import Refused
from refuge.london import date_words, instant_words, london_date
from refuge.placements.facts import facts_against
from refuge.placements.narrowing import IT_DECIDES, KEPT
from refuge.placements.queries.verdicts import verdicts
from refuge.placements.queries.wary import wary_of

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date, datetime

    from sqlalchemy.orm import Session

    from allocation.beds.solution import Barrier
    from refuge.accounts.models import Person
    from refuge.beds.models import Bed
    from refuge.beds.occupancy import ClosureSpan, HoldSpan
    from refuge.placements.facts import Fact
    from refuge.referrals.models import Referral

SETTLED_BY_THE_BED = "not_free_in_time"
"""Whether the bed is free is read off the bed itself, at this minute; nobody can override that."""
MOMENT = timedelta(minutes=1)
"""What began so soon after this instant began while we waited for our turn to decide."""
HERS_TO_LIFT = "not_shared"
"""Only she can lift it: nobody overrides her consent."""
NO_PLACE = "too_small"
"""There is no place for somebody of the household to sleep: nobody overrides that."""


def lock_place(session: Session, bed: Bed) -> None:
    """Let one transaction at a time decide who has a place in the refuge of this bed.

    Places that a refuge has few of, and who must not meet whom, are shared by all its beds. Lock the referral before.
    """
    with settled_by_database(session):
        lock_refuge(session, bed.refuge_id)
        lock_bed(session, bed.id)
        session.refresh(bed, ["retired_on"])


@dataclass(frozen=True)
class Judged:
    """What stands between a household and a bed at this moment, but for the calendar."""

    barriers: tuple[Barrier, ...]
    """Whether they say no or ask."""
    facts: frozenset[Fact]
    """What exactly says no."""

    @property
    def noes(self) -> tuple[Barrier, ...]:
        """The barriers that a person must override, or cannot."""
        return tuple(barrier for barrier in self.barriers if barrier.verdict is Verdict.NO)


def judge(session: Session, referral: Referral, bed: Bed, *, at: datetime) -> Judged:
    """Return what stands between a household and a bed. Raise Refused where the bed is not in use today."""
    found = verdicts(session, referral, at)
    try:
        pair = found.of_bed(bed.ref)
    except KeyError as unknown:
        raise Refused(f"{bed.name} is not in use today. Choose another bed.", code=TAKEN) from unknown
    barriers = tuple(barrier for barrier in pair.barriers if barrier.code != SETTLED_BY_THE_BED)
    context = Context(found.problem)
    return Judged(barriers, facts_against(context, context.households[referral.ref], context.beds[bed.ref], barriers))


def in_words(barriers: Iterable[Barrier]) -> str:
    """Return barriers by the names of their rules, which name nobody."""
    return said_of(barrier.code for barrier in barriers)


def said_of(codes: Iterable[str]) -> str:
    """Return codes of barriers as the names of their rules, each once."""
    told = set(codes)
    names = [BARRIERS[code].label for code in BARRIERS if code in told]
    return "; ".join(name[:1].lower() + name[1:] for name in names)


def touch(referral: Referral) -> None:
    """Let the version of a referral rise though no column of it changed: what a form was shown with is out of date."""
    attributes.flag_modified(referral, "shared")


def refuse_if_hers_to_lift(barriers: tuple[Barrier, ...]) -> None:
    """Raise Refused where she did not agree that this refuge may know of her."""
    if any(barrier.code == HERS_TO_LIFT for barrier in barriers):
        sentence = "She did not agree that this refuge may see her referral. Ask her first, and note her yes on it."
        raise Refused(sentence, code=HERS_TO_LIFT)


def refuse_if_theirs_to_lift(
    session: Session, by: Person, referral: Referral, bed: Bed, barriers: tuple[Barrier, ...]
) -> None:
    """Raise Refused where only the refuge of the bed can hold it for her: it alone knows whether anything stands there.

    At every refuge but her own alike, so that trying tells no more than asking does.
    """
    if bed.refuge.agency_id == by.agency_id:
        return
    if any(barrier.code in KEPT for barrier in barriers) or wary_of(session, [referral.ref]):
        raise Refused(IT_DECIDES, code="theirs_to_lift")


def refuse_if_no_place(bed: Bed, barriers: tuple[Barrier, ...]) -> None:
    """Raise Refused where the bed does not sleep the household."""
    if any(barrier.code == NO_PLACE for barrier in barriers):
        raise Refused(f"{bed.name} does not sleep everybody who comes with her. Choose another bed.", code=NO_PLACE)


def refuse_if_not_free(session: Session, by: Person, bed: Bed, *, at: datetime, until: datetime | None = None) -> None:
    """Raise Refused unless the bed is free now and, for a hold, stays open until then. Says what to do instead."""
    life = life_of_bed(session, by, bed, at)
    if bed.retired_on is not None and bed.retired_on <= london_date(at):
        raise Refused(f"{bed.name} is no longer in use. Choose another bed.", code=TAKEN)
    for stay in life.stays:
        if not gone_by(stay, at, at):
            raise Refused(_lived_in(bed, stay.expected_move_on, london_date(at)), code=TAKEN)
    for closure in life.closures:
        _refuse_if_closed(bed, closure, at, until)
    for hold in life.holds:
        _refuse_if_held(bed, hold, at, until)


def _refuse_if_closed(bed: Bed, closure: ClosureSpan, at: datetime, until: datetime | None) -> None:
    if closure.from_at <= at + MOMENT:
        raise Refused(f"{bed.name} is closed. Choose another bed, or open it again first.", code=TAKEN)
    _refuse_if_before(bed, closure.from_at, at, until)


def _refuse_if_held(bed: Bed, hold: HoldSpan, at: datetime, until: datetime | None) -> None:
    if hold.from_at <= at + MOMENT:
        words = instant_words(hold.end, now=at)
        raise Refused(
            f"{bed.name} has just been held for somebody else, until {words}. Choose another bed.", code=TAKEN
        )
    _refuse_if_before(bed, hold.from_at, at, until)


def _refuse_if_before(bed: Bed, start: datetime, at: datetime, until: datetime | None) -> None:
    if until is not None and start < until:
        words = instant_words(start, now=at)
        raise Refused(
            f"{bed.name} is free only until {words}. Hold it until then at the latest.", code=TAKEN, field="until"
        )


def _lived_in(bed: Bed, move_on: date | None, today: date) -> str:
    """Return that somebody lives there, and what to do."""
    if move_on is None:
        return f"Somebody lives in {bed.name}. Choose another bed."
    day = date_words(move_on, today=today)
    if move_on < today:
        return (
            f"Somebody still lives in {bed.name}, though her move-on was expected {day}. Its refuge must first note "
            "that she has left. Choose another bed."
        )
    return (
        f"Somebody lives in {bed.name} until {day}, as is expected. A bed can be held once she has left: choose "
        "another bed now, or set that day to look again at this referral."
    )
