"""Reading workshops: those of the reader's network, who booked and came, and totals that name nobody."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import Select, false, func, select
from sqlalchemy.orm import joinedload

from refuge.accounts.models import Agency, Person
from refuge.london import day_begins
from refuge.permissions import Permission
from refuge.rota.models import Audience, Place, Worker, Workshop, WorkshopPlace

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy.orm import Session


class Listed(NamedTuple):
    """A workshop and how many places are taken."""

    workshop: Workshop
    taken: int
    attended: int


def visible_to(reader: Person) -> Select[Workshop]:
    """Return the workshops that the reader may see: her network's, if her role has to do with them."""
    if not reader.may(Permission.TRAINING_SEE):
        return select(Workshop).where(false())
    return select(Workshop).where(Workshop.network_id == reader.network_id)


def workshops(session: Session, reader: Person, *, since: datetime) -> list[Listed]:
    """Return the workshops from an instant on, the earliest first, with how many places are taken."""
    rows = session.scalars(visible_to(reader).where(Workshop.until_at >= since).order_by(Workshop.from_at)).unique()
    found = rows.all()
    counts = session.execute(
        select(WorkshopPlace.workshop_id, WorkshopPlace.state, func.count())
        .where(WorkshopPlace.workshop_id.in_([one.id for one in found]))
        .group_by(WorkshopPlace.workshop_id, WorkshopPlace.state)
    )
    taken: dict[int, int] = defaultdict(int)
    came: dict[int, int] = defaultdict(int)
    for workshop_id, state, count in counts:
        taken[workshop_id] += count if state is not Place.CANCELLED else 0
        came[workshop_id] += count if state is Place.ATTENDED else 0
    return [Listed(one, taken[one.id], came[one.id]) for one in found]


def find_workshop(session: Session, reader: Person, ref: str) -> Workshop | None:
    """Return the workshop with this ref, or None if there is none that the reader may see."""
    return session.scalar(visible_to(reader).where(Workshop.ref == ref))


def own_workshop(session: Session, reader: Person, ref: str) -> Workshop | None:
    """Return the workshop with this ref, if the reader's agency holds it."""
    return session.scalar(visible_to(reader).where(Workshop.ref == ref, Workshop.held_by_id == reader.agency_id))


def places(session: Session, reader: Person, workshop: Workshop) -> list[WorkshopPlace]:
    """Return who has a place, by name: everybody to the agency that holds it, her own people to anybody else."""
    rows = session.scalars(
        select(WorkshopPlace)
        .where(WorkshopPlace.workshop_id == workshop.id)
        .options(joinedload(WorkshopPlace.worker), joinedload(WorkshopPlace.person))
    ).unique()
    holds = workshop.held_by_id == reader.agency_id
    seen = [row for row in rows if holds or agency_of(row) == reader.agency_id]
    return sorted(seen, key=lambda row: (name_of(row), row.id))


def name_of(row: WorkshopPlace) -> str:
    """Return whose place it is."""
    who = row.worker or row.person
    return who.name if who is not None else ""


def agency_of(row: WorkshopPlace) -> int | None:
    """Return of which agency she is."""
    who = row.worker or row.person
    return who.agency_id if who is not None else None


def can_be_booked(session: Session, reader: Person) -> list[Worker | Person]:
    """Return the people of the reader's own agency who can have a place: its workers, and who signs in besides."""
    workers = session.scalars(
        select(Worker)
        .where(Worker.agency_id == reader.agency_id, Worker.network_id == reader.network_id)
        .order_by(Worker.name, Worker.id)
    ).unique()
    found: list[Worker | Person] = list(workers.all())
    linked = {one.person_id for one in found if isinstance(one, Worker)}
    people = session.scalars(
        select(Person)
        .where(Person.agency_id == reader.agency_id, Person.disabled_at.is_(None))
        .order_by(Person.name, Person.id)
    ).unique()
    return found + [one for one in people if one.id not in linked]


def her_place(session: Session, reader: Person, workshop: Workshop) -> WorkshopPlace | None:
    """Return the reader's own place, as a worker or as who she is."""
    worker_id = session.scalar(
        select(Worker.id).where(Worker.person_id == reader.id, Worker.agency_id == reader.agency_id)
    )
    hers = WorkshopPlace.person_id == reader.id
    return session.scalar(
        select(WorkshopPlace).where(
            WorkshopPlace.workshop_id == workshop.id,
            hers if worker_id is None else hers | (WorkshopPlace.worker_id == worker_id),
        )
    )


@dataclass
class Totals:
    """What was given in a period: no one named."""

    workshops: int = 0
    cancelled: int = 0
    places: int = 0
    attended: dict[tuple[str, Audience], int] = field(default_factory=lambda: defaultdict(int))
    """Agency and audience -> attendances."""
    did_not: int = 0
    ratings: list[int] = field(default_factory=list)

    @property
    def came(self) -> int:
        """How often somebody attended."""
        return sum(self.attended.values())


def totals(session: Session, reader: Person, from_on: date, until_on: date) -> Totals:
    """Return what was given from one day to another, both included, in the reader's network."""
    if not reader.may(Permission.TRAINING_COUNT):
        return Totals()
    begun = (
        Workshop.network_id == reader.network_id,
        Workshop.from_at >= day_begins(from_on),
        Workshop.from_at < day_begins(until_on + timedelta(days=1)),
    )
    found = Totals()
    for cancelled, count, room in session.execute(
        select(Workshop.cancelled_at.is_not(None), func.count(), func.sum(Workshop.places))
        .where(*begun)
        .group_by(Workshop.cancelled_at.is_not(None))
    ):
        if cancelled:
            found.cancelled += count
        else:
            found.workshops, found.places = found.workshops + count, found.places + room
    agency_id = func.coalesce(Worker.agency_id, Person.agency_id)
    rows = session.execute(
        select(Agency.name, Workshop.audience, WorkshopPlace.state, WorkshopPlace.rating)
        .select_from(WorkshopPlace)
        .join(Workshop, Workshop.id == WorkshopPlace.workshop_id)
        .outerjoin(Worker, Worker.id == WorkshopPlace.worker_id)
        .outerjoin(Person, Person.id == WorkshopPlace.person_id)
        .join(Agency, Agency.id == agency_id)
        .where(*begun, Workshop.cancelled_at.is_(None))
    )
    for agency, audience, state, rating in rows:
        if state is Place.ATTENDED:
            found.attended[agency, audience] += 1
        found.did_not += state is Place.DID_NOT_ATTEND
        if rating is not None:
            found.ratings.append(rating)
    return found


def told_of(session: Session, workshop: Workshop) -> Sequence[tuple[int, str]]:
    """Return what those who came said, without their names."""
    rows = session.execute(
        select(WorkshopPlace.rating, WorkshopPlace.feedback)
        .where(WorkshopPlace.workshop_id == workshop.id, WorkshopPlace.rating.is_not(None))
        .order_by(WorkshopPlace.rating.desc(), WorkshopPlace.feedback)
    )
    return [(rating, words) for rating, words in rows if rating is not None]
