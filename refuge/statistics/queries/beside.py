"""What stands beside the figures in the reader's own network: scores of harm, returns, who reads the public page."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from refuge.accounts.models import Agency, Network, Person
from refuge.london import london_date
from refuge.permissions import Permission, Role, may
from refuge.statistics.beside import HarmScore, MappingCheck, PublicPage, ReturnSent, ReturnSetting
from refuge.statistics.returns import DueReturn, Standing, due_returns, urgency

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime

    from sqlalchemy.orm import Session

KEEPERS = [role for role in Role if may(role, Permission.RETURN_KEEP)]


def harm_scores(session: Session, network_id: int, round_on: date) -> dict[tuple[str, int], HarmScore]:
    """Return (theme, agency) -> the score that holds for a round."""
    rows = session.scalars(
        select(HarmScore)
        .where(HarmScore.network_id == network_id, HarmScore.round_on == round_on)
        .order_by(HarmScore.number)
        .options(joinedload(HarmScore.agency)),
    )
    return {(row.theme, row.agency_id): row for row in rows}


def return_settings(session: Session, network_id: int) -> dict[str, ReturnSetting]:
    """Return kind -> the setting that holds."""
    rows = session.scalars(
        select(ReturnSetting)
        .where(ReturnSetting.network_id == network_id)
        .order_by(ReturnSetting.number)
        .options(joinedload(ReturnSetting.owner)),
    )
    return {row.kind: row for row in rows}


def returns_sent(session: Session, network_id: int) -> dict[tuple[str, date], ReturnSent]:
    """Return (kind, first day of the period) -> the last sending."""
    rows = session.scalars(
        select(ReturnSent)
        .where(ReturnSent.network_id == network_id)
        .order_by(ReturnSent.number)
        .options(joinedload(ReturnSent.sent_by), joinedload(ReturnSent.edition)),
    )
    return {(row.kind, row.since): row for row in rows}


class Line(NamedTuple):
    """A return of the calendar: how it stands, the last time it was sent, whose it is."""

    due: DueReturn
    standing: Standing
    sent: ReturnSent | None
    owner: Person | None
    """None: nobody's yet, or hers who left or may no longer keep returns."""


def calendar(session: Session, network_id: int, on: date) -> list[Line]:
    """Return the returns of a network, those that are overdue on top."""
    settings = return_settings(session, network_id)
    sent = returns_sent(session, network_id)
    lines = []
    for one in due_returns(on, {kind: row.days for kind, row in settings.items()}):
        row, setting = sent.get((one.kind.key, one.period.since)), settings.get(one.kind.key)
        owner = setting.owner if setting is not None and keeps_returns(setting.owner) else None
        lines.append(Line(one, one.standing(on, sent=row is not None), row, owner))
    return sorted(lines, key=lambda line: urgency(line.due, line.standing))


def keeps_returns(person: Person) -> bool:
    """Return whether a person can be reminded of a return."""
    return person.is_active and person.may(Permission.RETURN_KEEP)


def returns_waiting(session: Session, reader: Person, *, at: datetime) -> list[Line]:
    """Return what is overdue or due soon of the reader's own returns, and of those that are nobody's."""
    if not keeps_returns(reader):
        return []
    return [
        line
        for line in calendar(session, reader.network_id, london_date(at))
        if line.standing in {Standing.OVERDUE, Standing.SOON} and (line.owner is None or line.owner.id == reader.id)
    ]


def own_returns_waiting(session: Session, reader: Person, *, at: datetime) -> list[Line]:
    """Return what of the reader's own is overdue or due soon: an e-mail goes to the one person who owns a return."""
    return [line for line in returns_waiting(session, reader, at=at) if line.owner is not None]


def owners(session: Session, network_id: int) -> Sequence[Person]:
    """Return who can own a return: those of the network who may keep returns."""
    return session.scalars(
        select(Person)
        .join(Agency, Agency.id == Person.agency_id)
        .where(Agency.network_id == network_id, Person.role.in_(KEEPERS), Person.disabled_at.is_(None))
        .order_by(Person.name),
    ).all()


def mapping_check(session: Session, network_id: int, version: str, year_on: date) -> MappingCheck | None:
    """Return that somebody of the network compared this version with the form of this year."""
    return session.scalar(
        select(MappingCheck)
        .where(
            MappingCheck.network_id == network_id, MappingCheck.version == version, MappingCheck.year_on == year_on
        )
        .options(joinedload(MappingCheck.checked_by)),
    )  # fmt: skip


def public_choice(session: Session, network_id: int) -> PublicPage | None:
    """Return what was chosen last of the page for everybody."""
    return session.scalar(
        select(PublicPage)
        .where(PublicPage.network_id == network_id)
        .order_by(PublicPage.number.desc())
        .limit(1)
        .options(joinedload(PublicPage.set_by)),
    )


def public_network(session: Session, ref: str) -> Network | None:
    """Return the network of this ref if it shows its page to everybody; whoever asks need not be signed in."""
    network = session.scalar(select(Network).where(Network.ref == ref))
    choice = None if network is None else public_choice(session, network.id)
    return network if choice is not None and choice.shown else None
