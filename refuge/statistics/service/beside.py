"""Keeping a partner's scores of harm, returns, and whether there is a public page; each with its audit event."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy.exc import IntegrityError

from refuge.audit.service import record
from refuge.errors import Refused
from refuge.statistics.beside import HarmScore, MappingCheck, PublicPage, ReturnSent, ReturnSetting

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date, datetime

    from sqlalchemy.orm import Session

    from refuge.accounts.models import Person
    from refuge.audit.service import Actor
    from refuge.database import Base
    from refuge.statistics.models import Edition
    from refuge.statistics.returns import DueReturn

MEANWHILE = "Somebody kept this meanwhile. Look at what stands there now, then change it if you still want to."


def _add(session: Session, row: Base) -> None:
    """Add a row; the unique number lets one of two who answered the same page through."""
    try:
        with session.begin_nested():
            session.add(row)
    except IntegrityError as error:
        raise Refused(MEANWHILE, code="kept.meanwhile") from error


def score_harm(
    session: Session, scores: Mapping[str, tuple[int, str]], seen: Mapping[str, int], *, round_on: date, by: Person,
    actor: Actor, at: datetime,
) -> None:  # fmt: skip
    """Keep the scores of her agency for a round, each with what it rests on.

    `seen`: theme -> number of the score that she saw; nought: none.
    """
    for theme, (score, why) in scores.items():
        _add(
            session,
            HarmScore(
                network_id=by.network_id, agency_id=by.agency_id, theme=theme, round_on=round_on,
                number=seen.get(theme, 0) + 1, score=score, why=why, scored_by_id=by.id, scored_at=at,
            ),
        )  # fmt: skip
        record(session, "harm.scored", by=actor, at=at, theme=theme, round_on=str(round_on))


def set_return(
    session: Session, kind: str, days: int, owner: Person, *, seen: int, by: Person, actor: Actor, at: datetime
) -> None:
    """Say when a return is due and whose it is, from now on."""
    _add(
        session,
        ReturnSetting(
            network_id=by.network_id,
            kind=kind,
            number=seen + 1,
            days=days,
            owner_id=owner.id,
            set_by_id=by.id,
            set_at=at,
        ),
    )
    record(session, "return.set", owner.ref, by=actor, at=at, kind=kind)


def mark_sent(  # noqa: PLR0913  one for each thing that is kept
    session: Session, due: DueReturn, *, on: date, to: str, edition: Edition | None, seen: int, by: Person,
    actor: Actor, at: datetime,
) -> None:  # fmt: skip
    """Keep that a return was sent."""
    _add(
        session,
        ReturnSent(
            network_id=by.network_id, kind=due.kind.key, since=due.period.since, until=due.period.until,
            number=seen + 1, sent_on=on, sent_to=to, edition_id=None if edition is None else edition.id,
            sent_by_id=by.id, recorded_at=at,
        ),
    )  # fmt: skip
    record(session, "return.sent", by=actor, at=at, kind=due.kind.key, since=str(due.period.since))


def confirm_mapping(
    session: Session, version: str, year_on: date, *, on: date, by: Person, actor: Actor, at: datetime
) -> None:
    """Keep that a person compared a version of the mapping with the form of a year: once for both."""
    _add(
        session,
        MappingCheck(
            network_id=by.network_id, version=version, year_on=year_on, checked_on=on, checked_by_id=by.id,
            recorded_at=at,
        ),
    )  # fmt: skip
    record(session, "mapping.checked", by=actor, at=at, version=version, year_on=str(year_on))


def choose_public(session: Session, *, shown: bool, seen: int, by: Person, actor: Actor, at: datetime) -> None:
    """Say whether everybody can read what was published last, from now on."""
    _add(
        session, PublicPage(network_id=by.network_id, number=seen + 1, shown=shown, set_by_id=by.id, set_at=at)
    )  # fmt: skip
    record(session, "public_page.chosen", by=actor, at=at, shown=shown)
