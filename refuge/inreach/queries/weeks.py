"""What stands in a week: sessions, proposals that nobody has accepted yet, the rota and the ways."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import or_, select

from refuge.beds.models import Refuge
from refuge.codes.queries import labels
from refuge.inreach.models import Booking, BookingKind, BookingState
from refuge.inreach.queries.bookings import between, may_note, visible_ids
from refuge.inreach.queries.proposals import open_proposals
from refuge.inreach.queries.women import women_of
from refuge.inreach.week import Item, Look, Person, Told
from refuge.london import day_begins
from refuge.rota.models import Worker
from refuge.rota.queries import rota_of, travel_minutes

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from sqlalchemy.orm import Session

    from refuge.accounts.models import Person as Reader
    from refuge.inreach.queries.proposals import OpenProposal
    from refuge.inreach.queries.women import Woman

TONES = {
    "recovery_worker": "recovery", "mental_health_practitioner": "mental-health", "therapist": "therapy",
    "support_worker": "support",
}  # fmt: skip
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Seen:
    """A span of days as one reader may see it."""

    told: Told
    workers: Sequence[Person]
    houses: Sequence[Refuge]
    women: Mapping[int, Woman]


def days_seen(session: Session, reader: Reader, days: Sequence[date], *, at: datetime) -> Seen:
    """Return what stands in these days. The number of queries does not grow with them."""
    from_at, until_at = day_begins(days[0]), day_begins(days[-1] + DAY)
    workers = _workers(session, reader, days)
    houses = session.scalars(
        select(Refuge).where(Refuge.network_id == reader.network_id).order_by(Refuge.name),
    ).all()
    bookings = session.scalars(between(reader.network_id, from_at, until_at)).unique().all()
    proposals = open_proposals(session, reader.network_id, from_at, until_at, at=at)
    people = {row.referral_id for booking in bookings for row in booking.people}
    people |= {referral_id for one in proposals for referral_id in one.referral_ids}
    women = women_of(session, reader, people, at=at)
    mine = visible_ids(session, reader, [booking.id for booking in bookings], at=at)
    words = labels(session, ["session_service"])["session_service"]
    items = [
        replace(
            _of_booking(booking, women, words, mine=booking.id in mine, at=at), to_tap=to_tap(reader, booking, at=at)
        )
        for booking in bookings
    ]
    by_id = {worker.id: worker for worker in workers}
    items += [_of_proposal(one, women, words, by_id) for one in proposals if one.worker_id in by_id]
    told = Told(
        days, items, rota_of(session, list(by_id), days[0], days[-1]), {house.id: house.name for house in houses},
        travel_minutes(session, reader.network_id),
    )  # fmt: skip
    seen = [
        Person(row.id, row.ref, row.name, row.discipline.label, row.agency.name, row.agency_id == reader.agency_id)
        for row in workers
    ]
    return Seen(told, seen, houses, women)


def _workers(session: Session, reader: Reader, days: Sequence[date]) -> Sequence[Worker]:
    """Return the workers of the network in these days, the reader's own agency first."""
    rows = session.scalars(
        select(Worker)
        .where(Worker.network_id == reader.network_id, Worker.assigned_from <= days[-1])
        .where(or_(Worker.assigned_until.is_(None), Worker.assigned_until >= days[0]))
    ).unique()
    return sorted(
        rows, key=lambda row: (row.person_id != reader.id, row.agency_id != reader.agency_id, row.name, row.id)
    )


def _of_booking(
    booking: Booking, women: Mapping[int, Woman], words: Mapping[str, str], *, mine: bool, at: datetime
) -> Item:
    people = [row.referral_id for row in booking.people]
    return Item(
        ref=booking.ref, from_at=booking.from_at, until_at=booking.until_at, worker_id=booking.worker_id,
        refuge_id=booking.refuge_id, house=booking.refuge.name, look=look_of(booking, at),
        tone=TONES[booking.worker.discipline], service=words.get(booking.service, booking.service) if mine else "",
        who=who_words(booking.kind, people, women) if mine else "", worker=booking.worker.name,
        referral_ids=tuple(people) if mine else (), room=booking.room.name if booking.room and mine else "", mine=mine,
        version=booking.version, counts=booking.kind is not BookingKind.DROP_IN,
        elsewhere=booking.from_at > at and _lives_elsewhere(booking, women),
    )  # fmt: skip


def to_tap(reader: Reader, booking: Booking, *, at: datetime) -> int | None:
    """Return the row whose outcome the reader can note by one tap: of a session with one woman that has begun."""
    noted = booking.state not in {BookingState.BOOKED, BookingState.UNCONFIRMED}
    if noted or booking.from_at > at or len(booking.people) != 1 or not may_note(reader, booking):
        return None
    return booking.people[0].id


def _lives_elsewhere(booking: Booking, women: Mapping[int, Woman]) -> bool:
    """Return whether a woman of a 1-2-1 lives in another house now, as far as the reader may know it."""
    here = (women[row.referral_id] for row in booking.people if row.referral_id in women)
    return booking.kind is BookingKind.ONE_TO_ONE and any(
        woman.lives_here and woman.refuge_id != booking.refuge_id for woman in here
    )


def look_of(booking: Booking, at: datetime) -> Look:
    """Return how far a session is."""
    if booking.state is BookingState.DONE:
        return Look.DONE
    if booking.until_at <= at:
        return Look.TO_NOTE
    return Look.BOOKED if booking.state is BookingState.BOOKED else Look.UNCONFIRMED


def who_words(kind: BookingKind, people: Sequence[int], women: Mapping[int, Woman]) -> str:
    """Return who comes: her ref, how many to a group, and nobody to a drop-in."""
    if kind is BookingKind.DROP_IN:
        return "drop-in"
    if kind is BookingKind.GROUP:
        return f"group ({len(people)})"
    return ", ".join(women[one].ref if one in women else "a resident" for one in people)


def _of_proposal(
    one: OpenProposal, women: Mapping[int, Woman], words: Mapping[str, str], workers: Mapping[int, Worker]
) -> Item:
    worker = workers[one.worker_id]
    mine = all(referral_id in women for referral_id in one.referral_ids)
    kind = BookingKind.GROUP if one.is_group else BookingKind.ONE_TO_ONE
    return Item(
        ref=one.run_ref, from_at=one.from_at, until_at=one.until_at, worker_id=one.worker_id, refuge_id=one.refuge_id,
        house=one.house, look=Look.PROPOSED, tone=TONES[worker.discipline],
        service=words.get(one.service, one.service) if mine else "",
        who=who_words(kind, one.referral_ids, women) if mine else "", worker=worker.name,
        referral_ids=one.referral_ids if mine else (), room="", mine=mine, counts=False,
    )  # fmt: skip
