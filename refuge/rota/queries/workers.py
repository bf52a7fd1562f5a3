"""Reading workers: those of the reader's own network, and no other's."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import Select, false, or_, select
from sqlalchemy.orm import joinedload

from refuge.accounts.models import Agency, Person
from refuge.london import day_begins, london_date
from refuge.permissions import Permission
from refuge.rota.models import ExceptionPlace, Pattern, PatternPlace, RotaException, Worker

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy.orm import Session

DAY = timedelta(days=1)


def visible_to(reader: Person) -> Select[Worker]:
    """Return the workers that the reader may see: those of her network, if her role has to do with the rota."""
    if not reader.may(Permission.ROTA_SEE):
        return select(Worker).where(false())
    return select(Worker).where(Worker.network_id == reader.network_id)


def worker_of(session: Session, person: Person) -> Worker | None:
    """Return this person as a worker of the agency where she is now, or None if it has her on no rota."""
    return session.scalar(
        select(Worker).where(
            Worker.person_id == person.id, Worker.network_id == person.network_id, Worker.agency_id == person.agency_id
        ),
    )


def refuge_ids_of(session: Session, person: Person, at: datetime) -> frozenset[int]:
    """Return the houses on whose rota this person is on the London day of `at`, shift or none.

    These are the houses of her patterns that hold on this day, and of hours added on it. None, if her assignment does
    not hold on it.
    """
    on = london_date(at)
    worker = worker_of(session, person)
    if worker is None or not worker.is_assigned(on):
        return frozenset()
    of_patterns = (
        select(PatternPlace.refuge_id)
        .join(Pattern, Pattern.id == PatternPlace.pattern_id)
        .where(
            Pattern.worker_id == worker.id,
            Pattern.valid_from <= on,
            or_(Pattern.valid_until.is_(None), Pattern.valid_until >= on),
        )
    )
    of_exceptions = (
        select(ExceptionPlace.refuge_id)
        .join(RotaException, RotaException.id == ExceptionPlace.exception_id)
        .where(
            RotaException.worker_id == worker.id,
            RotaException.works.is_(True),
            RotaException.withdrawn_at.is_(None),
            RotaException.from_at < day_begins(on + DAY),
            RotaException.until_at > day_begins(on),
        )
    )
    return frozenset(session.scalars(of_patterns.union(of_exceptions)))


def workers(session: Session, reader: Person) -> Sequence[Worker]:
    """Return the workers that the reader may see, agency by agency."""
    found = session.scalars(
        visible_to(reader)
        .join(Agency, Agency.id == Worker.agency_id)
        .order_by(Agency.name, Worker.is_agency_contact.desc(), Worker.name, Worker.id)
    )
    return found.unique().all()


def find_worker(session: Session, reader: Person, ref: str) -> Worker | None:
    """Return the worker with this ref, or None if there is none that the reader may see."""
    return session.scalar(visible_to(reader).where(Worker.ref == ref).options(joinedload(Worker.person)))


def own_worker(session: Session, reader: Person, ref: str) -> Worker | None:
    """Return the worker with this ref if she is of the reader's own agency."""
    return session.scalar(
        visible_to(reader)
        .where(Worker.ref == ref, Worker.agency_id == reader.agency_id)
        .options(joinedload(Worker.person))
    )


def people_to_link(session: Session, reader: Person, worker: Worker | None) -> Sequence[Person]:
    """Return the people of the reader's agency who can sign in and are no other worker."""
    other = select(Worker.person_id).where(Worker.person_id.is_not(None))
    if worker is not None:
        other = other.where(Worker.id != worker.id)
    return session.scalars(
        select(Person)
        .where(Person.agency_id == reader.agency_id, Person.disabled_at.is_(None), Person.id.not_in(other))
        .order_by(Person.name, Person.id)
    ).all()


def patterns_of(session: Session, worker: Worker) -> Sequence[Pattern]:
    """Return all patterns of a worker, the latest first."""
    return session.scalars(
        select(Pattern).where(Pattern.worker_id == worker.id).order_by(Pattern.valid_from.desc(), Pattern.id.desc())
    ).all()


def own_pattern(session: Session, reader: Person, ref: str) -> Pattern | None:
    """Return the pattern with this ref, if it is of a worker of the reader's own agency."""
    return session.scalar(
        select(Pattern)
        .where(Pattern.ref == ref, Pattern.worker_id.in_(_own(reader)))
        .options(joinedload(Pattern.worker))
    )


def exceptions_of(session: Session, worker: Worker, *, since: datetime) -> Sequence[RotaException]:
    """Return what stands for a worker from an instant on, in order of time."""
    return session.scalars(
        select(RotaException)
        .where(
            RotaException.worker_id == worker.id,
            RotaException.withdrawn_at.is_(None),
            RotaException.until_at > since,
        )
        .options(joinedload(RotaException.entered_by))
        .order_by(RotaException.from_at)
    ).all()


def own_exception(session: Session, reader: Person, ref: str) -> RotaException | None:
    """Return the exception with this ref, if it is of a worker of the reader's own agency."""
    return session.scalar(
        select(RotaException)
        .where(RotaException.ref == ref, RotaException.worker_id.in_(_own(reader)))
        .options(joinedload(RotaException.worker))
    )


def _own(reader: Person) -> Select[int]:
    return visible_to(reader).where(Worker.agency_id == reader.agency_id).with_only_columns(Worker.id)
