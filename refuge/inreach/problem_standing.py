"""What stands before a plan: workers and their shifts, rooms, who lives where and when she can come, what is booked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import or_, select
from sqlalchemy.orm import joinedload

from allocation.sessions.calendar import minute
from allocation.sessions.problem import Booked, Break, House, Resident, Risk, Room, Shift, Span, Worker
from refuge.beds.models import Bed, Refuge, Stay
from refuge.inreach.models import Booking, BookingPerson
from refuge.inreach.queries.bookings import between
from refuge.inreach.queries.diaries import Days, open_hours, spans_of, times_of_hers
from refuge.london import day_begins
from refuge.referrals import risk
from refuge.referrals.models import Referral
from refuge.rota import models as rota
from refuge.rota.queries import shifts, travel_minutes
from support_plans.models import TimeKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date, datetime

    from sqlalchemy.orm import Session

    from refuge.inreach import slots
    from support_plans.models import TimeOfHers

DAY = timedelta(days=1)


@dataclass(frozen=True)
class Standing:
    """The parts of a problem that are not sessions wanted, and what rows their refs stand for."""

    network_id: int
    from_on: date
    until_on: date
    houses: tuple[House, ...]
    workers: tuple[Worker, ...]
    residents: tuple[Resident, ...]
    rooms: tuple[Room, ...]
    booked: tuple[Booked, ...]
    travel: Mapping[tuple[int, int], int]
    house_refs: Mapping[int, str]
    worker_refs: Mapping[int, str]
    worker_houses: Mapping[str, frozenset[str]]
    stays: Mapping[int, Stay]
    """By the id of her referral."""
    bookings: Sequence[Booking]

    def minute(self, at: datetime) -> int:
        """Return an instant as the problem counts."""
        return minute(self.from_on, at)


def standing_of(session: Session, network_id: int, from_on: date, until_on: date) -> Standing:
    """Return what stands from one day until another, both included."""
    days = Days(from_on, until_on)
    refuges = session.scalars(select(Refuge).where(Refuge.network_id == network_id).order_by(Refuge.id)).all()
    refs = {refuge.id: refuge.ref for refuge in refuges}
    rows = _workers(session, network_id, from_on, until_on)
    workers = _with_shifts(session, rows, refs, from_on, until_on)
    stays = _stays(session, network_id)
    rooms = session.scalars(
        select(rota.SessionRoom).where(rota.SessionRoom.refuge_id.in_(refs)).order_by(rota.SessionRoom.id),
    ).unique().all()  # fmt: skip
    bookings = session.scalars(between(network_id, days.from_at, days.until_at)).unique().all()
    worker_refs = {row.id: row.ref for row in rows}
    return Standing(
        network_id=network_id,
        from_on=from_on,
        until_on=until_on,
        houses=tuple(House(refuge.ref) for refuge in refuges),
        workers=workers,
        residents=_residents(session, stays, refs, days),
        rooms=tuple(
            Room(room.ref, refs[room.refuge_id], room.capacity, _spans(open_hours(room, days), from_on))
            for room in rooms
        ),
        booked=tuple(_booked(booking, from_on, stays) for booking in bookings if booking.worker_id in worker_refs),
        travel=travel_minutes(session, network_id),
        house_refs=refs,
        worker_refs=worker_refs,
        worker_houses={
            worker.ref: frozenset(house for shift in worker.shifts for house in shift.houses) for worker in workers
        },
        stays=stays,
        bookings=bookings,
    )


def _workers(session: Session, network_id: int, from_on: date, until_on: date) -> Sequence[rota.Worker]:
    return (
        session.scalars(
            select(rota.Worker)
            .where(rota.Worker.network_id == network_id, rota.Worker.assigned_from <= until_on)
            .where(or_(rota.Worker.assigned_until.is_(None), rota.Worker.assigned_until >= from_on))
            .order_by(rota.Worker.id),
        )
        .unique()
        .all()
    )


def _with_shifts(
    session: Session, rows: Sequence[rota.Worker], refs: Mapping[int, str], from_on: date, until_on: date
) -> tuple[Worker, ...]:
    worked: dict[int, list[Shift]] = {row.id: [] for row in rows}
    for shift in shifts(session, list(worked), from_on, until_on):
        houses = tuple(refs[one] for one in shift.refuge_ids if one in refs)
        if houses:
            worked[shift.worker_id].append(
                Shift(minute(from_on, shift.from_at), minute(from_on, shift.until_at), houses)
            )
    return tuple(
        Worker(
            ref=row.ref, discipline=row.discipline.value, shifts=tuple(worked[row.id]), gender=row.gender.value,
            languages=tuple(row.languages), longest_contact_minutes=row.longest_contact_minutes,
            gap_minutes=row.gap_minutes, free_percent=row.free_share,
            long_break=Break(row.break_minutes, row.break_after_minutes) if row.break_minutes else None,
        )
        for row in rows
    )  # fmt: skip


def _stays(session: Session, network_id: int) -> dict[int, Stay]:
    rows = session.scalars(
        select(Stay)
        .join(Bed, Bed.id == Stay.bed_id)
        .join(Refuge, Refuge.id == Bed.refuge_id)
        .where(Refuge.network_id == network_id, Stay.ended_at.is_(None))
        .order_by(Stay.id)
        .options(joinedload(Stay.bed)),
    ).all()
    return {row.referral_id: row for row in rows}


def _residents(
    session: Session, stays: Mapping[int, Stay], refs: Mapping[int, str], days: Days
) -> tuple[Resident, ...]:
    times: dict[int, list[TimeOfHers]] = {referral_id: [] for referral_id in stays}
    for row in times_of_hers(session, list(stays)):
        times[row.referral_id].append(row)
    told = {
        row.id: Risk(risk.level(row.risk_tool, row.risk_count, row.judgement).rank)
        for row in session.execute(
            select(Referral.id, Referral.risk_tool, Referral.risk_count, Referral.judgement).where(
                Referral.id.in_(list(stays))
            ),
        )
    }
    off = _called_off(session, stays, days)
    return tuple(
        Resident(
            stay.called, refs[stay.bed.refuge_id], told[referral_id],
            cannot=(*_times(times[referral_id], TimeKind.CANNOT, days), *off.get(referral_id, ())),
            prefers=_times(times[referral_id], TimeKind.PREFERS, days),
        )
        for referral_id, stay in stays.items()
    )  # fmt: skip


def _called_off(session: Session, stays: Mapping[int, Stay], days: Days) -> dict[int, list[Span]]:
    """Return the times at which sessions of these women were called off: what is due again is proposed at others."""
    found: dict[int, list[Span]] = {}
    for referral_id, from_at, until_at in session.execute(
        select(BookingPerson.referral_id, BookingPerson.from_at, BookingPerson.until_at)
        .where(BookingPerson.referral_id.in_(list(stays)), BookingPerson.live.is_(False))
        .where(BookingPerson.from_at >= day_begins(days.from_on), BookingPerson.from_at < days.until_at)
        .order_by(BookingPerson.from_at),
    ):
        span = Span(minute(days.from_on, from_at), minute(days.from_on, until_at))
        if span not in found.setdefault(referral_id, []):
            found[referral_id].append(span)
    return found


def _times(rows: Iterable[TimeOfHers], kind: TimeKind, days: Days) -> tuple[Span, ...]:
    spans = [span for row in rows if row.kind is kind for span in spans_of(row, days)]
    return _spans(sorted(spans, key=lambda span: span.from_at), days.from_on)


def _spans(spans: Iterable[slots.Span], from_on: date) -> tuple[Span, ...]:
    return tuple(Span(minute(from_on, one.from_at), minute(from_on, one.until_at)) for one in spans)


def _booked(booking: Booking, from_on: date, stays: Mapping[int, Stay]) -> Booked:
    people = [stays[row.referral_id].called for row in booking.people if row.referral_id in stays]
    return Booked(
        booking.ref, booking.worker.ref, booking.refuge.ref, minute(from_on, booking.from_at),
        minute(from_on, booking.until_at), tuple(people), booking.room.ref if booking.room else None,
    )  # fmt: skip
