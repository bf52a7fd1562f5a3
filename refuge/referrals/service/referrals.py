"""Making, correcting and withdrawing a referral."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import select
from sqlalchemy.orm import attributes

from refuge.accounts.models import AgencyKind
from refuge.audit.service import record
from refuge.database import lock_for_writing, new_ref
from refuge.errors import Refused
from refuge.referrals.details import CHOSEN, PLAIN
from refuge.referrals.duplicates import digits_of, name_key
from refuge.referrals.models import MustNotMeet, Recourse, Referral, ReferralDraft, ReferralState
from refuge.referrals.queries import waits
from refuge.referrals.queries.standing import held_elsewhere
from refuge.referrals.service.following import follow_not_shared
from refuge.referrals.service.pairs import compare_with_network, who_key_of
from refuge.referrals.service.rows import (
    sync_areas,
    sync_checks,
    sync_children,
    sync_needs,
    sync_recourse,
)

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

    from refuge.accounts.models import Person
    from refuge.audit.service import Actor
    from refuge.referrals.details import ReferralDetails

LETS_GO = (
    "A bed of another refuge is held for her. If she no longer agrees that the other refuges see her referral, that "
    "bed is let go at once and she waits again. Save again if that is what she wants"
)
UNSEEN = (
    "Without her yes no refuge can see this referral, and none can offer her a place. "
    "Ask her again, or save it and come back later."
)
STALE = (
    "Somebody else changed this referral while you had it open. What you typed is still here: "
    "open the referral in another tab, compare, and save again."
)


def make_referral(
    session: Session,
    details: ReferralDetails,
    *,
    by: Person,
    actor: Actor,
    at: datetime,
    draft: ReferralDraft | None = None,
) -> Referral:
    """Make a referral of what was told; of one draft only one, however often and from however many pages it is sent."""
    _refuse_unseen(details, by)
    # Two calls about the same woman, or about two who must not meet, are compared one after the other.
    lock_for_writing(session, f"referrals of network {by.network_id}")
    if draft is not None and (made := _made_of(session, draft)) is not None:
        return made
    referral = Referral(
        ref=new_ref(session, Referral), network_id=by.network_id, agency_id=by.agency_id, taken_by_id=by.id,
        draft_id=draft.id if draft else None, state=ReferralState.WAITING, received_at=at,
        children=[], needs=[], unsafe_areas=[], checks=[], must_not_meet=[], recourse=Recourse(routes=[]),
    )  # fmt: skip
    _take_over(referral, details)
    _take_over_conflicts(session, referral, details, by=by)
    session.add(referral)
    session.flush()
    compare_with_network(session, referral, at=at)
    if draft is not None:
        draft.typed = {}
    record(session, "referral.made", referral.ref, by=actor, at=at, draft=draft.ref if draft else None)
    return referral


def change_referral(
    session: Session,
    referral: Referral,
    details: ReferralDetails,
    *,
    version: int,
    by: Person,
    actor: Actor,
    at: datetime,
    sure: bool = False,
) -> list[str]:
    """Correct or add to a referral; return the names of what changed. Refuses a form made from an older version.

    If she no longer agrees to share it, a bed that another refuge holds for her is let go: `sure` says that whoever
    saves has been told so.
    """
    if referral.version != version:
        raise Refused(STALE, code="stale")
    _refuse_unseen(details, by)
    ends = referral.shared and not details.shared
    if ends and not sure and held_elsewhere(session, referral, at=at):
        raise Refused(LETS_GO, code="lets_go", field="shared")
    lock_for_writing(session, f"referrals of network {referral.network_id}")
    changed = _take_over(referral, details)
    changed += _take_over_conflicts(session, referral, details, by=by)
    if not changed:
        return []
    attributes.flag_modified(referral, "shared")  # so that the version rises when only rows beside it changed
    session.flush()
    if ends:
        follow_not_shared(session, referral, actor=actor, at=at)
    compare_with_network(session, referral, at=at)
    record(session, "referral.changed", referral.ref, by=actor, at=at, fields=sorted(changed))
    return changed


def withdraw_referral(
    session: Session,
    referral: Referral,
    reason: str,
    *,
    version: int,
    actor: Actor,
    at: datetime,
) -> None:
    """End a referral that waits, without a place. `reason` is a code of list `withdrawal`."""
    if referral.version != version:
        raise Refused("Somebody else changed this referral while you had it open. Look at it again.", code="stale")
    if not waits(session, referral, at=at):
        raise Refused(f"This referral no longer waits: it is {referral.state.label.lower()}.", code="not_waiting")
    referral.state = ReferralState.WITHDRAWN
    referral.outcome, referral.closed_at = reason, at
    record(session, "referral.withdrawn", referral.ref, by=actor, at=at, reason=reason)


def _refuse_unseen(details: ReferralDetails, by: Person) -> None:
    """Refuse a referral that no refuge could see: an agency that only refers has no beds of its own."""
    if not details.shared and by.agency_kind is not AgencyKind.REFUGE_PROVIDER:
        raise Refused(UNSEEN, code="unseen", field="shared")


def _made_of(session: Session, draft: ReferralDraft) -> Referral | None:
    return session.scalar(select(Referral).where(Referral.draft_id == draft.id))


def _take_over(referral: Referral, details: ReferralDetails) -> list[str]:
    """Set every column and row to what the details say; return the names of what changed."""
    changed = [name for name in PLAIN if _set(referral, name, getattr(details, name))]
    changed += [name for name in CHOSEN if _set(referral, name, list(getattr(details, name)))]
    referral.name_key = name_key(details.name)
    referral.safe_number_digits = digits_of(details.safe_number)
    for name, sync in (
        ("children", sync_children), ("needs", sync_needs), ("unsafe_areas", sync_areas), ("checks", sync_checks),
        ("recourse", sync_recourse),
    ):  # fmt: skip
        if sync(referral, getattr(details, name)):
            changed.append(name)
    return changed


def _set(referral: Referral, name: str, value: Any) -> bool:  # noqa: ANN401  any column
    if getattr(referral, name) == value:
        return False
    setattr(referral, name, value)
    return True


def _take_over_conflicts(session: Session, referral: Referral, details: ReferralDetails, *, by: Person) -> list[str]:
    told = [(person.who, person.why) for person in details.must_not_meet]
    if told == [(row.who, row.why) for row in referral.must_not_meet]:
        return []
    known = {row.who: row.who_key for row in referral.must_not_meet}  # told when she could be seen: it stays
    keys = [known.get(who) or who_key_of(session, who, by=by) for who, _ in told]
    referral.must_not_meet = [
        MustNotMeet(who=who, why=why, who_key=key) for (who, why), key in zip(told, keys, strict=True)
    ]
    return ["must_not_meet"]
