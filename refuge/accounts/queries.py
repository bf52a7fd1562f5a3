"""Who is here: networks, agencies, people and their sessions. Only administrators see more than themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import ColumnElement, false, func, select, true
from sqlalchemy.orm import contains_eager

from refuge.accounts.models import Agency, Network, OneTimeLink, Person, WebSession
from refuge.accounts.sessions import ABSOLUTE, IDLE, hash_token
from refuge.permissions import Permission, Role

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy.orm import Session


class Colleague(NamedTuple):
    """A person as the list shows her."""

    person: Person
    last_sign_in: datetime | None


def visible_to(reader: Person) -> ColumnElement[bool]:
    """Return which people she may see: all, if she looks after accounts; of others' accounts, none."""
    return true() if reader.may(Permission.PERSON_MANAGE) else false()


def people_by_agency(db: Session, reader: Person) -> list[tuple[Agency, list[Colleague]]]:
    """Return every agency with its people, in the order of networks, agencies and names."""
    agencies = db.scalars(
        select(Agency)
        .join(Agency.network)
        .options(contains_eager(Agency.network))
        .order_by(Network.name, Agency.name)
        .where(visible_to(reader)),
    )
    last = select(WebSession.person_id, func.max(WebSession.started_at).label("at")).group_by(WebSession.person_id)
    last_of = last.subquery()
    rows = db.execute(
        select(Person, last_of.c.at)
        .outerjoin(last_of, last_of.c.person_id == Person.id)
        .where(visible_to(reader))
        .order_by(Person.name, Person.id),
    )
    people: dict[int, list[Colleague]] = {}
    for person, at in rows:
        people.setdefault(person.agency_id, []).append(Colleague(person, at))
    return [(agency, people.get(agency.id, [])) for agency in agencies]


def person_by_ref(db: Session, reader: Person, ref: str) -> Person | None:
    """Return the person with this ref, if the reader may see her."""
    return db.scalar(select(Person).where(Person.ref == ref, visible_to(reader)))


def networks(db: Session) -> Sequence[Network]:
    """Return every network."""
    return db.scalars(select(Network).order_by(Network.name)).all()


def agencies(db: Session) -> Sequence[Agency]:
    """Return every agency, network by network."""
    return db.scalars(
        select(Agency).join(Agency.network).options(contains_eager(Agency.network)).order_by(Network.name, Agency.name),
    ).all()


def live_sessions(db: Session, person_id: int, *, at: datetime) -> Sequence[WebSession]:
    """Return where a person is signed in now, the latest first."""
    return db.scalars(
        select(WebSession)
        .where(
            WebSession.person_id == person_id,
            WebSession.ended_at.is_(None),
            WebSession.last_seen_at > at - IDLE,
            WebSession.started_at > at - ABSOLUTE,
        )
        .order_by(WebSession.started_at.desc(), WebSession.id.desc()),
    ).all()


def usable_link(db: Session, token: str, *, at: datetime) -> OneTimeLink | None:
    """Return the one-time link of this token while it can still be used."""
    return db.scalar(
        select(OneTimeLink)
        .join(OneTimeLink.person)
        .options(contains_eager(OneTimeLink.person))
        .where(
            OneTimeLink.token_hash == hash_token(token),
            OneTimeLink.used_at.is_(None),
            OneTimeLink.expires_at > at,
            Person.disabled_at.is_(None),
        ),
    )


def waiting_link_until(db: Session, person_id: int, *, at: datetime) -> datetime | None:
    """Return until when this person's unused link can be used, if she has one."""
    return db.scalar(
        select(func.max(OneTimeLink.expires_at)).where(
            OneTimeLink.person_id == person_id,
            OneTimeLink.used_at.is_(None),
            OneTimeLink.expires_at > at,
        ),
    )


def administrators_who_can_sign_in(db: Session) -> int:
    """Return how many system administrators could sign in now."""
    return db.scalars(
        select(func.count()).where(
            Person.role == Role.SYSTEM_ADMINISTRATOR,
            Person.disabled_at.is_(None),
            Person.password_hash.is_not(None),
        ),
    ).one()


def has_administrator(db: Session) -> bool:
    """Return whether anybody was ever made system administrator."""
    return db.scalar(select(Person.id).where(Person.role == Role.SYSTEM_ADMINISTRATOR).limit(1)) is not None
