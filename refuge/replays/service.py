"""Asking for a replay, keeping what came of it, publishing it, and saying what a change costs."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import func, select, update
from sqlalchemy.exc import IntegrityError

from refuge.audit.service import SYSTEM, record
from refuge.database import lock_for_writing, new_ref
from refuge.errors import Refused
from refuge.replays.models import ChangeCost, Replay, ReplayState
from refuge.replays.queries import published_beside, under_way

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy.orm import Session

    from allocation.replay.changes import Kind
    from allocation.replay.gains import Gains
    from refuge.accounts.models import Person
    from refuge.audit.service import Actor
    from refuge.replays.queries import Possible
    from refuge.statistics.periods import Period

MOST_CHANGES = 20
DRAWS = 9
SEED = 1
SILENT = timedelta(seconds=60)
"""How long a process that runs a replay may say nothing before another takes it over."""
ONE_AT_A_TIME = "A replay is under way already. Wait until it is done, then ask for the next."


def ask_replay(
    session: Session, period: Period, changes: Sequence[Possible], *, by: Person, actor: Actor, at: datetime
) -> Replay:
    """Ask for a period to be lived again with each of these changes. Raise Refused while another is under way."""
    if not changes:
        raise Refused("Choose at least one change", field="changes")
    if len(changes) > MOST_CHANGES:
        raise Refused(f"Choose {MOST_CHANGES} changes at most", field="changes")
    if under_way(session, by.network_id) is not None:
        raise Refused(ONE_AT_A_TIME, code="under_way")
    made = Replay(
        ref=new_ref(session, Replay), network_id=by.network_id, asked_by_id=by.id, asked_at=at, first=period.since,
        last=period.until, draws=DRAWS, seed=SEED, steps=(DRAWS + 1) * (len(changes) + 1),
        changes=[{**asdict(one.change), "house": one.house, "words": one.words} for one in changes],
    )  # fmt: skip
    try:
        with session.begin_nested():
            session.add(made)
            session.flush()
    except IntegrityError as error:
        raise Refused(ONE_AT_A_TIME, code="under_way") from error
    record(session, "replay.asked", made.ref, by=actor, at=at, changes=len(changes))
    return made


def claim(session: Session, replay_id: int, *, at: datetime) -> bool:
    """Take a replay to run it; return whether this process was the one to get it."""
    mine = session.scalar(
        update(Replay)
        .where(Replay.id == replay_id)
        .where(
            (Replay.state == ReplayState.WAITING)
            | ((Replay.state == ReplayState.RUNNING) & (Replay.beat_at <= at - SILENT))
        )
        .values(state=ReplayState.RUNNING, beat_at=at, done=0)
        .returning(Replay.id),
    )
    return mine is not None


def beat(session: Session, replay_id: int, done: int, *, at: datetime) -> None:
    """Say how far a replay has come."""
    session.execute(
        update(Replay).where(Replay.id == replay_id, Replay.state == ReplayState.RUNNING).values(done=done, beat_at=at)
    )


def finish(session: Session, replay: Replay, gains: Gains, *, rules_version: int, at: datetime) -> None:
    """Keep what came of a replay: figures and words, nobody's ref."""
    replay.answer = without_people(gains)
    replay.state, replay.done, replay.ended_at, replay.rules_version = ReplayState.DONE, replay.steps, at, rules_version
    record(session, "replay.done", replay.ref, by=SYSTEM, at=at)


def fail(session: Session, replay: Replay, why: str, *, at: datetime) -> None:
    """Keep why a replay could not be done, in words."""
    replay.state, replay.failure = ReplayState.FAILED, why[:300]
    record(session, "replay.failed", replay.ref, by=SYSTEM, at=at)


def without_people(gains: Gains) -> dict[str, object]:
    """Return the figures as JSON: who was helped is counted, and no ref kept."""
    told = asdict(gains)
    for gain in told["gains"]:
        gain["helped"], gain["missed"] = len(gain["helped"]), len(gain["missed"])
    return told


def publish(session: Session, replay: Replay, *, by: Person, actor: Actor, at: datetime) -> None:
    """Let commissioners of the network read a replay, small numbers hidden. Once: it stays published."""
    lock_for_writing(session, f"published replays of {replay.network_id}")
    if replay.state is not ReplayState.DONE:
        raise Refused("Only a replay that is done can be published.", code="not_done")
    if replay.published_at is not None:
        raise Refused("It has been published already.", code="published")
    other = published_beside(session, replay)
    if other is not None:
        # Two of them could be subtracted from each other: what one hides, the other might tell.
        raise Refused(
            f"Replay {other} of these days is published, and two of the same days can be subtracted from each other. "
            "Ask for one replay with every change that commissioners should read, over days that none covers.",
            code="published_beside",
        )
    replay.published_at, replay.published_by_id = at, by.id
    record(session, "replay.published", replay.ref, by=actor, at=at)


@dataclass(frozen=True)
class CostDetails:
    """What a change is taken to cost and give, and where that is from."""

    kind: Kind
    pounds: int
    gives: int
    source: str
    version: int
    """The version that the form was shown with; 0: nobody had priced it."""


def set_cost(session: Session, details: CostDetails, *, by: Person, actor: Actor, at: datetime) -> ChangeCost:
    """Keep a new figure. Raise Refused where somebody else entered one meanwhile."""
    newest = session.scalar(
        select(func.max(ChangeCost.version)).where(
            ChangeCost.network_id == by.network_id, ChangeCost.kind == details.kind
        ),
    )
    if (newest or 0) != details.version:
        raise Refused("Somebody else changed this figure meanwhile. It is shown below: look, and enter yours again.")
    made = ChangeCost(
        network_id=by.network_id, kind=details.kind, version=details.version + 1, pounds=details.pounds,
        gives=details.gives, source=details.source, set_by_id=by.id, set_at=at,
    )  # fmt: skip
    try:
        with session.begin_nested():
            session.add(made)
            session.flush()
    except IntegrityError as error:
        raise Refused(
            "Somebody else entered a figure at the same moment. Look at it, and enter yours again."
        ) from error
    record(session, "change_cost.set", by=actor, at=at, kind=details.kind.value, version=made.version)
    return made
