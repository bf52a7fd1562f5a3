"""What a problem must know of refuges and beds: what each gives, when it is free, and who has a place already."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import or_, select
from sqlalchemy.orm import lazyload

from allocation.beds import problem
from allocation.beds.problem import NEEDS, Funding, Level, Occupant
from refuge.beds.models import Bed, Closure, Hold, Refuge, StaffingHours, Stay
from refuge.beds.occupancy import BedLife, Closed, ClosureSpan, Free, HoldSpan, Occupied, StaySpan, occupancy
from refuge.london import london_date
from refuge.referrals.models import Referral

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import date, datetime

    from sqlalchemy.orm import Session

    from refuge.beds.service.refuges import RefugeDetails
    from refuge.placements.problem.people import Needs

ALL_WEEK = 7
MIDNIGHT = 24 * 60


@dataclass(frozen=True)
class House:
    """A refuge as matching takes it, with what only this side of the border needs."""

    given: problem.Refuge
    agency_id: int
    turnaround_days: int


@dataclass(frozen=True)
class Lodging:
    """That a household has a place: it lives there, or the bed is held for it."""

    referral_id: int
    ref: str
    refuge_id: int
    bed_id: int


@dataclass(frozen=True)
class Lodged:
    """What takes the beds of a network at one instant and after it."""

    lodgings: tuple[Lodging, ...]
    """Residents first."""
    stays: Mapping[int, tuple[StaySpan, ...]]
    holds: Mapping[int, tuple[tuple[int, HoldSpan], ...]]
    """Bed id -> each hold with the id of the referral that it is for."""
    closures: Mapping[int, tuple[ClosureSpan, ...]]

    @property
    def people(self) -> list[int]:
        """The ids of the referrals that have a place."""
        return [lodging.referral_id for lodging in self.lodgings]

    def for_others_than(self, referrals: Collection[int]) -> Lodged:
        """Return the same without what is held for these referrals."""
        holds = {bed: tuple(held for held in found if held[0] not in referrals) for bed, found in self.holds.items()}
        return Lodged(self.lodgings, self.stays, holds, self.closures)

    def life(self, bed: Bed) -> BedLife:
        """Return the dated facts about one bed."""
        holds = tuple(span for _, span in self.holds.get(bed.id, ()))
        return BedLife(bed.opened_on, self.stays.get(bed.id, ()), holds, self.closures.get(bed.id, ()))


def refuges_of(session: Session, network_id: int) -> dict[int, House]:
    """Return refuge id -> the refuges of the network as matching takes them."""
    rows = session.scalars(
        select(Refuge).where(Refuge.network_id == network_id).order_by(Refuge.id).options(lazyload("*")),
    )
    staffed = _round_the_clock(session, network_id)
    return {
        row.id: House(_given(row.ref, row, round_the_clock=row.id in staffed), row.agency_id, row.turnaround_days)
        for row in rows
    }


def house_with(row: Refuge, details: RefugeDetails) -> House:
    """Return a refuge as matching would take it if it offered this instead."""
    always = sum(day.opens == 0 and day.closes == MIDNIGHT for day in details.hours) == ALL_WEEK
    return House(_given(row.ref, details, round_the_clock=always), row.agency_id, details.turnaround_days)


def _round_the_clock(session: Session, network_id: int) -> set[int]:
    """Return the refuges where staff are in the house at every hour of every day."""
    rows = session.execute(
        select(StaffingHours.refuge_id)
        .join(Refuge, Refuge.id == StaffingHours.refuge_id)
        .where(Refuge.network_id == network_id, StaffingHours.opens == 0, StaffingHours.closes == MIDNIGHT),
    )
    days: dict[int, int] = defaultdict(int)
    for (refuge_id,) in rows:
        days[refuge_id] += 1
    return {refuge_id for refuge_id, count in days.items() if count == ALL_WEEK}


def _given(ref: str, offers: Refuge | RefugeDetails, *, round_the_clock: bool) -> problem.Refuge:
    return problem.Refuge(
        ref=ref, area=offers.area, specialism=offers.specialism,
        support={need: Level(getattr(offers, f"{need}_support")) for need in NEEDS}, round_the_clock=round_the_clock,
        high_support_places=offers.high_support_places, nrpf_places=offers.nrpf_places,
        son_age_limit=offers.son_age_limit, takes_pets=offers.takes_pets, excludes=tuple(offers.excludes),
        checks=tuple(offers.checks), languages=tuple(offers.languages),
    )  # fmt: skip


def lodgings(session: Session, network_id: int, at: datetime) -> Lodged:
    """Return what takes the beds of the network now and later: three queries."""
    residents, stays = _stays(session, network_id, at)
    expected, holds = _holds(session, network_id, at)
    return Lodged((*residents, *expected), stays, holds, _closures(session, network_id, at))


def _stays(session: Session, network_id: int, at: datetime) -> tuple[list[Lodging], dict[int, tuple[StaySpan, ...]]]:
    rows = session.execute(
        select(
            Stay.bed_id, Bed.refuge_id, Referral.id, Referral.ref,
            Stay.started_at, Stay.ended_at, Stay.expected_move_on,
        )
        .join(Bed, Bed.id == Stay.bed_id)
        .join(Refuge, Refuge.id == Bed.refuge_id)
        .join(Referral, Referral.id == Stay.referral_id)
        .where(Refuge.network_id == network_id, or_(Stay.ended_at.is_(None), Stay.ended_at > at))
        .order_by(Stay.id),
    )  # fmt: skip
    found: dict[int, tuple[StaySpan, ...]] = defaultdict(tuple)
    residents = []
    for bed_id, refuge_id, referral_id, ref, started_at, ended_at, move_on in rows:
        found[bed_id] += (StaySpan(started_at, ended_at, move_on),)
        if started_at <= at:
            residents.append(Lodging(referral_id, ref, refuge_id, bed_id))
    return residents, found


def _holds(
    session: Session, network_id: int, at: datetime
) -> tuple[list[Lodging], dict[int, tuple[tuple[int, HoldSpan], ...]]]:
    rows = session.execute(
        select(Hold.bed_id, Bed.refuge_id, Referral.id, Referral.ref, Hold.from_at, Hold.until_at, Hold.ended_at)
        .join(Bed, Bed.id == Hold.bed_id)
        .join(Refuge, Refuge.id == Bed.refuge_id)
        .join(Referral, Referral.id == Hold.referral_id)
        .where(Refuge.network_id == network_id, Hold.until_at > at, or_(Hold.ended_at.is_(None), Hold.ended_at > at))
        .order_by(Hold.id),
    )
    found: dict[int, tuple[tuple[int, HoldSpan], ...]] = defaultdict(tuple)
    expected = []
    for bed_id, refuge_id, referral_id, ref, from_at, until_at, ended_at in rows:
        found[bed_id] += ((referral_id, HoldSpan(from_at, until_at, ended_at)),)
        expected.append(Lodging(referral_id, ref, refuge_id, bed_id))
    return expected, found


def _closures(session: Session, network_id: int, at: datetime) -> dict[int, tuple[ClosureSpan, ...]]:
    rows = session.execute(
        select(Closure.bed_id, Closure.from_at, Closure.reason, Closure.ended_at, Closure.expected_ready)
        .join(Bed, Bed.id == Closure.bed_id)
        .join(Refuge, Refuge.id == Bed.refuge_id)
        .where(Refuge.network_id == network_id, or_(Closure.ended_at.is_(None), Closure.ended_at > at)),
    )
    found: dict[int, tuple[ClosureSpan, ...]] = defaultdict(tuple)
    for bed_id, from_at, reason, ended_at, ready in rows:
        found[bed_id] += (ClosureSpan(from_at, reason, ended_at, ready),)
    return found


def beds_of(
    session: Session, network_id: int, houses: Mapping[int, House], lodged: Lodged, at: datetime
) -> dict[int, problem.Bed]:
    """Return bed id -> every bed of the network in use on that day, and from when it is free."""
    today = london_date(at)
    rows = session.scalars(
        select(Bed)
        .join(Refuge, Refuge.id == Bed.refuge_id)
        .where(
            Refuge.network_id == network_id,
            Bed.opened_on <= today,
            or_(Bed.retired_on.is_(None), Bed.retired_on > today),
        )
        .order_by(Bed.id)
        .options(lazyload("*")),
    )  # fmt: skip
    return {row.id: _bed(row, houses[row.refuge_id], lodged, at) for row in rows}


def _bed(row: Bed, house: House, lodged: Lodged, at: datetime) -> problem.Bed:
    free_from = free_on(lodged.life(row), at, house.turnaround_days)
    leaves_use = row.retired_on is not None and free_from is not None and free_from >= row.retired_on
    return problem.Bed(
        ref=row.ref, refuge=house.given.ref, free_on=None if leaves_use else free_from, adults=row.adults,
        children=row.children, cots=row.cots, self_contained=row.self_contained, step_free=row.step_free,
        adapted=row.adapted, ground_floor=row.ground_floor,
    )  # fmt: skip


def free_on(life: BedLife, at: datetime, turnaround_days: int) -> date | None:
    """Return the day from which a bed can be moved into; None where it is promised to somebody or nobody can say.

    A plan whose day has passed promises nothing. Whatever is to begin later takes the bed: a stay has no known end.
    """
    seen = occupancy(life, at)
    if life.holds or any(step.span is not None for step in seen.coming):
        return None
    match seen.now:
        case Free():
            return london_date(at)
        case Occupied(stay, move_on_overdue=False) if stay.expected_move_on is not None:
            return stay.expected_move_on + timedelta(days=turnaround_days)
        case Closed(closure, overdue=False):
            return closure.expected_ready
    return None


def occupants_of(
    lodged: Sequence[Lodging],
    houses: Mapping[int, House],
    beds: Mapping[int, problem.Bed],
    *,
    needs: Mapping[int, Needs],
    funding: Mapping[int, Funding],
) -> tuple[Occupant, ...]:
    """Return who has a place, with the scarce places that each uses."""
    return tuple(
        Occupant(
            ref=lodging.ref,
            refuge=houses[lodging.refuge_id].given.ref,
            bed=beds[lodging.bed_id].ref if lodging.bed_id in beds else None,
            high_support=Level.HIGH in needs.get(lodging.referral_id, {}).values(),
            funded_place=funding.get(lodging.referral_id) is Funding.FUNDED_PLACE,
        )
        for lodging in lodged
    )
