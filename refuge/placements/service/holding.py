"""Holding a bed for a referral, overriding what stands in the way, renewing, letting go, and lapsing by itself."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import update

from refuge.accounts.models import AgencyKind
from refuge.audit.service import SYSTEM, record
from refuge.beds.models import Bed, Hold, HoldEnd
from refuge.beds.service.occupy import settled_by_database, take_bed
from refuge.errors import Refused
from refuge.london import instant_words
from refuge.placements.models import AskedAbout, Offer, OfferAnswer
from refuge.placements.queries.askings import seconds
from refuge.placements.queries.holds import past_their_hour, standing_hold
from refuge.placements.queries.rules import rules_now
from refuge.placements.service.asking import SAY_WHY, WHY_TOO_SHORT, Question, ask
from refuge.placements.service.standing import (
    in_words,
    judge,
    lock_place,
    refuse_if_hers_to_lift,
    refuse_if_no_place,
    refuse_if_not_free,
    refuse_if_theirs_to_lift,
    touch,
)
from refuge.placements.service.taking_over import take_over
from refuge.referrals.models import Referral, ReferralState
from refuge.referrals.service.following import when_not_shared_any_more

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy.orm import Session

    from allocation.beds.solution import Barrier
    from refuge.accounts.models import Person
    from refuge.audit.service import Actor

WORTH_RENEWING = timedelta(hours=1)
"""Below this gain a renewal goes as far as is allowed: pressed just after the hold it would be spent on minutes."""
STALE = (
    "Somebody else did something about this referral while you had it open. Nothing was changed. This is how it is now."
)
NOT_SHARED = "not_shared"
"""Of code list `release_reason`: she no longer agrees that the refuge of the bed sees her referral."""
NEEDS_OVERRIDE = "needs_override"
NOTHING_HELD = "No bed is held for her any more. Look at the referral again."


@dataclass(frozen=True)
class HoldDetails:
    """Until when a bed is held and why; and what was said where a barrier stands against it."""

    until_at: datetime | None = None
    """None: as long as the network usually holds a bed."""
    reason: str = ""
    override_reason: str = ""
    second_ref: str = ""
    """The ref of the person who was asked as well."""


def hold_bed(
    session: Session, referral: Referral, bed: Bed, details: HoldDetails, *, by: Person, actor: Actor, at: datetime
) -> Hold:
    """Hold a bed for a referral that waits.

    Raise Refused if it does not, if the bed is taken, or if a barrier says no and nobody said why it may be overridden.
    The caller has locked the referral.
    """
    notice_lapse(session, referral, at=at)
    _refuse_unless_waiting(referral)
    until_at = _until(session, referral, details, at)
    lock_place(session, bed)
    refuse_if_not_free(session, by, bed, at=at, until=until_at)
    judged = judge(session, referral, bed, at=at)
    against = judged.noes
    refuse_if_hers_to_lift(against)
    refuse_if_theirs_to_lift(session, by, referral, bed, against)
    refuse_if_no_place(bed, against)
    second = _second(session, by, bed, details, against)
    hold = Hold(
        bed_id=bed.id, referral_id=referral.id, from_at=at, until_at=until_at, held_by_id=by.id, reason=details.reason
    )
    take_bed(session, hold)
    referral.state = ReferralState.HELD
    if referral.agency.kind is not AgencyKind.REFUGE_PROVIDER:
        take_over(session, referral, by=by, actor=actor, at=at)
    session.flush()
    record(session, "hold.made", referral.ref, by=actor, at=at, bed=bed.ref, hours=_hours(until_at - at))
    if second is not None:
        question = Question(AskedAbout.HOLD, referral, bed, judged.facts, hold=hold)
        ask(session, question, details.override_reason, second, by=by, actor=actor, at=at)
    return hold


def _refuse_unless_waiting(referral: Referral) -> None:
    if referral.state is ReferralState.HELD:
        raise Refused("A bed is held for her already. Let that one go first.", code="woman.held_twice")
    if referral.state is not ReferralState.WAITING:
        raise Refused(f"This referral no longer waits: it is {referral.state.label.lower()}.", code="not_waiting")


def _until(session: Session, referral: Referral, details: HoldDetails, at: datetime) -> datetime:
    """Return until when the bed is held. Raise Refused where that is past, or longer than the network allows."""
    rules = rules_now(session, referral.network_id, at=at)
    if details.until_at is None:
        return at + timedelta(hours=rules.hold_hours)
    if details.until_at <= at:
        raise Refused("Enter a time later than now", field="until")
    latest = at + timedelta(hours=rules.hold_hours_longest)
    if details.until_at > latest:
        words = instant_words(latest, now=at)
        raise Refused(
            f"A bed is held for {rules.hold_hours_longest} hours at most: enter a time up to {words}", field="until"
        )
    return details.until_at


def _second(session: Session, by: Person, bed: Bed, details: HoldDetails, against: Sequence[Barrier]) -> Person | None:
    """Return the second person of an override, None where none is needed. Raise Refused where something is missing."""
    if not against:
        return None
    if not details.override_reason and not details.second_ref:
        raise Refused(
            f"Something stands in the way ({in_words(against)}). To hold the bed all the same, say why, and name a "
            "second person",
            code=NEEDS_OVERRIDE, field="override_reason",
        )  # fmt: skip
    if len(details.override_reason) < SAY_WHY:
        raise Refused(WHY_TOO_SHORT, field="override_reason")
    named = next((one for one in seconds(session, by, bed) if one.ref == details.second_ref), None)
    if named is None:
        raise Refused("Choose the second person: somebody else of the refuge that has the bed", field="second")
    return named


def renew_hold(session: Session, referral: Referral, hold: Hold, *, actor: Actor, at: datetime) -> None:
    """Hold a bed once more as long as usual from now, or as long as is allowed where that adds nothing. Once only."""
    if hold.renewed_at is not None:
        raise Refused("This hold has been renewed once already. Admit her, or let the bed go.", code="renewed")
    rules = rules_now(session, referral.network_id, at=at)
    usual, longest = (at + timedelta(hours=hours) for hours in (rules.hold_hours, rules.hold_hours_longest))
    until_at = usual if usual >= hold.until_at + WORTH_RENEWING else longest
    if until_at <= hold.until_at:
        raise Refused("It is held as long as is allowed already.", code="renewed")
    with settled_by_database(session):
        hold.until_at, hold.renewed_at = until_at, at
        session.flush()
    touch(referral)
    record(session, "hold.renewed", referral.ref, by=actor, at=at, bed=hold.bed.ref, hours=_hours(until_at - at))


def release_hold(session: Session, referral: Referral, hold: Hold, reason: str, *, actor: Actor, at: datetime) -> None:
    """Let a held bed go; the referral waits again. `reason`: code of list `release_reason`."""
    hold.ended_at, hold.ended_how, hold.release_reason = max(at, hold.from_at), HoldEnd.RELEASED, reason
    _withdraw_offers(session, hold, at)
    referral.state = ReferralState.WAITING
    session.flush()
    record(session, "hold.released", referral.ref, by=actor, at=at, bed=hold.bed.ref, reason=reason)


@when_not_shared_any_more
def let_go_elsewhere(session: Session, referral: Referral, *, actor: Actor, at: datetime) -> None:
    """Let go the bed of another agency that is held for a woman who no longer agrees that it sees her referral."""
    hold = standing_hold(session, referral.id, at=at, lock=True)
    if hold is not None and hold.bed.refuge.agency_id != referral.agency_id:
        release_hold(session, referral, hold, NOT_SHARED, actor=actor, at=at)


def _withdraw_offers(session: Session, hold: Hold, at: datetime) -> None:
    session.execute(
        update(Offer)
        .where(Offer.hold_id == hold.id, Offer.answered_at.is_(None))
        .values(answer=OfferAnswer.WITHDRAWN, answered_at=at)
    )


def _hours(span: timedelta) -> float:
    return round(span / timedelta(hours=1), 1)


# ── Lapsing


def lapse_holds(session: Session, at: datetime) -> int:
    """Put back to waiting those whose holds passed their hour; return how many holds were this process's to notice."""
    return sum(lapse_hold(session, hold.id, at=at) for hold in session.scalars(past_their_hour(at)).all())


def notice_lapse(session: Session, referral: Referral, *, at: datetime) -> None:
    """Notice that a hold of this referral has lapsed, before somebody decides about it, if no job has yet."""
    for hold in session.scalars(past_their_hour(at, referral.id)).all():
        lapse_hold(session, hold.id, at=at)
    _wait_again(session, referral, at)


def lapse_hold(session: Session, hold_id: int, *, at: datetime) -> bool:
    """Notice that a hold has passed its hour unused; return whether this was the process that did."""
    hold = session.get_one(Hold, hold_id)
    # The referral first, as everybody who decides does: two who wait for each other would wait for ever.
    referral = session.get_one(Referral, hold.referral_id, with_for_update={"of": Referral}, populate_existing=True)
    claimed = session.scalar(
        update(Hold)
        .where(Hold.id == hold_id, Hold.lapsed_at.is_(None), Hold.ended_at.is_(None), Hold.until_at <= at)
        .values(lapsed_at=at)
        .returning(Hold.id),
    )
    if claimed is None:
        return False
    _withdraw_offers(session, hold, at)
    _wait_again(session, referral, at)
    bed = session.get_one(Bed, hold.bed_id)
    session.flush()
    record(session, "hold.lapsed", referral.ref, by=SYSTEM, at=at, bed=bed.ref)
    return True


def _wait_again(session: Session, referral: Referral, at: datetime) -> None:
    if referral.state is ReferralState.HELD and standing_hold(session, referral.id, at=at) is None:
        referral.state = ReferralState.WAITING
        session.flush()
