"""Drafts: begun with the call, saved as she speaks, put aside on purpose only."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import or_, select, update

from refuge.audit.service import record
from refuge.database import new_ref
from refuge.errors import Refused
from refuge.referrals.models import Referral, ReferralDraft

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from sqlalchemy.orm import Session

    from refuge.accounts.models import Person
    from refuge.audit.service import Actor

MOST_BYTES = 200_000
"""More than anybody types on a call; beyond it something is wrong."""
Typed = dict[str, list[str]]


class Opening(NamedTuple):
    """One opening of the page of a draft."""

    token: str
    """Drawn for each opening."""
    base: int
    """The counter of the save that it showed when it was opened."""


class Saved(NamedTuple):
    """How a save went: whether it was taken, the newest counter, and whether another page has saved since."""

    taken: bool
    saves: int
    saved_at: datetime
    elsewhere: bool


def start_draft(session: Session, *, by: Person, actor: Actor, at: datetime) -> ReferralDraft:
    """Begin a call."""
    draft = ReferralDraft(
        ref=new_ref(session, ReferralDraft), person_id=by.id, agency_id=by.agency_id, typed={}, started_at=at,
        saved_at=at, saves=0, said=[],
    )  # fmt: skip
    session.add(draft)
    record(session, "draft.started", draft.ref, by=actor, at=at)
    return draft


def save_draft(
    session: Session,
    draft: ReferralDraft,
    typed: Mapping[str, list[str]],
    *,
    page: Opening,
    saves: int,
    actor: Actor,
    at: datetime,
) -> Saved:
    """Keep what was typed, valid or not, unless a newer save or a referral is there already: one statement decides.

    `saves` is the counter of this save. A page opened before another one saved replaces nothing. The caller holds the
    lock of the draft. The audit notes that a page saved, not each of its saves.
    """
    begins = draft.saves == 0 or draft.saved_from != page.token
    kept = {name: [value.replace("\0", "") for value in values] for name, values in typed.items()}
    if len(json.dumps(kept).encode()) > MOST_BYTES:
        raise Refused("That is too long to keep. Shorten what you typed; nothing on the page is lost.", code="too_long")
    done = session.execute(
        update(ReferralDraft)
        .where(
            ReferralDraft.id == draft.id,
            ReferralDraft.discarded_at.is_(None),
            ReferralDraft.saves < saves,
            ~select(Referral.id).where(Referral.draft_id == ReferralDraft.id).exists(),
            or_(ReferralDraft.saved_from == page.token, ReferralDraft.saves == page.base),
        )
        .values(typed=kept, saves=saves, saved_at=at, saved_from=page.token)
        .execution_options(synchronize_session=False),
    )
    session.refresh(draft)
    taken = bool(done.rowcount)  # type: ignore[attr-defined]  # an update's result counts rows
    if taken and begins:
        record(session, "draft.saved", draft.ref, by=actor, at=at)
    return Saved(taken, draft.saves, draft.saved_at, elsewhere=not taken and draft.saved_from != page.token)


def discard_draft(session: Session, draft: ReferralDraft, *, saves: int, actor: Actor, at: datetime) -> None:
    """Put a call aside on purpose; nothing that was typed is kept.

    Raise Refused if it was saved since the page was shown that asked: `saves` is the counter that it showed.
    """
    if draft.saves != saves:
        raise Refused("This call was saved since you opened this page, perhaps in another tab.", code="stale")
    draft.typed = {}
    draft.discarded_at = at
    record(session, "draft.discarded", draft.ref, by=actor, at=at)


def take_up_draft(session: Session, draft: ReferralDraft, *, page: Opening, actor: Actor, at: datetime) -> None:
    """Go on, on this page, with a call that was discarded in another tab: its next save is the first again."""
    draft.discarded_at, draft.saves, draft.saved_from = None, 0, page.token
    session.flush()
    record(session, "draft.taken_up", draft.ref, by=actor, at=at)
