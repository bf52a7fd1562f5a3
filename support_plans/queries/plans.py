"""One plan as one reader may see it: each part asked for once, however long the plan is."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select
from sqlalchemy.orm import aliased, joinedload

from refuge.beds.models import Bed, Refuge, Stay
from refuge.referrals.models import Referral
from support_plans.access import readable, residents_visible_to
from support_plans.models import (
    Action,
    Goal,
    Note,
    Plan,
    PlanAgreement,
    PlanArea,
    PlanChange,
    PlanReview,
    Progress,
    SessionNeed,
    TimeOfHers,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from sqlalchemy.orm import Session

    from refuge.accounts.models import Person
    from support_plans.access import Reach
    from support_plans.models import Owned

LATEST = 3
"""How many entries of progress, and notes, a plan's page shows; the rest are one step away."""
A_PAGE = 40
"""How many notes or versions a page lists."""


@dataclass(frozen=True)
class WholeGoal:
    """A goal with its steps, and the latest of what has moved."""

    goal: Goal
    actions: Sequence[Action]
    progress: Sequence[Progress]
    more: int
    """How many earlier entries of progress there are."""


@dataclass(frozen=True)
class WholeArea:
    """An area as one agency wrote it, with the goals that the reader may see."""

    area: PlanArea
    goals: Sequence[WholeGoal]


@dataclass(frozen=True)
class PlanParts:
    """All that a reader may see of a plan."""

    plan: Plan | None
    areas: Sequence[WholeArea]
    notes: Sequence[Note]
    notes_in_all: int
    needs: Sequence[SessionNeed]
    times: Sequence[TimeOfHers]
    agreement: PlanAgreement | None
    reviews: Sequence[PlanReview]


def plan_of(session: Session, referral_id: int) -> Plan | None:
    """Return her plan; what a reader may see of it, `Reach` says."""
    return session.scalar(select(Plan).where(Plan.referral_id == referral_id))


def stay_of(session: Session, referral_id: int) -> Stay | None:
    """Return her present stay, or the last one, with its bed and refuge."""
    return session.scalar(
        select(Stay)
        .where(Stay.referral_id == referral_id)
        .order_by(Stay.started_at.desc())
        .limit(1)
        .options(joinedload(Stay.bed).joinedload(Bed.refuge)),
    )


def parts_of(session: Session, reach: Reach) -> PlanParts:
    """Return what this reader may see of this plan. Nine queries, however long it is."""
    notes = _mine(session, reach, Note).order_by(Note.at.desc(), Note.id.desc()).limit(LATEST)
    count = select(func.count()).select_from(_mine(session, reach, Note).subquery())
    reviews = _mine(session, reach, PlanReview).order_by(PlanReview.id.desc()).limit(LATEST)
    needs = _mine(session, reach, SessionNeed).order_by(SessionNeed.ended_at.is_not(None), SessionNeed.id)
    times = select(TimeOfHers).where(TimeOfHers.referral_id == reach.referral_id).order_by(TimeOfHers.id)
    agreement = (
        select(PlanAgreement)
        .where(PlanAgreement.referral_id == reach.referral_id)
        .order_by(PlanAgreement.id.desc())
        .limit(1)
        .options(joinedload(PlanAgreement.by))
    )
    return PlanParts(
        plan_of(session, reach.referral_id),
        _areas(session, reach),
        session.scalars(notes.options(joinedload(Note.written_by), joinedload(Note.agency))).all(),
        session.scalar(count) or 0,
        session.scalars(needs).all(),
        session.scalars(times).all(),
        session.scalar(agreement),
        session.scalars(reviews.options(joinedload(PlanReview.by))).all(),
    )


def _mine(session: Session, reach: Reach, kind: type[Any]) -> Any:  # noqa: ANN401  a select of whatever kind is
    """Return the records of this kind that the reader may see of this resident, as a query."""
    owned: type[Owned] = kind
    may = readable(session, reach.reader, owned, at=reach.at)
    return select(kind).where(kind.referral_id == reach.referral_id, may)


def _areas(session: Session, reach: Reach) -> list[WholeArea]:
    areas = session.scalars(
        _mine(session, reach, PlanArea).order_by(PlanArea.id).options(joinedload(PlanArea.agency)),
    ).all()
    actions: dict[int, list[Action]] = defaultdict(list)
    for action in session.scalars(
        _mine(session, reach, Action)
        .order_by(Action.done_at.is_not(None), Action.due_on.is_(None), Action.due_on, Action.id)
        .options(joinedload(Action.owner_person), joinedload(Action.owner_agency)),
    ):
        actions[action.goal_id].append(action)
    progress = _latest_progress(session, reach)
    goals: dict[int, list[WholeGoal]] = defaultdict(list)
    for goal in session.scalars(_mine(session, reach, Goal).order_by(Goal.id).options(joinedload(Goal.agency))):
        moved = progress.get(goal.id, [])
        more = moved[0][1] - len(moved) if moved else 0
        goals[goal.area_id].append(WholeGoal(goal, actions[goal.id], [row for row, _ in moved], more))
    return [WholeArea(area, goals[area.id]) for area in areas]


def _latest_progress(session: Session, reach: Reach) -> Mapping[int, list[tuple[Progress, int]]]:
    """Return goal id -> its latest entries of progress, each with how many there are in all."""
    place = func.row_number().over(partition_by=Progress.goal_id, order_by=Progress.id.desc()).label("place")
    in_all = func.count().over(partition_by=Progress.goal_id).label("in_all")
    ranked = (
        _mine(session, reach, Progress).with_only_columns(Progress.id.label("progress_id"), place, in_all).subquery()
    )
    rows = session.execute(
        select(Progress, ranked.c.in_all)
        .join(ranked, ranked.c.progress_id == Progress.id)
        .where(ranked.c.place <= LATEST)
        .order_by(Progress.id.desc())
        .options(joinedload(Progress.by)),
    )
    found: dict[int, list[tuple[Progress, int]]] = defaultdict(list)
    for row, count in rows:
        found[row.goal_id].append((row, count))
    return found


def own_area(session: Session, reader: Person, referral: Referral, code: str, *, lock: bool = False) -> PlanArea | None:
    """Return an area as the reader's agency wrote it."""
    query = select(PlanArea).where(
        PlanArea.referral_id == referral.id, PlanArea.agency_id == reader.agency_id, PlanArea.area == code
    )
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    return session.scalar(query)


def goal(session: Session, reach: Reach, ref: str, *, lock: bool = False) -> Goal | None:
    """Return a goal of this resident that the reader may see."""
    found: Goal | None = _one(session, _mine(session, reach, Goal).where(Goal.ref == ref), lock=lock)
    return found


def whole_goal(session: Session, reach: Reach, found: Goal) -> tuple[Sequence[Action], Sequence[Progress], PlanArea]:
    """Return the steps and all that has moved, of one goal, and its area."""
    actions = _mine(session, reach, Action).where(Action.goal_id == found.id).order_by(Action.id)
    progress = _mine(session, reach, Progress).where(Progress.goal_id == found.id).order_by(Progress.id.desc())
    return (
        session.scalars(actions.options(joinedload(Action.owner_person), joinedload(Action.owner_agency))).all(),
        session.scalars(progress.limit(A_PAGE).options(joinedload(Progress.by))).all(),
        session.get_one(PlanArea, found.area_id),
    )


def action(session: Session, reach: Reach, ref: str, *, lock: bool = False) -> Action | None:
    """Return a step of this resident that the reader may see."""
    found: Action | None = _one(session, _mine(session, reach, Action).where(Action.ref == ref), lock=lock)
    return found


def need(session: Session, reach: Reach, ref: str, *, lock: bool = False) -> SessionNeed | None:
    """Return sessions that were asked for, if the reader may see them."""
    found: SessionNeed | None = _one(
        session, _mine(session, reach, SessionNeed).where(SessionNeed.ref == ref), lock=lock
    )
    return found


def note(session: Session, reach: Reach, ref: str) -> Note | None:
    """Return a note that the reader may read."""
    query = _mine(session, reach, Note).where(Note.ref == ref)
    found: Note | None = session.scalar(query.options(joinedload(Note.written_by), joinedload(Note.agency)))
    return found


def sealed_note(session: Session, referral: Referral, ref: str) -> Note | None:
    """Return a sealed note of this resident whoever asks: only to raise the alert that somebody tried."""
    return session.scalar(select(Note).where(Note.ref == ref, Note.referral_id == referral.id, Note.sealed))


def notes(session: Session, reach: Reach, *, number: int = 1) -> tuple[Sequence[Note], int]:
    """Return a page of the notes that the reader may read, the latest first, and how many there are."""
    mine = _mine(session, reach, Note)
    rows = mine.order_by(Note.at.desc(), Note.id.desc()).limit(A_PAGE).offset((number - 1) * A_PAGE)
    count = session.scalar(select(func.count()).select_from(mine.subquery())) or 0
    return session.scalars(rows.options(joinedload(Note.written_by), joinedload(Note.agency))).all(), count


def changes(session: Session, reach: Reach, *, number: int = 1) -> tuple[Sequence[PlanChange], int]:
    """Return a page of the versions of a plan that the reader may see, the latest first, and how many there are."""
    mine = _mine(session, reach, PlanChange)
    rows = mine.order_by(PlanChange.number.desc()).limit(A_PAGE).offset((number - 1) * A_PAGE)
    count = session.scalar(select(func.count()).select_from(mine.subquery())) or 0
    return session.scalars(rows.options(joinedload(PlanChange.by))).all(), count


def _one(session: Session, query: Any, *, lock: bool) -> Any:  # noqa: ANN401  a row of whatever kind was asked for
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    return session.scalar(query)


@dataclass(frozen=True)
class Listed:
    """A resident as the list of a practitioner shows her."""

    ref: str
    house: str
    bed: str
    stay: Stay


def listed(session: Session, reader: Person, *, at: datetime) -> list[Listed]:
    """Return the women who live in the network now and whose record the reader may open, house by house."""
    later = aliased(Stay)
    rows = session.execute(
        select(Referral.ref, Refuge.name, Bed.name, Stay)
        .join(Stay, Stay.referral_id == Referral.id)
        .join(Bed, Bed.id == Stay.bed_id)
        .join(Refuge, Refuge.id == Bed.refuge_id)
        .where(Referral.id.in_(residents_visible_to(session, reader, at=at)))
        .where(~select(later.id).where(later.referral_id == Stay.referral_id, later.id > Stay.id).exists())
        .order_by(Stay.ended_at.is_not(None), Refuge.name, Bed.position, Bed.id),
    )
    return [Listed(ref, house, bed, stay) for ref, house, bed, stay in rows]
