"""Writing the plan with her: her words, areas, goals, actions, progress, reviews, her agreement, notes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from refuge.audit.service import record
from refuge.beds.models import Stay
from refuge.database import new_ref
from refuge.errors import Refused
from refuge.london import london_date
from support_plans.categories import NEEDED, Category
from support_plans.models import (
    Action,
    ActionOwner,
    Goal,
    GoalState,
    Note,
    PlanAgreement,
    PlanArea,
    PlanReview,
    Progress,
)
from support_plans.service.changes import home_agency, keep_change, open_plan, plan_to_change

if TYPE_CHECKING:
    from datetime import date, datetime

    from sqlalchemy.orm import Session

    from refuge.accounts.models import Person
    from refuge.audit.service import Actor
    from refuge.referrals.models import Referral
    from support_plans.areas import Area
    from support_plans.models import Plan

STALE = "stale"
CHANGED_MEANWHILE = (
    "Somebody else changed this while you were typing. What is saved now stands above what you typed. "
    "Take over what should stay, and save again."
)


@dataclass(frozen=True)
class By:
    """Who does it, as the audit knows her, and when."""

    person: Person
    actor: Actor
    at: datetime


@dataclass(frozen=True)
class WordsDetails:
    """Her own words."""

    her_words: str
    good_day: str
    copy_names_agencies: bool = False


@dataclass(frozen=True)
class AreaDetails:
    """Where she is, where she wants to be, and when to look again."""

    now_words: str
    wanted_words: str
    review_on: date | None = None


@dataclass(frozen=True)
class ActionDetails:
    """A step: what, who, by when."""

    what: str
    owner_kind: ActionOwner = ActionOwner.HERSELF
    owner_person_id: int | None = None
    owner_agency_id: int | None = None
    due_on: date | None = None


def seen_of(plan: Plan | None) -> str:
    """Return which version of her words a form was opened with."""
    return "0" if plan is None else str(plan.words_version)


def set_words(session: Session, referral: Referral, details: WordsDetails, *, seen: str, by: By) -> bool:
    """Keep her own words. Raise Refused if somebody else changed them since the form was opened."""
    plan = plan_to_change(session, referral.id)
    if plan is None:
        plan = open_plan(
            session, referral, home_agency(session, referral.id) or by.person.agency_id, by=by.person, at=by.at
        )
    elif seen_of(plan) != seen:
        raise Refused(CHANGED_MEANWHILE, code=STALE, field="her_words")
    before = (plan.her_words, plan.good_day, plan.copy_names_agencies)
    after = (details.her_words, details.good_day, details.copy_names_agencies)
    if before == after:
        return False
    plan.her_words, plan.good_day, plan.copy_names_agencies = after
    plan.words_version += 1
    _keep(session, referral, "her_words", Category.GENERAL, by, before=_lines(*before[:2]), after=_lines(*after[:2]))
    return True


def write_area(
    session: Session,
    referral: Referral,
    area: Area,
    details: AreaDetails,
    *,
    row: PlanArea | None,
    version: int,
    by: By,
) -> PlanArea:
    """Begin an area with her, or change how her agency wrote it. Raise Refused if somebody else was quicker."""
    if (0 if row is None else row.version) != version:
        raise Refused(CHANGED_MEANWHILE, code=STALE, field="now_words")
    before = "" if row is None else _lines(row.now_words, row.wanted_words)
    if row is None:
        row = PlanArea(
            referral_id=referral.id, agency_id=by.person.agency_id, category=area.category, area=area.code,
            opened_at=by.at, now_words="", wanted_words="",
        )  # fmt: skip
        try:
            with session.begin_nested():
                session.add(row)
        except IntegrityError as error:
            raise Refused(CHANGED_MEANWHILE, code=STALE, field="now_words") from error
    row.now_words, row.wanted_words, row.review_on = details.now_words, details.wanted_words, details.review_on
    session.flush()
    after = _lines(row.now_words, row.wanted_words)
    _keep(session, referral, "area", area.category, by, about=area.code, before=before, after=after)
    return row


def set_goal(session: Session, referral: Referral, area: PlanArea, words: str, *, by: By) -> Goal:
    """Write down what she wants to reach."""
    goal = Goal(
        ref=new_ref(session, Goal), referral_id=referral.id, agency_id=by.person.agency_id, category=area.category,
        area_id=area.id, words=words, made_at=by.at, made_by_id=by.person.id, state=GoalState.OPEN,
    )  # fmt: skip
    session.add(goal)
    session.flush()
    _keep(session, referral, "goal", area.category, by, about=area.area, after=words)
    return goal


def add_action(session: Session, referral: Referral, goal: Goal, details: ActionDetails, *, by: By) -> Action:
    """Agree a step towards a goal."""
    action = Action(
        ref=new_ref(session, Action), referral_id=referral.id, agency_id=by.person.agency_id, category=goal.category,
        goal_id=goal.id, what=details.what, owner_kind=details.owner_kind, owner_person_id=details.owner_person_id,
        owner_agency_id=details.owner_agency_id, due_on=details.due_on, made_at=by.at,
    )  # fmt: skip
    session.add(action)
    session.flush()
    _keep(session, referral, "action", goal.category, by, after=details.what)
    return action


def mark_action(session: Session, referral: Referral, action: Action, *, done: bool, by: By) -> bool:
    """Note that a step is done, or is not yet; return whether that changed anything."""
    if (action.done_at is not None) == done:
        return False
    action.done_at, action.done_by_id = (by.at, by.person.id) if done else (None, None)
    session.flush()
    said = "Done" if done else "Not done yet"
    _keep(session, referral, "action", action.category, by, before=action.what, after=said)
    return True


def add_progress(
    session: Session, referral: Referral, goal: Goal, words: str, state: GoalState, *, version: int, by: By
) -> None:
    """Write down what has moved, and where the goal has come to. Raise Refused if somebody else closed it meanwhile."""
    if goal.version != version and goal.state is not state:
        raise Refused(CHANGED_MEANWHILE, code=STALE, field="words")
    if not words and goal.state is state:
        raise Refused("Write what has moved, or choose where the goal has come to", field="words")
    before = goal.state
    if words:
        session.add(
            Progress(
                referral_id=referral.id, agency_id=by.person.agency_id, category=goal.category, goal_id=goal.id,
                words=words, at=by.at, by_id=by.person.id,
            ),
        )  # fmt: skip
    goal.state = state
    session.flush()
    changed = "" if before is state else state.label
    _keep(session, referral, "progress", goal.category, by, before=goal.words, after=_lines(words, changed))


def review_plan(
    session: Session, referral: Referral, *, on: date, next_on: date, with_her: bool, words: str, by: By
) -> PlanReview:
    """Note that the plan was gone through, and when it is next; her stay says the day, and the board reads it there."""
    _refuse_days(on, next_on, by)
    row = PlanReview(
        referral_id=referral.id, agency_id=by.person.agency_id, category=Category.GENERAL, reviewed_on=on,
        with_her=with_her, words=words, at=by.at, by_id=by.person.id,
    )  # fmt: skip
    session.add(row)
    session.flush()
    _stay_to_change(session, referral).review_due_on = next_on
    _keep(session, referral, "review", Category.GENERAL, by, after=_lines(words, f"Next: {next_on.isoformat()}"))
    return row


def agree_plan(
    session: Session, referral: Referral, *, on: date, how: str, her_words: str, next_on: date, by: By
) -> PlanAgreement:
    """Note that she agreed to the plan as it is now; the board stops asking for it."""
    _refuse_days(on, next_on, by)
    stay = _stay_to_change(session, referral)
    change = _keep(session, referral, "agreement", Category.GENERAL, by, after=her_words)
    row = PlanAgreement(
        referral_id=referral.id, number=change, agreed_on=on, how=how, her_words=her_words, by_id=by.person.id, at=by.at
    )
    session.add(row)
    stay.plan_agreed_on, stay.review_due_on = on, next_on
    session.flush()
    return row


def write_note(session: Session, referral: Referral, category: Category, words: str, *, sealed: bool, by: By) -> Note:
    """Write a note. Raise Refused for what is kept apart: it has its own record."""
    if category in NEEDED:
        raise Refused("This is kept apart from notes. Write it in its own record.", field="category")
    note = Note(
        ref=new_ref(session, Note), referral_id=referral.id, agency_id=by.person.agency_id, category=category,
        written_by_id=by.person.id, at=by.at, words=words, sealed=sealed,
    )  # fmt: skip
    session.add(note)
    session.flush()
    record(
        session, "note.written", note.ref, by=by.actor, at=by.at, referral=referral.ref, category=category.value,
        sealed=sealed,
    )  # fmt: skip
    return note


def _refuse_days(on: date, next_on: date, by: By) -> None:
    if on > london_date(by.at):
        raise Refused("Enter today or an earlier day", field="on")
    if next_on <= on:
        raise Refused("Enter a day after this one", field="next_on")


def _stay_to_change(session: Session, referral: Referral) -> Stay:
    query = select(Stay).where(Stay.referral_id == referral.id).order_by(Stay.started_at.desc()).limit(1)
    stay = session.scalar(query.with_for_update().execution_options(populate_existing=True))
    if stay is None or stay.ended_at is not None:
        raise Refused("She has left. Her plan can be read, and is not reviewed any more.", code="stay.over")
    return stay


def _keep(
    session: Session,
    referral: Referral,
    part: str,
    category: Category,
    by: By,
    *,
    about: str = "",
    before: str = "",
    after: str = "",
) -> int:
    change = keep_change(
        session,
        referral,
        part,
        category,
        by=by.person,
        actor=by.actor,
        at=by.at,
        about=about,
        before=before,
        after=after,
    )
    return change.number


def _lines(*parts: str) -> str:
    return "\n".join(part for part in parts if part)
