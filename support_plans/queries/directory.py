"""The network's directory, and where the reader may see that a woman was sent on to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import or_, select
from sqlalchemy.orm import joinedload

from support_plans.access import readable
from support_plans.models import Service, Signpost

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime

    from sqlalchemy.orm import Session

    from refuge.accounts.models import Person
    from refuge.referrals.models import Referral


def services(
    session: Session, reader: Person, *, kind: str = "", words: str = "", checked_before: date | None = None
) -> Sequence[Service]:
    """Return the services of the reader's network that can be chosen, by kind and name.

    Of one kind; with these words in what it is called or does; not checked since a day: where that is asked for.
    """
    query = select(Service).where(Service.network_id == reader.network_id, Service.ended_on.is_(None))
    if kind:
        query = query.where(Service.kind == kind)
    if words:
        columns = (Service.name, Service.what, Service.contact)
        query = query.where(or_(*(column.icontains(words, autoescape=True) for column in columns)))
    if checked_before is not None:
        query = query.where(Service.checked_on < checked_before)
    return session.scalars(
        query.order_by(Service.kind, Service.name).options(joinedload(Service.checked_by)),
    ).all()


def service(session: Session, reader: Person, ref: str, *, lock: bool = False) -> Service | None:
    """Return one service; `lock` reads it to be changed."""
    query = select(Service).where(Service.network_id == reader.network_id, Service.ref == ref)
    if lock:
        query = query.with_for_update(of=Service).execution_options(populate_existing=True)
    return session.scalar(query)


def signposts(session: Session, reader: Person, referral: Referral, *, at: datetime) -> Sequence[Signpost]:
    """Return where she was sent on to, the latest first."""
    return session.scalars(
        select(Signpost)
        .where(Signpost.referral_id == referral.id, readable(session, reader, Signpost, at=at))
        .order_by(Signpost.told_on.desc(), Signpost.id.desc())
        .options(joinedload(Signpost.service), joinedload(Signpost.told_by), joinedload(Signpost.agency)),
    ).all()


def signpost(
    session: Session, reader: Person, referral: Referral, ref: str, *, at: datetime, lock: bool = False
) -> Signpost | None:
    """Return one of them that the reader's own agency made; `lock` reads it to be changed."""
    query = (
        select(Signpost)
        .where(Signpost.referral_id == referral.id, Signpost.ref == ref, Signpost.agency_id == reader.agency_id)
        .where(readable(session, reader, Signpost, at=at))
        .options(joinedload(Signpost.service))
    )
    if lock:
        query = query.with_for_update(of=Signpost).execution_options(populate_existing=True)
    return session.scalar(query)
