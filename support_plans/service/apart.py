"""Writing down what is kept apart from the plan."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy.exc import IntegrityError

from refuge.audit.service import record
from refuge.errors import Refused
from support_plans.models import ApartRecord
from support_plans.service.plans import CHANGED_MEANWHILE, STALE

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from refuge.referrals.models import Referral
    from support_plans.categories import Category
    from support_plans.service.plans import By


def write_apart(
    session: Session,
    referral: Referral,
    category: Category,
    words: str,
    *,
    row: ApartRecord | None,
    version: int,
    by: By,
) -> ApartRecord:
    """Keep what is known. It leaves an event and no version of the plan: the plan's history never speaks of it."""
    if (0 if row is None else row.version) != version:
        raise Refused(CHANGED_MEANWHILE, code=STALE, field="words")
    if row is None:
        row = ApartRecord(
            referral_id=referral.id, agency_id=by.person.agency_id, category=category, words=words,
            changed_by_id=by.person.id, changed_at=by.at,
        )  # fmt: skip
        try:
            with session.begin_nested():
                session.add(row)
        except IntegrityError as error:
            raise Refused(CHANGED_MEANWHILE, code=STALE, field="words") from error
    row.words, row.changed_by_id, row.changed_at = words, by.person.id, by.at
    session.flush()
    record(session, "apart.written", referral.ref, by=by.actor, at=by.at, category=category.value)
    return row
