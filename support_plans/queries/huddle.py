"""The house at a glance, for the daily huddle: who lives there, what to know first, what is due."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from refuge.beds.models import Bed, Refuge, Stay
from refuge.referrals.models import Referral
from support_plans.access import readable, residents_visible_to
from support_plans.models import Caution
from support_plans.queries.morning import moved_in
from support_plans.queries.tasks import open_tasks

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy.orm import Session

    from refuge.accounts.models import Person
    from support_plans.models import Task


@dataclass
class Woman:
    """One resident, as far as the reader may see her."""

    referral_ref: str
    bed: str
    since: datetime
    new: bool
    cautions: list[Caution] = field(default_factory=list)
    tasks: list[Task] = field(default_factory=list)


@dataclass
class House:
    """One house with those who live there."""

    name: str
    women: list[Woman] = field(default_factory=list)


@dataclass(frozen=True)
class Huddle:
    """What is read out."""

    houses: Sequence[House]
    other_tasks: Sequence[Task]
    """Open tasks of the agency that are about nobody who lives here now."""


def huddle(session: Session, reader: Person, *, at: datetime) -> Huddle:
    """Return the houses of those whom she may see. The number of queries does not grow with how many they are."""
    new = {one.referral_ref for one in moved_in(session, reader, at=at)}
    rows = session.execute(
        select(Referral.id, Referral.ref, Refuge.name, Bed.name, Stay.started_at)
        .join(Stay, Stay.referral_id == Referral.id)
        .join(Bed, Bed.id == Stay.bed_id)
        .join(Refuge, Refuge.id == Bed.refuge_id)
        .where(Stay.started_at <= at, Stay.ended_at.is_(None))
        .where(Referral.id.in_(residents_visible_to(session, reader, at=at)))
        .order_by(Refuge.name, Bed.position, Bed.id),
    )
    houses: dict[str, House] = {}
    women: dict[int, Woman] = {}
    for who, ref, house, bed, since in rows:
        women[who] = Woman(ref, bed, since, ref in new)
        houses.setdefault(house, House(house)).women.append(women[who])
    for caution in _cautions(session, reader, list(women), at):
        women[caution.referral_id].cautions.append(caution)
    others: list[Task] = []
    for task in open_tasks(session, reader, at=at):
        woman = None if task.referral_id is None else women.get(task.referral_id)
        (others if woman is None else woman.tasks).append(task)
    return Huddle(list(houses.values()), others)


def _cautions(session: Session, reader: Person, referrals: Sequence[int], at: datetime) -> Sequence[Caution]:
    return session.scalars(
        select(Caution)
        .where(Caution.referral_id.in_(referrals), Caution.ended_at.is_(None))
        .where(readable(session, reader, Caution, at=at))
        .order_by(Caution.made_at.desc(), Caution.id.desc())
        .options(joinedload(Caution.agency)),
    ).all()
