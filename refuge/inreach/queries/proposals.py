"""What the newest plan proposes and nobody has accepted yet, as far as it can still be."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import select

from allocation.sessions.calendar import instant
from refuge.beds.models import Refuge, Stay
from refuge.inreach.models import Booking, BookingPerson
from refuge.inreach.problem_wanted import is_group
from refuge.inreach.queries.runs import last_run
from refuge.inreach.shelved import problem_in, solution_in
from refuge.rota.models import SessionRoom, Worker

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from sqlalchemy.orm import Session

    from allocation.sessions.problem import Wanted
    from allocation.sessions.solution import Proposal
    from refuge.inreach.models import SessionRun


@dataclass(frozen=True)
class OpenProposal:
    """One proposal with the rows that its refs stand for."""

    run_ref: str
    session: str
    """The ref of the session wanted."""
    worker_id: int
    refuge_id: int
    house: str
    room_id: int | None
    from_at: datetime
    until_at: datetime
    referral_ids: tuple[int, ...]
    service: str
    need: str
    needs_room: bool
    late: bool
    asks: tuple[str, ...]
    """Codes of what must be asked or done first: `interpreter`, `childcare`."""

    @property
    def is_group(self) -> bool:
        """Whether it is a group."""
        return is_group(self.session)

    @property
    def minutes(self) -> int:
        """How long it lasts."""
        return int((self.until_at - self.from_at).total_seconds() // 60)


@dataclass(frozen=True)
class Rows:
    """What the refs of a problem stand for."""

    workers: Mapping[str, int]
    houses: Mapping[str, Refuge]
    rooms: Mapping[str, int]
    referrals: Mapping[str, int]
    """By what a resident is called."""


def rows_of(session: Session, network_id: int) -> Rows:
    """Return what refs stand for in a network."""
    workers = session.execute(select(Worker.ref, Worker.id).where(Worker.network_id == network_id))
    houses = session.scalars(select(Refuge).where(Refuge.network_id == network_id)).all()
    ids = [house.id for house in houses]
    rooms = session.execute(select(SessionRoom.ref, SessionRoom.id).where(SessionRoom.refuge_id.in_(ids)))
    stays = session.execute(select(Stay.called, Stay.referral_id).where(Stay.ended_at.is_(None)))
    return Rows(
        {row[0]: row[1] for row in workers}, {house.ref: house for house in houses},
        {row[0]: row[1] for row in rooms}, {row[0]: row[1] for row in stays},
    )  # fmt: skip


def accepted_of(session: Session, run: SessionRun) -> dict[str, str]:
    """Return the sessions of a run that are booked, each with the ref of its booking."""
    rows = session.execute(select(Booking.proposal, Booking.ref).where(Booking.run_id == run.id))
    return {proposal: ref for proposal, ref in rows if proposal is not None}


def called_off_of(session: Session, run: SessionRun) -> set[str]:
    """Return the sessions of a run that were booked and have been called off since."""
    rows = session.scalars(select(Booking.proposal).where(Booking.run_id == run.id, Booking.live.is_(False)))
    return {proposal for proposal in rows if proposal is not None}


def _with_rows(run: SessionRun, wanted: Wanted, one: Proposal, rows: Rows) -> OpenProposal | None:
    """Return a proposal with its rows; None if one of them is no longer there."""
    first = run.from_on
    people = [rows.referrals.get(ref) for ref in one.residents]
    worker_id, house = rows.workers.get(one.worker), rows.houses.get(one.house)
    if worker_id is None or house is None or None in people or (one.room is not None and one.room not in rows.rooms):
        return None
    return OpenProposal(
        run_ref=run.ref, session=one.session, worker_id=worker_id, refuge_id=house.id, house=house.name,
        room_id=None if one.room is None else rows.rooms[one.room], from_at=instant(first, one.from_at),
        until_at=instant(first, one.until_at), referral_ids=tuple(person for person in people if person is not None),
        service=wanted.service, need=wanted.need, needs_room=wanted.needs_room, late=one.late,
        asks=tuple(ask.code for ask in one.asks),
    )  # fmt: skip


def proposals_of(session: Session, run: SessionRun, *, at: datetime) -> list[OpenProposal]:
    """Return what a run proposes from now on and nobody has accepted, in the order of time."""
    problem, answer = problem_in(run), solution_in(run)
    accepted, rows = accepted_of(session, run), rows_of(session, run.network_id)
    wanted = {one.ref: one for one in problem.wanted}
    found = [_with_rows(run, wanted[one.session], one, rows) for one in answer.proposals]
    return sorted(
        (one for one in found if one is not None and one.session not in accepted and one.from_at > at),
        key=lambda one: (one.from_at, one.session),
    )


def open_proposals(
    session: Session, network_id: int, from_at: datetime, until_at: datetime, *, at: datetime
) -> list[OpenProposal]:
    """Return what the newest run proposes between two instants, without what has been taken by something else."""
    run = last_run(session, network_id)
    if run is None or run.content is None:
        return []
    found = [one for one in proposals_of(session, run, at=at) if from_at <= one.from_at < until_at]
    return _not_taken(session, found, from_at, until_at)


def _not_taken(
    session: Session, found: Sequence[OpenProposal], from_at: datetime, until_at: datetime
) -> list[OpenProposal]:
    busy = session.execute(
        select(Booking.worker_id, Booking.from_at, Booking.until_at).where(
            Booking.live.is_(True), Booking.from_at < until_at, Booking.until_at > from_at,
            Booking.worker_id.in_({one.worker_id for one in found}),
        ),
    ).all()  # fmt: skip
    hers = session.execute(
        select(BookingPerson.referral_id, BookingPerson.from_at, BookingPerson.until_at).where(
            BookingPerson.live.is_(True), BookingPerson.from_at < until_at, BookingPerson.until_at > from_at,
            BookingPerson.referral_id.in_({person for one in found for person in one.referral_ids}),
        ),
    ).all()  # fmt: skip
    return [
        one
        for one in found
        if not any(row[0] == one.worker_id and row[1] < one.until_at and one.from_at < row[2] for row in busy)
        and not any(row[0] in one.referral_ids and row[1] < one.until_at and one.from_at < row[2] for row in hers)
    ]
