"""Asking for sessions, changing and ending what was asked for, and keeping her times."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from sqlalchemy import delete, select

from refuge.audit.service import record
from refuge.database import new_ref
from refuge.errors import Refused
from refuge.rota.models import Discipline, Worker
from support_plans.categories import Category
from support_plans.models import Interpreter, SessionNeed, TimeOfHers, Urgency

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime

    from sqlalchemy.orm import Session

    from refuge.accounts.models import Person
    from refuge.audit.service import Actor
    from refuge.referrals.models import Referral
    from support_plans.models import TimeKind

STALE = "stale"
CATEGORY_OF = {
    Discipline.RECOVERY_WORKER: Category.SUBSTANCE_USE,
    Discipline.MENTAL_HEALTH_PRACTITIONER: Category.MENTAL_HEALTH,
    Discipline.THERAPIST: Category.MENTAL_HEALTH,
    Discipline.SUPPORT_WORKER: Category.GENERAL,
}
"""What a need for sessions says about her, by whose work it is."""


@dataclass(frozen=True)
class NeedDetails:
    """Which sessions she needs."""

    service: str
    discipline: Discipline
    minutes: int
    earliest_on: date
    every_days: int | None = None
    how_many: int | None = None
    latest_on: date | None = None
    until_on: date | None = None
    urgency: Urgency = Urgency.ROUTINE
    preferred_worker_id: int | None = None
    excluded_worker_id: int | None = None
    interpreter: Interpreter = Interpreter.NOT_NEEDED
    interpreter_language: str = ""
    interpreter_same_gender: bool = False
    interpreter_not_from_community: bool = False
    childcare: bool = False


@dataclass(frozen=True)
class Time:
    """One time of hers: on a weekday (0 for Monday) or on one day, in minutes after midnight."""

    from_minute: int
    until_minute: int
    kind: TimeKind
    why: str
    weekday: int | None = None
    on_date: date | None = None


def ask_for_sessions(
    session: Session, referral: Referral, details: NeedDetails, *, by: Person, actor: Actor, at: datetime
) -> SessionNeed:
    """Let the plan ask for sessions; planning reads it as it stands. Raise Refused for what cannot be."""
    _refuse(session, referral, details)
    need = SessionNeed(
        ref=new_ref(session, SessionNeed), referral_id=referral.id, agency_id=by.agency_id,
        category=CATEGORY_OF[details.discipline], asked_by_id=by.id, asked_at=at, **asdict(details),
    )  # fmt: skip
    session.add(need)
    session.flush()
    record(session, "need.asked", need.ref, by=actor, at=at, referral=referral.ref, service=details.service)
    return need


def change_need(
    session: Session,
    referral: Referral,
    need: SessionNeed,
    details: NeedDetails,
    *,
    version: int,
    actor: Actor,
    at: datetime,
) -> list[str]:
    """Change what was asked for, and return the names of what changed. Raise Refused if somebody else was quicker."""
    _refuse_over(need)
    if need.version != version:
        raise Refused(
            "Somebody else changed these sessions while you were typing. What is saved now is beside what you typed; "
            "save again to keep yours.",
            code=STALE,
        )  # fmt: skip
    _refuse(session, referral, details)
    values = asdict(details)
    changed = sorted(name for name, value in values.items() if getattr(need, name) != value)
    for name in changed:
        setattr(need, name, values[name])
    need.category = CATEGORY_OF[details.discipline]
    if changed:
        session.flush()
        record(session, "need.changed", need.ref, by=actor, at=at, referral=referral.ref, fields=changed)
    return changed


def end_need(session: Session, need: SessionNeed, *, why: str, actor: Actor, at: datetime) -> None:
    """End what was asked for. What is booked already stays until somebody cancels it."""
    _refuse_over(need)
    need.ended_at, need.ended_why = at, why
    session.flush()
    record(session, "need.ended", need.ref, by=actor, at=at)


def end_needs_of(session: Session, referral_id: int, *, why: str, actor: Actor, at: datetime) -> int:
    """End all that was asked for a woman who has left; return how many there were."""
    open_needs = session.scalars(
        select(SessionNeed).where(SessionNeed.referral_id == referral_id, SessionNeed.ended_at.is_(None))
    ).all()
    for need in open_needs:
        end_need(session, need, why=why, actor=actor, at=at)
    return len(open_needs)


def set_times(
    session: Session, referral: Referral, times: Sequence[Time], *, by: Person, actor: Actor, at: datetime
) -> None:
    """Keep the times at which she cannot come or would rather, in the place of those kept before."""
    for time in times:
        if (time.weekday is None) == (time.on_date is None):
            raise Refused("Say for each time either a weekday or one day", field="times")
        if not time.from_minute < time.until_minute:
            raise Refused("Each time must end after it begins", field="times")
    session.execute(delete(TimeOfHers).where(TimeOfHers.referral_id == referral.id))
    session.add_all(TimeOfHers(referral_id=referral.id, set_by_id=by.id, set_at=at, **asdict(time)) for time in times)
    session.flush()
    record(session, "times.set", referral.ref, by=actor, at=at, count=len(times))


def _refuse_over(need: SessionNeed) -> None:
    if need.ended_at is not None:
        raise Refused("These sessions were ended already. Ask for new ones on the plan.", code="need.over")


def _refuse(session: Session, referral: Referral, details: NeedDetails) -> None:
    if details.every_days is None and details.how_many is None:
        raise Refused("Say how often, or how many sessions in all", field="every_days")
    if details.latest_on is not None and details.latest_on < details.earliest_on:
        raise Refused("Enter a last day for the first session that is not before its first", field="latest_on")
    if details.until_on is not None and details.until_on < details.earliest_on:
        raise Refused("Enter a day that is not before the first session", field="until_on")
    if details.interpreter is not Interpreter.NOT_NEEDED and not details.interpreter_language:
        raise Refused("Choose the language that the interpreter must speak", field="interpreter_language")
    if details.preferred_worker_id is not None and details.preferred_worker_id == details.excluded_worker_id:
        raise Refused("The worker she prefers cannot be the one she does not want to see", field="excluded_worker_id")
    for name in ("preferred_worker_id", "excluded_worker_id"):
        worker_id = getattr(details, name)
        if worker_id is not None:
            worker = session.get(Worker, worker_id)
            if worker is None or worker.network_id != referral.network_id:
                raise Refused("Choose a worker of this network", field=name)
