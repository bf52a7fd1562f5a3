"""When a person wants her daily word."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from refuge.post.models import DigestSetting

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from refuge.accounts.models import Person


def digest_of(session: Session, person: Person) -> DigestSetting | None:
    """Return what she chose; None if she has not."""
    return session.scalar(select(DigestSetting).where(DigestSetting.person_id == person.id))
