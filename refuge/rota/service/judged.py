"""What the database refuses, in words: it has the last word on the rota, and it says what stands in the way."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from refuge.errors import Refused
from refuge.rota.models import Worker

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy.orm import Session

SENTENCES: tuple[tuple[tuple[str, ...], str, str | None, str], ...] = (
    (
        ("ex_pattern_worker",),
        "pattern.overlaps",
        "weekdays",
        "She already has a pattern at these hours on one of these days. End that one first, or choose other hours.",
    ),
    (
        ("ex_rota_exception_worker",),
        "exception.overlaps",
        "from_on",
        "Something is entered for her at this time already. Withdraw that first, or choose another time.",
    ),
    (
        ("uq_worker_agency_contact", "worker.agency_id"),
        "contact.taken",
        "is_agency_contact",
        "Somebody else has just become the point of contact of this agency. Look at the list again.",
    ),
    (
        ("uq_worker_person_id", "worker.person_id"),
        "person.taken",
        "person",
        "This sign-in belongs to another worker of the rota already.",
    ),
    (
        ("workshop_not_overbooked",),
        "workshop.full",
        "places",
        "There is no place for that: the workshop is full, or more people are booked than that.",
    ),
    (
        ("uq_workshop_place", "workshop_place."),
        "workshop.booked_already",
        "who",
        "This person has a place already.",
    ),
    (("uq_closure_day", "closure_day."), "day.closed_already", "on", "This day is on the list already."),
    (
        ("uq_worker_skill", "worker_skill."),
        "skill.kept_already",
        "skill",
        "This skill is kept with this day already.",
    ),
    (
        ("uq_session_room", "session_room."),
        "room.name_taken",
        "name",
        "This house has a room of that name already. Choose another name.",
    ),
)
"""What the database says -> code, field and words."""


def lock_worker(session: Session, worker: Worker) -> None:
    """Let one transaction at a time decide about this worker's hours: two that race would wait for each other."""
    session.execute(select(Worker.id).where(Worker.id == worker.id).with_for_update())


@contextmanager
def judged_by_database(session: Session) -> Iterator[None]:
    """Let the database judge what is done inside; raise Refused, with that undone, where it cannot be."""
    try:
        with session.begin_nested():
            yield
    except IntegrityError as error:
        text = str(error.orig)
        for marks, code, field, sentence in SENTENCES:
            if any(mark in text for mark in marks):
                raise Refused(sentence, code=code, field=field) from error
        raise
