"""Offering a held bed to the woman, and keeping what she answers. The offer is a person's; the answer is hers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from refuge.audit.service import record
from refuge.database import new_ref
from refuge.errors import Refused
from refuge.placements.models import Offer, OfferAnswer
from refuge.placements.queries.holds import latest_offer
from refuge.placements.service.asking import refuse_if_second_said_no, refuse_what_came_up
from refuge.placements.service.holding import release_hold
from refuge.placements.service.standing import touch

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

    from refuge.accounts.models import Person
    from refuge.audit.service import Actor
    from refuge.beds.models import Hold
    from refuge.referrals.models import Referral

ENDS_THE_HOLD = frozenset({OfferAnswer.DECLINED, OfferAnswer.NO_ANSWER})


@dataclass(frozen=True)
class AnswerDetails:
    """What she answered."""

    answer: OfferAnswer
    decline_reason: str = ""
    """Code list `decline_reason`."""
    her_words: str = ""


def make_offer(
    session: Session, referral: Referral, hold: Hold, told_how: str, *, by: Person, actor: Actor, at: datetime
) -> Offer:
    """Note that the held bed was offered to her.

    Raise Refused while an offer is open or was accepted, a second person disagrees, or something stands in the way that
    nobody decided to pass: nobody is told of a bed that she could not move into. The caller has locked the referral.
    """
    refuse_if_second_said_no(session, hold)
    refuse_what_came_up(session, referral, hold.bed, hold, at=at)
    last = latest_offer(session, hold)
    if last is not None and last.answer in {OfferAnswer.OPEN, OfferAnswer.ACCEPTED}:
        answered = "She has accepted it." if last.answer is OfferAnswer.ACCEPTED else "Note what she answers."
        raise Refused(f"This bed has been offered to her already. {answered}", code="offered")
    offer = Offer(
        ref=new_ref(session, Offer), hold_id=hold.id, made_by_id=by.id, made_at=at, told_how=told_how,
        answer=OfferAnswer.OPEN,
    )  # fmt: skip
    session.add(offer)
    touch(referral)
    session.flush()
    record(session, "offer.made", referral.ref, by=actor, at=at, offer=offer.ref, bed=hold.bed.ref, told_how=told_how)
    return offer


def answer_offer(
    session: Session,
    referral: Referral,
    hold: Hold,
    offer: Offer,
    details: AnswerDetails,
    *,
    by: Person,
    actor: Actor,
    at: datetime,
) -> None:
    """Keep her answer. Anything but a yes lets the bed go, and she waits again. The caller has locked the referral."""
    if offer.answer is not OfferAnswer.OPEN:
        raise Refused(f"Her answer is kept already: {offer.answer.label.lower()}.", code="answered")
    offer.answer, offer.answered_at, offer.answered_to_id = details.answer, at, by.id
    offer.decline_reason, offer.her_words = details.decline_reason, details.her_words
    touch(referral)
    session.flush()
    record(
        session, "offer.answered", referral.ref, by=actor, at=at, offer=offer.ref, answer=details.answer.value,
        reason=details.decline_reason,
    )  # fmt: skip
    if details.answer in ENDS_THE_HOLD:
        release_hold(session, referral, hold, details.answer.value, actor=actor, at=at)
