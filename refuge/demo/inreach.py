"""In-reach of the demonstration: what plans ask for, three weeks of outcomes, this week partly booked, a plan.

Every session is booked by the same service as on the screens, so that none stands where the rules would not have it.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from refuge.audit.service import SYSTEM
from refuge.beds.models import Bed, Refuge, Stay
from refuge.errors import Refused
from refuge.inreach.models import Booking, BookingKind
from refuge.inreach.problem_wanted import GROUPS
from refuge.inreach.queries.diaries import Days, asked_for
from refuge.inreach.service.booking import Attending, BookingDetails, book
from refuge.inreach.service.interpreting import interpreter_for
from refuge.inreach.service.outcomes import OutcomeDetails, note_outcome
from refuge.inreach.service.planning import keep_run, plan
from refuge.inreach.slots import free_slots
from refuge.london import day_begins, london_date
from refuge.referrals.models import Need, NeedLevel, Referral
from refuge.rota.models import Discipline, Worker
from refuge.rota.queries import shifts
from support_plans.models import SessionNeed
from support_plans.service.needs import NeedDetails, ask_for_sessions

if TYPE_CHECKING:
    from collections.abc import Sequence

    from refuge.accounts.models import Person
    from refuge.demo.loading import Loading

SETTINGS = Path(__file__).parent / "inreach.toml"
SEED = 19
DAY = timedelta(days=1)
SOON = 0.7
"""A session is booked again once so much of its rhythm has passed."""


@dataclass
class InReach:
    """What is needed to book, and what was booked so far."""

    loading: Loading
    told: dict[str, Any]
    workers: Sequence[Worker]
    stays: dict[int, Stay]
    """By the id of her referral: who lives in the network now."""
    houses: dict[int, Refuge]
    rng: Random = field(default_factory=lambda: Random(SEED))  # noqa: S311  invented sessions, the same each time
    last: dict[int, date] = field(default_factory=dict)
    """Need -> the day of its last session."""


def load_inreach(loading: Loading) -> None:
    """Add needs, sessions of the past with their outcomes, sessions of this week, and a plan of the next two."""
    loading.say("Loading in-reach: three weeks of sessions and a plan for the next two …")
    workers = loading.db.scalars(select(Worker).where(Worker.network_id == loading.network.id).order_by(Worker.id))
    houses = loading.db.scalars(select(Refuge).where(Refuge.network_id == loading.network.id))
    room = InReach(
        loading, tomllib.loads(SETTINGS.read_text("utf-8")), workers.unique().all(), _stays(loading),
        {house.id: house for house in houses.unique()},
    )  # fmt: skip
    _ask(room)
    needs = loading.db.scalars(
        select(SessionNeed).where(SessionNeed.ended_at.is_(None), SessionNeed.referral_id.in_(room.stays)),
    ).all()
    for days in range(-room.told["past_days"], room.told["booked_ahead"] + 1):
        _book_day(room, loading.today + days * DAY, needs)
    by = _person(room, room.workers[0])
    made = plan(loading.db, loading.network.id, at=loading.at)
    keep_run(loading.db, made, by=by, actor=SYSTEM, at=loading.at)


def _stays(loading: Loading) -> dict[int, Stay]:
    rows = loading.db.scalars(
        select(Stay)
        .join(Bed, Bed.id == Stay.bed_id)
        .join(Refuge, Refuge.id == Bed.refuge_id)
        .where(Refuge.network_id == loading.network.id, Stay.ended_at.is_(None))
        .order_by(Stay.id)
        .options(selectinload(Stay.bed)),
    )
    return {row.referral_id: row for row in rows}


def _ask(room: InReach) -> None:
    """Let the plans of those who have none of it yet ask for sessions, in houses where somebody gives them."""
    db, loading = room.loading.db, room.loading
    asked = set(db.scalars(select(SessionNeed.referral_id)))
    given = {
        (worker.discipline, place)
        for worker in room.workers
        for shift in shifts(db, [worker.id], loading.today, loading.today + 13 * DAY)
        for place in shift.refuge_ids
    }
    for referral_id, stay in room.stays.items():
        if referral_id in asked:
            continue
        levels = db.execute(select(Need.need, Need.level).where(Need.referral_id == referral_id))
        hers = {need for need, level in levels if level not in {NeedLevel.NO, NeedLevel.NOT_ASKED}}
        by = loading.team(room.houses[stay.bed.refuge_id].agency)[0]
        for wanted in room.told["need"]:
            discipline = Discipline(wanted["discipline"])
            if room.rng.random() < wanted["share"] and hers.intersection(wanted["of"]):
                if (discipline, stay.bed.refuge_id) not in given:
                    continue
                _ask_for(room, db.get_one(Referral, referral_id), wanted, by, since=london_date(stay.started_at))


def _ask_for(room: InReach, referral: Referral, wanted: dict[str, Any], by: Person, *, since: date) -> None:
    details = NeedDetails(
        service=wanted["service"],
        discipline=Discipline(wanted["discipline"]),
        minutes=wanted["minutes"],
        every_days=wanted["every_days"],
        how_many=wanted.get("how_many"),
        earliest_on=max(since + DAY, room.loading.today - room.told["past_days"] * DAY),
    )
    at = max(day_begins(details.earliest_on), day_begins(since + DAY))
    ask_for_sessions(room.loading.db, referral, details, by=by, actor=SYSTEM, at=min(at, room.loading.at))


def _book_day(room: InReach, on: date, needs: Sequence[SessionNeed]) -> None:
    """Book some sessions of each worker who is there on a day; of a day that is over, note what came of them."""
    db = room.loading.db
    for worker in room.workers:
        there = {place for shift in shifts(db, [worker.id], on, on) for place in shift.refuge_ids}
        booked = 0
        for need in _due(room, on, needs, worker, there):
            if booked == room.told["a_day"]:
                break
            booking = _book(room, on, worker, need)
            if booking is not None:
                booked += 1
                room.last[need.id] = on
                lately = room.loading.today - on <= 3 * DAY and booked == 1  # left for somebody to note
                if booking.until_at <= room.loading.at and not lately:
                    _note(room, booking, need)


def _due(room: InReach, on: date, needs: Sequence[SessionNeed], worker: Worker, there: set[int]) -> list[SessionNeed]:
    found = [
        need
        for need in needs
        if need.discipline is worker.discipline
        and need.service not in GROUPS
        and need.excluded_worker_id != worker.id
        and need.earliest_on <= on
        and room.stays[need.referral_id].bed.refuge_id in there
        and london_date(room.stays[need.referral_id].started_at) < on
        and (need.id not in room.last or (on - room.last[need.id]).days >= SOON * (need.every_days or 1000))
    ]
    room.rng.shuffle(found)
    return found


def _book(room: InReach, on: date, worker: Worker, need: SessionNeed) -> Booking | None:
    """Book a session somewhere on this day; None if no time is free."""
    db, refuge = room.loading.db, room.houses[room.stays[need.referral_id].bed.refuge_id]
    at = min(max(day_begins(on - 3 * DAY), day_begins(need.earliest_on - DAY)), room.loading.at)
    details = BookingDetails(
        kind=BookingKind.ONE_TO_ONE, service=need.service, worker=worker, refuge=refuge, from_at=at,
        minutes=need.minutes, people=[Attending(need.referral_id, need.id)], interpreter=interpreter_for(need, worker),
    )  # fmt: skip
    free = [slot.from_at for slot in free_slots(asked_for(db, details.wish, Days(on, on), at=at))]
    free = [begins for begins in free if london_date(begins) == on and begins.minute % 30 == 0]
    if not free:
        return None
    return _booked(room, details, room.rng.choice(free), worker, at)


def _booked(room: InReach, details: BookingDetails, from_at: datetime, worker: Worker, at: datetime) -> Booking | None:
    try:
        by = _person(room, worker)
        return book(room.loading.db, replace(details, from_at=from_at), by=by, actor=SYSTEM, at=at)
    except Refused:
        return None


def _note(room: InReach, booking: Booking, need: SessionNeed) -> None:
    db, weights = room.loading.db, room.told["outcomes"]
    outcome = room.rng.choices(list(weights), list(weights.values()))[0]
    db.refresh(booking, ["people"])
    row = next(one for one in booking.people if one.referral_id == need.referral_id)
    told = OutcomeDetails(outcome, None, room.told["next_steps"][outcome])
    by = _person(room, room.loading.db.get_one(Worker, booking.worker_id))
    note_outcome(
        db, booking, row, told, version=booking.version, by=by, actor=SYSTEM, at=min(booking.until_at, room.loading.at)
    )


def _person(room: InReach, worker: Worker) -> Person:
    """Return who books for a worker: herself, or the first of her agency who signs in."""
    team = room.loading.team(worker.agency)
    return next((person for person in team if person.id == worker.person_id), team[0])
