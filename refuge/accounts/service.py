"""Looking after agencies and the people who sign in. Each verb adds and audits; none commits."""

from __future__ import annotations

import secrets
from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import func, select, update
from sqlalchemy.exc import IntegrityError

from refuge.accounts import queries
from refuge.accounts.models import ROLES_OF, Agency, AgencyKind, Network, OneTimeLink, Person
from refuge.accounts.sessions import end_sessions, hash_token
from refuge.audit.service import Actor, record
from refuge.database import Referable, lock_for_writing, new_ref
from refuge.errors import Refused
from refuge.permissions import Role
from refuge.seen import refuse_if_other

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

LINK_LIVES = timedelta(hours=24)
SYSTEM_AGENCY = "System"


def add_network(db: Session, name: str, *, by: Actor, at: datetime) -> Network:
    """Add a network. Raises Refused if its name is taken."""
    if db.scalar(select(Network.id).where(func.lower(Network.name) == name.lower())) is not None:
        raise Refused("There is a network of that name already.", field="name")
    network = Network(ref=new_ref(db, Network), name=name)
    _add(db, network, Refused("There is a network of that name already.", field="name"))
    record(db, "network.added", network.ref, by=by, at=at)
    return network


def add_agency(db: Session, network: Network, kind: AgencyKind, name: str, *, by: Actor, at: datetime) -> Agency:
    """Add an agency to a network. Raises Refused if the network has one of that name."""
    taken = Refused("That network has an agency of that name already.", field="name")
    same = select(Agency.id).where(Agency.network_id == network.id, func.lower(Agency.name) == name.lower())
    if db.scalar(same) is not None:
        raise taken
    agency = Agency(ref=new_ref(db, Agency), network_id=network.id, name=name, kind=kind)
    _add(db, agency, taken)
    record(db, "agency.added", agency.ref, by=by, at=at, kind=kind, network=network.ref)
    return agency


def add_person(db: Session, agency: Agency, role: Role, *, name: str, email: str, by: Actor, at: datetime) -> Person:
    """Add somebody who will sign in. Raises Refused if she is here already or the role does not fit."""
    _refuse_unfit(agency, role)
    taken = Refused("Somebody signs in with that e-mail address already.", field="email")
    if db.scalar(select(Person.id).where(Person.email == email)) is not None:
        raise taken
    person = Person(
        ref=new_ref(db, Person), agency_id=agency.id, agency_kind=agency.kind, name=name, email=email, role=role,
        created_at=at,
    )  # fmt: skip
    _add(db, person, taken)
    record(db, "person.added", person.ref, by=by, at=at, agency=agency.ref, role=role)
    return person


def make_link(db: Session, person: Person, *, by: Actor, at: datetime) -> str:
    """Make a one-time link for choosing a password and return its token, which is not kept.

    Her password and her earlier links stop working and her sessions end: a link is also what a lost password is for.
    """
    if person.disabled_at is not None:
        raise Refused("This account is disabled. Enable it first, then make a link.")
    unused = (OneTimeLink.person_id == person.id, OneTimeLink.used_at.is_(None), OneTimeLink.expires_at > at)
    db.execute(update(OneTimeLink).where(*unused).values(expires_at=at))
    person.password_hash = None
    _refuse_to_lock_everybody_out(db, by)
    end_sessions(db, person.id, why="link_made", at=at)
    token = secrets.token_urlsafe(32)
    db.add(OneTimeLink(token_hash=hash_token(token), person_id=person.id, expires_at=at + LINK_LIVES))
    record(db, "person.link_made", person.ref, by=by, at=at)
    return token


def use_link(db: Session, token: str, password_hash: str, *, by: Actor, at: datetime) -> Person | None:
    """Set the password of the link's person, once; None if the link was used meanwhile. The update settles a race."""
    used = db.execute(
        update(OneTimeLink)
        .where(
            OneTimeLink.token_hash == hash_token(token),
            OneTimeLink.used_at.is_(None),
            OneTimeLink.expires_at > at,
        )
        .values(used_at=at)
        .returning(OneTimeLink.person_id),
    ).scalar_one_or_none()
    if used is None:
        return None
    person = _locked(db, used)
    if person.disabled_at is not None:
        return None
    person.password_hash = password_hash
    end_sessions(db, person.id, why="password_changed", at=at)
    own = Actor(person.ref, person.agency.ref, person.role, by.request_id, by.source)
    record(db, "person.password_chosen", person.ref, by=own, at=at)
    return person


def change_password(
    db: Session, person_id: int, password_hash: str, *, known: str | None, keep: int, by: Actor, at: datetime
) -> bool:
    """Set a new password and end her other sessions. False if it was changed elsewhere since `known` was checked."""
    person = _locked(db, person_id)
    if person.password_hash != known or person.disabled_at is not None:
        return False
    person.password_hash = password_hash
    end_sessions(db, person.id, why="password_changed", at=at, keep=keep)
    record(db, "person.password_changed", person.ref, by=by, at=at)
    return True


def disable_person(db: Session, person: Person, *, by: Actor, at: datetime) -> None:
    """Let her sign in no more, from this moment and in every process."""
    if person.disabled_at is not None:
        return
    person.disabled_at = at
    _refuse_to_lock_everybody_out(db, by)
    end_sessions(db, person.id, why="disabled", at=at)
    record(db, "person.disabled", person.ref, by=by, at=at)


def enable_person(db: Session, person: Person, *, by: Actor, at: datetime) -> None:
    """Let her sign in again, with the password she had."""
    if person.disabled_at is None:
        return
    person.disabled_at = None
    record(db, "person.enabled", person.ref, by=by, at=at)


def place_of(person: Person) -> tuple[str, str]:
    """Return where she works and as what, as a page that changes it shows it."""
    return person.agency.ref, person.role.value


def change_place(
    db: Session, person: Person, agency: Agency, role: Role, *, seen: str, by: Actor, at: datetime
) -> None:
    """Move her to another role or agency; she signs in again to see what she may there.

    Raise Refused if somebody has moved her since the page was opened: `seen` is the mark of what it showed.
    """
    _refuse_unfit(agency, role)
    if by.ref == person.ref:
        raise Refused("You cannot change your own role or agency. Ask another administrator.", code="place.own")
    db.refresh(person, with_for_update={"of": Person})
    before = (person.agency.ref, person.role)
    if before == (agency.ref, role):
        return
    refuse_if_other(
        seen, place_of(person),
        f"Somebody else has moved her meanwhile: she is {person.role.label.lower()} of {person.agency.name} now. "
        "Nothing of yours is saved. Change it again if it is still right.",
        field="role",
    )  # fmt: skip
    why = "role_changed" if agency.ref == before[0] else "agency_changed"
    person.agency_id, person.agency_kind, person.role = agency.id, agency.kind, role
    _refuse_to_lock_everybody_out(db, by)
    end_sessions(db, person.id, why=why, at=at)
    record(
        db, f"person.{why}", person.ref, by=by, at=at, agency=agency.ref, role=role, from_agency=before[0],
        from_role=before[1],
    )  # fmt: skip


def end_her_sessions(db: Session, person: Person, *, by: Actor, at: datetime) -> int:
    """Sign a person out everywhere, for an administrator; return how many sessions that ended."""
    ended = end_sessions(db, person.id, why="administrator", at=at)
    record(db, "person.signed_out", person.ref, by=by, at=at, sessions=ended)
    return ended


def make_administrator(db: Session, email: str, name: str, *, network: str, by: Actor, at: datetime) -> str:
    """Add a system administrator, with her network and agency where there are none, and return her link's token."""
    home = db.scalar(select(Network).where(func.lower(Network.name) == network.lower()))
    home = home or add_network(db, network, by=by, at=at)
    agency = db.scalar(select(Agency).where(Agency.network_id == home.id, Agency.kind == AgencyKind.SYSTEM))
    agency = agency or add_agency(db, home, AgencyKind.SYSTEM, SYSTEM_AGENCY, by=by, at=at)
    role = Role.SYSTEM_ADMINISTRATOR
    return make_link(db, add_person(db, agency, role, name=name, email=email, by=by, at=at), by=by, at=at)


def _add(db: Session, row: Referable, taken: Refused) -> None:
    """Add a row; the database decides whether its name was still free."""
    try:
        with db.begin_nested():
            db.add(row)
    except IntegrityError as error:
        raise taken from error


def _locked(db: Session, person_id: int) -> Person:
    query = select(Person).where(Person.id == person_id).with_for_update(of=Person)
    return db.scalars(query.execution_options(populate_existing=True)).one()


def _refuse_unfit(agency: Agency, role: Role) -> None:
    if role not in ROLES_OF[agency.kind]:
        fitting = " or ".join(each.label.lower() for each in ROLES_OF[agency.kind])
        raise Refused(f"{agency.name} can have people of this role only: {fitting}.", field="role")


def _refuse_to_lock_everybody_out(db: Session, by: Actor) -> None:
    """Raise Refused if nobody could look after accounts any more. One at a time, or two could rely on each other."""
    lock_for_writing(db, "administrators")
    db.flush()
    if by.role == Role.SYSTEM_ADMINISTRATOR and queries.administrators_who_can_sign_in(db) == 0:
        raise Refused("You are the last who looks after accounts. Add another administrator first.")
