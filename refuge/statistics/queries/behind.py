"""The referrals behind a number, for those who may read them: her own agency's, by ref."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from refuge.referrals.models import Referral
from refuge.referrals.queries import visible_to

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy.orm import Session

    from refuge.accounts.models import Person

AT_MOST = 500


def refs_behind(session: Session, reader: Person, numbers: Sequence[int]) -> list[tuple[str, str]]:
    """Return ref and state of those that she may read, the newest first; the numbers are of her own service."""
    rows = session.execute(
        select(Referral.ref, Referral.state)
        .where(visible_to(reader), Referral.id.in_(numbers[:AT_MOST]))
        .order_by(Referral.received_at.desc()),
    )
    return [(ref, state.label) for ref, state in rows]
