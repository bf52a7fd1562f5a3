"""What a woman's plan asks for, as far as the reader may read it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from support_plans.access import readable
from support_plans.models import SessionNeed

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from sqlalchemy.orm import Session

    from refuge.accounts.models import Person


def open_needs(session: Session, reader: Person, referral_id: int, *, at: datetime) -> Sequence[SessionNeed]:
    """Return the needs of a woman that have not ended and that the reader may read."""
    return session.scalars(
        select(SessionNeed)
        .where(SessionNeed.referral_id == referral_id, SessionNeed.ended_at.is_(None))
        .where(readable(session, reader, SessionNeed, at=at))
        .order_by(SessionNeed.id),
    ).all()


def need_words(need: SessionNeed, services: Mapping[str, str]) -> str:
    """Return a need as a list offers it: `1-2-1, 50 minutes, every 7 days`."""
    often = f", every {need.every_days} days" if need.every_days else f", {need.how_many} in all"
    return f"{services.get(need.service, need.service)}, {need.minutes} minutes{often}"
