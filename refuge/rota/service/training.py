"""Workshops: announced, booked, attended; attendance gives the worker the skill with its date."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from sqlalchemy import select

from refuge.audit.service import record
from refuge.database import new_ref
from refuge.errors import Refused
from refuge.london import london_date
from refuge.rota.models import Place, Worker, WorkerSkill, Workshop, WorkshopPlace
from refuge.rota.service.judged import judged_by_database
from refuge.rota.service.versions import refuse_if_stale, set_columns

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from sqlalchemy.orm import Session

    from refuge.accounts.models import Person
    from refuge.audit.service import Actor
    from refuge.rota.models import Audience


@dataclass(frozen=True)
class WorkshopDetails:
    """A workshop as it was typed. The names are those of `Workshop`."""

    title: str
    audience: Audience
    skill: str
    from_at: datetime
    until_at: datetime
    venue: str
    places: int


def announce_workshop(
    session: Session, details: WorkshopDetails, *, by: Person, actor: Actor, at: datetime
) -> Workshop:
    """Announce a workshop that one's own agency holds."""
    row = Workshop(ref=new_ref(session, Workshop), network_id=by.network_id, held_by_id=by.agency_id, **asdict(details))
    session.add(row)
    session.flush()
    record(session, "workshop.announced", row.ref, by=actor, at=at)
    return row


def change_workshop(
    session: Session, workshop: Workshop, details: WorkshopDetails, *, version: int, actor: Actor, at: datetime
) -> None:
    """Change a workshop. Raise Refused if somebody changed it since, or more people are booked than would fit."""
    session.refresh(workshop, with_for_update={"of": Workshop})
    refuse_if_stale(workshop.version, version)
    with judged_by_database(session):
        changed = set_columns(workshop, asdict(details))
        session.flush()
    record(session, "workshop.changed", workshop.ref, by=actor, at=at, fields=changed)


def cancel_workshop(session: Session, workshop: Workshop, *, version: int, actor: Actor, at: datetime) -> None:
    """Cancel a workshop that has not begun. The places stay, so that people can be told."""
    session.refresh(workshop, with_for_update={"of": Workshop})
    refuse_if_stale(workshop.version, version)
    if workshop.cancelled_at is not None or workshop.from_at <= at:
        raise Refused("This workshop has begun or was cancelled already.", code="workshop.begun")
    workshop.cancelled_at = at
    session.flush()
    record(session, "workshop.cancelled", workshop.ref, by=actor, at=at)


def book_place(
    session: Session, workshop: Workshop, who: Worker | Person, *, by: Person, actor: Actor, at: datetime
) -> None:
    """Book a place; somebody who cancelled hers gets it back. Raise Refused if the workshop is full or over."""
    session.refresh(workshop, with_for_update={"of": Workshop})
    if workshop.cancelled_at is not None or workshop.from_at <= at:
        raise Refused("This workshop has begun or was cancelled.", code="workshop.over", field="who")
    row = place_of(session, workshop, who)
    if row is not None and row.state is not Place.CANCELLED:
        raise Refused("This person has a place already.", code="workshop.booked_already", field="who")
    with judged_by_database(session):
        if row is None:
            hers = {"worker_id": who.id} if isinstance(who, Worker) else {"person_id": who.id}
            row = WorkshopPlace(workshop_id=workshop.id, booked_by_id=by.id, booked_at=at, **hers)
            session.add(row)
        row.state = Place.BOOKED
        session.flush()
    record(session, "workshop.booked", workshop.ref, by=actor, at=at, who=who.ref)


def cancel_place(session: Session, workshop: Workshop, who: Worker | Person, *, actor: Actor, at: datetime) -> None:
    """Give a booked place back."""
    row = place_of(session, workshop, who)
    if row is None or row.state is not Place.BOOKED:
        raise Refused("There is no booked place to cancel.", code="workshop.no_place")
    row.state = Place.CANCELLED
    session.flush()
    record(session, "workshop.place_cancelled", workshop.ref, by=actor, at=at, who=who.ref)


def place_of(session: Session, workshop: Workshop, who: Worker | Person) -> WorkshopPlace | None:
    """Return somebody's place at a workshop, if she ever had one."""
    hers = WorkshopPlace.worker_id == who.id if isinstance(who, Worker) else WorkshopPlace.person_id == who.id
    return session.scalar(select(WorkshopPlace).where(WorkshopPlace.workshop_id == workshop.id, hers))


def lock_workshop(session: Session, workshop: Workshop) -> None:
    """Let one transaction at a time decide about this workshop and its places, until it ends."""
    session.refresh(workshop, with_for_update={"of": Workshop})


def note_attendance(
    session: Session, workshop: Workshop, came: Mapping[int, bool], *, actor: Actor, at: datetime
) -> None:
    """Note who came, by ids of places. Who came has the skill of the workshop from its day; who did not has it not.

    The caller holds the lock of the workshop, under which it has compared the places with what was shown.
    """
    if workshop.from_at > at or workshop.cancelled_at is not None:
        raise Refused("Note who came when the workshop has begun.", code="workshop.to_come")
    rows = session.scalars(
        select(WorkshopPlace)
        .where(WorkshopPlace.workshop_id == workshop.id, WorkshopPlace.id.in_(came))
        .order_by(WorkshopPlace.id)
    )
    for row in rows.all():
        row.state = Place.ATTENDED if came[row.id] else Place.DID_NOT_ATTEND
        if not came[row.id]:
            row.rating, row.feedback, row.feedback_at = None, "", None
        session.flush()
        if row.worker_id is not None:
            _give_skill(session, workshop, row)
    record(session, "workshop.attendance_noted", workshop.ref, by=actor, at=at, came=sum(came.values()))


def _give_skill(session: Session, workshop: Workshop, place: WorkshopPlace) -> None:
    kept = session.scalar(select(WorkerSkill).where(WorkerSkill.workshop_place_id == place.id))
    if place.state is not Place.ATTENDED or not workshop.skill:
        if kept is not None:
            session.delete(kept)
            session.flush()
        return
    on = london_date(workshop.from_at)
    same = select(WorkerSkill).where(
        WorkerSkill.worker_id == place.worker_id, WorkerSkill.skill == workshop.skill, WorkerSkill.gained_on == on
    )
    if kept is None and session.scalar(same) is None and place.worker_id is not None:
        session.add(
            WorkerSkill(worker_id=place.worker_id, skill=workshop.skill, gained_on=on, workshop_place_id=place.id)
        )
        session.flush()


def give_feedback(
    session: Session, workshop: Workshop, place: WorkshopPlace, rating: int, words: str, *, actor: Actor, at: datetime
) -> None:
    """Keep what somebody who came thought of it."""
    if place.state is not Place.ATTENDED:
        raise Refused("Feedback is for who came.", code="workshop.did_not_come")
    place.rating, place.feedback, place.feedback_at = rating, words, at
    session.flush()
    record(session, "workshop.feedback_given", workshop.ref, by=actor, at=at)
