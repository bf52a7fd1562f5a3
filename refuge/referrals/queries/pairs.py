"""Who may be the same woman: found quickly by keys, compared in full, told only to those who may see both."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import or_, select

from refuge.beds.models import Bed, Refuge, Stay
from refuge.permissions import Permission
from refuge.referrals.duplicates import Probe, block_keys, compare, quoted_refs
from refuge.referrals.models import MatchKey, PossibleSame, Referral
from refuge.referrals.queries.referrals import visible_to

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from sqlalchemy import ColumnElement
    from sqlalchemy.orm import Session

    from refuge.accounts.models import Person
    from refuge.referrals.duplicates import Likeness

MOST_COMPARED = 2000
"""However common a name is, this many candidates are compared and no more."""


class Match(NamedTuple):
    """Another referral that may be about the same woman."""

    id: int
    ref: str
    likeness: Likeness


class Known(NamedTuple):
    """What staff are told about such a pair."""

    ref: str
    score: int
    grounds: Sequence[str]
    same: bool | None
    stayed: Sequence[tuple[datetime, datetime | None]] = ()

    @property
    def seen(self) -> str:
        """What a form carries of it, so that a decision is about what was shown."""
        return mark_of(self.same, self.grounds)


def mark_of(same: bool | None, grounds: Sequence[str]) -> str:  # noqa: FBT001  decided or not, it is a fact to be told
    """Return a mark of what is said about a pair: another when the grounds, or the decision, are others."""
    return hashlib.sha256(json.dumps([same, *grounds]).encode()).hexdigest()[:16]


def probe_of(referral: Referral) -> Probe:
    """Return what is compared of a referral."""
    return Probe(
        referral.ref, referral.name, referral.born_on, referral.age, referral.safe_number_digits,
        quoted_refs(referral.refuge_history, referral.contact_note, referral.name), referral.received_at.date(),
    )  # fmt: skip


def matches(session: Session, probe: Probe, within: ColumnElement[bool]) -> list[Match]:
    """Return the referrals within this scope that may be about the same woman, most alike first."""
    keys = block_keys(probe.name, probe.born_on, probe.digits)
    shares_a_key = Referral.id.in_(select(MatchKey.referral_id).where(MatchKey.key.in_(keys)))
    rows = session.execute(
        select(
            Referral.id, Referral.ref, Referral.name, Referral.born_on, Referral.age, Referral.safe_number_digits,
            Referral.received_at,
        )
        .where(within, Referral.ref != probe.ref, or_(shares_a_key, Referral.ref.in_(probe.quotes)))
        .order_by(Referral.received_at.desc())
        .limit(MOST_COMPARED),
    )  # fmt: skip
    found = []
    for row_id, ref, name, born_on, age, digits, received_at in rows:
        likeness = compare(probe, Probe(ref, name, born_on, age, digits, seen_on=received_at.date()))
        if likeness is not None:
            found.append(Match(row_id, ref, likeness))
    return sorted(found, key=lambda match: -match.likeness.score)


def known_so_far(session: Session, reader: Person, probe: Probe) -> list[Match]:
    """Return who a woman on the telephone may be, among the referrals that the reader may see."""
    if not reader.may(Permission.DUPLICATE_SEE):
        return []
    return matches(session, probe, visible_to(reader))


def known_already(session: Session, reader: Person, referral: Referral) -> list[Known]:
    """Return what may be said to this reader about other referrals of the same woman: only if she may see both."""
    if not reader.may(Permission.DUPLICATE_SEE):
        return []
    rows = session.execute(
        select(Referral.id, Referral.ref, PossibleSame)
        .join(
            PossibleSame,
            or_(
                (PossibleSame.low_id == referral.id) & (PossibleSame.high_id == Referral.id),
                (PossibleSame.high_id == referral.id) & (PossibleSame.low_id == Referral.id),
            ),
        )
        .where(visible_to(reader))
        .order_by(PossibleSame.score.desc()),
    ).all()
    stays = _stays(session, reader, [row_id for row_id, _, pair in rows if pair.same is not False])
    return [Known(ref, pair.score, pair.grounds, pair.same, stays.get(row_id, ())) for row_id, ref, pair in rows]


def _stays(
    session: Session,
    reader: Person,
    referrals: Iterable[int],
) -> dict[int, list[tuple[datetime, datetime | None]]]:
    """Return when they stayed in beds of the reader's own agency; where else she has lived is not said."""
    found: dict[int, list[tuple[datetime, datetime | None]]] = {}
    query = (
        select(Stay)
        .join(Bed, Bed.id == Stay.bed_id)
        .join(Refuge, Refuge.id == Bed.refuge_id)
        .where(Stay.referral_id.in_(list(referrals)), Refuge.agency_id == reader.agency_id)
        .order_by(Stay.started_at)
    )
    for stay in session.scalars(query):
        found.setdefault(stay.referral_id, []).append((stay.started_at, stay.ended_at))
    return found
