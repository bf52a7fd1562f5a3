"""A plan with two years behind it: notes, goals, steps, progress and versions."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from refuge.database import new_ref, now
from refuge.london import london_date
from support_plans.categories import ORDINARY, Category
from support_plans.models import (
    Action,
    ActionOwner,
    Goal,
    GoalState,
    Note,
    PlanArea,
    PlanChange,
    PlanReview,
    Progress,
)

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from refuge.accounts.models import Person
    from refuge.referrals.models import Referral

A_WEEK = timedelta(days=7)


def add_two_years(db: Session, referral: Referral, by: Person, *, area: str = "later", years: float = 2) -> None:
    """Add what an agency writes in two years: a note on each day, and a goal a month with all that moved."""
    owned: dict[str, Any] = {"referral_id": referral.id, "agency_id": by.agency_id, "category": Category.GENERAL}
    row = PlanArea(**owned, area=area, now_words="Then", wanted_words="Now", opened_at=now())
    db.add(row)
    for day in range(int(years * 365)):
        told = {**owned, "category": ORDINARY[day % len(ORDINARY)]}
        db.add(
            Note(
                ref=new_ref(db, Note), **told, written_by_id=by.id, at=now() - timedelta(days=day), words=f"Day {day}"
            ),
        )
        change = {
            "number": int(years * 10000) + day,
            "at": now(),
            "by_id": by.id,
            "part": "goal",
            "after": f"Change {day}",
        }
        db.add(PlanChange(**owned, **change))
    db.flush()
    for month in range(int(years * 12)):
        goal = Goal(
            ref=new_ref(db, Goal), **owned, area_id=row.id, words=f"Goal {month}", made_at=now(), made_by_id=by.id,
            state=GoalState.OPEN,
        )  # fmt: skip
        db.add(goal)
        db.flush()
        for week in range(8):
            moved = {"goal_id": goal.id, "words": f"Week {week}", "at": now() - week * A_WEEK, "by_id": by.id}
            db.add(Progress(**owned, **moved))
        step = {"what": "A step", "owner_kind": ActionOwner.PERSON, "owner_person_id": by.id, "made_at": now()}
        db.add(Action(ref=new_ref(db, Action), **owned, goal_id=goal.id, **step))
        review = {"reviewed_on": london_date(now()), "with_her": True, "at": now(), "by_id": by.id}
        db.add(PlanReview(**owned, **review))
    db.flush()
