"""Replays as far as the reader may see them, what changes are taken to cost, and what can be changed in a network."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from allocation.replay.changes import Change, Kind
from refuge.beds.models import Bed, Refuge, StaffingHours
from refuge.permissions import Permission
from refuge.replays.models import UNDER_WAY, ChangeCost, Replay, ReplayState

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date, datetime

    from sqlalchemy import Select
    from sqlalchemy.orm import Session

    from refuge.accounts.models import Person

ALL_WEEK, MIDNIGHT = 7, 24 * 60
OLDEST_SON = 17


def visible_to(reader: Person) -> Select[Replay]:
    """Return the replays that she may see: a network's own; without leave to ask for one, what was published."""
    query = select(Replay).where(Replay.network_id == reader.network_id)
    return query if reader.may(Permission.REPLAY_ASK) else query.where(Replay.published_at.is_not(None))


def replays(session: Session, reader: Person) -> Sequence[Replay]:
    """Return them, the newest first."""
    return session.scalars(visible_to(reader).order_by(Replay.asked_at.desc(), Replay.id.desc())).all()


def find_replay(session: Session, reader: Person, ref: str, *, lock: bool = False) -> Replay | None:
    """Return one of them by its ref."""
    query = visible_to(reader).where(Replay.ref == ref)
    return session.scalar(query.with_for_update(of=Replay) if lock else query)


def published_beside(session: Session, replay: Replay) -> str | None:
    """Return the ref of a published replay of the network that covers any of the same days."""
    return session.scalar(
        select(Replay.ref)
        .where(
            Replay.network_id == replay.network_id, Replay.id != replay.id, Replay.published_at.is_not(None),
            Replay.first <= replay.last, Replay.last >= replay.first,
        )
        .limit(1)
    )  # fmt: skip


def under_way(session: Session, network_id: int) -> Replay | None:
    """Return the replay of a network that waits or runs."""
    return session.scalar(select(Replay).where(Replay.network_id == network_id, Replay.state.in_(UNDER_WAY)))


def to_run(session: Session, *, silent_since: datetime) -> int | None:
    """Return the id of the replay that waited longest, or that the process which ran it has let fall."""
    fallen = (Replay.state == ReplayState.RUNNING) & (Replay.beat_at <= silent_since)
    return session.scalar(
        select(Replay.id).where((Replay.state == ReplayState.WAITING) | fallen).order_by(Replay.id).limit(1)
    )


def costs(session: Session, network_id: int) -> Mapping[Kind, ChangeCost]:
    """Return what each kind of change is taken to cost today; a kind that nobody priced is left out."""
    newest = (
        select(ChangeCost.kind, func.max(ChangeCost.version).label("version"))
        .where(ChangeCost.network_id == network_id)
        .group_by(ChangeCost.kind)
        .subquery()
    )
    rows = session.scalars(
        select(ChangeCost)
        .join(newest, (newest.c.kind == ChangeCost.kind) & (newest.c.version == ChangeCost.version))
        .where(ChangeCost.network_id == network_id),
    )
    return {row.kind: row for row in rows}


@dataclass(frozen=True)
class Possible:
    """A change that somebody can ask for."""

    change: Change
    house: str
    """The code name of the refuge that it is about."""
    words: str

    @property
    def key(self) -> str:
        """What stands for it in a form."""
        return f"{self.change.kind}:{self.change.of}"


def possible_changes(session: Session, network_id: int, *, on: date) -> list[Possible]:
    """Return what can be changed in a network, refuge by refuge: three queries."""
    priced = costs(session, network_id)
    gives = {kind: priced[kind].gives if kind in priced else 1 for kind in Kind}
    always = _round_the_clock(session, network_id)
    beds: dict[int, list[Bed]] = {}
    for bed in session.scalars(
        select(Bed)
        .join(Refuge, Refuge.id == Bed.refuge_id)
        .where(Refuge.network_id == network_id, Bed.opened_on <= on, (Bed.retired_on.is_(None)) | (Bed.retired_on > on))
        .order_by(Refuge.name, Bed.position, Bed.id),
    ):
        beds.setdefault(bed.refuge_id, []).append(bed)
    found: list[Possible] = []
    for theirs in beds.values():
        found += _of_house(theirs, gives, staffed=theirs[0].refuge_id in always)
    return found


def _of_house(beds: Sequence[Bed], gives: Mapping[Kind, int], *, staffed: bool) -> list[Possible]:
    house = beds[0].refuge
    largest = max(beds, key=lambda bed: (bed.children, bed.self_contained, -bed.position))
    smallest = min(beds, key=lambda bed: (bed.children, bed.position))
    places = gives[Kind.HIGH_SUPPORT_PLACES]
    told: list[tuple[Kind, str, int, str]] = [
        (Kind.ONE_MORE_BED, bed.ref, 1, f"One more bed like {bed.name} ({_sleeps(bed)})")
        for bed in dict.fromkeys((smallest, largest))
    ]
    told += [
        (Kind.FUNDED_PLACES, house.ref, 1, "One more place funded for a woman with no recourse to public funds"),
        (
            Kind.HIGH_SUPPORT_PLACES, house.ref, places,
            "One more recovery day, or a second mental health practitioner: taken to support "
            + ("one more resident with high needs" if places == 1 else f"{places} more residents with high needs"),
        ),
    ]  # fmt: skip
    if house.son_age_limit is not None and house.son_age_limit < OLDEST_SON:
        older = house.son_age_limit + 1
        told.append((Kind.SON_AGE_LIMIT, house.ref, 1, f"Sons up to {older}, a year older than now"))
    if not staffed:
        told.append((Kind.ROUND_THE_CLOCK, house.ref, 1, "Staff at night and at weekends"))
    told += [
        (Kind.STEP_FREE, bed.ref, 1, f"{bed.name} made step-free and adapted")
        for bed in beds
        if bed.ground_floor and not (bed.step_free and bed.adapted)
    ]
    return [Possible(Change(kind, of, by), house.name, words) for kind, of, by, words in told]


def _sleeps(bed: Bed) -> str:
    children = "no children" if not bed.children else "1 child" if bed.children == 1 else f"{bed.children} children"
    return f"{bed.adults} {'adult' if bed.adults == 1 else 'adults'}, {children}"


def _round_the_clock(session: Session, network_id: int) -> set[int]:
    days = session.execute(
        select(StaffingHours.refuge_id)
        .join(Refuge, Refuge.id == StaffingHours.refuge_id)
        .where(Refuge.network_id == network_id, StaffingHours.opens == 0, StaffingHours.closes == MIDNIGHT)
        .group_by(StaffingHours.refuge_id)
        .having(func.count() == ALL_WEEK),
    )
    return {refuge_id for (refuge_id,) in days}
