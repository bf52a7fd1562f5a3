"""Holds: the one that stands for a referral, who may know of it, and what Today says of holds.

A hold is over at its hour, whether or not the job that notices it has run. Who holds a bed and whose bed it is know
everything about it; every other agency knows what the board shows, and no more.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import aliased, contains_eager, joinedload

from refuge.accounts.models import Person
from refuge.beds.models import Bed, Hold, Refuge, Stay
from refuge.permissions import Permission
from refuge.placements.models import Asking, Offer
from refuge.placements.queries.askings import asking_of_hold
from refuge.referrals.models import Referral
from refuge.referrals.queries import visible_to
from refuge.referrals.queries.standing import stands

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import ColumnElement, Select
    from sqlalchemy.orm import Session

LAPSED_SHOWN = timedelta(hours=24)
"""For how long Today says that a hold has lapsed."""


@dataclass(frozen=True)
class Held:
    """A hold with what people have decided about it."""

    hold: Hold
    offer: Offer | None
    """The latest."""
    override: Asking | None


def standing_hold(session: Session, referral_id: int, *, at: datetime, lock: bool = False) -> Hold | None:
    """Return the hold that stands for a referral: there is one at most. For verbs, whoever asks."""
    query = (
        select(Hold)
        .join(Hold.bed)
        .join(Bed.refuge)
        .where(Hold.referral_id == referral_id, stands(at))
        .order_by(Hold.from_at, Hold.id)
        .options(contains_eager(Hold.bed).contains_eager(Bed.refuge), joinedload(Hold.held_by))
        .limit(1)
    )
    if lock:
        query = query.with_for_update(of=Hold).execution_options(populate_existing=True)
    return session.scalar(query)


def is_party(reader: Person, hold: Hold) -> bool:
    """Return whether the reader's agency holds the bed, or has it."""
    return reader.agency_id in {hold.held_by.agency_id, hold.bed.refuge.agency_id}


def held(session: Session, reader: Person, referral: Referral, *, at: datetime) -> Held | None:
    """Return the hold that stands for a referral which the reader may see, if it is hers to know of."""
    hold = standing_hold(session, referral.id, at=at)
    if hold is None or not reader.may(Permission.BED_HOLD) or not is_party(reader, hold):
        return None
    return Held(hold, latest_offer(session, hold), asking_of_hold(session, hold))


def latest_offer(session: Session, hold: Hold) -> Offer | None:
    """Return the offer of a held bed that was made last."""
    return session.scalar(
        select(Offer).where(Offer.hold_id == hold.id).order_by(Offer.made_at.desc(), Offer.id.desc()).limit(1),
    )


def lapsed_hold(session: Session, reader: Person, referral: Referral, *, at: datetime) -> Hold | None:
    """Return the hold of this referral that lapsed last, if it is hers to know of and lapsed within a day."""
    hold = session.scalar(
        select(Hold)
        .where(Hold.referral_id == referral.id, _lapsed_since(at))
        .order_by(Hold.until_at.desc())
        .options(joinedload(Hold.bed), joinedload(Hold.held_by))
        .limit(1),
    )
    return hold if hold is not None and is_party(reader, hold) else None


def past_their_hour(at: datetime, referral_id: int | None = None) -> Select[Hold]:
    """Return the holds whose hour has passed unused and that nobody has noticed yet, of one referral or of all."""
    query = select(Hold).where(Hold.until_at <= at, Hold.ended_at.is_(None), Hold.lapsed_at.is_(None))
    if referral_id is not None:
        query = query.where(Hold.referral_id == referral_id)
    return query.order_by(Hold.referral_id, Hold.id)


# ── What Today says


@dataclass(frozen=True)
class Lapsed:
    """A hold that lapsed within a day, of a bed that nobody has taken since."""

    referral_ref: str
    bed: Bed
    until_at: datetime
    own: bool
    """Whether the reader's agency has the bed."""


class Elsewhere(NamedTuple):
    """A hold that somebody of the reader's agency made on a bed of another."""

    referral_ref: str
    bed: str
    """With its refuge."""
    held_by: str
    until_at: datetime


def lapsed(session: Session, reader: Person, *, at: datetime) -> list[Lapsed]:
    """Return the holds of the reader's agency, and of its beds, that lapsed within a day and whose beds nobody took."""
    if not reader.may(Permission.BED_HOLD):
        return []
    later, holder = aliased(Hold), aliased(Person)
    taken_since = select(later.id).where(later.bed_id == Hold.bed_id, later.from_at >= Hold.until_at).exists()
    rows = session.execute(
        select(Referral.ref, Bed, Hold.until_at)
        .select_from(Hold)
        .join(Referral, Referral.id == Hold.referral_id)
        .join(Hold.bed)
        .join(Bed.refuge)
        .join(holder, holder.id == Hold.held_by_id)
        .where(_lapsed_since(at), ~taken_since, ~_lived_in_since())
        .where(or_(holder.agency_id == reader.agency_id, Refuge.agency_id == reader.agency_id))
        .order_by(Hold.until_at)
        .options(contains_eager(Bed.refuge)),
    )
    return [Lapsed(ref, bed, until_at, bed.refuge.agency_id == reader.agency_id) for ref, bed, until_at in rows]


def taken_from(session: Session, reader: Person, *, at: datetime) -> list[Bed]:
    """Return the beds of the reader's agency whose hold ended within a day because the woman no longer shares.

    Neither her ref nor anything else of her: the reader may no longer see it. Beds taken since are left out.
    """
    if not reader.may(Permission.BED_HOLD):
        return []
    later = aliased(Hold)
    taken_since = select(later.id).where(later.bed_id == Hold.bed_id, later.from_at >= Hold.ended_at).exists()
    return list(
        session.scalars(
            select(Bed)
            .join(Hold, Hold.bed_id == Bed.id)
            .join(Bed.refuge)
            .where(
                Refuge.agency_id == reader.agency_id,
                Hold.release_reason == "not_shared",
                Hold.ended_at > at - LAPSED_SHOWN,
                ~taken_since,
                ~_lived_in_since(),
            )
            .order_by(Hold.ended_at)
            .options(contains_eager(Bed.refuge)),
        )
    )


def made_elsewhere(session: Session, reader: Person, *, at: datetime) -> list[Elsewhere]:
    """Return the holds of the reader's agency that stand on beds of another agency, the first to lapse first."""
    if not reader.may(Permission.BED_HOLD):
        return []
    holder = aliased(Person)
    rows = session.execute(
        select(Referral.ref, Refuge.name, Bed.name, holder.name, Hold.until_at)
        .select_from(Hold)
        .join(Referral, Referral.id == Hold.referral_id)
        .join(Bed, Bed.id == Hold.bed_id)
        .join(Refuge, Refuge.id == Bed.refuge_id)
        .join(holder, holder.id == Hold.held_by_id)
        .where(
            stands(at), visible_to(reader), holder.agency_id == reader.agency_id, Refuge.agency_id != reader.agency_id
        )
        .order_by(Hold.until_at, Hold.id),
    )
    return [Elsewhere(ref, f"{refuge} {bed}", name, until_at) for ref, refuge, bed, name, until_at in rows]


def _lapsed_since(at: datetime) -> ColumnElement[bool]:
    return and_(Hold.ended_at.is_(None), Hold.until_at <= at, Hold.until_at > at - LAPSED_SHOWN)


def _lived_in_since() -> ColumnElement[bool]:
    return select(Stay.id).where(Stay.bed_id == Hold.bed_id, Stay.ended_at.is_(None)).exists()
