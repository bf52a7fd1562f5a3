"""Asking a second person: nothing is done past a barrier, or past a check, until she has said yes herself.

What she says yes to are facts. A fact that came up since is not among them, and has to be asked anew.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import update

from refuge.audit.service import record
from refuge.database import new_ref
from refuge.errors import Refused
from refuge.placements.facts import Fact
from refuge.placements.models import AskedAbout, AskedFact, Asking
from refuge.placements.queries.askings import asking_of_hold, facts_of, standing_checks, standing_move
from refuge.placements.service.standing import judge, refuse_if_hers_to_lift, said_of, touch
from refuge.placements.told import without_told

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from sqlalchemy.orm import Session

    from refuge.accounts.models import Person
    from refuge.audit.service import Actor
    from refuge.beds.models import Bed, Hold, Stay
    from refuge.referrals.models import Referral

SAY_WHY = 10
"""How many characters say at least why it is right all the same."""
WHY_TOO_SHORT = f"Say why it is right all the same, in {SAY_WHY} characters or more"
SAID_NO = "said no. Talk to her: only she can change what she said."
HOLD_SAID_NO = "said no to holding this bed against what stands in the way. Talk to her, or let the bed go."


@dataclass(frozen=True)
class Question:
    """What a second person is asked: about which bed for whom, and what exactly stands in the way."""

    about: AskedAbout
    referral: Referral
    bed: Bed
    facts: frozenset[Fact]
    hold: Hold | None = None
    stay: Stay | None = None

    def before(self, session: Session) -> Asking | None:
        """Return what was asked about the same before, and still matters."""
        if self.stay is not None:
            return standing_move(session, self.stay)
        return None if self.hold is not None else standing_checks(session, self.referral)


def ask(
    session: Session, question: Question, reason: str, second: Person, *, by: Person, actor: Actor, at: datetime
) -> Asking:
    """Ask a second person. It takes the place of what was asked about the same before.

    Raise Refused where it is not said why, or where somebody said no to just this: nobody else is asked instead.
    """
    if len(reason) < SAY_WHY:
        raise Refused(WHY_TOO_SHORT, field="reason")
    before = question.before(session)
    if before is not None:
        if before.agrees is False and before.bed_id == question.bed.id and question.facts <= facts_of(session, before):
            raise Refused(f"{before.second.name} {SAID_NO}", code="second_said_no")
        before.closed_at = at
    asking = _add(session, question, reason, second, by=by, at=at)
    touch(question.referral)
    session.flush()
    told = {"about": asking.about.value, "barriers": _codes(question.facts), "second": second.ref}
    record(session, "second.asked", question.referral.ref, by=actor, at=at, bed=question.bed.ref, **told)
    return asking


def decide_herself(session: Session, question: Question, reason: str, *, by: Person, at: datetime) -> Asking:
    """Keep that a manager decided herself, with the reason that her name stands for."""
    asking = _add(session, question, reason, by, by=by, at=at)
    asking.agrees, asking.answered_at, asking.closed_at = True, at, at
    return asking


def _add(session: Session, question: Question, reason: str, second: Person, *, by: Person, at: datetime) -> Asking:
    asking = Asking(
        ref=new_ref(session, Asking), about=question.about, referral_id=question.referral.id, bed_id=question.bed.id,
        hold_id=question.hold.id if question.hold else None, stay_id=question.stay.id if question.stay else None,
        reason=reason, by_id=by.id, second_id=second.id, at=at,
    )  # fmt: skip
    session.add(asking)
    session.flush()
    session.add_all(AskedFact(asking_id=asking.id, **fact._asdict()) for fact in sorted(question.facts))
    session.flush()
    return asking


def answer(
    session: Session, asking: Asking, referral: Referral, *, agrees: bool, by: Person, actor: Actor, at: datetime
) -> None:
    """Keep what the second person says herself. She may change her mind until it is done."""
    if asking.second_id != by.id:
        raise Refused("Only the second person who was named can answer.", code="not_second")
    asking.agrees, asking.answered_at = agrees, at
    touch(referral)
    session.flush()
    record(session, "second.answered", referral.ref, by=actor, at=at, about=asking.about.value, agrees=agrees)


def close_questions(session: Session, referral: Referral, *, at: datetime) -> None:
    """Let what was asked about a referral or a resident matter no more: it is done."""
    session.execute(
        update(Asking).where(Asking.referral_id == referral.id, Asking.closed_at.is_(None)).values(closed_at=at)
    )


def covered(session: Session, asking: Asking | None, bed: Bed, facts: Collection[Fact]) -> bool:
    """Return whether the second person said yes to this bed and to every one of these facts."""
    if asking is None or asking.bed_id != bed.id or not asking.agrees:
        return False
    return frozenset(facts) <= facts_of(session, asking)


def refuse_if_second_said_no(session: Session, hold: Hold) -> None:
    """Raise Refused while the second person of an override does not agree."""
    asking = asking_of_hold(session, hold)
    if asking is not None and asking.agrees is False:
        raise Refused(f"{asking.second.name} {HOLD_SAID_NO}", code="second_said_no")


def refuse_what_came_up(session: Session, referral: Referral, bed: Bed, hold: Hold | None, *, at: datetime) -> bool:
    """Raise Refused where a fact says no to a bed that was not passed when the bed was held: it has come up since.

    Return whether anything was passed at all, so that the second person's yes is needed.
    """
    judged = judge(session, referral, bed, at=at)
    refuse_if_hers_to_lift(judged.noes)
    asking = None if hold is None else asking_of_hold(session, hold)
    new = judged.facts - (facts_of(session, asking) if asking is not None else frozenset())
    if new:
        first = "Hold this bed for her first" if hold is None else "Let the bed go and hold it again"
        since = "" if asking is None else " since it was held"
        raise Refused(
            f"Something stands in the way{since} ({said_of(fact.code for fact in new)}). {first}: there you say why it "
            "is right all the same, and name a second person.",
            code="barrier",
        )
    return bool(judged.facts)


def refuse_unless_second_agrees(session: Session, hold: Hold) -> None:
    """Raise Refused until the second person of an override has said yes herself."""
    refuse_if_second_said_no(session, hold)
    asking = asking_of_hold(session, hold)
    if asking is not None and asking.agrees is None:
        raise Refused(
            f"{asking.second.name} has not said yet whether she agrees. Ask her to answer on her Today page: then you "
            "can note that she has moved in, with the time at which she came.",
            code="second_not_answered",
        )


def _codes(facts: Collection[Fact]) -> list[str]:
    """Return the codes of facts for the audit: none that tells of a record kept apart."""
    return without_told(sorted({fact.code for fact in facts}))
