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

PAGE = 100
"""How many stand on a page."""


def refs_behind(session: Session, reader: Person, numbers: Sequence[int], page: int) -> list[tuple[str, str]]:
    """Return ref and state of those of a page that she may read, the last recorded first; pages begin with 1."""
    theirs = sorted(numbers, reverse=True)[(page - 1) * PAGE : page * PAGE]
    rows = session.execute(
        select(Referral.ref, Referral.state)
        .where(visible_to(reader), Referral.id.in_(theirs))
        .order_by(Referral.id.desc()),
    )
    return [(ref, state.label) for ref, state in rows]
