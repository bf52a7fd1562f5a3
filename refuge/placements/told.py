"""What matching tells of the records that are kept apart: each such reading has its own audit event."""

from __future__ import annotations

from typing import TYPE_CHECKING

from refuge.audit.service import record
from refuge.placements.narrowing import MEETING, PAYING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from sqlalchemy.orm import Session

    from refuge.audit.service import Actor


def note_told(session: Session, ref: str, codes: Iterable[str], *, by: Actor, at: datetime) -> None:
    """Note that barriers or reasons of these codes were read about a household, where they tell of such a record."""
    said = set(codes)
    if said & PAYING:
        record(session, "recourse.seen", ref, by=by, at=at)
    if said & MEETING:
        record(session, "conflict.seen", ref, by=by, at=at)


def without_told(codes: Iterable[str]) -> list[str]:
    """Return codes of barriers for the audit, which many may read: none that tells of a record kept apart."""
    return [code for code in codes if code not in PAYING | MEETING]
