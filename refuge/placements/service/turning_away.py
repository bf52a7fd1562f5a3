"""Ending a referral without a place, with its reason on two axes; and adding later what happened next."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from refuge.audit.service import record
from refuge.database import new_ref
from refuge.errors import Refused
from refuge.permissions import Role
from refuge.placements.models import TurnAway
from refuge.placements.service.holding import notice_lapse
from refuge.placements.service.taking_over import take_over
from refuge.referrals.models import Answer, ReferralState

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

    from refuge.accounts.models import Person
    from refuge.audit.service import Actor
    from refuge.placements.queries.turn_aways import Proposal
    from refuge.referrals.models import Referral

CAPACITY, DECLINED, NOT_FOR_US = "Capacity", "She declined", "Not for this service"
"""Groups of list `turnaway_reason`."""
LOST = "K07"
ALWAYS = frozenset({"O01", "O02"})
"""Another reason, and not known, go with whoever ended it."""
STALE = "Somebody else changed this while you had it open, and nothing of yours is saved yet. Read it again, then save."
HELD = "A bed is held for her. Let that bed go first, then turn her away."
NOT_WAITING = "This referral no longer waits, so it cannot be turned away."
TOO_LATE = "After a day only a manager can take a turn-away back. Ask one: the figures may have been read by then."
TAKE_BACK_WITHIN = timedelta(hours=24)
"""For how long anybody of the agency may take back a turn-away that was a mistake (D)."""
SAY_WHY = 10
"""How many characters say at least what the mistake was."""
PLACED_ELSEWHERE = frozenset({"PLACED_OTHER_LOCAL", "PLACED_OUT_OF_AREA"})


@dataclass(frozen=True)
class Afterwards:
    """What happened next, as far as anybody knows."""

    outcome: str
    """Code list `outcome`."""
    found_elsewhere: Answer
    note: str

    @property
    def contradiction(self) -> str:
        """What to say where both answers cannot be true; empty if they can."""
        if self.outcome in PLACED_ELSEWHERE and self.found_elsewhere is Answer.NO:
            return "You said that she was placed elsewhere, and that no place was found. Correct one of the two"
        return ""

    @property
    def elsewhere(self) -> Answer:
        """Whether a place was found elsewhere, where the outcome says so by itself."""
        return Answer.YES if self.outcome in PLACED_ELSEWHERE else self.found_elsewhere


@dataclass(frozen=True)
class TurnAwayDetails:
    """Who ended it and why, and what happened next."""

    ended_by: str
    """Code list `ended_by`."""
    reason: str
    """Code list `turnaway_reason`: the primary one."""
    contributing: tuple[str, ...]
    """Further codes of that list."""
    afterwards: Afterwards


def nonsense(ended_by: str, reason: str, group: str) -> str:
    """Return what to say where the two axes do not go together; empty if they do. `group`: of the reason."""
    if reason in ALWAYS:
        return ""
    if ended_by == "service" and group not in {CAPACITY, NOT_FOR_US}:
        return "That is a reason of hers. Choose what we could not offer, or “She decided against it” above"
    if ended_by == "woman" and (group != DECLINED or reason == LOST):
        return "She decided against it: choose her reason, or change who ended it above"
    if ended_by == "referrer" and (group not in {DECLINED, NOT_FOR_US} or reason == LOST):
        return "Whoever referred her withdrew: choose why, or change who ended it above"
    if ended_by == "nobody" and reason not in {LOST, "I04"}:
        return "Contact was lost: choose that reason, or change who ended it above"
    return ""


def turn_away(
    session: Session,
    referral: Referral,
    details: TurnAwayDetails,
    proposal: Proposal,
    *,
    version: int,
    by: Person,
    actor: Actor,
    at: datetime,
) -> TurnAway:
    """End a referral that waits, and keep what was chosen beside what the barriers implied at that moment.

    A referral of an agency that only refers becomes the record of the refuge that turns it away. Refused where it was
    changed meanwhile, or does not wait. The caller has locked the referral.
    """
    stale = referral.version != version
    notice_lapse(session, referral, at=at)
    if referral.state is ReferralState.HELD:
        raise Refused(HELD, code="held")
    if referral.state is not ReferralState.WAITING:
        raise Refused(NOT_WAITING, code="not_waiting")
    if stale:
        raise Refused(STALE, code="stale")
    take_over(session, referral, by=by, actor=actor, at=at)
    after = details.afterwards
    row = TurnAway(
        ref=new_ref(session, TurnAway), referral_id=referral.id, ended_by=details.ended_by, reason=details.reason,
        contributing=list(details.contributing), proposed=proposal.reason, barriers=dict(proposal.barriers),
        could_have=proposal.could_have, note=after.note, decided_by_id=by.id, decided_at=at, outcome=after.outcome,
        found_elsewhere=after.elsewhere,
    )  # fmt: skip
    session.add(row)
    referral.state, referral.closed_at, referral.outcome = ReferralState.TURNED_AWAY, at, after.outcome
    session.flush()
    # Not the reasons: one of them says that she has no recourse to public funds. They stand in the turn-away itself.
    record(
        session, "referral.turned_away", referral.ref, by=actor, at=at, turn_away=row.ref, ended_by=row.ended_by,
        as_proposed=row.reason == row.proposed, outcome=row.outcome,
    )  # fmt: skip
    return row


def may_take_back(row: TurnAway, by: Person, *, at: datetime) -> bool:
    """Return whether somebody of its agency may take a turn-away back: for a day anybody, after that a manager."""
    return row.taken_back_at is None and (at < row.decided_at + TAKE_BACK_WITHIN or by.role is Role.REFUGE_MANAGER)


def take_back(
    session: Session,
    row: TurnAway,
    referral: Referral,
    why: str,
    *,
    version: int,
    by: Person,
    actor: Actor,
    at: datetime,
) -> None:
    """Take back a turn-away that was a mistake: she waits again, since when she did. It stays to be read, uncounted."""
    if row.taken_back_at is not None:
        raise Refused("This turn-away has been taken back already. Look at the referral.", code="taken_back")
    if referral.state is not ReferralState.TURNED_AWAY:
        raise Refused(f"The referral is {referral.state.label.lower()} by now.", code="not_turned_away")
    if row.version != version:
        raise Refused(STALE, code="stale")
    if not may_take_back(row, by, at=at):
        raise Refused(TOO_LATE, code="too_late")
    if len(why) < SAY_WHY:
        raise Refused(f"Say what the mistake was, in {SAY_WHY} characters or more", field="why")
    row.taken_back_at, row.taken_back_by_id, row.taken_back_why = at, by.id, why
    referral.state, referral.closed_at, referral.outcome = ReferralState.WAITING, None, ""
    session.flush()
    record(session, "turn_away.taken_back", row.ref, by=actor, at=at, referral=referral.ref)


def add_what_happened(
    session: Session,
    row: TurnAway,
    referral: Referral,
    after: Afterwards,
    *,
    version: int,
    actor: Actor,
    at: datetime,
) -> bool:
    """Keep what was learnt since; return whether anything changed. Whoever referred her reads the outcome."""
    if row.taken_back_at is not None:
        raise Refused("This turn-away has been taken back: nothing follows from it any more.", code="taken_back")
    if row.version != version:
        raise Refused(STALE, code="stale")
    if row.reason == "O01" and not after.note:
        raise Refused("Say in the note what the other reason was", code="other", field="note")
    told = {"outcome": after.outcome, "found_elsewhere": after.elsewhere, "note": after.note}
    changed = sorted(name for name, value in told.items() if getattr(row, name) != value)
    if not changed:
        return False
    for name in changed:
        setattr(row, name, told[name])
    referral.outcome = after.outcome
    session.flush()
    record(
        session, "turn_away.changed", row.ref, by=actor, at=at, referral=referral.ref, fields=changed,
        outcome=row.outcome,
    )  # fmt: skip
    return True
