"""Moving in: a held bed is used, or a free one taken by a woman at the door, and her stay begins."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from refuge.audit.service import record
from refuge.beds.models import HoldEnd, Stay
from refuge.beds.service.occupy import TAKEN, take_bed
from refuge.database import new_ref
from refuge.errors import Refused
from refuge.london import clock_words, london_date
from refuge.placements.models import OfferAnswer
from refuge.placements.queries.holds import latest_offer, override_of, standing_hold
from refuge.placements.service.holding import notice_lapse
from refuge.placements.service.offering import refuse_if_second_said_no
from refuge.placements.service.standing import (
    barriers_between,
    in_words,
    lock_place,
    refuse_if_hers_to_lift,
    refuse_if_not_free,
    saying_no,
)
from refuge.placements.service.taking_over import take_over
from refuge.referrals.models import CheckState, ReferralState

if TYPE_CHECKING:
    from datetime import date, datetime

    from sqlalchemy.orm import Session

    from refuge.accounts.models import Person
    from refuge.audit.service import Actor
    from refuge.beds.models import Bed, Hold
    from refuge.referrals.models import Referral

CHECKS = "checks_outstanding"


@dataclass(frozen=True)
class AdmitDetails:
    """When she came, until when she is expected to stay, and whether a manager decided about what is outstanding."""

    came_at: datetime
    expected_move_on: date | None = None
    decided: bool = False


def outstanding(referral: Referral, bed: Bed) -> list[str]:
    """Return the checks (code list `check`) that this bed's refuge asks for and that are not done, or of concern."""
    done = {row.check for row in referral.checks if row.state is CheckState.DONE}
    return [check for check in bed.refuge.checks if check not in done]


def admit(
    session: Session, referral: Referral, bed: Bed, details: AdmitDetails, *, by: Person, actor: Actor, at: datetime
) -> Stay:
    """Let her stay begin. Raise Refused where another was quicker, or something must be decided first.

    From the hold that stands for her, or without one if the bed is free. The caller has locked the referral, and bed is
    of the actor's own agency.
    """
    notice_lapse(session, referral, at=at)
    hold = _hold_of(session, referral, bed, at)
    _refuse_dates(details, at)
    lock_place(session, bed)
    if hold is None:
        refuse_if_not_free(session, by, bed, at=at)
    else:
        refuse_if_second_said_no(session, hold)
    _refuse_barriers(session, referral, bed, hold, at)
    undone = _refuse_unchecked(referral, bed, details)
    stay = _begin(session, referral, bed, details, at)
    if hold is not None:
        _use(session, hold, details, by, at)
    referral.state = ReferralState.PLACED
    take_over(session, referral, by=by, actor=actor, at=at)
    session.flush()
    record(
        session, "stay.began", stay.ref, by=actor, at=at, referral=referral.ref, bed=bed.ref, held=hold is not None,
        checks=undone,
    )  # fmt: skip
    return stay


def _hold_of(session: Session, referral: Referral, bed: Bed, at: datetime) -> Hold | None:
    if referral.state not in {ReferralState.WAITING, ReferralState.HELD}:
        raise Refused(f"This referral no longer waits: it is {referral.state.label.lower()}.", code="not_waiting")
    hold = standing_hold(session, referral.id, at=at, lock=True)
    if hold is not None and hold.bed_id != bed.id:
        raise Refused("Another bed is held for her. Let that one go first.", code="woman.held_twice")
    return hold


def _refuse_dates(details: AdmitDetails, at: datetime) -> None:
    if details.came_at > at:
        raise Refused("Enter a time that is not in the future", field="came")
    if details.expected_move_on is not None and details.expected_move_on < london_date(at):
        raise Refused("Enter today or a later day, or leave it empty", field="expected_move_on")


def _refuse_barriers(session: Session, referral: Referral, bed: Bed, hold: Hold | None, at: datetime) -> None:
    """Refuse what says no and was not overridden when the bed was held: it may have come up since."""
    against = saying_no(barriers_between(session, referral, bed, at=at))
    refuse_if_hers_to_lift(against)
    override = None if hold is None else override_of(session, hold)
    overridden = set() if override is None else set(override.barriers)
    new = [barrier for barrier in against if barrier.code not in overridden]
    if not new:
        return
    first = "Hold this bed for her first" if hold is None else "Let the bed go and hold it again"
    raise Refused(
        f"Something stands in the way ({in_words(new)}). {first}: there you say why it is right all the same, and "
        "name a second person.",
        code="barrier",
    )


def _refuse_unchecked(referral: Referral, bed: Bed, details: AdmitDetails) -> list[str]:
    """Return the checks that a manager decided about. Raise Refused where nobody did."""
    undone = outstanding(referral, bed)
    if undone and not details.decided:
        raise Refused(
            "A check is outstanding or raised a concern. Do it first, or tick that a manager decided to admit her",
            code=CHECKS, field="decided",
        )  # fmt: skip
    return undone


def _begin(session: Session, referral: Referral, bed: Bed, details: AdmitDetails, at: datetime) -> Stay:
    stay = Stay(
        ref=new_ref(session, Stay), bed_id=bed.id, referral_id=referral.id, started_at=details.came_at,
        expected_move_on=details.expected_move_on,
    )  # fmt: skip
    try:
        take_bed(session, stay)
    except Refused as refusal:
        if refusal.code == TAKEN and details.came_at < at:
            words = f"{bed.name} was not free yet at {clock_words(details.came_at)}. Enter a later time"
            raise Refused(words, code=TAKEN, field="came") from refusal
        raise
    return stay


def _use(session: Session, hold: Hold, details: AdmitDetails, by: Person, at: datetime) -> None:
    """End the hold that she used; an offer that was still open is accepted by her coming."""
    hold.ended_at, hold.ended_how = max(hold.from_at, details.came_at), HoldEnd.USED
    offer = latest_offer(session, hold)
    if offer is not None and offer.answer is OfferAnswer.OPEN:
        offer.answer, offer.answered_at, offer.answered_to_id = OfferAnswer.ACCEPTED, at, by.id
    session.flush()
