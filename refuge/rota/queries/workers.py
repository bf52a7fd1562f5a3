"""Reading workers: those of the reader's own network, and no other's."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import Select, false, or_, select

from refuge.london import day_begins, london_date
from refuge.permissions import Permission
from refuge.rota.models import ExceptionPlace, Pattern, PatternPlace, RotaException, Worker

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

    from refuge.accounts.models import Person

DAY = timedelta(days=1)


def visible_to(reader: Person) -> Select[Worker]:
    """Return the workers that the reader may see: those of her network, if her role has to do with the rota."""
    if not reader.may(Permission.ROTA_SEE):
        return select(Worker).where(false())
    return select(Worker).where(Worker.network_id == reader.network_id)


def worker_of(session: Session, person: Person) -> Worker | None:
    """Return this person as a worker, or None if she is on no rota."""
    return session.scalar(select(Worker).where(Worker.person_id == person.id, Worker.network_id == person.network_id))


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
