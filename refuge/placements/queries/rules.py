"""The rules that a network follows now, and those it followed before."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from allocation.beds.problem import DEFAULT_GOALS, Level
from refuge.placements.models import RuleSet

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy.orm import Session


def rules_now(session: Session, network_id: int, *, at: datetime) -> RuleSet:
    """Return the rules of a network at this instant; before anybody changed them, the ones that the system came with.

    Those are not in the database: version 0, never added to the session.
    """
    found = session.scalar(
        select(RuleSet)
        .where(RuleSet.network_id == network_id, RuleSet.from_at <= at)
        .order_by(RuleSet.version.desc())
        .limit(1),
    )
    return found or first_rules(network_id, at)


def first_rules(network_id: int, at: datetime) -> RuleSet:
    """Return the rules that a network begins with (D: ours, to be agreed by each network)."""
    return RuleSet(
        network_id=network_id, version=0, from_at=at, strictness={}, days_ahead=0,
        round_the_clock_from={"self_harm": int(Level.HIGH)}, goals=list(DEFAULT_GOALS), hold_hours=24,
        hold_hours_longest=72,
    )  # fmt: skip


def rule_history(session: Session, network_id: int) -> Sequence[RuleSet]:
    """Return every version, newest first."""
    return session.scalars(
        select(RuleSet).where(RuleSet.network_id == network_id).order_by(RuleSet.version.desc()),
    ).all()
