"""Referrals of known fate, so that every figure can be counted by hand."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from refuge.beds.models import Stay
from refuge.database import new_ref
from refuge.placements.models import TurnAway
from refuge.referrals.models import Child, ChildSex, Need, NeedLevel, Recourse, Referral, ReferralState
from refuge.statistics.facts import BIT, Fact, Outcome
from tests.builders import Pilot, add_referral

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

THEN = datetime(2016, 3, 1, 12, tzinfo=UTC)
PLACED, AWAY, GONE = ReferralState.PLACED, ReferralState.TURNED_AWAY, ReferralState.WITHDRAWN
WAITING = ReferralState.WAITING


def referred(
    db: Session,
    state: ReferralState = PLACED,
    reason: str = "",
    *,
    by: str = "worker.wall",
    at: datetime = THEN,
    hours: float = 0,
    needs: dict[str, str] | None = None,
    recourse: str = "",
    **told: Any,  # noqa: ANN401  any column
) -> Referral:
    """Add a referral that was decided so many hours after it came; `reason` of a turn-away or a withdrawal."""
    decided, ages = at + timedelta(hours=hours), told.pop("children", ())
    ended: dict[str, Any] = {"closed_at": decided} if state in {AWAY, GONE} else {}
    if state is GONE:
        ended["outcome"] = reason
    rows: dict[str, Any] = {
        "needs": [Need(need=need, level=NeedLevel(level)) for need, level in (needs or {}).items()],
        "children": [Child(position=place, age=age, sex=ChildSex.GIRL) for place, age in enumerate(ages)],
        "recourse": Recourse(status=recourse, routes=[]) if recourse else None,
    }
    row = add_referral(db, by, received_at=at, state=state, **rows, **ended, **told)
    if state is AWAY and reason:
        db.add(
            TurnAway(
                ref=new_ref(db, TurnAway), referral_id=row.id, ended_by="service", reason=reason, contributing=[],
                barriers={}, note="Said", decided_by_id=Pilot().person(db, by).id, decided_at=decided,
            ),
        )  # fmt: skip
    db.flush()
    return row


def lived(db: Session, referral: Referral, room: str, since: datetime, until: datetime | None = None) -> Stay:
    """Let a referral have lived in a bed such as `WALL/Room 1`."""
    refuge, _, name = room.partition("/")
    stay = Stay(
        ref=new_ref(db, Stay), bed_id=Pilot().bed(db, refuge, name).id, referral_id=referral.id, started_at=since,
        ended_at=until,
    )  # fmt: skip
    db.add(stay)
    db.flush()
    return stay


def paper(db: Session) -> None:
    """Add the referrals that the partnership's paper counts: 6 of 23 and 7 of 11, two women with both needs."""
    both = {"mental_health": "high", "alcohol": "low"}
    for _ in range(2):
        referred(db, AWAY, "C07", needs=both)
    for place in range(21):
        referred(db, AWAY if place < 4 else PLACED, "C04" if place < 4 else "", needs={"mental_health": "medium"})
    for place in range(9):
        referred(db, AWAY if place < 5 else PLACED, "C05" if place < 5 else "", needs={"drugs": "low"})


def fact(outcome: Outcome = Outcome.PLACED, number: int = 0, *needs: str, hours: float = 1, **told: Any) -> Fact:  # noqa: ANN401
    """Make one fact, decided after so many hours unless it is open."""
    plain: dict[str, Any] = {
        "household": number, "received_at": THEN, "agency": "Wall agency",
        "decided_at": None if outcome is Outcome.OPEN else THEN + timedelta(hours=hours),
    }  # fmt: skip
    return Fact(number=number, outcome=outcome, needs=sum(BIT[need] for need in needs), **{**plain, **told})
