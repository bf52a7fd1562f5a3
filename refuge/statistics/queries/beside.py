"""What stands beside the figures in the reader's own network: scores of harm, settings of returns, what was sent."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from refuge.accounts.models import Agency, Person
from refuge.permissions import Permission, Role, may
from refuge.statistics.beside import HarmScore, ReturnSent, ReturnSetting

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from sqlalchemy.orm import Session

KEEPERS = [role for role in Role if may(role, Permission.RETURN_KEEP)]


def harm_scores(session: Session, network_id: int, round_on: date) -> dict[tuple[str, int], HarmScore]:
    """Return (theme, agency) -> the score that holds for a round."""
    rows = session.scalars(
        select(HarmScore)
        .where(HarmScore.network_id == network_id, HarmScore.round_on == round_on)
        .order_by(HarmScore.number)
        .options(joinedload(HarmScore.agency)),
    )
    return {(row.theme, row.agency_id): row for row in rows}


def return_settings(session: Session, network_id: int) -> dict[str, ReturnSetting]:
    """Return kind -> the setting that holds."""
    rows = session.scalars(
        select(ReturnSetting)
        .where(ReturnSetting.network_id == network_id)
        .order_by(ReturnSetting.number)
        .options(joinedload(ReturnSetting.owner)),
    )
    return {row.kind: row for row in rows}


def returns_sent(session: Session, network_id: int) -> dict[tuple[str, date], ReturnSent]:
    """Return (kind, first day of the period) -> the last sending."""
    rows = session.scalars(
        select(ReturnSent)
        .where(ReturnSent.network_id == network_id)
        .order_by(ReturnSent.number)
        .options(joinedload(ReturnSent.sent_by), joinedload(ReturnSent.edition)),
    )
    return {(row.kind, row.since): row for row in rows}


def owners(session: Session, network_id: int) -> Sequence[Person]:
    """Return who can own a return: those of the network who may keep returns."""
    return session.scalars(
        select(Person)
        .join(Agency, Agency.id == Person.agency_id)
        .where(Agency.network_id == network_id, Person.role.in_(KEEPERS), Person.disabled_at.is_(None))
        .order_by(Person.name),
    ).all()
