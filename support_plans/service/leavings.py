"""Preparing a woman's leaving, discharging her, and the gate: a planned leaving waits, one in need does not."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from refuge.audit.service import record
from refuge.errors import Refused
from refuge.london import london_date
from refuge.referrals.models import Answer
from support_plans.categories import Category
from support_plans.leaving import How, Step, still_open
from support_plans.models import Discharge, Leaving, LeavingStep, TaskKind
from support_plans.models.leavings import NONE_WANTED
from support_plans.queries.leavings import facts_of, leaving_of, step_of
from support_plans.service.needs import end_needs_of
from support_plans.service.tasks import add_task

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime

    from sqlalchemy.orm import Session

    from refuge.accounts.models import Person
    from refuge.audit.service import Actor
    from refuge.referrals.models import Referral

STALE = (
    "Somebody else changed this while you had it open, and nothing of yours is saved yet. "
    "Read what is saved now, then save again."
)
SAID_MEANWHILE = (
    "Somebody else said something about this step while you were typing. It stands above what you typed. "
    "If yours should stand instead, save again."
)
FARTHEST_CALL = timedelta(days=366)
SHORT, WORDS = 3, 10


@dataclass(frozen=True)
class LeavingDetails:
    """What is known of where she goes and how she can be reached."""

    planned_on: date | None
    destination: str
    safe_contact: str
    her_words: str


@dataclass(frozen=True)
class StepDetails:
    """How somebody says that a step stands, and the version that she saw: 0, nothing was said yet."""

    how: How
    note: str
    version: int


@dataclass(frozen=True)
class DischargeDetails:
    """What the practitioner writes of the discharge."""

    agreed_with_her_on: date | None
    her_words: str
    pathway: str
    handover: str
    accepted_by: str
    accepted_on: date | None


def prepare(session: Session, referral: Referral, *, by: Person, actor: Actor, at: datetime) -> Leaving:
    """Begin her leaving, if nobody has. The caller has locked the referral."""
    found = leaving_of(session, referral.id, lock=True)
    if found is not None:
        return found
    row = Leaving(
        referral_id=referral.id, agency_id=by.agency_id, category=Category.SAFETY, started_at=at, started_by_id=by.id,
        open_steps=[],
    )  # fmt: skip
    session.add(row)
    session.flush()
    record(session, "leaving.begun", referral.ref, by=actor, at=at)
    return row


def tell(
    session: Session,
    referral: Referral,
    leaving: Leaving | None,
    details: LeavingDetails,
    *,
    version: int,
    actor: Actor,
    at: datetime,
) -> bool:
    """Keep where she goes, how she can be reached and what she says; return whether anything changed."""
    if leaving is None:
        raise Refused(STALE, code="stale")
    _refuse_if_over(leaving)
    _refuse_if_stale(leaving.version, version)
    told = {
        "planned_on": details.planned_on, "destination": details.destination, "safe_contact": details.safe_contact,
        "her_words": details.her_words,
    }  # fmt: skip
    changed = sorted(name for name, value in told.items() if getattr(leaving, name) != value)
    for name in changed:
        setattr(leaving, name, told[name])
    if changed:
        session.flush()
        record(session, "leaving.changed", referral.ref, by=actor, at=at, fields=changed)
    return bool(changed)


def ask_for_calls(
    session: Session,
    referral: Referral,
    leaving: Leaving,
    days: Sequence[date],
    *,
    agreed: bool,
    owner: Person,
    actor: Actor,
    at: datetime,
) -> None:
    """Keep whether she agreed to be called afterwards; each day that she agreed to becomes a task. Without it: none."""
    _refuse_if_over(leaving)
    if leaving.calls is Answer.YES:
        raise Refused("She agreed to calls already, and the tasks for them are made. Look at the tasks about her.")
    today = london_date(at)
    if agreed and not days:
        raise Refused("Enter at least one day on which she may be called", field="first")
    if any(not today < on <= today + FARTHEST_CALL for on in days):
        raise Refused("Enter days after today, within a year", field="first")
    leaving.calls = Answer.YES if agreed else Answer.NO
    session.flush()
    for on in days if agreed else ():
        add_task(
            session, TaskKind.FOLLOW_UP, "Call her, as she agreed. Read first how to reach her safely", on, owner=owner,
            actor=actor, at=at, referral=referral, by=owner,
        )  # fmt: skip
    record(session, "leaving.calls_asked", referral.ref, by=actor, at=at, agreed=agreed, days=len(days))


def say_step(
    session: Session,
    referral: Referral,
    step: Step,
    said: StepDetails,
    *,
    by: Person,
    actor: Actor,
    at: datetime,
) -> LeavingStep:
    """Say that a step is done, or is not needed and why. It can be said anew, by whoever saw what was said last."""
    if len(said.note) < SHORT:
        raise Refused("Say to whom it was handed over, or why it is not needed", field="note")
    row = step_of(session, referral.id, step)
    if (row.version if row is not None else 0) != said.version:
        raise Refused(SAID_MEANWHILE, code="stale", field="note")
    if row is None:
        row = LeavingStep(referral_id=referral.id, step=step)
        session.add(row)
    row.how, row.note, row.by_id, row.at = said.how, said.note, by.id, at
    session.flush()
    record(session, "leaving.step_said", referral.ref, by=actor, at=at, step=step, how=said.how)
    return row


def write_discharge(
    session: Session,
    referral: Referral,
    row: Discharge | None,
    details: DischargeDetails,
    *,
    version: int,
    by: Person,
    actor: Actor,
    at: datetime,
) -> Discharge:
    """Keep the discharge as the practitioner writes it. What the senior agreed to cannot be changed behind her."""
    _refuse_discharge(details, at)
    told = {
        "agreed_with_her_on": details.agreed_with_her_on, "her_words": details.her_words, "pathway": details.pathway,
        "handover": details.handover, "accepted_by": details.accepted_by, "accepted_on": details.accepted_on,
    }  # fmt: skip
    if row is None:
        row = Discharge(
            referral_id=referral.id,
            agency_id=by.agency_id,
            category=Category.MENTAL_HEALTH,
            practitioner_id=by.id,
            **told,
        )
        session.add(row)
    else:
        _refuse_if_stale(row.version, version)
        changed = {name for name, value in told.items() if getattr(row, name) != value}
        if row.senior_agreed_at is not None and changed - {"accepted_by", "accepted_on"}:
            row.senior_id = row.senior_agreed_at = None
        for name, value in told.items():
            setattr(row, name, value)
    session.flush()
    record(session, "discharge.written", referral.ref, by=actor, at=at, pathway=details.pathway)
    return row


def _refuse_discharge(details: DischargeDetails, at: datetime) -> None:
    today = london_date(at)
    for name in ("agreed_with_her_on", "accepted_on"):
        on = getattr(details, name)
        if on is not None and on > today:
            raise Refused("Enter a day that is not in the future", field=name)
    if (details.accepted_on is None) is not (details.accepted_by == ""):
        raise Refused("Enter both who accepted the handover and when, or neither", field="accepted_by")
    if details.accepted_on is not None and len(details.handover) < WORDS:
        raise Refused("Write the handover that was accepted", field="handover")
    if details.accepted_on is not None and details.pathway == NONE_WANTED:
        raise Refused(
            "She wants no pathway, so nobody accepts a handover. Choose a pathway, or empty both", field="pathway"
        )


def senior_agrees(
    session: Session, referral: Referral, row: Discharge, *, version: int, by: Person, actor: Actor, at: datetime
) -> None:
    """Let another practitioner of the same agency agree, after the woman herself has."""
    _refuse_if_stale(row.version, version)
    if by.id == row.practitioner_id:
        raise Refused("Another practitioner agrees, not the one who wrote it.", code="same_person")
    if row.agreed_with_her_on is None:
        raise Refused("It has not been agreed with her yet.", code="not_agreed_with_her")
    row.senior_id, row.senior_agreed_at = by.id, at
    session.flush()
    record(session, "discharge.agreed", referral.ref, by=actor, at=at)


def leave(
    session: Session, referral: Referral, *, planned: bool, destination: str, by: Person, actor: Actor, at: datetime
) -> list[Step]:
    """End her time here as far as her plan goes; return the steps that were open.

    Raise Refused where a planned leaving has open steps. One that could not wait is never refused: what was open is
    kept. What was asked for in sessions ends; who may open her record is worked out from her stay and ends by itself.
    """
    row = leaving_of(session, referral.id, lock=True)
    waits = still_open(facts_of(session, referral.id, row, destination=destination))
    if planned and waits:
        words = "; ".join(step.label for step in waits)
        raise Refused(
            f"A planned leaving waits for its checklist. Still open: {words}. "
            "If she had to leave before it was finished, say that it was not planned: that is never refused",
            field="planned", code="leaving.open",
        )  # fmt: skip
    row = row or prepare(session, referral, by=by, actor=actor, at=at)
    row.ended_at, row.planned = at, planned
    row.destination, row.still_open, row.open_steps = destination, len(waits), [step.value for step in waits]
    session.flush()
    ended = end_needs_of(session, referral.id, why="She has left", actor=actor, at=at)
    record(session, "leaving.ended", referral.ref, by=actor, at=at, planned=planned, open=row.open_steps, needs=ended)
    return waits


def _refuse_if_over(leaving: Leaving) -> None:
    if leaving.ended_at is not None:
        raise Refused("She has left already. Look at the page again.", code="leaving.over")


def _refuse_if_stale(now_at: int, version: int) -> None:
    if now_at != version:
        raise Refused(STALE, code="stale")
