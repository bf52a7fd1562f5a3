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
from refuge.permissions import Role
from refuge.placements.facts import Fact
from refuge.placements.models import AskedAbout, OfferAnswer
from refuge.placements.queries.askings import managers, standing_checks
from refuge.placements.queries.holds import latest_offer, standing_hold
from refuge.placements.service.asking import (
    SAID_NO,
    SAY_WHY,
    WHY_TOO_SHORT,
    Question,
    ask,
    close_questions,
    covered,
    decide_herself,
    refuse_unless_second_agrees,
    refuse_what_came_up,
)
from refuge.placements.service.holding import notice_lapse
from refuge.placements.service.standing import lock_place, refuse_if_not_free
from refuge.placements.service.taking_over import take_over
from refuge.referrals.models import CheckState, ReferralState
from support_plans.service.changes import open_plan

if TYPE_CHECKING:
    from datetime import date, datetime

    from sqlalchemy.orm import Session

    from refuge.accounts.models import Person
    from refuge.audit.service import Actor
    from refuge.beds.models import Bed, Hold
    from refuge.placements.models import Asking
    from refuge.referrals.models import Referral

CHECKS = "checks_outstanding"


@dataclass(frozen=True)
class AdmitDetails:
    """When she came, until when she is expected to stay, and whether a manager who admits her decides about checks."""

    came_at: datetime
    expected_move_on: date | None = None
    decided: bool = False
    why: str = ""
    """Why it is right although a check is not done."""


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
    _refuse_unless_open(session, referral, at)
    hold = _hold_of(session, referral, bed, at)
    _refuse_dates(details, at)
    lock_place(session, bed)
    if hold is None:
        refuse_if_not_free(session, by, bed, at=at)
    if refuse_what_came_up(session, referral, bed, hold, at=at) and hold is not None:
        refuse_unless_second_agrees(session, hold)
    undone = _pass_checks(session, referral, bed, details, by=by, at=at)
    stay = _begin(session, referral, bed, details, at)
    if hold is not None:
        _use(session, hold, details, by, at)
    referral.state = ReferralState.PLACED
    close_questions(session, referral, at=at)
    take_over(session, referral, by=by, actor=actor, at=at)
    session.flush()
    open_plan(session, referral, bed.refuge.agency_id, by=by, at=at)
    record(
        session, "stay.began", stay.ref, by=actor, at=at, referral=referral.ref, bed=bed.ref, held=hold is not None,
        checks=undone,
    )  # fmt: skip
    return stay


def _refuse_unless_open(session: Session, referral: Referral, at: datetime) -> None:
    notice_lapse(session, referral, at=at)
    if referral.state not in {ReferralState.WAITING, ReferralState.HELD}:
        raise Refused(f"This referral no longer waits: it is {referral.state.label.lower()}.", code="not_waiting")


def _hold_of(session: Session, referral: Referral, bed: Bed, at: datetime) -> Hold | None:
    hold = standing_hold(session, referral.id, at=at, lock=True)
    if hold is not None and hold.bed_id != bed.id:
        raise Refused("Another bed is held for her. Let that one go first.", code="woman.held_twice")
    return hold


def _refuse_dates(details: AdmitDetails, at: datetime) -> None:
    if details.came_at > at:
        raise Refused("Enter a time that is not in the future", field="came")
    if details.expected_move_on is not None and details.expected_move_on < london_date(at):
        raise Refused("Enter today or a later day, or leave it empty", field="expected_move_on")


def checks_question(referral: Referral, bed: Bed) -> Question:
    """Return what a manager decides where she is admitted past checks: which, and how each stands."""
    states = {row.check: row.state for row in referral.checks}
    undone = outstanding(referral, bed)
    facts = frozenset(Fact(check, "", states.get(check, CheckState.NOT_STARTED).value) for check in undone)
    return Question(AskedAbout.CHECKS, referral, bed, facts)


def ask_a_manager(
    session: Session, referral: Referral, bed: Bed, reason: str, manager_ref: str, *, by: Person, actor: Actor,
    at: datetime,
) -> Asking:  # fmt: skip
    """Ask a manager whether she may be admitted although a check is not done. The caller has locked the referral."""
    _refuse_unless_open(session, referral, at)
    question = checks_question(referral, bed)
    if not question.facts:
        raise Refused("Every check is done by now: nobody needs to decide.", code=CHECKS)
    named = next((one for one in managers(session, by) if one.ref == manager_ref), None)
    if named is None or named.id == by.id:
        raise Refused("Choose the manager who decides", field="manager")
    return ask(session, question, reason, named, by=by, actor=actor, at=at)


def _pass_checks(
    session: Session, referral: Referral, bed: Bed, details: AdmitDetails, *, by: Person, at: datetime
) -> list[str]:
    """Return the checks that a manager decided about, by now and by name. Raise Refused where none did."""
    question = checks_question(referral, bed)
    if question.facts:
        asking = standing_checks(session, referral)
        if not covered(session, asking, bed, question.facts):
            _refuse_unless_manager(asking, details, by)
            decide_herself(session, question, details.why, by=by, at=at)
    return sorted(fact.code for fact in question.facts)


def _refuse_unless_manager(asking: Asking | None, details: AdmitDetails, by: Person) -> None:
    """Raise Refused unless a manager admits her, says that she decides it, and why."""
    if by.role is not Role.REFUGE_MANAGER:
        raise Refused(_who_decides(asking), code=CHECKS, field="manager")
    if not details.decided:
        raise Refused(
            "A check is outstanding or raised a concern. Do it first, or tick that you decide to admit her",
            code=CHECKS, field="decided",
        )  # fmt: skip
    if len(details.why) < SAY_WHY:
        raise Refused(WHY_TOO_SHORT, code=CHECKS, field="ask_reason")


def _who_decides(asking: Asking | None) -> str:
    """Return what is missing where somebody who is no manager would admit her past a check."""
    if asking is None or asking.agrees:  # of another bed, or of checks that stood better
        return "A check is outstanding or raised a concern. Do it first, or ask a manager to decide"
    if asking.agrees is False:
        return f"{asking.second.name} {SAID_NO}"
    return f"{asking.second.name} was asked to decide, and has not answered yet"


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
