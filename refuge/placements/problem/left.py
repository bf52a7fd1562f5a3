"""Who was asked to leave a refuge and cannot come back yet: under this referral or another of the same woman."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sqlalchemy import or_, select

from refuge.beds.models import Refuge
from refuge.placements.models import Exclusion
from refuge.referrals.models import PossibleSame

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence
    from datetime import date

    from sqlalchemy import Select
    from sqlalchemy.orm import Session

Pair = tuple[int, int]


@dataclass(frozen=True)
class Left:
    """Where a woman was asked to leave."""

    until: Mapping[str, date] = field(default_factory=dict)
    """Refuge -> the first day on which she can come back."""
    maybe: tuple[str, ...] = ()
    """Refuges that asked a woman to leave who may be the same: nobody has decided."""


@dataclass(frozen=True)
class Asked:
    """One exclusion that still holds."""

    referral_id: int
    refuge: str
    until: date


def asked_to_leave(session: Session, waiting: Select[int], refuges: Collection[int], *, on: date) -> dict[int, Left]:
    """Return referral id -> where among these refuges she was asked to leave and cannot be back yet. Two queries."""
    asked = _in_force(session, refuges, on)
    pairs = _known_pairs(session, waiting, [row.referral_id for row in asked])
    same = _groups(pair for pair, decided in pairs.items() if decided)
    open_pairs = [pair for pair, decided in pairs.items() if not decided]
    found: dict[int, Left] = {}
    for referral_id in _touched(asked, pairs):
        herself = same.get(referral_id, frozenset({referral_id}))
        perhaps = _beside(herself, open_pairs, same)
        until = _until(row for row in asked if row.referral_id in herself)
        maybe = {row.refuge for row in asked if row.referral_id in perhaps} - set(until)
        found[referral_id] = Left(until, tuple(sorted(maybe)))
    return found


def _in_force(session: Session, refuges: Collection[int], on: date) -> list[Asked]:
    rows = session.execute(
        select(Exclusion.referral_id, Refuge.ref, Exclusion.until)
        .join(Refuge, Refuge.id == Exclusion.refuge_id)
        .where(Exclusion.until > on, Exclusion.refuge_id.in_(refuges))
        .order_by(Exclusion.id),
    )
    return [Asked(*row) for row in rows]


def _known_pairs(session: Session, waiting: Select[int], asked: Sequence[int]) -> dict[Pair, bool]:
    """Return pairs of referrals that are the same woman (True) or may be (False)."""
    rows = session.execute(
        select(PossibleSame.low_id, PossibleSame.high_id, PossibleSame.same).where(
            or_(PossibleSame.same.is_(None), PossibleSame.same.is_(True)),
            or_(
                PossibleSame.low_id.in_(waiting),
                PossibleSame.high_id.in_(waiting),
                PossibleSame.low_id.in_(asked),
                PossibleSame.high_id.in_(asked),
            ),
        ),
    )
    return {(low, high): bool(same) for low, high, same in rows}


def _groups(pairs: Iterable[Pair]) -> dict[int, frozenset[int]]:
    """Return each referral with all that are the same woman, itself included, however many steps away."""
    found: dict[int, frozenset[int]] = {}
    for low, high in pairs:
        merged = found.get(low, frozenset({low})) | found.get(high, frozenset({high}))
        found.update(dict.fromkeys(merged, merged))
    return found


def _beside(herself: frozenset[int], open_pairs: Iterable[Pair], same: Mapping[int, frozenset[int]]) -> set[int]:
    """Return the referrals of women who may be her, while nobody has decided."""
    found: set[int] = set()
    for low, high in open_pairs:
        for one, other in ((low, high), (high, low)):
            if one in herself:
                found |= same.get(other, frozenset({other}))
    return found - herself


def _until(asked: Iterable[Asked]) -> dict[str, date]:
    found: dict[str, date] = {}
    for row in asked:
        found[row.refuge] = max(found.get(row.refuge, row.until), row.until)
    return found


def _touched(asked: Iterable[Asked], pairs: Iterable[Pair]) -> set[int]:
    return {row.referral_id for row in asked} | {one for pair in pairs for one in pair}
