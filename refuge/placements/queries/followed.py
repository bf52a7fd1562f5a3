"""What people did with what was proposed: the beds held beside the last proposal, and what was passed."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from allocation.beds.eligibility import Context, pair
from allocation.beds.problem import Problem
from allocation.beds.solution import Solution, Verdict
from allocation.documents import read
from refuge.beds.models import Bed, Hold
from refuge.placements.models import AskedFact, Asking, MatchRun, MatchRunContent, TurnAway
from refuge.placements.narrowing import KEPT
from refuge.placements.queries.turn_aways import label_of
from refuge.referrals.models import Referral

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime

    from sqlalchemy.orm import Session

    from allocation.beds.solution import Pair


class Followed(StrEnum):
    """How a bed that was held stands beside the last proposal that knew of her."""

    AS_PROPOSED = "as_proposed"
    CHOSEN = "chosen"
    OTHER = "other"
    NO_BED = "no_bed"
    NOT_MATCHED = "not_matched"

    @property
    def label(self) -> str:
        """The same in words."""
        return {
            "as_proposed": "The bed that was proposed",
            "chosen": "A bed that a person chose in matching, against the solver’s own",
            "other": "Another bed than the one proposed",
            "no_bed": "A bed, although none was proposed for her",
            "not_matched": "A bed, before anybody matched (or what was matched is erased)",
        }[self.value]


@dataclass(frozen=True)
class HeldBed:
    """One hold of a referral, with what had been proposed."""

    referral_id: int
    followed: Followed
    open_beds: int | None
    """How many beds could have taken her in that run; None: no run knew of her."""


@dataclass(frozen=True)
class Passed:
    """One barrier or check that people decided to pass, how often, and what the second person said."""

    words: str
    agreed: int
    refused: int
    waits: int


def held_beds(session: Session, agency_id: int, since: datetime, until: datetime) -> list[HeldBed]:
    """Return the holds of a time for an agency's own referrals, each beside the last run before it that is kept."""
    last = (
        select(func.max(MatchRun.id))
        .join(MatchRunContent, MatchRunContent.run_id == MatchRun.id)
        .where(MatchRun.network_id == Referral.network_id, MatchRun.made_at <= Hold.from_at)
        .correlate(Referral, Hold)
        .scalar_subquery()
    )
    rows = session.execute(
        select(Hold.referral_id, Referral.ref, Bed.ref, last)
        .join(Referral, Referral.id == Hold.referral_id)
        .join(Bed, Bed.id == Hold.bed_id)
        .where(Referral.agency_id == agency_id, Hold.from_at >= since, Hold.from_at < until)
        .order_by(Hold.from_at),
    ).all()
    runs = dict(_runs(session, {run for *_, run in rows if run is not None}))
    return [_beside(number, household, bed, runs.get(run)) for number, household, bed, run in rows]


def _runs(session: Session, which: set[int]) -> Iterator[tuple[int, tuple[Context, Solution]]]:
    rows = session.execute(
        select(MatchRunContent.run_id, MatchRunContent.problem, MatchRunContent.answer).where(
            MatchRunContent.run_id.in_(which)
        )
    )
    for run, problem, answer in rows:
        yield run, (Context(read(Problem, problem)), read(Solution, answer))


def _beside(number: int, household: str, bed: str, run: tuple[Context, Solution] | None) -> HeldBed:
    her = None if run is None else run[0].households.get(household)
    if run is None or her is None:
        return HeldBed(number, Followed.NOT_MATCHED, None)
    context, solution = run
    could = sum(_open(pair(context, her, one)) for one in context.problem.beds)
    hers = next((one for one in solution.placements if one.household == household), None)
    if hers is None:
        return HeldBed(number, Followed.NO_BED, could)
    if hers.bed != bed:
        return HeldBed(number, Followed.OTHER, could)
    return HeldBed(number, Followed.CHOSEN if hers.decided else Followed.AS_PROPOSED, could)


def _open(one: Pair) -> bool:
    """Return whether nothing bars a bed but, perhaps, what only its refuge may tell: the count must not tell it."""
    return not any(barrier.verdict is Verdict.NO and barrier.code not in KEPT for barrier in one.barriers)


def beds_at_turn_away(session: Session, agency_id: int) -> Mapping[int, int]:
    """Return referral -> how many beds could have taken her when she was turned away, where it was worked out."""
    rows = session.execute(
        select(TurnAway.referral_id, TurnAway.could_have, TurnAway.barriers)
        .join(Referral, Referral.id == TurnAway.referral_id)
        .where(Referral.agency_id == agency_id, TurnAway.taken_back_at.is_(None)),
    )
    return {number: could for number, could, barriers in rows if could or barriers}


def passed(
    session: Session, agency_id: int, since: datetime, until: datetime, checks: Mapping[str, str]
) -> Sequence[Passed]:
    """Return what an agency asked to pass in a time, by barrier or check, most often first. It names nobody."""
    rows = session.execute(
        select(AskedFact.code, Asking.agrees, Asking.id)
        .join(Asking, Asking.id == AskedFact.asking_id)
        .join(Referral, Referral.id == Asking.referral_id)
        .where(Referral.agency_id == agency_id, Asking.at >= since, Asking.at < until)
        .distinct(),
    )
    counted = Counter((code, agrees) for code, agrees, _ in rows)
    found = [
        Passed(checks.get(code) or label_of(code), *(counted[code, agrees] for agrees in (True, False, None)))
        for code in {code for code, _ in counted}
    ]
    return sorted(found, key=lambda one: (-(one.agreed + one.refused + one.waits), one.words))
